"""Variational autoencoder of colour pictures with Gaussian pixels, and the β of Higgins et al.

Kingma and Welling, "Auto-Encoding Variational Bayes", 2014; Higgins et al., "beta-VAE: Learning Basic Visual Concepts
with a Constrained Variational Framework", 2017, eq. 4.
"""

from abc import ABC
from typing import final

import torch
from torch import Tensor, nn

from core.models.autoencoder import GaussianAutoencoder
from core.models.base import Posterior
from core.nn.losses import gaussian_kl, gaussian_nll

FIRST_LOG_VAR = -2.0  # small at first, so that draws keep the information of the means


class VariationalAutoencoder(GaussianAutoencoder, ABC):
    """The autoencoder whose code is the posterior's mean, with one more dense layer for its log-variance (figure 5.3).

    Args:
        beta: weight of the KL term; 1 is the plain VAE.
        latent, architecture, width, channels, size: see `GaussianAutoencoder`.
    """

    def __init__(
        self,
        latent: int = 16,
        architecture: str = "art",
        width: int = 16,
        beta: float = 1.0,
        channels: int = 1,
        size: int = 28,
    ) -> None:
        super().__init__(latent, architecture, width, channels, size)
        self.beta = beta
        self.spread = nn.Linear(latent, latent)
        nn.init.constant_(self.spread.bias, FIRST_LOG_VAR)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        mean = self.code(x)
        return Posterior(mean, self.spread(mean).float().clamp(-10, 10))

    def bound(self, posterior: Posterior, x: Tensor, generator: torch.Generator | None) -> dict[str, Tensor]:
        """Reconstruction + β·KL as `"total"`, and both terms in nats per picture."""
        reconstruction = gaussian_nll(self.pixels(posterior.sample(generator)), x)
        kl = gaussian_kl(*posterior)
        return {"total": reconstruction + self.beta * kl, "reconstruction": reconstruction, "kl": kl}


@final
class GaussianVAE(VariationalAutoencoder):
    """β-VAE with Gaussian pixels of variance ½: minimises squared error + β·KL, in nats per picture.

    Args:
        beta, latent, architecture, width, channels, size: see `VariationalAutoencoder`.

    Example:
        >>> model = GaussianVAE(latent=8, beta=0.4)
        >>> sorted(model.loss(torch.rand(4, 1, 28, 28)))
        ['kl', 'reconstruction', 'total']
    """

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        return self.bound(self.encode(x), x, generator)
