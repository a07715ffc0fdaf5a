"""Between the pad and the models: what is on the pad as ink, and glyphs that the server makes for it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor

from apps.ui.server.uploads import read_upload
from apps.ui.shared.answers import Answer
from apps.ui.shared.permalink import Drawing
from core.imaging import rendering, strokes
from core.imaging.ink import drawn, photographed, printed
from core.imaging.preprocess import Preprocess


def ink_of(drawing: Drawing, preprocess: Preprocess) -> Tensor:
    """A drawing as ink, (1, 1, S, S).

    Raises:
        ValueError: if there is none.
    """
    if drawing.empty:
        raise ValueError("expected a character, got an empty pad")
    return printed(strokes.decode_glyph(drawing.glyph)) if drawing.glyph else drawn(drawing.strokes, preprocess)


def pad_value(drawing: Drawing) -> Answer:
    """A drawing as the pad takes it."""
    if not drawing.glyph:
        return {"strokes": drawing.strokes}
    glyph = strokes.decode_glyph(drawing.glyph)
    return {"glyph": drawing.glyph, "picture": rendering.inline(rendering.enlarge(glyph[None], 8)[0])}


def glyph_for(asked: object, preprocess: Preprocess, example: Callable[[Any, Any], np.ndarray]) -> Answer:
    """The pad's new value for an uploaded photo or a typed key.

    Args:
        asked: what the pad's `upload` sends.
        preprocess: finds the glyph in a photo.
        example: called with a key and how often it was typed; returns a glyph (28, 28) uint8.

    Raises:
        ValueError: with one sentence for the visitor.
    """
    if not isinstance(asked, dict):
        raise ValueError(f"expected a photo or a key, got {type(asked).__name__}")
    if "key" in asked:
        glyph = example(asked["key"], asked.get("turn", 0))
    else:
        glyph = photographed(read_upload(asked.get("photo")), preprocess)
    return pad_value(Drawing(glyph=strokes.encode_glyph(glyph)))
