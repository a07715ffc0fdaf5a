"""The state of StyleApp as the query string of a link, and back: all that is needed to show the identical picture.

A value from the page or the API must be right; a value from a link is clipped or left out, and the visitor is told.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import numpy as np

from core import strokes
from core.data.characters import CLASSES
from core.strokes import Stroke

MAX_SIGMA = 1.5
MAX_SEED = 2**31 - 1


@dataclass(frozen=True)
class State:
    """What the visitor has set.

    Attributes:
        strokes: the drawing, as parsed by `core.strokes`.
        glyph: text of a 28×28 glyph from a photo or an example; it takes the place of strokes.
        target: the chosen character, or "" to follow the recognition.
        hand: number of the writer's hand, or None for the class mean.
        lam: λ in [0, 1].
        sigma: σ in [0, 1.5].
        seed: seed of the samples.
    """

    strokes: list[Stroke] = field(default_factory=list)
    glyph: str = ""
    target: str = ""
    hand: int | None = None
    lam: float = 0.5
    sigma: float = 0.3
    seed: int = 0

    @property
    def empty(self) -> bool:
        """Is there nothing drawn?"""
        return not (self.strokes or self.glyph)


DEFAULT = State()


def check(drawing: object, target: object, hand: object, lam: object, sigma: object, seed: object, hands: int) -> State:
    """The state that the page's components hold, every value checked.

    Args:
        drawing: the pad's value, `{"strokes": […]}` or `{"glyph": text}`.
        target: a character or "".
        hand: a writer's number below `hands`, as a number or text; None or "" for none.
        lam, sigma, seed: numbers.
        hands: how many hands there are.

    Raises:
        ValueError: with one sentence that names the value.

    Example:
        >>> check({"strokes": []}, "a", "", 0.25, 1, 7, hands=35)
        State(strokes=[], glyph='', target='a', hand=None, lam=0.25, sigma=1.0, seed=7)
        >>> check({"strokes": []}, "a", "", float("nan"), 1, 7, hands=35)
        Traceback (most recent call last):
        ValueError: expected λ as a number from 0 to 1, got nan
    """
    if not isinstance(drawing, dict):
        raise ValueError(f"expected a drawing with strokes or a glyph, got {type(drawing).__name__}")
    glyph = drawing.get("glyph") or ""
    if not isinstance(glyph, str):
        raise ValueError(f"expected a glyph as text, got {type(glyph).__name__}")
    if glyph:
        strokes.decode_glyph(glyph)
    return State(
        strokes=[] if glyph else strokes.parse(drawing.get("strokes", [])),
        glyph=glyph,
        target=_character(target),
        hand=None if hand in (None, "") else round(_number("the hand", hand, 0, hands - 1)),
        lam=round(_number("λ", lam, 0, 1), 2),
        sigma=round(_number("σ", sigma, 0, MAX_SIGMA), 2),
        seed=round(_number("the seed", seed, 0, MAX_SEED)),
    )


def to_query(state: State, model: str) -> str:
    """The query string of a state; `model` is the version of the weights, the first letters of their sha256.

    Example:
        >>> to_query(State(glyph="eNoD", target="a"), "0123abcd")
        'glyph=eNoD&target=a&lambda=0.5&sigma=0.3&seed=0&model=0123abcd'
    """
    if state.empty:
        return ""
    drawing = {"glyph": state.glyph} if state.glyph else {"strokes": strokes.encode(state.strokes)}
    chosen = {"target": state.target} if state.target else {}
    hand = {} if state.hand is None else {"hand": state.hand}
    numbers = {"lambda": f"{state.lam:g}", "sigma": f"{state.sigma:g}", "seed": state.seed}
    return urlencode(drawing | chosen | hand | numbers | {"model": model})


def from_query(query: Mapping[str, str], model: str, hands: int) -> tuple[State, list[str]]:
    """The state of a link, and what the visitor should know: values that had to be clipped or left out, another model.

    Example:
        >>> from_query({"lambda": "7", "target": "?", "model": "ffff0000"}, "0123abcd", hands=35)[1]
        ["expected a target out of 0-9, A-Z and a-z, got '?'", 'λ was 7, shown with 1',
         'this link was made with version ffff0000 of the model, shown with 0123abcd']
    """
    notes: list[str] = []
    read = _Reader(query, notes)
    hand = read.number("hand", "the hand", -1, hands - 1)
    glyph = read.value("glyph", "", lambda text: strokes.decode_glyph(text) is not None and text)
    state = State(
        strokes=[] if glyph else read.value("strokes", [], strokes.decode),
        glyph=glyph,
        target=read.value("target", "", _character),
        hand=None if hand < 0 else round(hand),
        lam=round(read.number("lambda", "λ", DEFAULT.lam, 1), 2),
        sigma=round(read.number("sigma", "σ", DEFAULT.sigma, MAX_SIGMA), 2),
        seed=round(read.number("seed", "the seed", DEFAULT.seed, MAX_SEED)),
    )
    made_with = query.get("model", model)
    if made_with != model:
        version = f"version {made_with}" if re.fullmatch("[0-9a-f]{8}", made_with) else "an unknown version"
        notes.append(f"this link was made with {version} of the model, shown with {model}")
    return state, notes


@dataclass(frozen=True)
class _Reader:
    """Reads values of a link; what is wrong with them goes into the notes."""

    query: Mapping[str, str]
    notes: list[str]

    def value(self, key: str, default: Any, parse: Callable[[str], Any]) -> Any:
        if key not in self.query:
            return default
        try:
            return parse(self.query[key])
        except ValueError as error:
            self.notes.append(str(error))
            return default

    def number(self, key: str, name: str, default: float, high: float) -> float:
        def parse(text: str) -> float:
            number = _number(name, text, -math.inf, math.inf)
            clipped = float(np.clip(number, 0, high))
            if clipped != number:
                self.notes.append(f"{name} was {number:g}, shown with {clipped:g}")
            return clipped

        return self.value(key, default, parse)


def _character(value: object) -> str:
    if value in (None, ""):
        return ""
    if value not in CLASSES:
        raise ValueError(f"expected a target out of 0-9, A-Z and a-z, got {str(value)[:20]!r}")
    return str(value)


def _number(name: str, value: object, low: float, high: float) -> float:
    bounds = "" if math.isinf(high) else f" from {low:g} to {high:g}"
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or not low <= number <= high:
        raise ValueError(f"expected {name} as a number{bounds}, got {str(value)[:20]}")
    return number
