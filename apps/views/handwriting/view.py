"""What StyleApp shows of a state: its view, sheets of glyphs, and files to keep."""

from functools import lru_cache

import torch
from torch import Tensor

from apps.ui.components.glyphs import COLUMNS
from apps.ui.components.pad import drawings
from apps.ui.components.share import asked_file
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.state import to_query
from apps.views.handwriting.state import State, state_of
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


def restyled(state: State) -> Restyling:
    """The character of a state, read and restyled."""
    session = load_session()
    return session.restyle(drawings.ink_of(state, session.preprocess), state.target, state.hand, state.lam)


def view_of(state: State) -> Answer:
    """What the page shows of a state: a message, and the parts that its components know."""
    if state.empty:
        return {"message": EMPTY, "kind": "hint", "query": ""}
    session, done = load_session(), restyled(state)
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
    way, samples = load_session().surroundings(restyled(state), state.sigma, state.seed)
    return {
        "strip": rendering.inline(rendering.sheet(rendering.enlarge(way, 2), len(way))),
        "samples": rendering.inline(rendering.sheet(rendering.enlarge(samples, 2), 4)),
        "label": f"{len(samples)} samples around it, σ {state.sigma:g}",
    }


def spoken(prediction: Prediction) -> Answer:
    """The prediction as a sentence."""
    names = [name for name, _ in prediction.top]
    sentence = {
        "sure": f"Read as {names[0]}, {prediction.top[0][1]:.0%} sure.",
        "alike": f"Read as {names[0]}, or a look-alike such as {names[1]}: once cropped they have one shape.",
        "unsure": f"Not sure: {names[0]}, {names[1]} or {names[2]}? Choose a target, or write it again.",
    }[prediction.state]
    return {"message": sentence, "kind": "sure" if prediction.state == "sure" else "unsure"}


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
    state = state_of(query)
    done = restyled(state)
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
