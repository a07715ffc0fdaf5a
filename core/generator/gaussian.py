"""One Gaussian a class: with independent dimensions, as in the paper, or with full covariance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from core.generator.base import ClassStatistics, LatentGenerator

MOST_DRAWS = 64


@final
@dataclass(frozen=True, eq=False)
class Diagonal(LatentGenerator):
    r"""Sampler of the mean of n draws of $N(\mu_y, \theta \sigma_y)$, with independent dimensions.

    Vargas Aguilar, Gu and Lee, "Statistical generation of hand-written digits via analysis of learned latent
    representations", eq. 3. θ is one number (the paper's Simple), one a dimension (Medium-1) or one a dimension and
    class (Medium-2). The mean of n draws has the standard deviation $\theta \sigma_y / \sqrt n$, so that n = 4 equals
    half of θ.

    Attributes:
        statistics: of the classes.
        theta: a number, (Z,) or (K, Z), finite and not negative.
        n: draws that are averaged, 1 to 64.

    Example:
        >>> statistics = ClassStatistics(torch.tensor([[1.0], [5.0]]), torch.ones(2, 1, 1))
        >>> Diagonal(statistics, theta=0.0).sample(torch.tensor([1, 0]), generator=torch.Generator())
        tensor([[5.], [1.]])
    """

    statistics: ClassStatistics
    theta: Tensor | float | Sequence[float]
    n: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.n <= MOST_DRAWS:
            raise ValueError(f"expected 1 to {MOST_DRAWS} draws to average, got {self.n}")
        object.__setattr__(self, "theta", checked_theta(self.theta, self.statistics))

    @property
    def classes(self) -> int:
        return self.statistics.classes

    @property
    def scales(self) -> Tensor:
        """θ broadcast to every class and dimension, (K, Z)."""
        return torch.as_tensor(self.theta).expand_as(self.statistics.mean)

    def draw(self, y: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
        noise = torch.randn((self.n, len(y), self.statistics.latent), generator=generator).mean(dim=0)
        return self.statistics.mean[y] + temperature * (self.scales * self.statistics.std)[y] * noise


def checked_theta(theta: Tensor | float | Sequence[float], statistics: ClassStatistics) -> Tensor:
    """θ as a float tensor, (), (Z,) or (K, Z); a `ValueError` for other shapes and for negative or infinite values."""
    values = torch.as_tensor(theta, dtype=torch.float32)
    if values.shape not in ((), (statistics.latent,), tuple(statistics.mean.shape)):
        raise ValueError(
            f"expected θ as one number, {statistics.latent} of them, or {statistics.classes} rows of "
            f"{statistics.latent}, got the shape {tuple(values.shape)}"
        )
    if not (values.isfinite().all() and (values >= 0).all()):
        raise ValueError(f"expected finite θ of 0 or more, got {values.flatten()[:20].tolist()}")
    return values


@final
@dataclass(frozen=True, eq=False)
class FullCovariance(LatentGenerator):
    r"""Sampler of $N(\mu_y, \theta^2 \Sigma_y)$.

    Equivalent to a fully connected linear-Gaussian Bayes net over the dimensions, whose weights are a Cholesky factor
    of $\Sigma_y$.

    Example:
        >>> statistics = ClassStatistics(torch.zeros(1, 2), torch.ones(1, 2, 2))  # both dimensions the same
        >>> z = FullCovariance(statistics).sample(torch.zeros(9).long(), generator=torch.Generator())
        >>> torch.allclose(z[:, 0], z[:, 1], atol=0.01)
        True
    """

    statistics: ClassStatistics
    theta: float = 1.0

    def __post_init__(self) -> None:
        checked_theta(self.theta, self.statistics)

    @property
    def classes(self) -> int:
        return self.statistics.classes

    def draw(self, y: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
        noise = torch.randn((len(y), self.statistics.latent), generator=generator)
        return correlated(noise, self.statistics, y, temperature * self.theta)


def correlated(noise: Tensor, statistics: ClassStatistics, y: Tensor, scale: float = 1.0) -> Tensor:
    r"""Correlated samples $\mu_y + s L_y \epsilon$, (B, Z), of white noise (B, Z) and classes (B,)."""
    return statistics.mean[y] + scale * torch.einsum("bij,bj->bi", statistics.root[y], noise)
