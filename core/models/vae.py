"""Variational autoencoder, with the β of Higgins et al.

Kingma and Welling, "Auto-Encoding Variational Bayes", 2014; Higgins et al., "beta-VAE: Learning Basic Visual Concepts
with a Constrained Variational Framework", 2017, eq. 4.
"""

from typing import final

import torch
from torch import Tensor

from core.models.base import Autoencoder, Posterior
from core.nn.blocks import DECODERS, ENCODERS
from core.nn.losses import bernoulli_nll, gaussian_kl


@final
class VAE(Autoencoder):
    """β-VAE with Bernoulli pixels: minimises reconstruction + β·KL, in nats per picture.

    Args:
        latent: dimensions Z of the latent space.
        architecture: "dense" (one hidden layer), "paper" (two convolutions) or "residual".
        width: units of the hidden layer, or channels of the first scale.
        beta: weight of the KL term; 1 is the plain VAE.
        sharpness: factor of the logits in decoding. The mean of what a pixel may be is blurred where edges are
            uncertain; a factor above 1 moves it towards the likelier side.
        channels, size: shape of the pictures.

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
        super().__init__()
        self.latent = latent
        self.beta = beta
        self.sharpness = sharpness
        self.encoder = ENCODERS[architecture](channels, size, 2 * latent, width)
        self.decoder = DECODERS[architecture](latent, channels, size, width)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        return Posterior(*self.encoder(x).float().chunk(2, dim=1))

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.decoder(z).float()

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return (self.sharpness * self.logits(z, y)).sigmoid()

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        posterior = self.encode(x)
        reconstruction = bernoulli_nll(self.logits(posterior.sample(generator)), x)
        kl = gaussian_kl(*posterior)
        return {"total": reconstruction + self.beta * kl, "reconstruction": reconstruction, "kl": kl}
