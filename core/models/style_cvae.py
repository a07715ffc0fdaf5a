"""StyleCVAE: a conditional variational autoencoder whose latents hold style without content.

A plain CVAE learns only to reconstruct a picture in its own class. Its pictures of the other classes, and how much of
the class its latents hold, are left to chance: see figure 10 of Chandra, Drelich, Scholl and Wortsman, 2018. Here both
are part of the objective.
"""

from typing import final

import torch
from torch import Tensor, nn

from core.models.base import Autoencoder, Classifier, Posterior, standard_normal
from core.nn.blocks import FilmDecoder, FilmEncoder
from core.nn.losses import bernoulli_nll, class_kid, class_mmd, gaussian_kl
from core.nn.precision import in_full_precision
from core.nn.shape_measures import STYLE, shape_style

CONVINCED = 0.8


@final
class StyleCVAE(Autoencoder):
    r"""CVAE with feature-wise conditioning that also learns from generated pictures.

    Beside a batch x of classes y it draws the analogies $G(z, y')$ of half its posterior samples in random other
    classes $y'$, and a sample of the prior for each picture's class. It minimises, in nats per picture,

    reconstruction $+ \beta\,\mathrm{KL}$
    $+ \lambda \cdot$ `leakage`, the MMD of each class's latents to N(0, I), so that z does not know y;
    $+ d \cdot$ `diversity`, the MMD of prior samples to the pictures of their class, so that they vary as much;
    $+ c \cdot$ `cycle`, $\frac12 \lVert q(G(z, y'), y') - z \rVert^2$, the analogy read again has the same style;
    $+ s \cdot$ `style`, the mean squared difference of slant, width, height and boldness between a picture and its
    analogy, each as standard deviations from the mean of its class;
    $+ \gamma \cdot$ `guidance`, given a frozen classifier, how far its probability of the class falls short of 0.8 on
    analogies and prior samples: pictures above that are left alone, so that guidance does not cost diversity.

    Once trained, the latents of each class are moved and scaled onto the prior (see `settle`).

    Args:
        latent: dimensions Z of the latent space.
        width: channels of the first scale.
        classes: number K of classes.
        beta, leakage, diversity, cycle, style, guidance: β, λ, d, c, s and γ.
        sharpness: see `core.models.base.Autoencoder`.
        whitening: how much of each class's covariance `settle` takes away, from 0, its mean alone, to 1.
        channels, size: shape of the pictures.

    Example:
        >>> model = StyleCVAE(latent=4, width=4)
        >>> sorted(model.loss(torch.rand(8, 1, 28, 28), torch.arange(8)))
        ['cycle', 'diversity', 'kl', 'leakage', 'reconstruction', 'style', 'total']
    """

    centres: Tensor
    spreads: Tensor
    gathers: Tensor

    def __init__(
        self,
        latent: int = 16,
        width: int = 16,
        classes: int = 10,
        beta: float = 1.0,
        leakage: float = 300.0,
        diversity: float = 100.0,
        cycle: float = 1.0,
        style: float = 1.0,
        guidance: float = 25.0,
        sharpness: float = 1.0,
        whitening: float = 1.0,
        channels: int = 1,
        size: int = 28,
    ) -> None:
        super().__init__()
        self.latent = latent
        self.classes = classes
        self.weights = {
            "kl": beta,
            "leakage": leakage,
            "diversity": diversity,
            "cycle": cycle,
            "style": style,
            "guidance": guidance,
        }
        self.sharpness = sharpness
        self.whitening = whitening
        self.encoder = FilmEncoder(channels, size, 2 * latent, width, classes)
        self.decoder = FilmDecoder(latent, channels, size, width, classes)
        self.usual = ClassMoments(classes, len(STYLE))
        self.register_buffer("centres", torch.zeros(classes, latent))
        self.register_buffer("spreads", torch.eye(latent).repeat(classes, 1, 1))
        self.register_buffer("gathers", torch.eye(latent).repeat(classes, 1, 1))

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        y = self._labels(y)
        mean, log_var = self.encoder(x, y).float().chunk(2, dim=1)
        return self._gathered(mean, log_var, y)

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        y = self._labels(y)
        return self.decoder(self._spread(z, y), y).float()

    def loss(
        self,
        x: Tensor,
        y: Tensor | None = None,
        *,
        generator: torch.Generator | None = None,
        guide: Classifier | None = None,
    ) -> dict[str, Tensor]:
        y = self._labels(y)
        posterior = self.encode(x, y)
        z, prior = posterior.sample(generator), standard_normal(posterior.mean, generator)
        half = len(z) // 2
        others = y[:half] + torch.randint(1, self.classes, (half,), generator=generator).to(y.device)
        others = others % self.classes
        asked = torch.cat([y, others])
        logits, drawn = self.logits(torch.cat([z, prior, z[:half]]), torch.cat([y, asked])).split([len(z), len(asked)])
        samples, analogies = (self.sharpness * drawn).sigmoid().split([len(z), half])
        terms = {
            "reconstruction": bernoulli_nll(logits, x),
            "kl": gaussian_kl(*posterior),
            "leakage": class_mmd(z, y, prior),
            "diversity": class_kid(samples, x, y),
            "cycle": 0.5 * (self.encode(analogies, others).mean - z[:half]).square().sum(dim=1).mean(),
            "style": self._style_gap(x[:half], y[:half], analogies, others),
        }
        if guide:
            probabilities = guide.probabilities(torch.cat([samples, analogies])).gather(1, asked[:, None])
            terms["guidance"] = (CONVINCED - probabilities).clamp_min(0).mean()
        total = torch.stack([self.weights.get(name, 1.0) * term for name, term in terms.items()]).sum()
        return {"total": total} | terms

    @torch.no_grad()
    def settle(self, posterior: Posterior, y: Tensor) -> None:
        r"""Move and scale the latents of each class towards N(0, I), by optimal transport between Gaussians.

        $z' = \Sigma_y^{-1/2} (z - \mu_y)$ with the mean of $q(z \mid y)$ and its covariance, shrunk towards I by 1 −
        `whitening`: what a class had of its own in its first two moments goes, and with it much of what a probe could
        read. Classes scaled apart keep each other's slant less exactly, so the whole is not always best. The decoder
        undoes it, so the means of reconstructions stay as they are; of the posterior's covariance the diagonal is kept.
        """
        for k in y.unique().tolist():
            mean, log_var = (part[y == k].double() for part in posterior)
            covariance = torch.cov(mean.T, correction=0) + log_var.exp().mean(dim=0).diag()
            values, vectors = torch.linalg.eigh(torch.lerp(torch.eye(self.latent).to(mean), covariance, self.whitening))
            root, inverse = ((vectors * values**power @ vectors.T).to(self.spreads) for power in (0.5, -0.5))
            self.centres[k] += self.spreads[k] @ mean.mean(dim=0).to(self.centres)
            self.spreads[k], self.gathers[k] = self.spreads[k] @ root, inverse @ self.gathers[k]

    @in_full_precision
    def _gathered(self, mean: Tensor, log_var: Tensor, y: Tensor) -> Posterior:
        """The posterior in settled coordinates, from the encoder's own."""
        gather = self.gathers[y]
        mean = torch.einsum("bij,bj->bi", gather, mean - self.centres[y])
        return Posterior(mean, torch.einsum("bij,bj->bi", gather.square(), log_var.exp()).log())

    @in_full_precision
    def _spread(self, z: Tensor, y: Tensor) -> Tensor:
        """Latents in the decoder's own coordinates, from settled ones."""
        return self.centres[y] + torch.einsum("bij,bj->bi", self.spreads[y], z)

    def _style_gap(self, x: Tensor, y: Tensor, analogies: Tensor, others: Tensor) -> Tensor:
        """Mean squared difference of the standardised style between pictures and their analogies, summed over STYLE."""
        seen = shape_style(x.mean(dim=1, keepdim=True))
        if self.training:
            self.usual.observe(seen, y)
        drawn = shape_style(analogies.mean(dim=1, keepdim=True))
        return (self.usual(drawn, others) - self.usual(seen, y)).square().sum(dim=1).mean()


class ClassMoments(nn.Module):
    """Running mean and deviation of some measures by class, and measures in terms of them, as batch normalisation does.

    Example:
        >>> usual = ClassMoments(2, 1)
        >>> usual(torch.tensor([[3.0]]), torch.tensor([1]))
        tensor([[3.]])
    """

    mean: Tensor
    square: Tensor
    seen: Tensor

    def __init__(self, classes: int, measures: int, momentum: float = 0.01) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(classes, measures))
        self.register_buffer("square", torch.ones(classes, measures))
        self.register_buffer("seen", torch.zeros(classes, 1))

    @torch.no_grad()
    @in_full_precision
    def observe(self, values: Tensor, y: Tensor) -> None:
        """Update the running moments by a batch (B, M) of classes (B,); a class's first batch replaces them."""
        members = nn.functional.one_hot(y, len(self.mean)).T.to(values.dtype)
        count = members.sum(dim=1, keepdim=True)
        share = torch.where(self.seen > 0, self.momentum, 1.0) * (count > 0)
        self.mean.lerp_(members @ values / count.clamp_min(1), share)
        self.square.lerp_(members @ values.square() / count.clamp_min(1), share)
        self.seen.add_(count).clamp_(max=1)  # whether, not how many: weights are stored as halves

    def forward(self, values: Tensor, y: Tensor) -> Tensor:
        """Values (B, M) of classes (B,) in standard deviations from their class's mean, (B, M), within ±4."""
        deviation = (self.square - self.mean.square()).clamp_min(1e-4).sqrt()
        return ((values - self.mean[y]) / deviation[y]).clamp(-4, 4)
