"""Wasserstein distance of latents to the standard normal distribution along principal axes."""

import torch
from torch import Tensor

from core.latent.pca import principal_components


def prior_wasserstein(z: Tensor) -> float:
    r"""Root mean square, over principal axes, of the Wasserstein-2 distance to N(0, 1).

    Along each principal direction $u$ the latents $u \cdot z$ are a sample of one dimension, and its distance to the
    normal distribution is that of their quantiles, $W_2^2 = \frac1N \sum_i (x_{(i)} - \Phi^{-1}((i - \frac12)/N))^2$
    (Rabin et al., "Wasserstein Barycenter and its Application to Texture Mixing", 2011, section 2, for slices). It
    sees a mean that is off, axes that are too long or unused, and tails; random slices of many dimensions look normal
    whatever the axes are.

    Args:
        z: latents, (N, Z), N above Z.

    Returns:
        Standard deviations of the prior; 0 for equal distributions, 1 if every latent is 0. A sample of N(0, I) itself
        has about $\frac12 \sqrt{Z/N}$, for its own covariance is not quite I.

    Example:
        >>> normal = torch.randn(4000, 4, generator=torch.Generator().manual_seed(0))
        >>> prior_wasserstein(normal) < 0.05, round(prior_wasserstein(torch.zeros(4000, 4)), 2)
        (True, 1.0)
    """
    if z.ndim != 2 or len(z) <= z.shape[1]:
        raise ValueError(f"expected more latents than dimensions, (N, Z), got {tuple(z.shape)}")
    along = (z @ principal_components(z).directions.T).sort(dim=0).values
    normal = torch.special.ndtri((torch.arange(len(z)) + 0.5) / len(z))
    return (along - normal[:, None]).square().mean().sqrt().item()
