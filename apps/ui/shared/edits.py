"""Sliders that a visitor has moved, one a latent dimension: pairs of a dimension and a value in whole steps."""

import re
from typing import Any

from apps.ui.shared.permalink import number

Edits = tuple[tuple[int, int], ...]
TEXT = re.compile(r"\d{1,3}\.-?\d{1,4}(_\d{1,3}\.-?\d{1,4})*")


def check_edits(at: object, name: str, latent: int, low: int, high: int) -> Edits:
    """Values by dimension, checked, in the order of dimensions.

    Args:
        at: dimension → value in steps, each a number or its text.
        name: of a value, in messages.
        latent: number of dimensions.
        low, high: bounds of a value, in steps.

    Raises:
        ValueError: with one sentence that names what is wrong.

    Example:
        >>> check_edits({"12": 8, "3": -64}, "a latent", 16, -256, 256)
        ((3, -64), (12, 8))
    """
    if not isinstance(at, dict) or len(at) > latent:
        raise ValueError(f"expected {name} for each of at most {latent} dimensions, got {str(at)[:20]}")
    pairs = {
        round(number("a dimension", key, 0, latent - 1)): round(number(name, value, low, high))
        for key, value in at.items()
    }
    return tuple(sorted(pairs.items()))


def edits_text(edits: Edits) -> str:
    """Edits as a link holds them.

    Example:
        >>> edits_text(((3, -64), (12, 8)))
        '3.-64_12.8'
    """
    return "_".join(f"{dimension}.{value}" for dimension, value in edits)


def edits_of(text: str, expected: str) -> dict[str, str]:
    """A link's text as what `check_edits` takes; `expected` says in the message what it should have been.

    Example:
        >>> edits_of("3.-64_12.8", "latents such as 3.-64")
        {'3': '-64', '12': '8'}
    """
    if not TEXT.fullmatch(text):
        raise ValueError(f"expected {expected}, got {text[:20]!r}")
    return dict(part.split(".") for part in text.split("_"))


def sliders_value(of: str, seed: int | None, edits: Edits) -> dict[str, Any]:
    """What the sliders of `style_dials` hold: edits, and whose they are."""
    return {"of": of, "seed": seed, "at": {str(dimension): value for dimension, value in edits}}
