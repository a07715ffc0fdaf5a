"""The map: latents as a coloured scatter with decoded glyphs, a space of two dimensions, every dimension traversed."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from apps.ui.files import script, template
from core.data.characters import CLASSES

ROWS = 8  # dimensions in one picture of the traversal


def latent_map(
    atlas: Callable[[str], dict[str, Any]],
    grid: Callable[[str], dict[str, Any]],
    glyph: Callable[[int], dict[str, Any]],
    place: Callable[[str], dict[str, Any]],
    **options: Any,
) -> gr.HTML:
    """The map tab; it asks for its parts when it first appears.

    Args:
        atlas: called once with ""; returns `xy` (base64 of uint16 pairs) and `labels` (base64 of bytes).
        grid: called once with ""; returns the `address` of the two-dimensional grid's picture.
        glyph: called with the number of a dot; returns the `address` of its decoded picture.
        place: called with a permalink's query; returns where that character lies: `xy` on the map and `grid` on the
            grid, both in [0, 1], and `rows`, addresses of pictures of eight traversed dimensions each.
        options: of `gr.HTML`.
    """
    button = '<button type="button" aria-pressed="false" data-class="{}">{}</button>'
    legend = "".join(button.format(i, name) for i, name in enumerate(CLASSES))
    return gr.HTML(
        html_template=template("map").replace("@legend", legend),
        js_on_load=script("map"),
        apply_default_css=False,
        server_functions=[atlas, grid, glyph, place],
        rows=ROWS,
        calls=[atlas.__name__, grid.__name__, glyph.__name__, place.__name__],
        **options,
    )
