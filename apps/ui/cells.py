"""The cells of a visitor's sheets: what each is taken for, and what the visitor makes of it."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from apps.ui.files import script, template


def cell_grid(drawn: Callable[[Any], dict[str, Any]], most: int, **options: Any) -> gr.HTML:
    """A grid of cells that can be renamed, left out, drawn again and undone; they live on the page alone.

    It takes the document's event `stylescape:found`, with `cells`, each a `label`, a `glyph` and a `verdict`, and
    flattened `pages`; and tells `stylescape:cells` with those that can be learned from.

    Args:
        drawn: called with strokes; returns their `glyph`, or a `message`.
        most: cells at a time.
        options: of `gr.HTML`.
    """
    return gr.HTML(
        html_template=template("cells"),
        js_on_load=script("strokes", "cells"),
        apply_default_css=False,
        server_functions=[drawn],
        call=drawn.__name__,
        most=most,
        **options,
    )
