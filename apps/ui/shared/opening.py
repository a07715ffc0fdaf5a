"""What every Gradio app does when its page opens, and how its quick events run."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import gradio as gr

from apps.ui.shared.answers import MISTAKES, Answer, answered

S = TypeVar("S")
QUICK: Any = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last", "api_visibility": "private"}


def open_address(
    request: gr.Request,
    linked: Callable[[Mapping[str, str]], tuple[S, list[str]]],
    view_of: Callable[[S], Answer],
    controls_of: Callable[[S], Iterable[Any]],
    untouched: Iterable[Any],
    without_link: Callable[[], Any] = gr.skip,
) -> tuple[Any, ...]:
    """Every control's value and the view as the page's address has them; the view's message has notes on the link.

    Args:
        request: with the address.
        linked: the state of a query, and notes on it.
        view_of: the view of a state.
        controls_of: the value of every control.
        untouched: for the controls if there is no link or it cannot be opened: the visitor may have begun meanwhile.
        without_link: the view of an address that holds none.
    """
    query = {key: value for key, value in request.query_params.items() if not key.startswith("__")}
    if not query:
        return *untouched, without_link()
    try:
        state, notes = linked(query)
    except MISTAKES as error:
        return *untouched, noted([str(error)])
    view = answered(view_of)(state)
    return *controls_of(state), view | noted(notes) if notes else view


def noted(notes: Iterable[str]) -> Answer:
    """The message about a link."""
    return {"message": f"About this link: {'; '.join(notes)}.", "kind": "error"}
