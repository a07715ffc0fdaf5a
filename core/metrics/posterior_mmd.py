"""MMD of the aggregate posterior to the prior."""

import torch
from torch import Tensor

from core.models.base import standard_normal
from core.nn.losses import mmd

MOST = 5_000


def posterior_mmd(z: Tensor, *, generator: torch.Generator) -> float:
    """Squared MMD (Gaussian kernel, h = 2·Z) between latents drawn from the posteriors and as many from N(0, I).

    Of more than 5,000 latents a random 5,000 count: the kernel has N² entries.

    Args:
        z: one posterior draw a picture, (N, Z).
        generator: draws the sample of the prior, and of the latents where they are many.

    Returns:
        A dimensionless number; 0 for equal distributions, and around 0 within ±1/N of chance. See `core.nn.losses.mmd`.

    Example:
        >>> g = torch.Generator().manual_seed(0)
        >>> posterior_mmd(torch.randn(1000, 4, generator=g), generator=g) < 0.005
        True
    """
    if len(z) > MOST:
        z = z[torch.randperm(len(z), generator=generator)[:MOST]]
    return mmd(z, standard_normal(z, generator)).item()
