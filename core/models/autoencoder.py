"""Autoencoder trained on squared error, and the abstract autoencoders with Gaussian and with Bernoulli pixels.

Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006.
"""

from abc import ABC
from typing import final

import torch
from torch import Tensor

from core.models.base import Autoencoder, Posterior
from core.nn.blocks import DECODERS, ENCODERS
from core.nn.losses import gaussian_nll

CERTAIN = -20.0  # log-variance of a latent that is not drawn: a deviation of 0.00005
MARGIN = 1e-6  # of the means of pixels to 0 and 1, where logits are asked for


class BernoulliAutoencoder(Autoencoder, ABC):
    """An encoder to a Gaussian posterior and a decoder to the logits of Bernoulli pixels.

    Args:
        latent: dimensions Z of the latent space.
        architecture: "dense" (one hidden layer), "softplus" (two), "paper" (two convolutions) or "residual".
        width: units of the hidden layer, or channels of the first scale.
        channels, size: shape of the pictures.
    """

    def __init__(self, latent: int, architecture: str, width: int, channels: int, size: int) -> None:
        super().__init__()
        self.latent = latent
        self.encoder = ENCODERS[architecture](channels, size, 2 * latent, width)
        self.decoder = DECODERS[architecture](latent, channels, size, width)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        return Posterior(*self.encoder(x).float().chunk(2, dim=1))

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.decoder(z).float()


class GaussianAutoencoder(Autoencoder, ABC):
    """An encoder to Z numbers and a decoder to the means of Gaussian pixels of variance ½.

    The reconstruction term, squared error summed over pixels, is then in nats per picture, and KL terms can be added.

    Args:
        latent: dimensions Z of the latent space.
        architecture: a key of `core.nn.blocks.ENCODERS`; "art" is the paper's four convolutions.
        width: channels of the first scale, or units of the hidden layer.
        channels, size: shape of the pictures.
    """

    def __init__(
        self, latent: int = 16, architecture: str = "art", width: int = 16, channels: int = 1, size: int = 28
    ) -> None:
        super().__init__()
        self.latent = latent
        self.encoder = ENCODERS[architecture](channels, size, latent, width)
        self.decoder = DECODERS[architecture](latent, channels, size, width)

    def code(self, x: Tensor) -> Tensor:
        """Latents of pictures (B, C, H, W) in [0, 1]: (B, Z)."""
        return self.encoder(x).float()

    def pixels(self, z: Tensor) -> Tensor:
        """Means of the pixels of latents (B, Z): (B, C, H, W), which may leave [0, 1] a little."""
        return 0.5 + self.decoder(z).float()

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        mean = self.code(x)
        return Posterior(mean, torch.full_like(mean, CERTAIN))

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.pixels(z).clamp(MARGIN, 1 - MARGIN).logit()

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.pixels(z).clamp(0, 1)


@final
class AE(GaussianAutoencoder):
    """Plain autoencoder: minimises the squared error, in nats per picture.

    Args:
        latent, architecture, width, channels, size: see `GaussianAutoencoder`.

    Example:
        >>> model = AE(latent=8, channels=3, size=64).eval()
        >>> model.decode(model.encode(torch.zeros(2, 3, 64, 64)).mean).shape
        torch.Size([2, 3, 64, 64])
    """

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        reconstruction = gaussian_nll(self.pixels(self.code(x)), x)
        return {"total": reconstruction, "reconstruction": reconstruction}
