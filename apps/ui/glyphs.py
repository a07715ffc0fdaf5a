"""Pictures to choose from by click or arrow keys: the matrix of class means, and the writers' hands."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from apps.ui.files import script
from core.data.characters import CLASSES

COLUMNS = 13  # ten digits, then each alphabet in two rows
RADIO = (
    '<button type="button" role="radio" aria-checked="false" tabindex="-1" data-value="{value}"'
    ' aria-label="{label}" title="{label}"{style}>{face}</button>'
)


def glyph_matrix(sheet: Callable[[str], dict[str, Any]], **options: Any) -> gr.HTML:
    """A radio group of all characters; its value is the chosen one, or "" to follow the recognition.

    Args:
        sheet: called once with "" from the page; returns the `address` of a picture of all glyphs, 13 to a row, and
            their `count`.
        options: of `gr.HTML`.
    """
    cells = [RADIO.format(value="", label="Follow the recognition", style=' class="auto"', face="as read")]
    for i, name in enumerate(CLASSES):
        place = f' style="--x:{i % COLUMNS};--y:{i // COLUMNS}"'
        face = f'<span class="glyph"></span><small>{name}</small>'
        cells.append(RADIO.format(value=name, label=name, style=place, face=face))
    return _radio_group(cells, "Target character", "matrix", sheet, **options)


def hand_gallery(sheet: Callable[[str], dict[str, Any]], **options: Any) -> gr.HTML:
    """A radio group of writers' hands; its value is the writer's number as text, or "" for the average of all.

    Args:
        sheet: called with the target character; returns the `address` of a picture of it in every hand, 13 to a row,
            and their `count`.
        options: of `gr.HTML`.
    """
    average = RADIO.format(value="", label="The average of all hands", style=' class="auto"', face="average")
    return _radio_group([average], "Hand to write in", "hands", sheet, **options)


def _radio_group(cells: list[str], label: str, kind: str, sheet: Callable[[str], Any], **options: Any) -> gr.HTML:
    opening = f'<div class="glyphs {kind}" role="radiogroup" aria-label="{label}">'
    return gr.HTML(
        "",
        html_template=f"{opening}{''.join(cells)}</div>",
        js_on_load=script("glyphs"),
        apply_default_css=False,
        server_functions=[sheet],
        sheet=sheet.__name__,
        kind=kind,
        columns=COLUMNS,
        **options,
    )
