"""Pictures to choose from by click or arrow keys: the matrix of class means, the writers' styles, or any others."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component
from core.data.characters import CLASSES

COLUMNS = 13  # ten digits, then each alphabet in two rows
RADIO = (
    '<button type="button" role="radio" aria-checked="false" tabindex="-1" data-value="{value}"'
    ' aria-label="{label}" title="{label}"{style}>{face}</button>'
)


def glyph_matrix(sheet: Ask, **options: Any) -> gr.HTML:
    """A radio group of all characters; its value is the chosen one, or "" to follow the recognition.

    Args:
        sheet: called once with "" from the page; returns the `address` of a picture of all glyphs, 13 to a row, and
            their `count`.
        options: of `gr.HTML`.
    """
    cells = [_cell(name, name, i, COLUMNS, f"<small>{name}</small>") for i, name in enumerate(CLASSES)]
    return _radio_group(
        [_auto("as read", "Follow the recognition"), *cells], "Target character", "matrix", sheet, COLUMNS, **options
    )


def glyph_choice(
    sheet: Ask, labels: Sequence[str], columns: int, name: str, auto: tuple[str, str], **options: Any
) -> gr.HTML:
    """A radio group of pictures; its value is the number of the chosen one as text, or "" for the first choice.

    Args:
        sheet: called once with "" from the page; returns the `address` of a picture of them all, `columns` to a row,
            and their `count`.
        labels: what each is called.
        columns: pictures in a row.
        name: what the group is called.
        auto: what the first choice, which has no picture, shows and is called.
        options: of `gr.HTML`.
    """
    cells = [_cell(str(i), label, i, columns) for i, label in enumerate(labels)]
    return _radio_group([_auto(*auto), *cells], name, "choice", sheet, columns, **options)


def writer_gallery(sheet: Ask, **options: Any) -> gr.HTML:
    """A radio group of writers' styles; its value is the writer's number as text, or "" for the average of all.

    Args:
        sheet: called with the target character; returns the `address` of a picture of it in every style, 13 to a row,
            and their `count`.
        options: of `gr.HTML`.
    """
    auto = _auto("average", "The average of all hands")
    return _radio_group([auto], "Hand to write in", "hands", sheet, COLUMNS, by_target=True, **options)


def _auto(face: str, label: str) -> str:
    return RADIO.format(value="", label=label, style=' class="auto"', face=face)


def _cell(value: str, label: str, number: int, columns: int, name: str = "") -> str:
    place = f' style="--x:{number % columns};--y:{number // columns}"'
    return RADIO.format(value=value, label=label, style=place, face=f'<span class="glyph"></span>{name}')


def _radio_group(
    cells: list[str], label: str, kind: str, sheet: Ask, columns: int, *, by_target: bool = False, **options: Any
) -> gr.HTML:
    opening = f'<div class="glyphs {kind}" role="radiogroup" aria-label="{label}" style="--columns:{columns}">'
    settings = {"columns": columns, "by_target": by_target}
    html = f"{opening}{''.join(cells)}</div>"
    return component("glyphs", html, "", asks={"sheet": sheet}, settings=settings, **options)
