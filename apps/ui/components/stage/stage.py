"""The result, its samples, and the strip of pictures on the way to the target, which can be played."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import component, markup


def stage(form: str = "stage", *, steps: int = 11, across: int = 1, down: int = 1, **options: Any) -> gr.HTML:
    """Shows a view's `result`, the address of a picture, with `lam` and `way`, a caption; marks its `digit`, if any.

    Its own value holds what comes later: addresses of `strip`, of `steps` pictures, and of `samples`, with a `label`.
    `select` fires when a new result wants them, or where a view has a key `around`, only when that is another one.

    Args:
        form: the template: "stage" for one glyph with samples around it, "sheet" for ten digits.
        steps: pictures in the strip.
        across, down: glyphs in each picture of the strip, row by row; the film shows each where the template puts it.
        options: of `gr.HTML`.
    """
    settings = {"steps": steps, "across": across, "down": down}
    return component("stage", markup("stage", form), {}, settings=settings, **options)
