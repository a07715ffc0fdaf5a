"""The map: latents as a coloured scatter with decoded glyphs, and a space of two dimensions on a grid."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component, markup
from core.data.characters import CLASSES

ROWS = 8  # dimensions in one picture of the traversal
BUTTON = '<button type="button" aria-pressed="false" data-class="{}">{}</button>'


def latent_map(
    atlas: Ask,
    grid: Ask,
    glyph: Ask,
    place: Ask,
    spot: Ask | None = None,
    *,
    form: str = "map",
    names: Sequence[str] = CLASSES,
    **options: Any,
) -> gr.HTML:
    """The map tab; it asks for its parts when it first appears.

    Where the template offers a choice of spaces, `.spaces`, the component's value is the chosen one, and `input` fires
    when another is chosen.

    Args:
        atlas: called once with ""; returns `xy` (base64 of uint16 pairs) and `labels` (base64 of bytes).
        grid: called with the choice, or ""; returns the `address` of the two-dimensional grid's picture.
        glyph: called with the number of a dot; returns the `address` of its decoded picture.
        place: called with a permalink's query; returns where that character lies: `xy` on the map and `grid` on the
            grid, both in [0, 1] or left out, and `rows`, addresses of pictures of eight traversed dimensions each.
        spot: called with [choice, x, y], a place on the grid; returns the `address` of what is decoded there, and
            its `label`.
        form: the template, "map" for StyleApp's, "planes" for spaces of two dimensions.
        names: of the classes, for the legend.
        options: of `gr.HTML`.
    """
    legend = "".join(BUTTON.format(i, name) for i, name in enumerate(names))
    asks = {"atlas": atlas, "grid": grid, "glyph": glyph, "place": place, "spot": spot}
    return component("map", markup("map", form, legend=legend), "", asks=asks, settings={"rows": ROWS}, **options)
