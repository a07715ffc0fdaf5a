"""The state of a page as one declarative list of fields, checked as the page sends them and carried by its link.

Each field of a frozen dataclass names once its key in the link, the check of its value, bounds, precision, and what
messages call it.

    @dataclass(frozen=True)
    class State(Drawing):
        lam: float = number_field("lambda", "λ", 0.5, high=1, digits=2)

    state = check(State, Drawing(), 0.25)            # what the page's controls hold, in the fields' order
    to_query(state, "0123abcd")                      # 'lambda=0.25&model=0123abcd'
    from_query(State, {"lambda": "7"}, "0123abcd")   # State(lam=1.0) and ["λ was 7, shown with 1"]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar
from urllib.parse import urlencode

from apps.ui.shared.permalink import Drawing, Reader, drawing_query, number

Known = Mapping[str, Any]
S = TypeVar("S", bound=Drawing)


@dataclass(frozen=True)
class Rule:
    """How one field of a state is checked, read out of a link and written into it.

    Attributes:
        key: its key in the link.
        default: its value where a link has none.
        parse: a control's value, checked; raises a `ValueError` with one sentence.
        read: the value in a link, given those of the fields before it; mistakes become the reader's notes.
        text: the value as a link holds it; "" leaves it out.
        applies: whether it belongs into the link, given the values of the fields before it, or of all of them.
    """

    key: str
    default: Any
    parse: Callable[[Any], Any]
    read: Callable[[Reader, Known], Any]
    text: Callable[[Any], str]
    applies: Callable[[Known], bool]


def always(_: Known) -> bool:
    """True: a field belongs into every link unless it says otherwise."""
    return True


def plain_text(value: Any) -> str:
    """A value as text, "" for None."""
    return "" if value is None else str(value)


def value_field(
    key: str,
    default: Any,
    parse: Callable[[Any], Any],
    *,
    decode: Callable[[str, Known], Any] | None = None,
    text: Callable[[Any], str] = plain_text,
    applies: Callable[[Known], bool] = always,
) -> Any:
    """A dataclass field of any type; `decode` replaces `parse` where a link writes the value in another way."""

    def read(reader: Reader, known: Known) -> Any:
        return reader.value(key, default, lambda given: decode(given, known) if decode else parse(given))

    return _field(Rule(key, default, parse, read, text, applies))


def number_field(
    key: str,
    name: str,
    default: float | None,
    *,
    high: float | Callable[[], float],
    low: float = 0,
    digits: int | None = None,
    applies: Callable[[Known], bool] = always,
) -> Any:
    """A dataclass field of a number within bounds, to which a link's number is clipped.

    Args:
        key: in the link.
        name: in messages.
        default: None makes it optional.
        high: the upper bound, or a function that is called for it when there is a number.
        low: the lower bound.
        digits: after the point; None for whole numbers.
        applies: see `Rule`.
    """

    def bound() -> float:
        return high() if callable(high) else high

    def parse(value: Any) -> float | None:
        missing = default is None and (value is None or value == "")
        return None if missing else round(number(name, value, low, bound()), digits)

    def read(reader: Reader, _: Known) -> float | None:
        found = reader.number(key, name, default, bound, low)
        return None if found is None else round(found, digits)

    def text(value: float | None) -> str:
        return plain_text(value) if digits is None else f"{value:g}"

    return _field(Rule(key, default, parse, read, text, applies))


def flag_field(key: str, name: str) -> Any:
    """A dataclass field of a switch, on where a link says 1."""

    def parse(value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"expected {name} on or off, got {str(value)[:20]}")
        return value

    def read(reader: Reader, _: Known) -> bool:
        return reader.query.get(key) == "1"

    return _field(Rule(key, False, parse, read, lambda on: "1" if on else "", always))


def _field(rule: Rule) -> Any:
    return field(default=rule.default, metadata={"rule": rule})


# Any list of fields


def rules_of(kind: type[Any]) -> dict[str, Rule]:
    """The rules of a dataclass's fields by name, in order; fields without one are left out."""
    return {each.name: each.metadata["rule"] for each in fields(kind) if "rule" in each.metadata}


def parse_values(kind: type[Any], values: Known) -> dict[str, Any]:
    """The checked values of those fields that `values` names."""
    return {name: rule.parse(values[name]) for name, rule in rules_of(kind).items() if name in values}


def read_values(kind: type[Any], reader: Reader, known: Known) -> dict[str, Any]:
    """`known`, and a link's values of all other fields; defaults where it has none or a field does not apply."""
    values = dict(known)
    for name, rule in rules_of(kind).items():
        if name not in known:
            values[name] = rule.read(reader, values) if rule.applies(values) else rule.default
    return values


def query_of(kind: type[Any], values: Known) -> dict[str, str]:
    """The part of a query that holds the values of a dataclass's fields."""
    texts = {rule.key: rule.text(values[name]) for name, rule in rules_of(kind).items() if rule.applies(values)}
    return {key: text for key, text in texts.items() if text}


# States with a drawing


def check(kind: type[S], drawing: Drawing, *values: object) -> S:
    """The state that a page's controls hold: the drawing, and a value for each field in order.

    Raises:
        ValueError: with one sentence that names the value.
    """
    return kind(**vars(drawing), **parse_values(kind, dict(zip(rules_of(kind), values, strict=True))))


def to_query(state: Drawing, model: str) -> str:
    """The query string of a state; `model` is the version of the weights, the first letters of their sha256."""
    return urlencode(drawing_query(state) | query_of(type(state), vars(state)) | {"model": model})


def from_query(kind: type[S], query: Mapping[str, str], model: str) -> tuple[S, list[str]]:
    """The state of a link, and notes for the visitor: values that were clipped or left out, another model's version."""
    reader = Reader(query, [])
    state = kind(**read_values(kind, reader, vars(reader.drawing())))
    reader.version(model)
    return state, reader.notes
