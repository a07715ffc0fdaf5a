"""Things put side by side: the one shown can be pinned, and every pinned one has a row that can be removed."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component


def pinned(rows: Ask, most: int, **options: Any) -> gr.HTML:
    """A button that pins a view's `pin`, and the rows of all that is pinned.

    Its value is the list of pins. The rows follow a view's query, later than the rest of the page.

    Args:
        rows: called with the query of a view, whose `pins` and `strength` they follow; returns `rows`, each with its
            `pin`, `title`, the addresses of the `garment` and of its ten `digits` in a row, their mean `agreement`, and
            `notes`, one on each digit's content, or "".
        most: how many can be pinned.
        options: of `gr.HTML`.
    """
    button = '<button type="button" class="wide" disabled>Pin to compare</button>'
    tools = f'<div class="pin-tools">{button}<span aria-live="polite"></span></div>'
    html = f'<div class="pins">{tools}<ol aria-label="Garments to compare"></ol></div>'
    return component("pins", html, [], asks={"rows": rows}, settings={"most": most}, **options)
