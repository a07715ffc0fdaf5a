"""Copy the link to the view, and save its pictures and numbers."""

from collections.abc import Collection, Mapping
from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component

BUTTON = (
    '<button type="button" data-kind="{kind}" aria-label="Save {kind}: {label}" title="{label}" disabled>'
    "{kind}</button>"
)


def share_bar(kinds: Mapping[str, str], export: Ask, **options: Any) -> gr.HTML:
    """Buttons for the link and for files; they are made when asked for and kept nowhere.

    Args:
        kinds: button label → what it holds, for the tooltip.
        export: called from the page with [kind, query]; returns `name` and `address` of a file, or a `message`.
        options: of `gr.HTML`.
    """
    link = '<button type="button" data-kind="link" class="wide" disabled>Copy link</button><span>Save</span>'
    buttons = "".join(BUTTON.format(kind=kind, label=label) for kind, label in kinds.items())
    html = f'<div class="share-bar" role="group" aria-label="Keep and share">{link}{buttons}</div>'
    return component("share", html, asks={"file": export}, **options)


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
