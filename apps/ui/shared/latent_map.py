"""What every map of a latent space shows: real examples as dots, and the space of two dimensions decoded on a grid."""

import base64
from functools import lru_cache

import numpy as np
from torch import Tensor

from apps.ui.shared.answers import Answer
from core.imaging import rendering
from core.latent.atlas import Atlas
from core.latent.latent_grid import SIDE, latent_grid
from core.registry.load import load


def dots_of(atlas: Atlas, every: int = 1) -> Answer:
    """Places and classes of an atlas's examples, or of every so many of them, as base64: uint16 pairs and bytes."""
    xy = (atlas.xy[::every].clamp(0, 1) * 65535).round().numpy().astype("<u2")
    labels = atlas.labels[::every].numpy().astype("u1")
    return {"xy": _base64(xy), "labels": _base64(labels)}


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def latent_of(number: object, z: Tensor) -> Tensor:
    """The latent (1, Z) of one dot out of (N, Z).

    Raises:
        ValueError: if there is no dot of that number.
    """
    if type(number) is not int or not 0 <= number < len(z):
        raise ValueError(f"expected the number of a dot, got {str(number)[:20]!r}")
    return z[number][None]


@lru_cache(maxsize=12)
def grid_picture(name: str, label: int | None = None) -> str:
    """The address of a picture: the two-dimensional space of a record decoded on a grid, as one class if it has any."""
    glyphs = rendering.to_array(latent_grid(load(name).autoencoder, label))
    return rendering.inline(rendering.sheet(glyphs, SIDE))
