"""Class statistics of latents, and the interface of latent generators."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Self, final

import torch
from torch import Tensor

from core.latent.class_means import class_means
from core.latent.encoding import decode_set
from core.models.base import Autoencoder, Posterior

JITTER = 1e-6  # of a covariance's mean variance, so that one without full rank has a root


@final
@dataclass(frozen=True, eq=False)
class ClassStatistics:
    r"""Mean and covariance of the latents of each class.

    Attributes:
        mean: $\mu_y$, (K, Z).
        covariance: $\Sigma_y$, (K, Z, Z).

    Example:
        >>> z = torch.tensor([[0.0], [2.0], [5.0], [5.0]])
        >>> statistics = ClassStatistics.of(z, torch.tensor([0, 0, 1, 1]), 2)
        >>> statistics.mean.tolist(), statistics.std.tolist()
        ([[1.0], [5.0]], [[1.0], [0.0]])
    """

    mean: Tensor
    covariance: Tensor

    def __post_init__(self) -> None:
        if self.mean.ndim != 2 or self.covariance.shape != (*self.mean.shape, self.mean.shape[1]):
            raise ValueError(
                f"expected means (K, Z) and covariances (K, Z, Z), got {tuple(self.mean.shape)} and "
                f"{tuple(self.covariance.shape)}"
            )

    @classmethod
    def of(cls, z: Tensor, labels: Tensor, classes: int) -> Self:
        """Class means and covariances of latents (N, Z) with labels (N,) in 0 … classes − 1; covariances divide by n.

        Raises:
            ValueError: if a class has no members.
        """
        if len(labels.unique()) != classes:
            raise ValueError(f"expected latents of all {classes} classes, got {len(labels.unique())} of them")
        mean = class_means(z, labels, classes)
        members = [z[labels == k].float() - mean[k] for k in range(classes)]
        return cls(mean, torch.stack([part.T @ part / len(part) for part in members]))

    @classmethod
    def of_posterior(cls, posterior: Posterior, labels: Tensor, classes: int) -> Self:
        r"""Class means and covariances of posterior samples $z \sim q(z \mid x)$, in closed form.

        The decoder was trained on samples, not on posterior means: a dimension that encodes nothing has means near
        zero and samples near N(0, 1). By the law of total variance
        $\Sigma_y = \mathrm{Cov}[\mu(x)] + \mathbb{E}[\mathrm{diag}\,\sigma^2(x)]$.
        """
        moments = cls.of(posterior.mean, labels, classes)
        spread = class_means(posterior.log_var.exp(), labels, classes)
        return cls(moments.mean, moments.covariance + torch.diag_embed(spread))

    @property
    def classes(self) -> int:
        """Number K of classes."""
        return self.mean.shape[0]

    @property
    def latent(self) -> int:
        """Number Z of latent dimensions."""
        return self.mean.shape[1]

    @cached_property
    def std(self) -> Tensor:
        r"""Standard deviations $\sigma_y$ of each dimension, (K, Z)."""
        return self.covariance.diagonal(dim1=1, dim2=2).sqrt()

    @cached_property
    def root(self) -> Tensor:
        r"""Lower triangular $L_y$ with $L_y L_y^T = \Sigma_y$, (K, Z, Z)."""
        level = self.covariance.diagonal(dim1=1, dim2=2).mean(dim=1).clamp_min(1e-12)
        return torch.linalg.cholesky(self.covariance + JITTER * level[:, None, None] * torch.eye(self.latent))


class LatentGenerator(ABC):
    """Sampler of latents of given classes."""

    @property
    @abstractmethod
    def classes(self) -> int:
        """Number K of classes."""

    @abstractmethod
    def draw(self, y: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
        """`sample` without checks of its arguments."""

    def sample(self, y: Tensor, *, generator: torch.Generator, temperature: float = 1.0) -> Tensor:
        """Latents of the given classes, (B, Z).

        Args:
            y: classes 0 … K − 1, (B,).
            generator: source of all randomness; the same seed and classes give the same latents.
            temperature: factor of the noise; 0 gives the mean or mode, 1 the fitted distribution.

        Returns:
            (B, Z) float32.

        Raises:
            ValueError: for a class out of range, or a temperature that is negative or not finite.
        """
        if y.ndim != 1 or (len(y) and not 0 <= int(y.min()) <= int(y.max()) < self.classes):
            raise ValueError(
                f"expected classes from 0 to {self.classes - 1} in one row, got {y.flatten()[:20].tolist()}"
            )
        if not (isfinite(temperature) and temperature >= 0):
            raise ValueError(f"expected a temperature of 0 or more, got {temperature}")
        return self.draw(y, generator, temperature)


def generate(
    model: Autoencoder, latents: LatentGenerator, y: Tensor, *, generator: torch.Generator, temperature: float = 1.0
) -> Tensor:
    """Decoded samples of the given classes: (B,) → (B, C, S, S) in [0, 1]."""
    return decode_set(model, latents.sample(y, generator=generator, temperature=temperature), y)
