"""One Gaussian mixture a class, for multimodal classes such as sevens with and without a bar."""

from dataclasses import dataclass
from typing import Self, final

import torch
from torch import Tensor

from core.generator.base import LatentGenerator

REGULARISATION = 1e-4  # added to every variance
MEMBERS = 20  # of a class for each component, at least


@final
@dataclass(frozen=True, eq=False)
class Mixture(LatentGenerator):
    r"""Sampler of $\sum_m w_{ym} N(\mu_{ym}, \Sigma_{ym})$, M components a class; the temperature scales deviations.

    Attributes:
        weights: $w$, (K, M), each row summing to 1.
        means: $\mu$, (K, M, Z).
        roots: lower triangular $L$ with $L L^T = \Sigma$, (K, M, Z, Z).

    Example:
        >>> pair = Mixture(torch.tensor([[0.5, 0.5]]), torch.tensor([[[-1.0], [1.0]]]), torch.zeros(1, 2, 1, 1))
        >>> sorted(pair.sample(torch.zeros(9).long(), generator=torch.Generator()).unique().tolist())
        [-1.0, 1.0]
    """

    weights: Tensor
    means: Tensor
    roots: Tensor

    @classmethod
    def fit(cls, z: Tensor, labels: Tensor, classes: int, components: int = 12, seed: int = 0) -> Self:
        """Mixtures fitted to the latents (N, Z) of each class by expectation-maximisation (scikit-learn).

        All classes have M = `components`, or one for every twenty members of the smallest class if that is fewer.
        """
        from sklearn.mixture import GaussianMixture  # needed only where a mixture is fitted

        fewest = int(torch.bincount(labels, minlength=classes).min())
        components, fits = max(1, min(components, fewest // MEMBERS)), []
        for k in range(classes):
            mixture = GaussianMixture(components, reg_covar=REGULARISATION, random_state=seed, max_iter=200)
            fits.append(mixture.fit(z[labels == k].double().numpy()))
        weights, means, covariances = (
            torch.stack([torch.from_numpy(getattr(fit, name)) for fit in fits])
            for name in ("weights_", "means_", "covariances_")
        )
        return cls(weights.float(), means.float(), torch.linalg.cholesky(covariances).float())

    @property
    def classes(self) -> int:
        return len(self.weights)

    def draw(self, y: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
        if not len(y):
            return self.means.new_zeros(0, self.means.shape[-1])
        chosen = torch.multinomial(self.weights[y], 1, generator=generator)[:, 0]
        noise = torch.randn((len(y), self.means.shape[-1]), generator=generator)
        return self.means[y, chosen] + temperature * torch.einsum("bij,bj->bi", self.roots[y, chosen], noise)
