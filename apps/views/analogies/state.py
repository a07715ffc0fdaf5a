"""What a visitor of Analogies has set, and its link."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from apps.ui.shared import state as shared
from apps.ui.shared.answers import Answer
from apps.ui.shared.edits import Edits, check_edits, edits_of, edits_text, sliders_value
from apps.ui.shared.permalink import MAX_SEED, Drawing, check_drawing, drawing_query, parse_query
from apps.ui.shared.state import number_field, value_field
from core.analogies.session import DIGITS, GRID, REACH, load_session

TURNS = 2  # examples of each digit
EXAMPLES = TURNS * DIGITS


def latents(at: object) -> Edits:
    """Latents that were set, by dimension."""
    return check_edits(at, "a latent", load_session().autoencoder.latent, -REACH * GRID, REACH * GRID)


def source_of(drawing: Drawing) -> str:
    """A name of a drawing: corrections and styles are meant for the one they were set for."""
    return "" if drawing.empty else f"{zlib.crc32(urlencode(drawing_query(drawing)).encode()):08x}"


@dataclass(frozen=True)
class State(Drawing):
    """What the visitor has set, beside the drawing.

    Attributes:
        digit: the visitor's label of the drawing; None to follow the recognition.
        style: seed of a random style that takes the place of the drawing's, or None.
        edits: latents that were set, in steps of 1/64.
        toward: number of the example to morph towards, or None for a random style.
        lam: λ.
        seed: seed of the random style to morph towards.
        plane: the digit that the map's grid draws, or None for the model without labels.
    """

    digit: int | None = number_field("digit", "the digit", None, high=DIGITS - 1)
    style: int | None = number_field("style", "the seed of the style", None, high=MAX_SEED)
    edits: tuple[tuple[int, int], ...] = value_field(
        "z",
        (),
        latents,
        decode=lambda text, _: latents(edits_of(text, "latents such as 3.-64_12.8")),
        text=edits_text,
    )
    toward: int | None = number_field("to", "the example", None, high=EXAMPLES - 1)
    lam: float = number_field("lambda", "λ", 0.0, high=1, digits=2)
    seed: int = number_field("seed", "the seed", 0, high=MAX_SEED)
    plane: int | None = number_field("map", "the digit of the map", None, high=DIGITS - 1)

    @property
    def blank(self) -> bool:
        """Is there neither a drawing nor a style?"""
        return self.empty and self.style is None and not self.edits

    @property
    def source(self) -> str:
        """The name of its drawing."""
        return source_of(self)


DEFAULT = State()


def check(drawing: object, digit: object, style: object, *settings: object) -> State:
    """The state that the page's controls hold.

    Args:
        drawing: the pad's value.
        digit: the value of the digit buttons; ignored if it is meant for another drawing.
        style: the value of the sliders; likewise.
        settings: the example to morph towards, λ, the seed, and the digit of the map.

    Raises:
        ValueError: with one sentence that names the value.

    Example:
        >>> check({"strokes": []}, {}, {"seed": 3, "at": {"5": 64}}, "", 0.25, 7, "")
        State(strokes=[], glyph='', digit=None, style=3, edits=((5, 64),), toward=None, lam=0.25, seed=7, plane=None)
    """
    drawn = check_drawing(drawing)
    source = source_of(drawn)
    corrected, styled = _meant_for(source, "a digit", digit), _meant_for(source, "a style", style)
    edits = styled.get("at") or {}
    return shared.check(State, drawn, corrected.get("digit"), styled.get("seed"), edits, *settings)


def _meant_for(source: str, what: str, value: object) -> dict[str, Any]:
    """A control's value, or nothing if it was set for another drawing."""
    if not isinstance(value, dict):
        raise ValueError(f"expected {what} as an object, got {type(value).__name__}")
    return value if value.get("of", source) == source else {}


def linked(query: Mapping[str, str]) -> tuple[State, list[str]]:
    """The state of a link, and notes for the visitor.

    Example:
        >>> linked({"lambda": "7", "z": "high"})[1]
        ["expected latents such as 3.-64_12.8, got 'high'", 'λ was 7, shown with 1']
    """
    return shared.from_query(State, query, load_session().version)


def state_of(query: object) -> State:
    """The state of the query string that a component sends along."""
    return linked(parse_query(query))[0]


def digit_value(state: State) -> Answer:
    """A state's correction as the digit buttons hold it."""
    return {} if state.digit is None else {"of": state.source, "digit": state.digit}


def style_value(state: State) -> Answer:
    """A state's changes of style as the sliders hold them."""
    return sliders_value(state.source, state.style, state.edits)
