"""One drawing through several models or methods, a row each."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from apps.ui.files import script


def comparison(compare: Callable[[str], dict[str, Any]], hint: str, **options: Any) -> gr.HTML:
    """Rows of pictures with a caption each; asked for when they can be seen.

    Args:
        compare: called with a permalink's query; returns `rows`, each with a `title`, what is `told` of it, the
            `address` of a picture, and its `captions`, pairs of a text and whether that is right; or a `message`.
        hint: what stands there before anything is drawn.
        options: of `gr.HTML`.
    """
    told = f'<p class="hint" aria-live="polite">{hint}</p>'
    return gr.HTML(
        html_template=f'<div class="comparison">{told}<div class="models"></div></div>',
        js_on_load=script("comparison"),
        apply_default_css=False,
        server_functions=[compare],
        call=compare.__name__,
        hint=hint,
        **options,
    )
