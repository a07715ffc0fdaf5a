"""The drawing pad: strokes by mouse, touch or pen, a photo, or a typed key for an example."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import component, markup
from core.imaging.preprocess import MAX_BYTES


def drawing_pad(thing: str = "character", key: str = "letter or digit", verb: str = "Write", **options: Any) -> gr.HTML:
    """A pad of 256 × 256 units.

    Its value is `{"strokes": […]}` (see `core.imaging.strokes`) or `{"glyph": text}`. `input` fires while and after the
    visitor draws. `upload` fires when the server has to make a glyph: the value then also has `photo`, the path of an
    uploaded file, or `key` and `turn`, a typed character and how often it was typed. The answer is `{"glyph",
    "picture"}`. An example that is chosen does as if its key was typed; a garment that is picked clears the pad.

    Args:
        thing: what is drawn on it.
        key: what is typed for an example.
        verb: what is done with the thing.
        options: of `gr.HTML`.
    """
    html = markup("pad", thing=thing, key=key, verb=verb)
    return component("pad", html, {"strokes": []}, settings={"max_bytes": MAX_BYTES}, **options)
