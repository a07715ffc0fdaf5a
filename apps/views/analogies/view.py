"""What Analogies shows of a state: the sheet of ten digits, the film of its morph, and files to keep."""

import re

import numpy as np
from torch import Tensor

from apps.ui.components.pad import drawings
from apps.ui.components.share import asked_file
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.state import to_query
from apps.views.analogies.examples import example_names
from apps.views.analogies.state import State, state_of
from core.analogies.session import DIGITS, GRID, SURE, Restyling, Session, load_session
from core.imaging import rendering
from core.imaging.export import as_json, as_npz

EMPTY = "Nothing drawn yet: write a digit, drop a photo of one, or take an example. Or roll the dice for a style."
KINDS = {
    "PNG": "the ten digits",
    "GIF": "the morph",
    "JSON": "the latents, to read",
    "npz": "the latents, for NumPy",
}
ROOM = 4  # free rows of pixels beneath a digit of the sheet


def restyled(state: State) -> Restyling:
    """The drawing of a state, read, its style changed and morphed."""
    session = load_session()
    ink = None if state.empty else drawings.ink_of(state, session.preprocess)
    edits = {dimension: at / GRID for dimension, at in state.edits}
    target = target_of(state, session)
    return session.restyle(ink, target, state.lam, digit=state.digit, style=state.style, edits=edits)


def target_of(state: State, session: Session) -> Tensor:
    """The style that a state morphs towards."""
    if state.toward is None:
        return session.random_style(state.seed)
    return session.example_style(state.toward % DIGITS, state.toward // DIGITS)


def view_of(state: State) -> Answer:
    """What the page shows of a state at once: a message, the sheet, and the parts that its components know."""
    if state.blank:
        return {"message": EMPTY, "kind": "hint", "query": "", "source": ""}
    session, done = load_session(), restyled(state)
    query = to_query(state, session.version)
    return spoken(state, done) | {
        "query": query,
        "source": state.source,
        "digits": [] if done.probabilities is None else done.probabilities.tolist(),
        "digit": done.digit,
        "z": done.z.mul(GRID).round().int().tolist(),
        "way": f"from {name_of(state, done)} to {name_of_target(state)}",
        "lam": state.lam,
        "around": re.sub("&(lambda|map)=[^&]*", "", query),
        "result": rendering.inline(sheet_of(session.glyphs(done.shown[None])[0], 4)),
    }


def film_of(state: State) -> Answer:
    """The morph of a state as a strip of pictures, each with two digits in a row."""
    if state.blank:
        return {"strip": ""}
    film = load_session().film(restyled(state))
    frames = [rendering.sheet(with_room(frame), 2) for frame in film]
    return {"strip": rendering.inline(np.concatenate(frames, axis=1))}


def spoken(state: State, done: Restyling) -> Answer:
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


def name_of(state: State, done: Restyling) -> str:
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


# Files


@answered
def keepsake(asked: object) -> Answer:
    """A file of the view that a query describes; asked is [kind, query]."""
    kind, query = asked_file(asked, KINDS)
    state = state_of(query)
    if state.blank:
        raise ValueError("expected a digit or a style, got an empty pad")
    media, data = file_of(kind, state, restyled(state))
    return {"name": f"analogies.{kind.lower()}", "address": rendering.data_uri(data, media)}


def file_of(kind: str, state: State, done: Restyling) -> tuple[str, bytes]:
    """The media type and the content of a file, one of `KINDS`."""
    session = load_session()
    if kind == "PNG":
        return "image/png", rendering.png(rendering.on_paper(sheet_of(session.glyphs(done.shown[None])[0], 8)))
    if kind == "GIF":
        return "image/gif", rendering.gif(np.stack([sheet_of(frame, 4) for frame in session.film(done)]))
    arrays = {"z": done.z, "z_own": done.own, "z_target": done.target, "z_shown": done.shown}
    named = {name: tensor.numpy() for name, tensor in arrays.items()}
    if kind == "npz":
        return "application/octet-stream", as_npz(named)
    settings = {"digit": done.digit, "style": state.style, "lambda": state.lam, "seed": state.seed}
    return "application/json", as_json(named, model=session.version, **settings)
