"""Answers to the page: plain dictionaries; a visitor's mistake becomes one with a message."""

from collections.abc import Callable
from functools import wraps
from typing import Any

Answer = dict[str, Any]
MISTAKES = (ValueError, FileNotFoundError)


def answered(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """The function, except that it answers `{"message", "kind": "error"}` where it raises a visitor's mistake.

    Example:
        >>> answered(lambda: int("seven"))()["kind"]
        'error'
    """

    @wraps(function)
    def safely(*arguments: Any) -> Answer:
        try:
            return function(*arguments)
        except MISTAKES as error:
            return mistaken(error)

    return safely


def mistaken(error: Exception) -> Answer:
    """The answer to a mistake: its message as a sentence."""
    sentence = str(error).rstrip(".")
    return {"message": f"{sentence[:1].upper()}{sentence[1:]}.", "kind": "error"}
