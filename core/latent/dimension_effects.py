"""Effects of each latent dimension of a model on the shape of its pictures."""

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from core.latent.class_means import less_class_means
from core.latent.encoding import decode_set
from core.models.base import Autoencoder
from core.nn.shape_measures import STYLE, shape_style

LEAST_CORRELATION = 0.4  # at which a dimension is named after a measure


class Dimension(NamedTuple):
    """Effect of one latent dimension on the pictures.

    Attributes:
        number: the dimension, from 0.
        effect: root mean square change of a pixel, in [0, 1], when the latent changes by one.
        measure: the measure of `core.nn.shape_measures` with the strongest correlation, "boldness" for the stroke;
            "shape" if none reaches 0.4.
        correlation: Pearson's r with the most correlated measure, also where it is below 0.4.
    """

    number: int
    effect: float
    measure: str
    correlation: float


@lru_cache(maxsize=8)
@torch.inference_mode()
def dimension_profile(model: Autoencoder, samples: int = 500, seed: int = 0) -> tuple[Dimension, ...]:
    """Effects of the latent dimensions, the strongest first, from decodings of draws from the prior.

    Effect: $\\sqrt{E (G(z + e_d / 2) - G(z - e_d / 2))^2}$ over pixels, for the unit vector $e_d$ of the dimension.
    Correlation: of $z_d$ with slant, width, height and boldness, each less the mean of its class.

    Args:
        model: in evaluation mode, conditional or not.
        samples: number of draws.
        seed: of the draws.
    """
    z = torch.randn((samples, model.latent), generator=torch.Generator().manual_seed(seed))
    labels = torch.arange(samples) % max(1, model.classes)
    given = labels if model.classes else None
    style = less_class_means(shape_style(decode_set(model, z, given)), labels)
    r = _correlations(z, style)
    few, some = z[:100], None if given is None else given[:100]
    effects = [_effect(model, few, some, step) for step in torch.eye(model.latent)]
    found = [_dimension(number, effects[number], r[number]) for number in range(model.latent)]
    return tuple(sorted(found, key=lambda dimension: -dimension.effect))


def _effect(model: Autoencoder, z: Tensor, labels: Tensor | None, step: Tensor) -> float:
    change = decode_set(model, z + step / 2, labels) - decode_set(model, z - step / 2, labels)
    return float(change.square().mean().sqrt())


def _dimension(number: int, effect: float, r: Tensor) -> Dimension:
    best = int(r.abs().argmax())
    name = {"stroke": "boldness"}.get(STYLE[best], STYLE[best])
    return Dimension(number, effect, name if abs(r[best]) >= LEAST_CORRELATION else "shape", float(r[best]))


def _correlations(a: Tensor, b: Tensor) -> Tensor:
    """Pearson's r of each column of (N, A) with each of (N, B): (A, B); 0 where one does not vary."""
    a, b = a - a.mean(dim=0), b - b.mean(dim=0)
    return a.T @ b / (a.norm(dim=0)[:, None] * b.norm(dim=0)).clamp_min(1e-6)
