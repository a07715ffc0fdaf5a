"""What StyleApp's page shows of a state: its view, what lies around it, sheets of glyphs, and files to keep."""

from functools import lru_cache
from urllib.parse import parse_qsl

import torch
from torch import Tensor

from apps.ui.answers import Answer, answered
from apps.ui.glyphs import COLUMNS
from apps.ui.permalink import State, from_query, to_query
from apps.ui.uploads import read_upload
from core import figures, strokes
from core.data.characters import CLASSES
from core.restyle import Verdict
from core.studio import Work, as_json, as_npz, latents, load_studio

EMPTY = "Nothing drawn yet: write one letter or digit, drop a photo of one, or type a key for an example."
KINDS = {
    "PNG": "the result",
    "GIF": "the way to the target",
    "JSON": "the latents, to read",
    "npz": "the latents, for NumPy",
}


def linked(query: dict[str, str]) -> tuple[State, list[str]]:
    """The state of a query, and the notes on it."""
    studio = load_studio()
    return from_query(query, studio.version, studio.hands)


def asked_for(query: object) -> State:
    """The state of the query string that a component sends along."""
    if not isinstance(query, str):
        raise ValueError(f"expected the query of a link, got {type(query).__name__}")
    return linked(dict(parse_qsl(query)))[0]


def work(state: State) -> Work:
    """Read and restyle the character of a state."""
    if state.empty:
        raise ValueError("expected a character, got an empty pad")
    studio = load_studio()
    ink = studio.printed(strokes.decode_glyph(state.glyph)) if state.glyph else studio.drawn(state.strokes)
    return studio.work(ink, state.target, state.hand, state.lam)


def view_of(state: State) -> Answer:
    """What the page shows of a state: a message, and the parts that its components know."""
    if state.empty:
        return {"message": EMPTY, "kind": "hint", "query": ""}
    studio, done = load_studio(), work(state)
    hand = "the average hand" if state.hand is None else f"hand {state.hand + 1}"
    return spoken(done.named) | {
        "query": to_query(state, studio.version),
        "top": done.named.top,
        "target": done.target,
        "way": f"from your {done.named.top[0][0]} to {done.target} in {hand}",
        "lam": state.lam,
        "result": figures.inline(figures.enlarge(studio.result(done), 4)[0]),
    }


def surroundings_of(state: State) -> Answer:
    """The strip and the samples of a state."""
    if state.empty:
        return {"strip": "", "samples": ""}
    way, samples = load_studio().surroundings(work(state), state.sigma, state.seed)
    return {
        "strip": figures.inline(figures.sheet(figures.enlarge(way, 2), len(way))),
        "samples": figures.inline(figures.sheet(figures.enlarge(samples, 2), 4)),
        "told": f"{len(samples)} samples around it, σ {state.sigma:g}",
    }


def spoken(named: Verdict) -> Answer:
    """The verdict as a sentence."""
    names = [name for name, _ in named.top]
    sentence = {
        "sure": f"Read as {names[0]}, {named.top[0][1]:.0%} sure.",
        "alike": f"Read as {names[0]}, or a look-alike such as {names[1]}: once cropped they have one shape.",
        "unsure": f"Not sure: {names[0]}, {names[1]} or {names[2]}? Choose a target, or write it again.",
    }[named.state]
    return {"message": sentence, "kind": "sure" if named.state == "sure" else "unsure"}


@answered
def glyph_for(drawing: object) -> Answer:
    """The pad's new value for a photo or a typed key."""
    if not isinstance(drawing, dict):
        raise ValueError(f"expected a photo or a key, got {type(drawing).__name__}")
    studio = load_studio()
    if "key" in drawing:
        glyph = studio.example(drawing["key"], drawing.get("turn", 0))
    else:
        glyph = studio.photographed(read_upload(drawing.get("photo")))
    return pad_value(State(glyph=strokes.encode_glyph(glyph)))


def pad_value(state: State) -> Answer:
    """A state's drawing as the pad takes it."""
    if not state.glyph:
        return {"strokes": state.strokes}
    glyph = strokes.decode_glyph(state.glyph)
    return {"glyph": state.glyph, "picture": figures.inline(figures.enlarge(glyph[None], 8)[0])}


def sheet_of(z: Tensor) -> Answer:
    """Decoded latents (N, Z) as one picture, and their number."""
    glyphs = figures.enlarge(load_studio().glyphs(z), 2)
    return {"address": figures.inline(figures.sheet(glyphs, min(COLUMNS, len(z)))), "count": len(z)}


@lru_cache(maxsize=len(CLASSES))
def sheet_in_hands(character: str) -> Answer:
    """A character in every hand, decoded once a process."""
    studio = load_studio()
    return sheet_of(torch.stack([studio.target(character, hand) for hand in range(studio.hands)]))


@answered
def mean_sheet(_: object) -> Answer:
    """The decoded class means."""
    return sheet_of(load_studio().atlas.means)


@answered
def hand_sheet(character: object) -> Answer:
    """A character in every hand."""
    if character not in CLASSES:
        raise ValueError(f"expected a character, got {str(character)[:20]!r}")
    return sheet_in_hands(str(character))


@answered
def keepsake(asked: object) -> Answer:
    """A file of the view that a query describes; asked is [kind, query]."""
    kind, query = asked if isinstance(asked, list) and len(asked) == 2 else (None, None)
    if kind not in list(KINDS):
        raise ValueError(f"expected a file out of {', '.join(KINDS)}, got {str(kind)[:20]!r}")
    state = asked_for(query)
    done = work(state)
    media, data = file_of(kind, state, done)
    return {"name": f"styleapp-{done.target}.{kind.lower()}", "address": figures.data_uri(data, media)}


def file_of(kind: str, state: State, done: Work) -> tuple[str, bytes]:
    """The media type and the content of a file, one of `KINDS`."""
    studio = load_studio()
    if kind == "PNG":
        return "image/png", figures.png(figures.on_paper(figures.enlarge(studio.result(done), 8)[0]))
    if kind == "GIF":
        way, _ = studio.surroundings(done, state.sigma, state.seed)
        return "image/gif", figures.gif(figures.enlarge(way, 8))
    arrays = latents(done, state.sigma, state.seed)
    if kind == "npz":
        return "application/octet-stream", as_npz(arrays)
    settings = {"hand": state.hand, "lambda": state.lam, "sigma": state.sigma, "seed": state.seed}
    return "application/json", as_json(arrays, model=studio.version, target=done.target, **settings)
