"""What Fashion → digits shows: the state of its page and its link, its view, the rows to compare, and its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from apps.ui.components.pad.drawings import pad_value
from apps.ui.components.share import asked_file
from apps.ui.server.uploads import read_upload
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.permalink import Drawing, Reader, check_drawing, drawing_query, number, parse_query
from core.data import data_root
from core.data import load as load_data
from core.data.fashion_mnist import FOLDER, KINDS
from core.fashion.garments import garment
from core.fashion.shape_transfer import MAX_STRENGTH, Transfer, cloth_of, cut_out, garment_ink, outlines, transfer
from core.imaging import rendering, strokes
from core.imaging.export import as_json, as_npz
from core.imaging.preprocess import open_picture
from core.models.base import SURE
from core.registry.load import load
from core.registry.store import get_record

MODEL, JUDGE = "mnist-cvae", "mnist-classifier"
FILES = {
    "PNG": "the garment and its digits, and those put beside it",
    "JSON": "the latents and how far to believe them, to read",
    "npz": "the same with the digits, for NumPy",
}
SPLIT = "val"
MAX_PINS = 6
MAX_VARIATION = 9999
SEAL = (171, 59, 34)  # the accent of the theme


@dataclass(frozen=True)
class Garment(Drawing):
    """Where the shape comes from: a drawing, else a picture of FashionMNIST, else a garment that the project draws.

    Attributes:
        kind: one of `core.data.fashion_mnist.KINDS`.
        variation: its seed.
        number: of a picture of FashionMNIST's validation part, or None.
    """

    kind: str = "sneaker"
    variation: int = 0
    number: int | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        if not self.empty:
            return "your garment" if self.glyph else "your drawing"
        return f"{self.kind} {self.variation}" if self.number is None else f"FashionMNIST {self.number}"


@dataclass(frozen=True)
class State(Garment):
    """What the visitor has set, beside the garment.

    Attributes:
        strength: how far the digits follow it, t in [0, 1.5]. A garment's latent lies further out than any digit's; at
            0.7 it comes back to where digits lie, and most are still read as what they should be.
        outline: does its outline lie over the digits?
        pins: garments put beside it, as texts of `to_pin`.
    """

    strength: float = 0.7
    outline: bool = False
    pins: tuple[str, ...] = ()


DEFAULT = State()


# The state and its link


def check(drawing: object, picked: object, strength: object, outline: object, pins: object) -> State:
    """The state that the page's components hold, every value checked.

    Args:
        drawing: the pad's value, `{"strokes": […]}` or `{"glyph": text}`; an empty one leaves it to `picked`.
        picked: `{"kind", "variation"}` or `{"number"}`.
        strength: a number.
        outline: true or false.
        pins: texts of `to_pin`.

    Raises:
        ValueError: with one sentence that names the value.

    Example:
        >>> check({"strokes": []}, {"kind": "bag", "variation": 3}, 0.5, True, ["K8-2"])
        State(strokes=[], glyph='', kind='bag', variation=3, number=None, strength=0.5, outline=True, pins=('K8-2',))
    """
    if not isinstance(outline, bool):
        raise ValueError(f"expected the outline on or off, got {str(outline)[:20]}")
    return State(
        **vars(check_garment(drawing, picked)),
        strength=round(number("the strength", strength, 0, MAX_STRENGTH), 2),
        outline=outline,
        pins=check_pins(pins),
    )


def check_garment(drawing: object, picked: object) -> Garment:
    """The garment of the pad's value and the picker's; see `check`."""
    drawn = check_drawing(drawing)
    if not drawn.empty:
        return Garment(**vars(drawn))
    if not isinstance(picked, dict):
        raise ValueError(f"expected a garment that was picked, got {type(picked).__name__}")
    if picked.get("number") is not None:
        return Garment(number=_number(picked["number"]))
    return Garment(kind=_kind(picked.get("kind", DEFAULT.kind)), variation=_variation(picked.get("variation", 0)))


def check_pins(pins: object) -> tuple[str, ...]:
    """The pins that the page holds: at most six, each a garment."""
    if not isinstance(pins, list) or len(pins) > MAX_PINS:
        raise ValueError(f"expected at most {MAX_PINS} garments to compare, got {str(pins)[:20]}")
    for pin in pins:
        from_pin(pin)
    return tuple(dict.fromkeys(pins))


def _kind(value: object) -> str:
    if value not in KINDS:
        raise ValueError(f"expected a garment out of {', '.join(KINDS)}, got {str(value)[:20]!r}")
    return str(value)


def _variation(value: object) -> int:
    return round(number("the variation", value, 0, MAX_VARIATION))


def _number(value: object) -> int:
    if not fashion_here():
        raise ValueError("expected a garment of the gallery or your own: this server has no FashionMNIST")
    return round(number("the FashionMNIST number", value, 0, len(fashion_pictures()) - 1))


def to_pin(shape: Garment) -> str:
    """A garment as a short text; a drawing as the glyph that the model sees.

    Example:
        >>> to_pin(Garment(kind="bag", variation=3)), to_pin(Garment(number=17))
        ('K8-3', 'N17')
    """
    if not shape.empty:
        return f"I{strokes.encode_glyph(ink_of(shape)[0, 0].numpy())}"
    return f"K{KINDS.index(shape.kind)}-{shape.variation}" if shape.number is None else f"N{shape.number}"


def from_pin(text: object) -> Garment:
    """The garment of a text made by `to_pin`.

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
        return Garment(number=_number(rest))
    kind, _, variation = rest.partition("-")
    if letter != "K" or kind not in map(str, range(len(KINDS))) or not variation.isdecimal():
        raise ValueError(f"expected a garment to compare, got {str(text)[:20]!r}")
    return Garment(kind=KINDS[int(kind)], variation=_variation(variation))


def to_query(state: State, model: str) -> str:
    """The query string of a state; `model` is the version of the weights.

    Example:
        >>> to_query(State(kind="bag", pins=("K8-3", "K0-1")), "0123abcd")
        'garment=bag&variation=0&strength=0.7&pins=K8-3.K0-1&model=0123abcd'
    """
    named = {"garment": state.kind, "variation": state.variation}
    chosen = drawing_query(state) or (named if state.number is None else {"number": state.number})
    settings = {"strength": f"{state.strength:g}"} | ({"outline": 1} if state.outline else {})
    pins = {"pins": ".".join(state.pins)} if state.pins else {}
    return urlencode(chosen | settings | pins | {"model": model})


def from_query(query: Mapping[str, str], model: str) -> tuple[State, list[str]]:
    """The state of a link, and what the visitor should know: values that had to be clipped or left out, another model.

    Example:
        >>> from_query({"garment": "hat", "strength": "7", "model": "0123abcd"}, "0123abcd")[1]
        ["expected a garment out of T-shirt, ..., ankle boot, got 'hat'", 'the strength was 7, shown with 1.5']
    """
    read = Reader(query, [])
    drawn = read.drawing()
    shape = Garment(
        **vars(drawn),
        kind=read.value("garment", DEFAULT.kind, _kind),
        variation=round(read.number("variation", "the variation", 0, MAX_VARIATION)),
        number=read.value("number", None, _number) if drawn.empty else None,
    )
    state = State(
        **vars(shape),
        strength=round(read.number("strength", "the strength", DEFAULT.strength, MAX_STRENGTH), 2),
        outline=query.get("outline") == "1",
        pins=read.value("pins", (), lambda text: check_pins(text.split("."))),
    )
    read.version(model)
    return state, read.notes


def linked(query: Mapping[str, str]) -> tuple[State, list[str]]:
    """The state of a query, and the notes on it."""
    return from_query(query, version())


def asked_for(query: object) -> State:
    """The state of the query string that a component sends along."""
    return linked(parse_query(query))[0]


# The models and the garments


def version() -> str:
    """The version of the weights."""
    return (get_record(MODEL).sha256 or "")[:8]


def fashion_here() -> bool:
    """Does FashionMNIST lie in the data root? Nothing is ever downloaded for a visitor."""
    return (data_root() / FOLDER / "train-images-idx3-ubyte").is_file()


@lru_cache(maxsize=1)
def fashion_pictures() -> np.ndarray:
    """FashionMNIST's validation pictures, (N, 28, 28) uint8."""
    return load_data("fashion-mnist", SPLIT).images


@lru_cache(maxsize=512)
def drawn_garment(kind: str, variation: int) -> np.ndarray:
    """A garment of the gallery, (256, 256) uint8, drawn once a process."""
    return garment(kind, variation)


def ink_of(shape: Garment) -> Tensor:
    """A garment as the model sees it, (1, 1, 28, 28) uint8.

    Raises:
        ValueError: if it is blank.
    """
    if shape.glyph:
        glyph = strokes.decode_glyph(shape.glyph)
        if not glyph.any():
            raise ValueError("expected a garment, got an empty picture")
        return torch.from_numpy(glyph.copy())[None, None]
    if shape.strokes:
        picture = cloth_of(shape.strokes)
    elif shape.number is not None:
        picture = fashion_pictures()[shape.number]
    else:
        picture = drawn_garment(shape.kind, shape.variation)
    return garment_ink([picture], load(MODEL).preprocess)


def carried(shape: Garment, strength: float) -> Transfer:
    """A garment's ten digits."""
    return transfer(load(MODEL).autoencoder, load(JUDGE).classifier, ink_of(shape), strength)


@answered
def wardrobe_sheet(variation: object) -> Answer:
    """The ten garments of one variation as one picture, five to a row."""
    return _wardrobe_sheet(_variation(variation))


@lru_cache(maxsize=32)
def _wardrobe_sheet(variation: int) -> Answer:
    small = [cv2.resize(drawn_garment(kind, variation), (112, 112), interpolation=cv2.INTER_AREA) for kind in KINDS]
    return {"address": rendering.inline(rendering.sheet(np.stack(small), 5))}


# The view


def view_of(state: State) -> Answer:
    """What the page shows of a state: a message, and the parts that its components know."""
    done = carried(state, state.strength)
    return spoken(state, done) | {
        "query": to_query(state, version()),
        "result": rendering.inline(rendering.sheet(rendering.enlarge(rendering.to_array(done.digits), 4), 5)),
        "marks": marks(done),
        "garment": portrait(state, done),
        "title": state.title,
        "outline": svg_path(outlines(done.ink)),
        "overlay": state.outline,
        "strength": state.strength,
        "pin": to_pin(state),
        "pins": list(state.pins),
        "picked": picked_of(state) if state.empty else {},
    }


def spoken(state: State, done: Transfer) -> Answer:
    """What has come of it as a sentence."""
    right = sum(not mark["note"] for mark in marks(done))
    sure = "all ten are read as what they should be" if right == 10 else f"{right} of 10 are surely what they should be"
    name = f"{state.title[:1].upper()}{state.title[1:]}"
    message = f"{name}: the digits' silhouettes agree {done.agreement.mean():.2f} with it; {sure}."
    return {"message": message, "kind": "sure" if right == 10 else "unsure"}


def marks(done: Transfer) -> list[Answer]:
    """Each digit's agreement, and what is told of its content where the judge doubts it."""
    told = [
        f"reads as {read}" if read != digit else "doubtful" if confidence < SURE else ""
        for digit, (read, confidence) in enumerate(zip(done.read.tolist(), done.confidence.tolist(), strict=True))
    ]
    agreement = done.agreement.tolist()
    return [{"agreement": round(value, 2), "note": text} for value, text in zip(agreement, told, strict=True)]


def portrait(shape: Garment, done: Transfer) -> str:
    """The address of a garment's picture: as it was drawn for the gallery, else as the model sees it."""
    if shape.empty and shape.number is None:
        drawn = drawn_garment(shape.kind, shape.variation)
        return rendering.inline(cv2.resize(drawn, (224, 224), interpolation=cv2.INTER_AREA))
    return rendering.inline(rendering.enlarge(rendering.to_array(done.ink), 8)[0])


def svg_path(lines: list[np.ndarray]) -> str:
    """Closed lines as the data of an SVG path.

    Example:
        >>> svg_path([np.array([[1.0, 2.0], [3.0, 2.125]])])
        'M1 2L3 2.12Z'
    """
    return "".join(f"M{'L'.join(f'{x:.4g} {y:.3g}' for x, y in line)}Z" for line in lines)


def picked_of(state: State) -> Answer:
    """What the picker holds."""
    if state.number is not None:
        return {"number": state.number}
    return {"kind": state.kind, "variation": state.variation}


@answered
def pinned_rows(query: object) -> Answer:
    """The garments put beside the one of a query, each with its ten digits at the query's strength."""
    state = asked_for(query)
    return {"rows": [row_of(pin, state.strength) for pin in state.pins]}


def row_of(pin: str, strength: float) -> Answer:
    """One garment with its ten digits in a row."""
    shape = from_pin(pin)
    done = carried(shape, strength)
    return {
        "pin": pin,
        "title": shape.title,
        "garment": rendering.inline(rendering.enlarge(rendering.to_array(done.ink), 3)[0]),
        "digits": rendering.inline(rendering.sheet(rendering.enlarge(rendering.to_array(done.digits), 3), 10)),
        "agreement": f"{done.agreement.mean():.2f}",
        "notes": [mark["note"] for mark in marks(done)],
    }


def honesty() -> str:
    """What these figures are worth, as HTML, with those of the record where it has been measured."""
    text = (
        "<b>Nobody knows what a boot looks like as a 4.</b> The model has only ever seen digits, so this is not a "
        "well-defined problem; it reads a garment as if it were handwriting. The number under a digit is the "
        "correlation of its blurred silhouette with the garment's: 1 for one shape, 0 for none in common."
    )
    measured = get_record(MODEL).results.get(SPLIT, {})
    if "silhouette_agreement" in measured and "silhouette_agreement_shuffled" in measured:
        own, other = measured["silhouette_agreement"], measured["silhouette_agreement_shuffled"]
        text += (
            f" Over the project's wardrobe, as encoded, digits agree {own:.2f} with their own garment and {other:.2f} "
            "with another, because both have their ink in the middle: the difference is what was carried over."
        )
    return f'<p class="honesty">{text}</p>'


# What a visitor brings and takes along


@answered
def taken_in(asked: object) -> Answer:
    """The pad's new value for an uploaded photo: the garment as the model sees it, its background removed."""
    if not isinstance(asked, dict) or "photo" not in asked:
        raise ValueError("expected a photo of a garment, got something else: the keys 0 to 9 choose from the gallery")
    cut = cut_out(open_picture(read_upload(asked["photo"])))
    return pad_value(Drawing(glyph=strokes.encode_glyph(garment_ink([cut], load(MODEL).preprocess)[0, 0].numpy())))


@answered
def keepsake(asked: object) -> Answer:
    """A file of the view that a query describes; asked is [kind, query]."""
    kind, query = asked_file(asked, FILES)
    state = asked_for(query)
    shapes = [state, *(from_pin(pin) for pin in state.pins)]
    all_done = [carried(shape, state.strength) for shape in shapes]
    if kind == "PNG":
        media, data = "image/png", rendering.png(contact_sheet(all_done, state.outline))
    else:
        media, data = numbers_of(kind, state, [shape.title for shape in shapes], all_done)
    return {"name": f"fashion-to-digits.{kind.lower()}", "address": rendering.data_uri(data, media)}


def contact_sheet(all_done: list[Transfer], outline: bool, factor: int = 4) -> Image.Image:
    """Garments and their digits on white paper, a row each, as in the paper's figure 14."""
    rows = [rendering.to_array(torch.cat([done.ink, done.digits])) for done in all_done]
    ink = rendering.sheet(rendering.enlarge(np.concatenate(rows), factor), 11)
    page = np.asarray(rendering.on_paper(ink).convert("RGB")).copy()
    for row, done in enumerate(all_done if outline else []):
        for column in range(11):
            corner = 28 * np.array([column, row])
            lines = [np.rint((line + corner) * factor).astype(np.int32)[:, None] for line in outlines(done.ink)]
            cv2.polylines(page, lines, True, SEAL, 1, cv2.LINE_AA)
    return Image.fromarray(page)


def numbers_of(kind: str, state: State, titles: list[str], all_done: list[Transfer]) -> tuple[str, bytes]:
    """The media type and the content of a file of numbers, garments along the first axis."""
    names = ["z", "agreement", "read", "confidence"] + (["ink", "digits"] if kind == "npz" else [])
    arrays: dict[str, Any] = {name: torch.stack([getattr(done, name) for done in all_done]).numpy() for name in names}
    if kind == "npz":
        return "application/octet-stream", as_npz(arrays | {"garments": np.array(titles)})
    return "application/json", as_json(arrays, model=version(), strength=state.strength, garments=titles)
