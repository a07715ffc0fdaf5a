"""Ink tensors of one glyph: from strokes, a photograph or a link, by the model's preprocessing."""

import numpy as np
import torch
from torch import Tensor

from core.imaging import rendering, strokes
from core.imaging.preprocess import Preprocess, open_picture
from core.imaging.strokes import Stroke

EDGE = 16  # free pixels laid around a drawing, so that ink at its edge is not taken for paper


def drawn(drawing: list[Stroke], preprocess: Preprocess) -> Tensor:
    """A parsed drawing as ink, (1, 1, S, S) in [0, 1].

    Raises:
        ValueError: if nothing of it lies on the pad.

    Example:
        >>> drawn([{"w": 12, "p": [64, 128, 192, 128]}], Preprocess()).shape
        torch.Size([1, 1, 28, 28])
    """
    return preprocess.to_tensor(np.pad(strokes.render(drawing), EDGE))


def photographed(data: bytes, preprocess: Preprocess) -> np.ndarray:
    """Glyph (S, S) uint8 of an uploaded picture file; a `ValueError` if there is none."""
    return rendering.to_array(preprocess.to_tensor(open_picture(data)))[0]


def printed(glyph: np.ndarray) -> Tensor:
    """A preprocessed glyph (S, S) uint8 as ink, (1, 1, S, S) in [0, 1]; a `ValueError` if it is blank.

    Example:
        >>> printed(np.full((28, 28), 255, np.uint8)).mean()
        tensor(1.)
    """
    if not glyph.any():
        raise ValueError("expected a character in ink, got an empty glyph")
    return torch.from_numpy(glyph.astype(np.float32) / 255)[None, None]
