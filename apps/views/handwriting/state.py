"""What a visitor of StyleApp has set, and its link."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.ui.shared import state as shared
from apps.ui.shared.permalink import MAX_SEED, Drawing, check_drawing, parse_query
from apps.ui.shared.state import number_field, value_field
from core.data.characters import CLASSES
from core.handwriting.session import load_session

MAX_SIGMA = 1.5


def character(value: object) -> str:
    """A character, or "" for none.

    Raises:
        ValueError: for anything else.
    """
    if value in (None, ""):
        return ""
    if value not in CLASSES:
        raise ValueError(f"expected a target out of 0-9, A-Z and a-z, got {str(value)[:20]!r}")
    return str(value)


@dataclass(frozen=True)
class State(Drawing):
    """What the visitor has set, beside the drawing.

    Attributes:
        target: the chosen character, or "" to follow the recognition.
        hand: number of a writer's hand, or None for the class mean.
        lam: λ.
        sigma: σ.
        seed: seed of the samples.
    """

    target: str = value_field("target", "", character)
    hand: int | None = number_field("hand", "the hand", None, high=lambda: load_session().writers - 1)
    lam: float = number_field("lambda", "λ", 0.5, high=1, digits=2)
    sigma: float = number_field("sigma", "σ", 0.3, high=MAX_SIGMA, digits=2)
    seed: int = number_field("seed", "the seed", 0, high=MAX_SEED)


DEFAULT = State()


def check(drawing: object, *settings: object) -> State:
    """The state that the page's controls hold: the pad's value, then one for each field in order.

    Raises:
        ValueError: with one sentence that names the value.

    Example:
        >>> check({"strokes": []}, "a", "", 0.25, 1, 7)
        State(strokes=[], glyph='', target='a', hand=None, lam=0.25, sigma=1.0, seed=7)
    """
    return shared.check(State, check_drawing(drawing), *settings)


def linked(query: Mapping[str, str]) -> tuple[State, list[str]]:
    """The state of a link, and notes for the visitor.

    Example:
        >>> linked({"lambda": "7", "target": "?"})[1]
        ["expected a target out of 0-9, A-Z and a-z, got '?'", 'λ was 7, shown with 1']
    """
    return shared.from_query(State, query, load_session().version)


def state_of(query: object) -> State:
    """The state of the query string that a component sends along."""
    return linked(parse_query(query))[0]
