"""A sheet of digits that were made, each with what the judges read in it."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component, markup


def digit_sheet(other: Ask | None = None, **options: Any) -> gr.HTML:
    """Shows a view's `result`, the address of one picture, `across` digits to a row, and marks what was misread.

    `asked` holds the digits in one text; `judges`, the independent one first, each have a `name`, what they `read` in
    one text, with what probability in `percent`, and their `accuracy`; `cosine` is that of the sheet. Below `sure` per
    cent the independent judge's reading is doubtful. Pointing at a digit, or arrow keys, show what is read in it.

    Args:
        other: called with a view's query, while the sheet can be seen; returns the sheet to show in place of the
            view's own, with its `title`, or a `message`.
        options: of `gr.HTML`.
    """
    return component("digit_sheet", markup("digit_sheet"), asks={"other": other}, **options)
