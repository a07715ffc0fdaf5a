"""Trajectories between two ends in the latent spaces of several models, and the style loss along them.

Section 7 of Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic Style", 2021, for one pair of
ends; `core.cartography.trajectory_experiments` is for many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from core.cartography.trajectory_experiments import perceptual_features
from core.latent.interpolation import dissolve, geodesic, linear
from core.metrics.trajectory_shape import curvature, departure, frames
from core.models.base import Autoencoder, Backbone
from core.style.style_loss import consecutive, styles

Way = Literal["linear", "geodesic", "dissolve"]
ITERATIONS = 10  # of a geodesic: enough for most of what can be gained, and a page waits for it


@dataclass(frozen=True)
class Trajectory:
    """Decoded trajectory between two ends in one model.

    Attributes:
        model: its name.
        way: "linear" and "geodesic" in latent space; "dissolve" blends the decoded ends by pixel.
        pictures: (T + 1, C, S, S) in [0, 1].
        losses: style loss of each picture and the next, (T,).
        curvature: positive for a horseshoe, negative for a wave; see `core.metrics.trajectory_shape.curvature`.
        departure: distance from the dissolve; see `core.metrics.trajectory_shape.departure`.
        distance: of the ends in latent space.
    """

    model: str
    way: Way
    pictures: Tensor
    losses: Tensor
    curvature: float
    departure: float
    distance: float


def trajectories(
    models: Mapping[str, Autoencoder],
    ends: Mapping[str, tuple[Tensor, Tensor]],
    backbone: Backbone,
    steps: int,
    ways: Sequence[Way] = ("linear", "dissolve"),
) -> list[Trajectory]:
    """Trajectories of every model and way, model by model; style is computed in one pass.

    Args:
        models: by name, in evaluation mode.
        ends: two latents (Z,) for each model.
        backbone: network of the style loss.
        steps: T ≥ 3.
        ways: kinds of trajectories, in order.

    Raises:
        ValueError: for an unknown way, equal ends, or a number of steps out of range.
    """
    unknown = set(ways) - set(get_args(Way))
    if unknown or not ways:
        raise ValueError(f"expected ways out of {', '.join(get_args(Way))}, got {', '.join(unknown) or 'none'}")
    if any(torch.equal(start, end) for start, end in ends.values()):
        raise ValueError("expected two different ends, got the same one twice")
    decoded: list[tuple[str, Way, Tensor]] = [
        (name, way, decode_way(model, backbone, *ends[name], steps, way))
        for name, model in models.items()
        for way in ways
    ]
    losses = consecutive(styles(backbone, torch.stack([pictures for _, _, pictures in decoded])))
    curvatures = curvature(losses).tolist()
    return [
        Trajectory(name, way, pictures, loss, bend, departure(pictures).item(), torch.dist(*ends[name]).item())
        for (name, way, pictures), loss, bend in zip(decoded, losses, curvatures, strict=True)
    ]


def decode_way(
    model: Autoencoder, backbone: Backbone, start: Tensor, end: Tensor, steps: int, way: Way = "linear"
) -> Tensor:
    """Pictures along one way between two latents (Z,): (steps + 1, C, S, S)."""
    if way == "dissolve":
        first, last = frames(torch.stack([start, end]), model.decode)
        return dissolve(first, last, steps)
    if way == "geodesic":
        path = geodesic(start, end, steps, model.decode, perceptual_features(backbone), iterations=ITERATIONS)
        return frames(path, model.decode)
    return frames(linear(start, end, steps), model.decode)
