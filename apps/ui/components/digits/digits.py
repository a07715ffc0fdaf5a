"""What a drawing reads as, and ten buttons to put it right."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import component

CELL = (
    '<label><input type="radio" name="digit" value="{digit}" aria-label="{digit}" disabled><b>{digit}</b>'
    '<span class="track"><span class="bar"></span></span></label>'
)


def digit_choice(**options: Any) -> gr.HTML:
    """Ten radio buttons with the probability of each digit (a view's `digits`); the view's `digit` is chosen.

    Its value is the visitor's correction: `digit`, and `of`, the `source` of the view it is meant for; without a
    `digit` it follows the recognition.
    """
    cells = "".join(CELL.format(digit=digit) for digit in range(10))
    html = f'<div class="digits" role="radiogroup" aria-label="The digit that this is">{cells}</div>'
    return component("digits", html, {}, **options)
