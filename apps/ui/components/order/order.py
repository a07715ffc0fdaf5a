"""What is to be written: digits that are typed, or so many of each of those chosen."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import component, markup

TOGGLE = '<button type="button" aria-pressed="false" data-digit="{digit}" aria-label="Digit {digit}">{digit}</button>'


def digit_order(most: int, **options: Any) -> gr.HTML:
    """A text field for digits, ten buttons for which to draw, and how many of each.

    Its value is `text`, `classes` and `count`; what is typed comes first, and choosing clears it. It shows a view's
    `order`. `input` fires at every change.

    Args:
        most: the greatest count of each.
        options: of `gr.HTML`.
    """
    toggles = "".join(TOGGLE.format(digit=digit) for digit in range(10))
    return component("order", markup("order", toggles=toggles, most=most), {}, **options)
