"""The status line: the one output of an app's handlers, which tells the visitor what happened and passes views on."""

import json
from typing import Any

import gradio as gr

from apps.ui.files import script


def status_line(message: str, **options: Any) -> gr.HTML:
    """A line that is read aloud when it changes; it starts with a message.

    Its value is a view: `message`, `kind` ("hint", "sure", "unsure" or "error"), and, unless it is only a message,
    `query` (the permalink's query string) and whatever parts the other components show.
    """
    line = gr.HTML(
        json.dumps({"message": message, "kind": "hint"}),
        html_template='<p class="status" role="status" aria-live="polite"></p>',
        js_on_load=script("status"),
        apply_default_css=False,
        **options,
    )
    return as_text(line)


def as_text(component: gr.HTML) -> gr.HTML:
    """Let a component's answers reach the page as one JSON text.

    Gradio's page copies every number of an object by itself, several times over.
    """
    component.postprocess = json.dumps  # pyright: ignore[reportAttributeAccessIssue]
    return component
