"""Garments to choose from: a gallery of drawn ones, another variation of them all, and pictures of FashionMNIST."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component
from apps.ui.shared.layout import DICE

CELL = (
    '<label><input type="radio" name="garment" value="{kind}" aria-label="{kind}">'
    '<span class="ink" style="--x:{x};--y:{y}"></span><small>{kind}</small></label>'
)
COLUMNS = 5


def wardrobe(
    sheet: Ask, kinds: Sequence[str], variations: int, pictures: int, value: dict[str, Any], **options: Any
) -> gr.HTML:
    """A radio group of drawn garments, with a dice for another variation of them.

    Its value is `{"kind", "variation"}` or `{"number"}`, of a picture of FashionMNIST; it marks a view's `picked`.
    What is picked clears the drawing pad.

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
    html = f'<div class="wardrobe">{group}{tools}{data}</div>'
    return component("wardrobe", html, value, asks={"sheet": sheet}, **options)


def _numbered(name: str, label: str, dice_label: str, value: object, highest: int) -> str:
    """A number field with a dice."""
    field = f'<input type="number" name="{name}" min="0" max="{highest}" value="{value}" placeholder="number">'
    dice = f'<button type="button" data-dice="{name}" aria-label="{dice_label}" title="{dice_label}">{DICE}</button>'
    return f'<div class="numbered"><label><span>{label}</span>{field}</label>{dice}</div>'
