"""What the Analogies app shows: the state of its page and its link, the sheet of ten digits, the film, and files."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import numpy as np
from torch import Tensor

from apps.ui.components.dials import dial
from apps.ui.components.pad import drawings
from apps.ui.components.share import asked_file
from apps.ui.shared.answers import MISTAKES, Answer, answered
from apps.ui.shared.permalink import MAX_SEED, Drawing, Reader, check_drawing, drawing_query, number, parse_query
from core.analogies.session import DIGITS, GRID, REACH, SURE, Bench, Work, load_bench, redraw
from core.imaging import rendering
from core.imaging.export import as_json, as_npz
from core.latent.dimension_effects import dimension_profile
from core.registry.load import load
from core.registry.store import get_record

EMPTY = "Nothing drawn yet: write a digit, drop a photo of one, or take an example. Or roll the dice for a style."
KINDS = {
    "PNG": "the ten digits",
    "GIF": "the morph",
    "JSON": "the latents, to read",
    "npz": "the latents, for NumPy",
}
TURNS = 2  # examples of each digit
EXAMPLES = TURNS * DIGITS
ROOM = 4  # free rows of pixels beneath a digit of the sheet
MODELS = {
    "mnist-cvae-mlp-x": "One hidden layer; the encoder sees the picture alone",
    "mnist-cvae-mlp-xy": "One hidden layer; the encoder sees the picture and the digit",
    "mnist-cvae-conv": "Convolutions; the encoder sees the picture alone",
    "mnist-cvae": "Ours: convolutions steered by the digit, trained on its own analogies",
}


@dataclass(frozen=True)
class State(Drawing):
    """What the visitor has set, beside the drawing.

    Attributes:
        digit: what the drawing is, as the visitor says; None to follow the recognition.
        style: seed of a random style that takes the place of the drawing's, or None.
        edits: latents that were set, pairs of a dimension and a value in steps of 1/64, by dimension.
        toward: number of the example to morph towards, or None for a random style.
        lam: λ in [0, 1].
        seed: seed of the random style to morph towards.
        plane: the digit that the map's grid draws, or None for the model without labels.
    """

    digit: int | None = None
    style: int | None = None
    edits: tuple[tuple[int, int], ...] = ()
    toward: int | None = None
    lam: float = 0.0
    seed: int = 0
    plane: int | None = None

    @property
    def blank(self) -> bool:
        """Is there neither a drawing nor a style?"""
        return self.empty and self.style is None and not self.edits

    @property
    def source(self) -> str:
        """A name of the drawing: corrections and styles are meant for the one they were set for."""
        return "" if self.empty else f"{zlib.crc32(urlencode(drawing_query(self)).encode()):08x}"


DEFAULT = State()


def check(
    drawing: object, digit: object, style: object, toward: object, lam: object, seed: object, plane: object, latent: int
) -> State:
    """The state that the page's components hold, every value checked.

    Args:
        drawing: the pad's value, `{"strokes": […]}` or `{"glyph": text}`.
        digit: the value of `apps.ui.components.digits`; one that is meant for another drawing is let go.
        style: the value of `apps.ui.components.dials`; the same holds.
        toward: the number of an example as a number or text; None or "" for a random style.
        lam, seed: numbers.
        plane: a digit as a number or text; None or "" for the model without labels.
        latent: number of latent dimensions.

    Raises:
        ValueError: with one sentence that names the value.

    Example:
        >>> check({"strokes": []}, {}, {"seed": 3, "at": {"5": 64}}, "", 0.25, 7, "", latent=16)
        State(strokes=[], glyph='', digit=None, style=3, edits=((5, 64),), toward=None, lam=0.25, seed=7, plane=None)
    """
    drawn = vars(check_drawing(drawing))
    source = State(**drawn).source
    said, set_by_hand = _meant_for(source, "a digit", digit), _meant_for(source, "a style", style)
    return State(
        **drawn,
        digit=_optional("the digit", said.get("digit"), DIGITS - 1),
        style=_optional("the seed of the style", set_by_hand.get("seed"), MAX_SEED),
        edits=_edits(set_by_hand.get("at") or {}, latent),
        toward=_optional("the example", toward, EXAMPLES - 1),
        lam=round(number("λ", lam, 0, 1), 2),
        seed=round(number("the seed", seed, 0, MAX_SEED)),
        plane=_optional("the digit of the map", plane, DIGITS - 1),
    )


def _meant_for(source: str, what: str, value: object) -> dict[str, Any]:
    """The value of a component, or nothing if it was set for another drawing."""
    if not isinstance(value, dict):
        raise ValueError(f"expected {what} as an object, got {type(value).__name__}")
    return value if value.get("of", source) == source else {}


def _optional(name: str, value: object, high: int) -> int | None:
    return None if value is None or value == "" else round(number(name, value, 0, high))


def _edits(at: object, latent: int) -> tuple[tuple[int, int], ...]:
    if not isinstance(at, dict) or len(at) > latent:
        raise ValueError(f"expected at most {latent} latents by dimension, got {type(at).__name__} of another form")
    edits = {
        round(number("a dimension", key, 0, latent - 1)): round(number("a latent", value, -REACH * GRID, REACH * GRID))
        for key, value in at.items()
    }
    return tuple(sorted(edits.items()))


def to_query(state: State, model: str) -> str:
    """The query string of a state; `model` is the version of the weights, the first letters of their sha256.

    Example:
        >>> to_query(State(glyph="eNoD", style=7, edits=((3, -64), (12, 8)), lam=0.5), "0123abcd")
        'glyph=eNoD&style=7&z=3.-64_12.8&lambda=0.5&seed=0&model=0123abcd'
    """
    if state.blank:
        return ""
    chosen = {"digit": state.digit, "style": state.style, "z": "_".join(f"{d}.{at}" for d, at in state.edits)}
    aims = {"to": state.toward, "lambda": f"{state.lam:g}", "seed": state.seed, "map": state.plane}
    told = {key: value for key, value in (chosen | aims).items() if value not in (None, "")}
    return urlencode(drawing_query(state) | told | {"model": model})


def from_query(query: Mapping[str, str], model: str, latent: int) -> tuple[State, list[str]]:
    """The state of a link, and what the visitor should know: values that had to be clipped or left out, another model.

    Example:
        >>> from_query({"lambda": "7", "z": "high", "model": "ffff0000"}, "0123abcd", latent=16)[1]
        ["expected latents such as 3.-64_12.8, got 'high'", 'λ was 7, shown with 1',
         'this link was made with version ffff0000 of the model, shown with 0123abcd']
    """
    read = Reader(query, [])

    def optional(key: str, name: str, high: int) -> int | None:
        value = read.number(key, name, -1, high)
        return None if value < 0 else round(value)

    state = State(
        **vars(read.drawing()),
        digit=optional("digit", "the digit", DIGITS - 1),
        style=optional("style", "the seed of the style", MAX_SEED),
        edits=read.value("z", (), lambda text: _edits_of(text, latent)),
        toward=optional("to", "the example", EXAMPLES - 1),
        lam=round(read.number("lambda", "λ", DEFAULT.lam, 1), 2),
        seed=round(read.number("seed", "the seed", DEFAULT.seed, MAX_SEED)),
        plane=optional("map", "the digit of the map", DIGITS - 1),
    )
    read.version(model)
    return state, read.notes


def _edits_of(text: str, latent: int) -> tuple[tuple[int, int], ...]:
    if not re.fullmatch(r"\d{1,3}\.-?\d{1,4}(_\d{1,3}\.-?\d{1,4})*", text):
        raise ValueError(f"expected latents such as 3.-64_12.8, got {text[:20]!r}")
    return _edits(dict(part.split(".") for part in text.split("_")), latent)


def linked(query: Mapping[str, str]) -> tuple[State, list[str]]:
    """The state of a query, and the notes on it."""
    bench = load_bench()
    return from_query(query, bench.version, bench.autoencoder.latent)


def asked_for(query: str) -> State:
    """The state of the query string that a component sends along."""
    return linked(parse_query(query))[0]


def digit_value(state: State) -> Answer:
    """A state's correction as the buttons take it."""
    return {} if state.digit is None else {"of": state.source, "digit": state.digit}


def style_value(state: State) -> Answer:
    """A state's changes of style as the sliders take them."""
    return {"of": state.source, "seed": state.style, "at": {str(dimension): at for dimension, at in state.edits}}


# Views


def work(state: State) -> Work:
    """Read the drawing of a state, change its style and morph it."""
    bench = load_bench()
    ink = None if state.empty else drawings.ink_of(state, bench.preprocess)
    edits = {dimension: at / GRID for dimension, at in state.edits}
    target = target_of(state, bench)
    return bench.work(ink, target, state.lam, digit=state.digit, style=state.style, edits=edits)


def target_of(state: State, bench: Bench) -> Tensor:
    """The style that a state morphs towards."""
    if state.toward is None:
        return bench.random_style(state.seed)
    return bench.example_style(state.toward % DIGITS, state.toward // DIGITS)


def view_of(state: State) -> Answer:
    """What the page shows of a state at once: a message, the sheet, and the parts that its components know."""
    if state.blank:
        return {"message": EMPTY, "kind": "hint", "query": "", "source": ""}
    bench, done = load_bench(), work(state)
    query = to_query(state, bench.version)
    return spoken(state, done) | {
        "query": query,
        "source": state.source,
        "digits": [] if done.probabilities is None else done.probabilities.tolist(),
        "digit": done.digit,
        "z": done.z.mul(GRID).round().int().tolist(),
        "way": f"from {name_of(state, done)} to {name_of_target(state)}",
        "lam": state.lam,
        "around": re.sub("&(lambda|map)=[^&]*", "", query),
        "result": rendering.inline(sheet_of(bench.glyphs(done.shown[None])[0], 4)),
    }


def film_of(state: State) -> Answer:
    """The morph of a state as a strip of pictures, each with two digits in a row."""
    if state.blank:
        return {"strip": ""}
    film = load_bench().film(work(state))
    frames = [rendering.sheet(with_room(frame), 2) for frame in film]
    return {"strip": rendering.inline(np.concatenate(frames, axis=1))}


def spoken(state: State, done: Work) -> Answer:
    """What was read, or taken, as a sentence."""
    if done.probabilities is None or done.digit is None:
        return {"message": f"{name_of(state, done).capitalize()}, in all ten digits.", "kind": "sure"}
    first, second = done.probabilities.topk(2).indices.tolist()
    share = float(done.probabilities[first])
    read = f"read as {first}, {share:.0%} sure"
    if state.digit is not None:
        return {"message": f"Taken as {state.digit}, as you say ({read}).", "kind": "sure"}
    if share < SURE:
        return {"message": f"Not sure: {first} or {second}? Say which digit it is, below the pad.", "kind": "unsure"}
    shown = ": its style, in all ten digits" if state.style is None else f"; shown is random style {state.style}"
    return {"message": f"{read.capitalize()}{shown}.", "kind": "sure"}


def name_of(state: State, done: Work) -> str:
    """The style of a state in words."""
    changed = ", changed" if state.edits else ""
    if state.style is not None:
        return f"random style {state.style}{changed}"
    return f"the middle of all styles{changed}" if done.digit is None else f"your {done.digit}{changed}"


def name_of_target(state: State) -> str:
    """The style that a state morphs towards in words."""
    if state.toward is None:
        return f"random style {state.seed}"
    return f"the style of example {example_names()[state.toward]}"


def sheet_of(glyphs: np.ndarray, factor: int) -> np.ndarray:
    """Ten glyphs (10, S, S) uint8 in two rows of five, enlarged, with room beneath each for its name."""
    return rendering.sheet(rendering.enlarge(with_room(glyphs), factor), 5)


def with_room(glyphs: np.ndarray) -> np.ndarray:
    """Glyphs (N, S, S) uint8 with an empty strip beneath, (N, S + 4, S)."""
    return np.pad(glyphs, ((0, 0), (0, ROOM), (0, 0)))


# Examples and sliders


def example_names() -> list[str]:
    """What the examples are called, in their order."""
    return [f"{digit}, {turn + 1}" for turn in range(TURNS) for digit in range(DIGITS)]


@lru_cache(maxsize=1)
def examples() -> str:
    """The picture of all examples, ten to a row, decoded once a process."""
    bench = load_bench()
    glyphs = [bench.example(str(digit), turn) for turn in range(TURNS) for digit in range(DIGITS)]
    return rendering.inline(rendering.sheet(rendering.enlarge(np.stack(glyphs), 2), DIGITS))


@answered
def example_sheet(_: object) -> Answer:
    """The examples."""
    return {"address": examples(), "count": EXAMPLES}


@answered
def glyph_for(asked: object) -> Answer:
    """The pad's new value for a photo, a typed key or an example."""
    bench = load_bench()
    return drawings.glyph_for(asked, bench.preprocess, bench.example)


@answered
def dial_profile(_: object) -> Answer:
    """The sliders, the one that changes the pictures most first."""
    return {"dimensions": [dial(dimension) for dimension in dimension_profile(load_bench().autoencoder)]}


# Side by side


@answered
def compare(query: str) -> Answer:
    """A drawing through the models, as the paper's figures 10 and 13."""
    state = asked_for(query)
    if state.empty:
        raise ValueError("expected a drawing to redraw, got a style alone: write a digit first")
    return {"rows": [compared(name, state) for name in MODELS]}


def compared(name: str, state: State) -> Answer:
    """One model's row: the drawing and its ten analogies, what the judge reads them as, and the measured share."""
    try:
        model = load(name).autoencoder
    except MISTAKES:
        return {"title": name, "note": f"{MODELS[name]}. Not trained yet: its weights are not here."}
    bench, done = load_bench(), work(state)
    ink = drawings.ink_of(state, bench.preprocess)
    drawn = redraw(model, bench.judge, ink, done.digit or 0)
    row = np.concatenate([rendering.to_array(ink), drawn.glyphs])
    captions = [("yours", True), *((str(read), read == asked) for asked, read in enumerate(drawn.read))]
    told = f"{MODELS[name]}. {drawn.right} of 10 are read as what they should be{measured(name)}."
    return {
        "title": name,
        "note": told,
        "address": rendering.inline(rendering.sheet(rendering.enlarge(row, 3), len(row))),
        "captions": captions,
    }


def measured(name: str) -> str:
    """What was measured over a whole split, if it was."""
    results = get_record(name).results
    split = next((split for split in ("test", "val") if "content_accuracy" in results.get(split, {})), None)
    if split is None:
        return ""
    share, n = results[split]["content_accuracy"], results[split]["n"]
    return f"; over {n} digits of the {split} split, {share:.1%}"


# Files


@answered
def keepsake(asked: object) -> Answer:
    """A file of the view that a query describes; asked is [kind, query]."""
    kind, query = asked_file(asked, KINDS)
    state = asked_for(query)
    if state.blank:
        raise ValueError("expected a digit or a style, got an empty pad")
    media, data = file_of(kind, state, work(state))
    return {"name": f"analogies.{kind.lower()}", "address": rendering.data_uri(data, media)}


def file_of(kind: str, state: State, done: Work) -> tuple[str, bytes]:
    """The media type and the content of a file, one of `KINDS`."""
    bench = load_bench()
    if kind == "PNG":
        return "image/png", rendering.png(rendering.on_paper(sheet_of(bench.glyphs(done.shown[None])[0], 8)))
    if kind == "GIF":
        return "image/gif", rendering.gif(np.stack([sheet_of(frame, 4) for frame in bench.film(done)]))
    arrays = {"z": done.z, "z_own": done.own, "z_target": done.target, "z_shown": done.shown}
    named = {name: tensor.numpy() for name, tensor in arrays.items()}
    if kind == "npz":
        return "application/octet-stream", as_npz(named)
    settings = {"digit": done.digit, "style": state.style, "lambda": state.lam, "seed": state.seed}
    return "application/json", as_json(named, model=bench.version, **settings)
