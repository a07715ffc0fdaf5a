"""The status line: the one output of an app's handlers, which shows its message and passes views on."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import component


def status_line(message: str, **options: Any) -> gr.HTML:
    """A line that is read aloud when it changes; it starts with a message.

    Its value is a view: `message`, `kind` ("hint", "sure", "unsure" or "error"), and, unless it is only a message,
    `query` (the permalink's query string) and whatever parts the other components show.
    """
    html = '<p class="status" role="status" aria-live="polite"></p>'
    return component("status", html, {"message": message, "kind": "hint"}, as_text=True, **options)
