"""The status line: the one output of an app's handlers, which tells the visitor what happened and passes views on."""

import json
from abc import ABCMeta
from typing import Any

import gradio as gr

from apps.ui.files import script

# A component whose answers reach the page as one JSON text: Gradio's page copies every number of an object by itself,
# several times over. Its metaclass would write a .pyi file beside this one, so that is left out.
TextHTML: type[gr.HTML] = ABCMeta.__new__(
    type(gr.HTML), "TextHTML", (gr.HTML,), {"__module__": __name__, "postprocess": lambda _, value: json.dumps(value)}
)


def status_line(message: str, **options: Any) -> gr.HTML:
    """A line that is read aloud when it changes; it starts with a message.

    Its value is a view: `message`, `kind` ("hint", "sure", "unsure" or "error"), and, unless it is only a message,
    `query` (the permalink's query string) and whatever parts the other components show.
    """
    start: Any = {"message": message, "kind": "hint"}
    return TextHTML(
        start,
        html_template='<p class="status" role="status" aria-live="polite"></p>',
        js_on_load=script("status"),
        apply_default_css=False,
        **options,
    )
