"""What a visitor of Fashion → digits has set, and its link."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from apps.ui.shared import state as shared
from apps.ui.shared.answers import Answer
from apps.ui.shared.permalink import Drawing, check_drawing, number, parse_query
from apps.ui.shared.state import Known, flag_field, number_field, value_field
from core.data import data_root
from core.data import load as load_data
from core.data.fashion_mnist import FOLDER, KINDS
from core.fashion.shape_transfer import MAX_STRENGTH
from core.imaging import strokes
from core.registry.store import get_record

MODEL = "mnist-cvae"
SPLIT = "val"
MAX_PINS = 6
MAX_VARIATION = 9999


def fashion_here() -> bool:
    """True if FashionMNIST lies in the data root; nothing is ever downloaded for a visitor."""
    return (data_root() / FOLDER / "train-images-idx3-ubyte").is_file()


@lru_cache(maxsize=1)
def fashion_pictures() -> np.ndarray:
    """FashionMNIST's validation pictures, (N, 28, 28) uint8."""
    return load_data("fashion-mnist", SPLIT).images


# The values of fields


def kind_of(value: object) -> str:
    """A kind of garment, checked."""
    if value not in KINDS:
        raise ValueError(f"expected a garment out of {', '.join(KINDS)}, got {str(value)[:20]!r}")
    return str(value)


def variation_of(value: object) -> int:
    """The seed of a garment's variation, checked."""
    return round(number("the variation", value, 0, MAX_VARIATION))


def number_of(value: object) -> int | None:
    """The number of a picture of FashionMNIST, checked; None for none."""
    if value is None:
        return None
    if not fashion_here():
        raise ValueError("expected a garment of the gallery or your own: this server has no FashionMNIST")
    return round(number("the FashionMNIST number", value, 0, len(fashion_pictures()) - 1))


def pins_of(value: object) -> tuple[str, ...]:
    """The pins that the page holds, each once: at most six, each a garment as `from_pin` reads it."""
    if not isinstance(value, list) or len(value) > MAX_PINS:
        raise ValueError(f"expected at most {MAX_PINS} garments to compare, got {str(value)[:20]}")
    for pin in value:
        from_pin(pin)
    return tuple(dict.fromkeys(value))


def from_pin(text: object) -> "Garment":
    """The garment of a pin, the short text that `apps.views.fashion.view.to_pin` makes of it.

    Example:
        >>> from_pin("K8-3").title
        'bag 3'
        >>> from_pin("K99-3")
        Traceback (most recent call last):
        ValueError: expected a garment to compare, got 'K99-3'
    """
    letter, rest = (text[:1], text[1:]) if isinstance(text, str) else ("", "")
    if letter == "I" and strokes.decode_glyph(rest).any():
        return Garment(glyph=rest)
    if letter == "N":
        return Garment(number=number_of(rest))
    kind, _, variation = rest.partition("-")
    if letter != "K" or kind not in map(str, range(len(KINDS))) or not variation.isdecimal():
        raise ValueError(f"expected a garment to compare, got {str(text)[:20]!r}")
    return Garment(kind=KINDS[int(kind)], variation=variation_of(variation))


# The fields


def _from_pictures(known: Known) -> bool:
    return not (known["strokes"] or known["glyph"])


def _from_gallery(known: Known) -> bool:
    return _from_pictures(known) and known.get("number") is None


@dataclass(frozen=True)
class Garment(Drawing):
    """Where the shape comes from: a drawing, else a picture of FashionMNIST, else a garment that the project draws.

    Attributes:
        kind: one of `core.data.fashion_mnist.KINDS`.
        variation: its seed.
        number: of a picture of FashionMNIST's validation part, or None.
    """

    kind: str = value_field("garment", "sneaker", kind_of, applies=_from_gallery)
    variation: int = number_field("variation", "the variation", 0, high=MAX_VARIATION, applies=_from_gallery)
    number: int | None = value_field("number", None, number_of, applies=_from_pictures)

    @property
    def title(self) -> str:
        """Its name."""
        if not self.empty:
            return "your garment" if self.glyph else "your drawing"
        return f"{self.kind} {self.variation}" if self.number is None else f"FashionMNIST {self.number}"


@dataclass(frozen=True)
class State(Garment):
    """What the visitor has set, beside the garment.

    Attributes:
        strength: how far the digits follow it, t in [0, 1.5]. A garment's latent lies further out than any digit's; at
            0.7 it comes back to where digits lie, and most are still read as what they should be.
        outline: whether its outline lies over the digits.
        pins: garments put beside it, each as a short text.
    """

    strength: float = number_field("strength", "the strength", 0.7, high=MAX_STRENGTH, digits=2)
    outline: bool = flag_field("outline", "the outline")
    pins: tuple[str, ...] = value_field(
        "pins", (), pins_of, decode=lambda text, _: pins_of(text.split(".")), text=".".join
    )


DEFAULT = State()


def check(drawing: object, picked: object, *settings: object) -> State:
    """The state that the page's controls hold.

    Args:
        drawing: the pad's value; an empty one leaves it to `picked`.
        picked: `{"kind", "variation"}` or `{"number"}`.
        settings: the strength, the outline and the pins.

    Raises:
        ValueError: with one sentence that names the value.

    Example:
        >>> check({"strokes": []}, {"kind": "bag", "variation": 3}, 0.5, True, ["K8-2"])
        State(strokes=[], glyph='', kind='bag', variation=3, number=None, strength=0.5, outline=True, pins=('K8-2',))
    """
    drawn = check_drawing(drawing)
    chosen: dict[str, Any] = {}
    if drawn.empty:
        if not isinstance(picked, dict):
            raise ValueError(f"expected a garment that was picked, got {type(picked).__name__}")
        picture = picked.get("number")
        chosen = picked if picture is None else {"number": picture}
    garment = chosen.get("kind", DEFAULT.kind), chosen.get("variation", 0), chosen.get("number")
    return shared.check(State, drawn, *garment, *settings)


def version() -> str:
    """The version of the weights."""
    return (get_record(MODEL).sha256 or "")[:8]


def linked(query: Mapping[str, str]) -> tuple[State, list[str]]:
    """The state of a link, and notes for the visitor.

    Example:
        >>> linked({"garment": "hat", "strength": "7"})[1]
        ["expected a garment out of T-shirt, ..., ankle boot, got 'hat'", 'the strength was 7, shown with 1.5']
    """
    return shared.from_query(State, query, version())


def state_of(query: object) -> State:
    """The state of the query string that a component sends along."""
    return linked(parse_query(query))[0]


def picked_of(state: State) -> Answer:
    """A state's garment as the picker holds it."""
    if state.number is not None:
        return {"number": state.number}
    return {"kind": state.kind, "variation": state.variation}
