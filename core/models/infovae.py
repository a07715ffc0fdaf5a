"""InfoVAE: a variational autoencoder whose aggregate posterior is matched to the prior by MMD.

Zhao, Song and Ermon, "InfoVAE: Information Maximizing Variational Autoencoders", 2017, eq. 6.
"""

from typing import final

import torch
from torch import Tensor

from core.models.autoencoder import BernoulliAutoencoder
from core.models.base import Classifier, standard_normal
from core.nn.losses import bernoulli_nll, gaussian_kl, mmd


@final
class InfoVAE(BernoulliAutoencoder):
    r"""MMD-VAE with Bernoulli pixels.

    Minimises reconstruction $+ (1 - \alpha)\,\mathrm{KL} + (\alpha + \lambda - 1)\,\mathrm{MMD}$, the first two in nats
    per picture; λ converts the dimensionless MMD of the batch's samples against N(0, I) into the same unit.

    Given a guide, a frozen classifier, it also learns to interpolate: pairs of one class are decoded at random points
    between their latents, and γ times the guide's expected error on those pictures, in [0, 1], is added.

    Args:
        latent, architecture, width, channels, size: see `BernoulliAutoencoder`.
        alpha: weight of the mutual information; 1 leaves the per-picture KL out, 0 keeps it whole.
        scale: the paper's λ, weight of the divergence between aggregate posterior and prior.
        guidance: γ, weight of the guide's error.

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
        guidance: float = 0.0,
        channels: int = 1,
        size: int = 28,
    ) -> None:
        super().__init__(latent, architecture, width, channels, size)
        self.alpha = alpha
        self.scale = scale
        self.guidance = guidance

    def loss(
        self,
        x: Tensor,
        y: Tensor | None = None,
        *,
        generator: torch.Generator | None = None,
        guide: Classifier | None = None,
    ) -> dict[str, Tensor]:
        posterior = self.encode(x)
        z = posterior.sample(generator)
        between, labels = _between_pairs(posterior.mean, y, generator) if guide and y is not None else (z[:0], y)
        logits, interpolated = self.logits(torch.cat([z, between])).split([len(z), len(between)])
        terms = {
            "reconstruction": bernoulli_nll(logits, x),
            "kl": gaussian_kl(*posterior),
            "mmd": mmd(z, standard_normal(z, generator)),
        }
        total = terms["reconstruction"] + (1 - self.alpha) * terms["kl"] + (self.alpha + self.scale - 1) * terms["mmd"]
        if guide and labels is not None and len(between):
            probabilities = guide.probabilities(interpolated.sigmoid())
            terms["guidance"] = 1 - probabilities.gather(1, labels[:, None]).mean()
            total = total + self.guidance * terms["guidance"]
        return {"total": total} | terms


def _between_pairs(z: Tensor, y: Tensor, generator: torch.Generator | None) -> tuple[Tensor, Tensor]:
    """Random points between latents of one class, P ≤ N / 4 of them, (P, Z), and their classes, (P,)."""
    order = y.argsort(stable=True)
    alike = (y[order[:-1]] == y[order[1:]]).nonzero()[:, 0]
    chosen = alike[torch.randperm(len(alike), generator=generator)[: len(z) // 4]]
    first, second = order[chosen], order[chosen + 1]
    share = torch.rand((len(first), 1), generator=generator).to(z.device)
    return torch.lerp(z[first], z[second], share), y[first]
