"""A sheet of digits that were made, each with what the judges read in it."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from apps.ui.files import script, template


def digit_sheet(other: Callable[[str], dict[str, Any]] | None = None, **options: Any) -> gr.HTML:
    """Shows a view's `result`, the address of one picture, `across` digits to a row, and marks what was misread.

    `asked` holds the digits in one text; `judges`, the independent one first, each have a `name`, what they `read` in
    one text, with how much `percent` of belief, and their `accuracy`; `cosine` is that of the sheet. Below `sure` per
    cent the independent judge's reading is doubtful. Pointing at a digit, or arrow keys, tell its verdicts.

    Args:
        other: called with a view's query, while the sheet can be seen; returns the sheet to show in place of the
            view's own, with its `title`, or a `message`.
        options: of `gr.HTML`.
    """
    asked = {"server_functions": [other], "call": other.__name__} if other else {"call": ""}
    return gr.HTML(
        html_template=template("digit_sheet"),
        js_on_load=script("digit_sheet"),
        apply_default_css=False,
        **asked,
        **options,
    )
