"""The result, its samples, and the strip of pictures on the way to the target, which can be played."""

from typing import Any

import gradio as gr

from apps.ui.files import script, template


def stage(steps: int = 11, **options: Any) -> gr.HTML:
    """Shows a view's `result`, the address of a picture, with `lam` and `way`, a caption.

    Its own value holds what comes later: addresses of `strip`, of `steps` pictures, and `samples`, which are `told`.
    `select` fires when a new result wants them.
    """
    return gr.HTML(
        {}, html_template=template("stage"), js_on_load=script("stage"), apply_default_css=False, steps=steps, **options
    )
