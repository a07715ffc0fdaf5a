"""Variational autoencoder, with the β of Higgins et al.

Kingma and Welling, "Auto-Encoding Variational Bayes", 2014; Higgins et al., "beta-VAE: Learning Basic Visual Concepts
with a Constrained Variational Framework", 2017, eq. 4.
"""

from typing import final

import torch
from torch import Tensor

from core.models.autoencoder import BernoulliAutoencoder
from core.nn.losses import bernoulli_nll, gaussian_kl


@final
class VAE(BernoulliAutoencoder):
    """β-VAE with Bernoulli pixels: minimises reconstruction + β·KL, in nats per picture.

    Args:
        latent, architecture, width, channels, size: see `BernoulliAutoencoder`.
        beta: weight of the KL term; 1 is the plain VAE.
        sharpness: see `core.models.base.Autoencoder`.

    Example:
        >>> model = VAE(latent=2).eval()
        >>> z = model.encode(torch.zeros(3, 1, 28, 28)).mean
        >>> z.shape, model.decode(z).shape
        (torch.Size([3, 2]), torch.Size([3, 1, 28, 28]))
    """

    def __init__(
        self,
        latent: int = 16,
        architecture: str = "residual",
        width: int = 32,
        beta: float = 1.0,
        sharpness: float = 1.0,
        channels: int = 1,
        size: int = 28,
    ) -> None:
        super().__init__(latent, architecture, width, channels, size)
        self.beta = beta
        self.sharpness = sharpness

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        posterior = self.encode(x)
        reconstruction = bernoulli_nll(self.logits(posterior.sample(generator)), x)
        kl = gaussian_kl(*posterior)
        return {"total": reconstruction + self.beta * kl, "reconstruction": reconstruction, "kl": kl}
