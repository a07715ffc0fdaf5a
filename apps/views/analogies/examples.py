"""Analogies' examples and sliders: what the pad and the style can be set from."""

from functools import lru_cache

import numpy as np

from apps.ui.components.dials import dial
from apps.ui.components.pad import drawings
from apps.ui.shared.answers import Answer, answered
from apps.views.analogies.state import EXAMPLES, TURNS
from core.analogies.session import DIGITS, load_session
from core.imaging import rendering
from core.latent.dimension_effects import dimension_profile


def example_names() -> list[str]:
    """What the examples are called, in their order."""
    return [f"{digit}, {turn + 1}" for turn in range(TURNS) for digit in range(DIGITS)]


@lru_cache(maxsize=1)
def examples() -> str:
    """The picture of all examples, ten to a row, decoded once a process."""
    session = load_session()
    glyphs = [session.example(str(digit), turn) for turn in range(TURNS) for digit in range(DIGITS)]
    return rendering.inline(rendering.sheet(rendering.enlarge(np.stack(glyphs), 2), DIGITS))


@answered
def example_sheet(_: object) -> Answer:
    """The examples."""
    return {"address": examples(), "count": EXAMPLES}


@answered
def glyph_for(asked: object) -> Answer:
    """The pad's new value for a photo, a typed key or an example."""
    session = load_session()
    return drawings.glyph_for(asked, session.preprocess, session.example)


@answered
def dial_profile(_: object) -> Answer:
    """The sliders, the one that changes the pictures most first."""
    return {"dimensions": [dial(dimension) for dimension in dimension_profile(load_session().autoencoder)]}
