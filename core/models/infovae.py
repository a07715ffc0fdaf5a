"""InfoVAE: a variational autoencoder whose aggregate posterior is matched to the prior by MMD.

Zhao, Song and Ermon, "InfoVAE: Information Maximizing Variational Autoencoders", 2017, eq. 6.
"""

from typing import final

import torch
from torch import Tensor

from core.losses import bernoulli_nll, gaussian_kl, mmd
from core.models.base import Autoencoder, Posterior, standard_normal
from core.nn import DECODERS, ENCODERS


@final
class InfoVAE(Autoencoder):
    r"""MMD-VAE with Bernoulli pixels.

    Minimises reconstruction $+ (1 - \alpha)\,\mathrm{KL} + (\alpha + \lambda - 1)\,\mathrm{MMD}$, the first two in nats
    per picture; λ converts the dimensionless MMD of the batch's samples against N(0, I) into the same unit.

    Args:
        latent: dimensions Z of the latent space.
        architecture: "paper" (two convolutions) or "residual".
        width: channels of the first scale.
        alpha: weight of the mutual information; 1 leaves the per-picture KL out, 0 keeps it whole.
        scale: the paper's λ, weight of the divergence between aggregate posterior and prior.
        channels, size: shape of the pictures.

    Example:
        >>> model = InfoVAE(latent=4).eval()
        >>> sorted(model.loss(torch.rand(8, 1, 28, 28)))
        ['kl', 'mmd', 'reconstruction', 'total']
    """

    def __init__(
        self,
        latent: int = 32,
        architecture: str = "residual",
        width: int = 32,
        alpha: float = 0.9,
        scale: float = 1000.0,
        channels: int = 1,
        size: int = 28,
    ) -> None:
        super().__init__()
        self.latent = latent
        self.alpha = alpha
        self.scale = scale
        self.encoder = ENCODERS[architecture](channels, size, 2 * latent, width)
        self.decoder = DECODERS[architecture](latent, channels, size, width)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        return Posterior(*self.encoder(x).float().chunk(2, dim=1))

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.decoder(z).float()

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        posterior = self.encode(x)
        z = posterior.sample(generator)
        terms = {
            "reconstruction": bernoulli_nll(self.logits(z), x),
            "kl": gaussian_kl(*posterior),
            "mmd": mmd(z, standard_normal(z, generator)),
        }
        total = terms["reconstruction"] + (1 - self.alpha) * terms["kl"] + (self.alpha + self.scale - 1) * terms["mmd"]
        return {"total": total} | terms
