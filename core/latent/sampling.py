"""Latents around a latent: each dimension varied in turn, or Gaussian draws."""

import torch
from torch import Tensor


def traverse(z: Tensor, values: Tensor) -> Tensor:
    """Each dimension of a latent set to each value in turn: (Z,) and (V,) → (Z, V, Z).

    Example:
        >>> traverse(torch.zeros(2), torch.tensor([-1.0, 1.0]))[1, 0]
        tensor([ 0., -1.])
    """
    grid = z.repeat(len(z), len(values), 1)
    diagonal = torch.arange(len(z))
    grid[diagonal, :, diagonal] = values
    return grid


def sample_around(z: Tensor, sigma: float, n: int, seed: int) -> Tensor:
    """Draws from N(z, σ²I): (Z,) → (n, Z); the same seed draws the same noise whatever σ is.

    Example:
        >>> sample_around(torch.zeros(2), 0.0, 3, seed=1)
        tensor([[0., 0.], [0., 0.], [0., 0.]])
    """
    return z + sigma * torch.randn((n, len(z)), generator=torch.Generator().manual_seed(seed))
