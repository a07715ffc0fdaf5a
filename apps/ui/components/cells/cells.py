"""The cells of a visitor's sheets: what each is taken for, and what the visitor makes of it."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component, markup


def cell_grid(draw: Ask, most: int, **options: Any) -> gr.HTML:
    """A grid of cells that can be renamed, left out, drawn again and undone; they live on the page alone.

    It takes what the intake has found, cells with a `label`, a `glyph` and a `status`, and flattened pages, and passes
    those that can be learned from on to the learner.

    Args:
        draw: called with strokes; returns their `glyph`, or a `message`.
        most: cells at a time.
        options: of `gr.HTML`.
    """
    return component("cells", markup("cells"), asks={"draw": draw}, settings={"most": most}, **options)
