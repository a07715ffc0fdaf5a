"""The drawing pad: strokes by mouse, touch or pen, a photo, or a typed key for an example."""

from typing import Any

import gradio as gr

from apps.ui.files import script, template
from core.preprocess import MAX_BYTES


def drawing_pad(**options: Any) -> gr.HTML:
    """A pad of 256 × 256 units.

    Its value is `{"strokes": […]}` (see `core.strokes`) or `{"glyph": text}`. `input` fires while and after the visitor
    draws. `upload` fires when the server has to make a glyph: the value then also has `photo`, the path of an uploaded
    file, or `key` and `turn`, a typed character and how often it was typed. The answer is `{"glyph", "picture"}`.
    """
    return gr.HTML(
        {"strokes": []},
        html_template=template("pad"),
        js_on_load=script("pad"),
        apply_default_css=False,
        max_bytes=MAX_BYTES,
        **options,
    )
