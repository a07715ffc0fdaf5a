"""One walk through the latent spaces of several models at once: what each paints on its way, and how far style moves.

Section 7 of Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic Style", 2021, for one pair of
ends; `core.cartography.trajectory_experiments` is for many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from core.cartography.trajectory_experiments import perceived
from core.latent.interpolation import dissolve, geodesic, linear
from core.metrics.trajectory_shape import curvature, departure, frames
from core.models.base import Autoencoder, Backbone
from core.style.style_loss import consecutive, styles

Way = Literal["linear", "geodesic", "dissolve"]
ITERATIONS = 10  # of a geodesic: enough for most of what can be gained, and a page waits for it


@dataclass(frozen=True)
class Journey:
    """One way between two ends in one model.

    Attributes:
        model: its name.
        way: "linear" and "geodesic" lead through latent space, "dissolve" blends the decoded ends pixel by pixel.
        pictures: (T + 1, C, S, S) in [0, 1].
        losses: style loss of each picture and the next, (T,).
        curvature: above 0 for a horseshoe, below for a wave; see `core.metrics.trajectory_shape.curvature`.
        departure: how far from a dissolve it is; see `core.metrics.trajectory_shape.departure`.
        distance: of the ends in latent space.
    """

    model: str
    way: Way
    pictures: Tensor
    losses: Tensor
    curvature: float
    departure: float
    distance: float


def journeys(
    models: Mapping[str, Autoencoder],
    ends: Mapping[str, tuple[Tensor, Tensor]],
    backbone: Backbone,
    steps: int,
    ways: Sequence[Way] = ("linear", "dissolve"),
) -> list[Journey]:
    """Every way in every model, their pictures seen by the backbone in one pass.

    Args:
        models: by name, in evaluation mode.
        ends: two latents (Z,) for each model.
        backbone: through which style is seen.
        steps: of each way, T ≥ 3.
        ways: which.

    Returns:
        Model by model, its ways in the order asked for.

    Raises:
        ValueError: for an unknown way, ends that are one point, or a number of steps that is none.
    """
    unknown = set(ways) - set(get_args(Way))
    if unknown or not ways:
        raise ValueError(f"expected ways out of {', '.join(get_args(Way))}, got {', '.join(unknown) or 'none'}")
    if any(torch.equal(start, end) for start, end in ends.values()):
        raise ValueError("expected two different ends, got the same one twice")
    walked: list[tuple[str, Way, Tensor]] = [
        (name, way, painted(model, backbone, *ends[name], steps, way)) for name, model in models.items() for way in ways
    ]
    losses = consecutive(styles(backbone, torch.stack([pictures for _, _, pictures in walked])))
    bent = curvature(losses).tolist()
    return [
        Journey(name, way, pictures, loss, bend, departure(pictures).item(), torch.dist(*ends[name]).item())
        for (name, way, pictures), loss, bend in zip(walked, losses, bent, strict=True)
    ]


def painted(
    model: Autoencoder, backbone: Backbone, start: Tensor, end: Tensor, steps: int, way: Way = "linear"
) -> Tensor:
    """The pictures on one way between two latents (Z,): (steps + 1, C, S, S)."""
    if way == "dissolve":
        first, last = frames(torch.stack([start, end]), model.decode)
        return dissolve(first, last, steps)
    if way == "geodesic":
        path = geodesic(start, end, steps, model.decode, perceived(backbone), iterations=ITERATIONS)
        return frames(path, model.decode)
    return frames(linear(start, end, steps), model.decode)
