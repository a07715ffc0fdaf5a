"""Adversarial autoencoder: its latents are trained to pass for draws from N(0, I) before a discriminator.

Makhzani et al., "Adversarial Autoencoders", 2015.
"""

from typing import Any, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.autoencoder import GaussianAutoencoder
from core.models.base import standard_normal
from core.nn.blocks import Whitening
from core.nn.losses import gaussian_nll


class _Reversal(torch.autograd.Function):
    """The identity whose gradient is turned round (Ganin and Lempitsky, "Unsupervised Domain Adaptation", 2015)."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, weight: float) -> Tensor:
        ctx.weight = weight
        return z.view_as(z)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -ctx.weight * gradients[0], None


@final
class AAE(GaussianAutoencoder):
    """Autoencoder against a discriminator: minimises squared error + the discriminator's cross-entropy.

    One loss trains both sides: the discriminator descends its cross-entropy of telling latents from draws of N(0, I),
    and by a reversal of the gradient the encoder ascends it, w times as fast. Latents are whitened: else the two sides
    chase each other's means and covariances, and never come to the shape.

    Args:
        adversary: weight w of the discriminator's gradient in the encoder.
        units: width of the discriminator's two hidden layers.
        latent, architecture, width, channels, size: see `GaussianAutoencoder`.

    Example:
        >>> sorted(AAE(latent=8).loss(torch.rand(4, 1, 28, 28)))
        ['discriminator', 'reconstruction', 'total']
    """

    def __init__(
        self,
        latent: int = 16,
        architecture: str = "art",
        width: int = 16,
        adversary: float = 10.0,
        units: int = 256,
        channels: int = 1,
        size: int = 28,
    ) -> None:
        super().__init__(latent, architecture, width, channels, size)
        self.adversary = adversary
        self.whiten = Whitening(latent)
        slope = nn.LeakyReLU(0.2)
        self.discriminator = nn.Sequential(
            nn.Linear(latent, units), slope, nn.Linear(units, units), slope, nn.Linear(units, 1)
        )

    def code(self, x: Tensor) -> Tensor:
        return self.whiten(super().code(x))

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        z = self.code(x)
        reconstruction = gaussian_nll(self.pixels(z), x)
        prior = standard_normal(z, generator)
        logits = self.discriminator(torch.cat([prior, _Reversal.apply(z, self.adversary)])).float()[:, 0]
        truth = torch.cat([torch.ones(len(z)), torch.zeros(len(z))]).to(logits.device)
        discriminator = F.binary_cross_entropy_with_logits(logits, truth)
        return {
            "total": reconstruction + discriminator,
            "reconstruction": reconstruction,
            "discriminator": discriminator,
        }
