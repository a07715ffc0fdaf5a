"""One drawing through several models or methods, a row each."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component


def comparison(rows: Ask, hint: str, **options: Any) -> gr.HTML:
    """Rows of pictures with a caption each; asked for when they can be seen.

    Args:
        rows: called with a permalink's query; returns `rows`, each with a `title`, a `note`, the `address` of a
            picture, and its `captions`, pairs of a text and whether that is right; or a `message`.
        hint: what stands there before anything is drawn.
        options: of `gr.HTML`.
    """
    line = f'<p class="hint" aria-live="polite">{hint}</p>'
    html = f'<div class="comparison">{line}<div class="models"></div></div>'
    return component("comparison", html, asks={"rows": rows}, settings={"hint": hint}, **options)
