"""The likeliest characters, as bars."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import component

ROW = '<li><b></b><span class="track"><span class="bar"></span></span><span class="share"></span></li>'


def recognition(top: int = 5, **options: Any) -> gr.HTML:
    """Bars of the `top` candidates of a view (its part `top`: pairs of name and probability)."""
    html = f'<ol class="recognition" aria-label="Recognised as">{ROW * top}</ol>'
    return component("recognition", html, **options)
