"""What StyleApp shows: the state of its page and its link, its view, sheets of glyphs, and files to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

import torch
from torch import Tensor

from apps.ui import drawings
from apps.ui.answers import Answer, answered
from apps.ui.glyphs import COLUMNS
from apps.ui.permalink import MAX_SEED, Drawing, Reader, check_drawing, drawing_query, number, parse_query
from apps.ui.share import asked_file
from core.data.characters import CLASSES
from core.handwriting.session import Prediction, Restyling, load_session
from core.imaging import rendering
from core.imaging.export import as_json, as_npz

EMPTY = "Nothing drawn yet: write one letter or digit, drop a photo of one, or type a key for an example."
KINDS = {
    "PNG": "the result",
    "GIF": "the way to the target",
    "JSON": "the latents, to read",
    "npz": "the latents, for NumPy",
}
MAX_SIGMA = 1.5


@dataclass(frozen=True)
class State(Drawing):
    """What the visitor has set, beside the drawing.

    Attributes:
        target: the chosen character, or "" to follow the recognition.
        hand: number of the writer's hand, or None for the class mean.
        lam: λ in [0, 1].
        sigma: σ in [0, 1.5].
        seed: seed of the samples.
    """

    target: str = ""
    hand: int | None = None
    lam: float = 0.5
    sigma: float = 0.3
    seed: int = 0


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
    """
    return State(
        **vars(check_drawing(drawing)),
        target=_character(target),
        hand=None if hand in (None, "") else round(number("the hand", hand, 0, hands - 1)),
        lam=round(number("λ", lam, 0, 1), 2),
        sigma=round(number("σ", sigma, 0, MAX_SIGMA), 2),
        seed=round(number("the seed", seed, 0, MAX_SEED)),
    )


def to_query(state: State, model: str) -> str:
    """The query string of a state; `model` is the version of the weights, the first letters of their sha256.

    Example:
        >>> to_query(State(glyph="eNoD", target="a"), "0123abcd")
        'glyph=eNoD&target=a&lambda=0.5&sigma=0.3&seed=0&model=0123abcd'
    """
    if state.empty:
        return ""
    chosen = {"target": state.target} if state.target else {}
    hand = {} if state.hand is None else {"hand": state.hand}
    numbers = {"lambda": f"{state.lam:g}", "sigma": f"{state.sigma:g}", "seed": state.seed}
    return urlencode(drawing_query(state) | chosen | hand | numbers | {"model": model})


def from_query(query: Mapping[str, str], model: str, hands: int) -> tuple[State, list[str]]:
    """The state of a link, and what the visitor should know: values that had to be clipped or left out, another model.

    Example:
        >>> from_query({"lambda": "7", "target": "?", "model": "ffff0000"}, "0123abcd", hands=35)[1]
        ["expected a target out of 0-9, A-Z and a-z, got '?'", 'λ was 7, shown with 1',
         'this link was made with version ffff0000 of the model, shown with 0123abcd']
    """
    read = Reader(query, [])
    hand = read.number("hand", "the hand", -1, hands - 1)
    state = State(
        **vars(read.drawing()),
        target=read.value("target", "", _character),
        hand=None if hand < 0 else round(hand),
        lam=round(read.number("lambda", "λ", DEFAULT.lam, 1), 2),
        sigma=round(read.number("sigma", "σ", DEFAULT.sigma, MAX_SIGMA), 2),
        seed=round(read.number("seed", "the seed", DEFAULT.seed, MAX_SEED)),
    )
    read.version(model)
    return state, read.notes


def _character(value: object) -> str:
    if value in (None, ""):
        return ""
    if value not in CLASSES:
        raise ValueError(f"expected a target out of 0-9, A-Z and a-z, got {str(value)[:20]!r}")
    return str(value)


def linked(query: dict[str, str]) -> tuple[State, list[str]]:
    """The state of a query, and the notes on it."""
    session = load_session()
    return from_query(query, session.version, session.writers)


def asked_for(query: object) -> State:
    """The state of the query string that a component sends along."""
    return linked(parse_query(query))[0]


def work(state: State) -> Restyling:
    """Read and restyle the character of a state."""
    session = load_session()
    return session.restyle(drawings.ink_of(state, session.preprocess), state.target, state.hand, state.lam)


def view_of(state: State) -> Answer:
    """What the page shows of a state: a message, and the parts that its components know."""
    if state.empty:
        return {"message": EMPTY, "kind": "hint", "query": ""}
    session, done = load_session(), work(state)
    hand = "the average hand" if state.hand is None else f"hand {state.hand + 1}"
    return spoken(done.prediction) | {
        "query": to_query(state, session.version),
        "source": "chars62-infovae-32",
        "top": done.prediction.top,
        "target": done.target,
        "way": f"from your {done.prediction.top[0][0]} to {done.target} in {hand}",
        "lam": state.lam,
        "result": rendering.inline(rendering.enlarge(session.glyphs(done.z[None]), 4)[0]),
    }


def surroundings_of(state: State) -> Answer:
    """The strip and the samples of a state."""
    if state.empty:
        return {"strip": "", "samples": ""}
    way, samples = load_session().surroundings(work(state), state.sigma, state.seed)
    return {
        "strip": rendering.inline(rendering.sheet(rendering.enlarge(way, 2), len(way))),
        "samples": rendering.inline(rendering.sheet(rendering.enlarge(samples, 2), 4)),
        "told": f"{len(samples)} samples around it, σ {state.sigma:g}",
    }


def spoken(named: Prediction) -> Answer:
    """The verdict as a sentence."""
    names = [name for name, _ in named.top]
    sentence = {
        "sure": f"Read as {names[0]}, {named.top[0][1]:.0%} sure.",
        "alike": f"Read as {names[0]}, or a look-alike such as {names[1]}: once cropped they have one shape.",
        "unsure": f"Not sure: {names[0]}, {names[1]} or {names[2]}? Choose a target, or write it again.",
    }[named.state]
    return {"message": sentence, "kind": "sure" if named.state == "sure" else "unsure"}


@answered
def glyph_for(asked: object) -> Answer:
    """The pad's new value for a photo or a typed key."""
    session = load_session()
    return drawings.glyph_for(asked, session.preprocess, session.example)


def sheet_of(z: Tensor) -> Answer:
    """Decoded latents (N, Z) as one picture, and their number."""
    glyphs = rendering.enlarge(load_session().glyphs(z), 2)
    return {"address": rendering.inline(rendering.sheet(glyphs, min(COLUMNS, len(z)))), "count": len(z)}


@lru_cache(maxsize=len(CLASSES))
def sheet_in_hands(character: str) -> Answer:
    """A character in every hand, decoded once a process."""
    session = load_session()
    return sheet_of(torch.stack([session.target(character, hand) for hand in range(session.writers)]))


@answered
def mean_sheet(_: object) -> Answer:
    """The decoded class means."""
    return sheet_of(load_session().atlas.means)


@answered
def hand_sheet(character: object) -> Answer:
    """A character in every hand."""
    if character not in CLASSES:
        raise ValueError(f"expected a character, got {str(character)[:20]!r}")
    return sheet_in_hands(str(character))


@answered
def keepsake(asked: object) -> Answer:
    """A file of the view that a query describes; asked is [kind, query]."""
    kind, query = asked_file(asked, KINDS)
    state = asked_for(query)
    done = work(state)
    media, data = file_of(kind, state, done)
    return {"name": f"styleapp-{done.target}.{kind.lower()}", "address": rendering.data_uri(data, media)}


def file_of(kind: str, state: State, done: Restyling) -> tuple[str, bytes]:
    """The media type and the content of a file, one of `KINDS`."""
    session = load_session()
    if kind == "PNG":
        return "image/png", rendering.png(rendering.on_paper(rendering.enlarge(session.glyphs(done.z[None]), 8)[0]))
    if kind == "GIF":
        way, _ = session.surroundings(done, state.sigma, state.seed)
        return "image/gif", rendering.gif(rendering.enlarge(way, 8))
    arrays = done.latents(state.sigma, state.seed)
    if kind == "npz":
        return "application/octet-stream", as_npz(arrays)
    settings = {"hand": state.hand, "lambda": state.lam, "sigma": state.sigma, "seed": state.seed}
    return "application/json", as_json(arrays, model=session.version, target=done.target, **settings)
