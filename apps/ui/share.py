"""Copy the link to the view, and take its pictures and numbers along."""

from collections.abc import Callable, Collection
from typing import Any

import gradio as gr

from apps.ui.files import script


def share_bar(kinds: dict[str, str], export: Callable[[list[str]], dict[str, str]], **options: Any) -> gr.HTML:
    """Buttons for the link and for files; they are made when asked for and kept nowhere.

    Args:
        kinds: button label → what it holds, for the tooltip.
        export: called from the page with [kind, query]; returns `name` and `address` of a file, or a `message`.
        options: of `gr.HTML`.
    """
    link = '<button type="button" data-kind="link" class="wide" disabled>Copy link</button><span>Save</span>'
    buttons = [
        f'<button type="button" data-kind="{kind}" aria-label="Save {kind}: {told}" title="{told}" disabled>'
        f"{kind}</button>"
        for kind, told in kinds.items()
    ]
    return gr.HTML(
        html_template=f'<div class="share-bar" role="group" aria-label="Keep and share">{link}{"".join(buttons)}</div>',
        js_on_load=script("share"),
        apply_default_css=False,
        server_functions=[export],
        call=export.__name__,
        **options,
    )


def asked_file(asked: object, kinds: Collection[str]) -> tuple[str, str]:
    """What the share bar asks for, checked: one of the kinds, and the query of the view.

    Example:
        >>> asked_file(["PNG", "seed=1"], ["PNG", "GIF"])
        ('PNG', 'seed=1')
    """
    kind, query = asked if isinstance(asked, list) and len(asked) == 2 else (None, None)
    if not isinstance(kind, str) or kind not in kinds:
        raise ValueError(f"expected a file out of {', '.join(kinds)}, got {str(kind)[:20]!r}")
    if not isinstance(query, str):
        raise ValueError(f"expected the query of a link, got {type(query).__name__}")
    return kind, query
