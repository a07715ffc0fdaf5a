"""The likeliest characters, as bars."""

from typing import Any

import gradio as gr

from apps.ui.files import script

ROW = '<li><b></b><span class="track"><span class="bar"></span></span><span class="share"></span></li>'


def recognition(top: int = 5, **options: Any) -> gr.HTML:
    """Bars of the `top` candidates of a view (its part `top`: pairs of name and probability)."""
    return gr.HTML(
        html_template=f'<ol class="recognition" aria-label="Recognised as">{ROW * top}</ol>',
        js_on_load=script("recognition"),
        apply_default_css=False,
        **options,
    )
