"""Learning a hand, and writing with it: progress, a line of text, λ, files to keep, and deleting it all."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from apps.ui.files import script, template
from apps.ui.status import TextHTML

MAX_TEXT = 60


def hand_learner(writers: Callable[[Any], dict[str, Any]], max_bytes: int, **options: Any) -> gr.HTML:
    """Learns from the cells that `stylescape:cells` tells, and writes in the hand that comes of it.

    The page holds the hand, its file in base64, and sets its text from one picture of all characters at every λ.
    `submit` fires to learn from `cells`, `stop` to cancel that, `select` to blend a `hand` with the `other`; the value
    has the `path` of a JSON file with these. The answer has `progress`, or a `message`, the `hand` and its `sheet`.

    Args:
        writers: called with ""; returns the `count` of known writers.
        max_bytes: of a hand's file.
        options: of `gr.HTML`.
    """
    start: Any = {}
    return TextHTML(
        start,
        html_template=template("learner").replace("@most", str(MAX_TEXT)),
        js_on_load=script("asking", "learner"),
        apply_default_css=False,
        server_functions=[writers],
        writers=writers.__name__,
        max_bytes=max_bytes,
        **options,
    )
