"""Learning a writer's style, and writing with it: progress, a line of text, λ, files to save, and deleting it all."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component, markup

MAX_TEXT = 60


def style_learner(writers: Ask, max_bytes: int, **options: Any) -> gr.HTML:
    """Learns from the page's cells, and writes in the style that comes of it.

    The page holds the style, its file in base64, and sets its text from one picture of all characters at every λ.
    `submit` fires to learn from `cells`, `stop` to cancel that, `select` to blend a `hand` with the `other`; the value
    has the `path` of a JSON file with these. The answer has `progress`, or a `message`, the `hand` and its `sheet`.

    Args:
        writers: called with ""; returns the `count` of known writers.
        max_bytes: of a style's file.
        options: of `gr.HTML`.
    """
    html, settings = markup("learner", most=MAX_TEXT), {"max_bytes": max_bytes}
    return component("learner", html, {}, asks={"writers": writers}, settings=settings, as_text=True, **options)
