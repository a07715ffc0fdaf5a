"""Permalinks: what a visitor has set as the query string of a link, and back.

A value from the page or the API must be right; a value from a link is clipped or left out with a note.
Every app keeps its state in a frozen dataclass whose fields `apps.ui.shared.state` checks, reads and writes.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import numpy as np

from core.imaging import strokes
from core.imaging.strokes import Stroke

MAX_SEED = 2**31 - 1


@dataclass(frozen=True)
class Drawing:
    """What is on the pad.

    Attributes:
        strokes: the drawing, as parsed by `core.imaging.strokes`.
        glyph: text of a 28×28 glyph from a photo or an example; it takes the place of strokes.
    """

    strokes: list[Stroke] = field(default_factory=list)
    glyph: str = ""

    @property
    def empty(self) -> bool:
        """Is there nothing drawn?"""
        return not (self.strokes or self.glyph)


def check_drawing(value: object) -> Drawing:
    """The pad's value, `{"strokes": […]}` or `{"glyph": text}`, checked.

    Raises:
        ValueError: with one sentence that says what is wrong.

    Example:
        >>> check_drawing({"strokes": [{"w": 12, "p": [10, 20]}]})
        Drawing(strokes=[{'w': 12.0, 'p': [10.0, 20.0]}], glyph='')
        >>> check_drawing("strokes")
        Traceback (most recent call last):
        ValueError: expected a drawing with strokes or a glyph, got str
    """
    if not isinstance(value, dict):
        raise ValueError(f"expected a drawing with strokes or a glyph, got {type(value).__name__}")
    glyph = value.get("glyph") or ""
    if not isinstance(glyph, str):
        raise ValueError(f"expected a glyph as text, got {type(glyph).__name__}")
    return Drawing(glyph=_glyph(glyph)) if glyph else Drawing(strokes.parse(value.get("strokes", [])))


def drawing_query(drawing: Drawing) -> dict[str, str]:
    """A drawing as the part of a query that holds it; an empty one is nothing.

    Example:
        >>> drawing_query(Drawing([{"w": 12.0, "p": [64.0, 128.0, 192.0, 128.5]}]))
        {'strokes': 'GAKAAoAEgAQC'}
    """
    if drawing.glyph:
        return {"glyph": drawing.glyph}
    return {"strokes": strokes.encode(drawing.strokes)} if drawing.strokes else {}


def parse_query(query: object) -> dict[str, str]:
    """The query string that a component sends along, as a dictionary.

    Example:
        >>> parse_query("seed=7&lambda=0.5")
        {'seed': '7', 'lambda': '0.5'}
    """
    if not isinstance(query, str):
        raise ValueError(f"expected the query of a link, got {type(query).__name__}")
    return dict(parse_qsl(query))


def number(name: str, value: object, low: float = -math.inf, high: float = math.inf) -> float:
    """A number, given as such or as text, in its bounds.

    Example:
        >>> number("λ", "0.25", 0, 1)
        0.25
        >>> number("λ", float("nan"), 0, 1)
        Traceback (most recent call last):
        ValueError: expected λ as a number from 0 to 1, got nan
    """
    bounds = "" if math.isinf(high) else f" from {low:g} to {high:g}"
    try:
        parsed = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        parsed = math.nan
    if not math.isfinite(parsed) or not low <= parsed <= high:
        raise ValueError(f"expected {name} as a number{bounds}, got {' '.join(str(value)[:20].split())}")
    return parsed


@dataclass(frozen=True)
class Reader:
    """Reads the values of a link; what is wrong with them goes into the notes, sentences for the visitor.

    Example:
        >>> read = Reader({"lambda": "7", "strokes": "!"}, [])
        >>> read.number("lambda", "λ", 0.5, high=lambda: 1), read.drawing().empty
        (1.0, True)
        >>> read.notes
        ['λ was 7, shown with 1', 'expected a drawing, got text that is not one']
    """

    query: Mapping[str, str]
    notes: list[str]

    def value(self, key: str, default: Any, parse: Callable[[str], Any]) -> Any:
        """What `parse` makes of a value; the default where there is none, or `parse` raises a `ValueError`."""
        if key not in self.query:
            return default
        try:
            return parse(self.query[key])
        except ValueError as error:
            self.notes.append(str(error))
            return default

    def number(self, key: str, name: str, default: Any, high: Callable[[], float], low: float = 0) -> Any:
        """A number, clipped into its bounds; the upper one is only asked for where there is a number."""

        def parse(text: str) -> float:
            given = number(name, text)
            clipped = float(np.clip(given, low, high()))
            if clipped != given:
                self.notes.append(f"{name} was {given:g}, shown with {clipped:g}")
            return clipped

        return self.value(key, default, parse)

    def drawing(self) -> Drawing:
        """The glyph, or else the strokes."""
        glyph = self.value("glyph", "", _glyph)
        return Drawing(glyph=glyph) if glyph else Drawing(self.value("strokes", [], strokes.decode))

    def version(self, model: str) -> None:
        """Note it if the link was made with another version of the model, the first letters of the weights' sha256."""
        made_with = self.query.get("model", model)
        if made_with != model:
            version = f"version {made_with}" if re.fullmatch("[0-9a-f]{8}", made_with) else "an unknown version"
            self.notes.append(f"this link was made with {version} of the model, shown with {model}")


def _glyph(text: str) -> str:
    strokes.decode_glyph(text)
    return text
