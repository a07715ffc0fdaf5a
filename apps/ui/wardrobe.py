"""Garments to choose from: a gallery of drawn ones, another variation of them all, and pictures of FashionMNIST."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from apps.ui.files import script

CELL = (
    '<label><input type="radio" name="garment" value="{kind}" aria-label="{kind}">'
    '<span class="ink" style="--x:{x};--y:{y}"></span><small>{kind}</small></label>'
)
DICE = (
    '<svg viewBox="0 0 20 20"><rect x="3" y="3" width="14" height="14" rx="2"/>'
    '<path d="M7 7h0M13 7h0M10 10h0M7 13h0M13 13h0" stroke-width="2.4"/></svg>'
)
COLUMNS = 5


def wardrobe(
    sheet: Callable[[int], dict[str, Any]],
    kinds: Sequence[str],
    variations: int,
    pictures: int,
    value: dict[str, Any],
    **options: Any,
) -> gr.HTML:
    """A radio group of drawn garments, with a dice for another variation of them.

    Its value is `{"kind", "variation"}` or `{"number"}`, of a picture of FashionMNIST; it marks a view's `picked`.
    What is picked clears the drawing pad, by the document's event `stylescape:clear`.

    Args:
        sheet: called with a variation; returns the `address` of a picture of one garment of each kind, five to a row.
        kinds: what they are called.
        variations: how many variations there are.
        pictures: how many pictures of FashionMNIST there are; without any, a sentence says so.
        value: what is picked at first.
        options: of `gr.HTML`.
    """
    cells = "".join(CELL.format(kind=kind, x=i % COLUMNS, y=i // COLUMNS) for i, kind in enumerate(kinds))
    tools = _numbered("variation", "Variation", "Another variation of them all", 0, variations - 1)
    data = "<p>FashionMNIST is not on this server.</p>"
    if pictures:
        data = _numbered("number", "FashionMNIST", "Any picture of FashionMNIST", "", pictures - 1)
    group = f'<div class="garments" role="radiogroup" aria-label="Garment">{cells}</div>'
    return gr.HTML(
        value,
        html_template=f'<div class="wardrobe">{group}{tools}{data}</div>',
        js_on_load=script("wardrobe"),
        apply_default_css=False,
        server_functions=[sheet],
        call=sheet.__name__,
        **options,
    )


def _numbered(name: str, label: str, told: str, value: object, highest: int) -> str:
    """A number field with a dice."""
    field = f'<input type="number" name="{name}" min="0" max="{highest}" value="{value}" placeholder="number">'
    dice = f'<button type="button" data-dice="{name}" aria-label="{told}" title="{told}">{DICE}</button>'
    return f'<div class="numbered"><label><span>{label}</span>{field}</label>{dice}</div>'
