"""Triplet variational autoencoder: latents of one class lie nearer to each other than to those of others.

Ishfaq, Hoogi and Rubin, "TVAE: Triplet-Based Variational Autoencoder using Metric Learning", 2018.
"""

from typing import final

import torch
from torch import Tensor

from core.models.gaussian_vae import VariationalAutoencoder
from core.nn.losses import semihard_triplet


@final
class TVAE(VariationalAutoencoder):
    """β-VAE with a triplet term on its posterior means: minimises squared error + β·KL + w·triplet.

    Args:
        triplet: weight w of the triplet term, nats per unit of distance on the sphere.
        margin: how much farther another class should be, on the sphere of unit latents.
        beta, latent, architecture, width, channels, size: see `VariationalAutoencoder`.

    Example:
        >>> model = TVAE(latent=8, beta=0.4)
        >>> terms = model.loss(torch.rand(8, 1, 28, 28), torch.arange(8) % 2)
        >>> sorted(terms)
        ['kl', 'reconstruction', 'total', 'triplet']
    """

    def __init__(
        self,
        latent: int = 16,
        architecture: str = "art",
        width: int = 16,
        beta: float = 0.4,
        triplet: float = 100.0,
        margin: float = 0.2,
        channels: int = 1,
        size: int = 28,
    ) -> None:
        super().__init__(latent, architecture, width, beta, channels, size)
        self.triplet = triplet
        self.margin = margin

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        if y is None:
            raise ValueError("expected labels (B,) for the triplets of a TVAE's loss, got none")
        posterior = self.encode(x)
        terms = self.bound(posterior, x, generator)
        triplet = semihard_triplet(posterior.mean, y, margin=self.margin)
        return terms | {"total": terms["total"] + self.triplet * triplet, "triplet": triplet}
