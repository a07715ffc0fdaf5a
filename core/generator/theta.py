"""θ and n of any generator, guided or not."""

from typing import Any

import torch

from core.generator.base import LatentGenerator
from core.generator.gaussian import Diagonal, FullCovariance
from core.generator.rejection import Rejected


def theta_of(latents: LatentGenerator) -> Any:
    """θ of a generator as a number, a list by dimension or rows by class; None if it has none.

    Example:
        >>> from core.generator.base import ClassStatistics
        >>> theta_of(Diagonal(ClassStatistics(torch.zeros(1, 2), torch.ones(1, 2, 2)), [0.5, 0.25]))
        [0.5, 0.25]
    """
    if isinstance(latents, Rejected):
        return theta_of(latents.latents)
    if not isinstance(latents, Diagonal | FullCovariance):
        return None
    return torch.as_tensor(latents.theta).tolist()


def draws_of(latents: LatentGenerator) -> int | None:
    """Number n of averaged draws; None for generators that average none."""
    if isinstance(latents, Rejected):
        return draws_of(latents.latents)
    return latents.n if isinstance(latents, Diagonal) else None
