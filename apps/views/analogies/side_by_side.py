"""A drawing in all ten digits by four models, as the paper's figures 10 and 13."""

import numpy as np

from apps.ui.components.pad import drawings
from apps.ui.shared.answers import MISTAKES, Answer, answered
from apps.views.analogies.state import State, state_of
from apps.views.analogies.view import restyled
from core.analogies.session import load_session, redraw
from core.imaging import rendering
from core.registry.load import load
from core.registry.store import get_record

MODELS = {
    "mnist-cvae-mlp-x": "One hidden layer; the encoder sees the picture alone",
    "mnist-cvae-mlp-xy": "One hidden layer; the encoder sees the picture and the digit",
    "mnist-cvae-conv": "Convolutions; the encoder sees the picture alone",
    "mnist-cvae": "Ours: convolutions steered by the digit, trained on its own analogies",
}


@answered
def compare(query: str) -> Answer:
    """A drawing through the models, as the paper's figures 10 and 13."""
    state = state_of(query)
    if state.empty:
        raise ValueError("expected a drawing to redraw, got a style alone: write a digit first")
    return {"rows": [compared(name, state) for name in MODELS]}


def compared(name: str, state: State) -> Answer:
    """One model's row: the drawing and its ten analogies, what the judge reads them as, and the measured share."""
    try:
        model = load(name).autoencoder
    except MISTAKES:
        return {"title": name, "note": f"{MODELS[name]}. Not trained yet: its weights are not here."}
    session, done = load_session(), restyled(state)
    ink = drawings.ink_of(state, session.preprocess)
    drawn = redraw(model, session.judge, ink, done.digit or 0)
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
