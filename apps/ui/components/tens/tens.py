"""Ten digits beside the garment they were made from: one composed sheet, cut up so that each has its caption."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import component, markup


def ten_digits(**options: Any) -> gr.HTML:
    """Shows a view's `garment` with its `title`, and its `result`, the address of a sheet of ten digits, five to a row.

    Beneath each digit stand its `marks`: `agreement`, and a `note`. The garment's `outline`, the data of an SVG path in
    pixels of 28 × 28, lies over each where the view says `overlay`.
    """
    return component("tens", markup("tens"), **options)
