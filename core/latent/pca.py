"""Principal components of latents: how far they spread, overall and class by class, and which way.

Chapter 6.2 of Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic Style", 2021.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from core.latent.class_means import class_means


class PrincipalComponents(NamedTuple):
    """Mean, variances and principal directions of latents.

    Attributes:
        mean: (Z,).
        variances: along each component, largest first, (Z,).
        directions: the components, orthonormal rows, (Z, Z); the largest entry of each is positive.
    """

    mean: Tensor
    variances: Tensor
    directions: Tensor


def principal_components(z: Tensor) -> PrincipalComponents:
    """Eigenvectors of the covariance of latents (N, Z), N ≥ 2, in double precision.

    Example:
        >>> z = torch.tensor([[-2.0, 0.0], [2.0, 0.0], [0.0, -1.0], [0.0, 1.0]])
        >>> components = principal_components(z)
        >>> components.variances * 3
        tensor([8., 2.])
        >>> components.directions
        tensor([[1., 0.],
                [0., 1.]])
    """
    if z.ndim != 2 or len(z) < 2:
        raise ValueError(f"expected latents (N, Z) of two points or more, got {tuple(z.shape)}")
    variances, columns = torch.linalg.eigh(z.double().T.cov().reshape(z.shape[1], z.shape[1]))
    directions = columns.flip(1).T
    largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
    return PrincipalComponents(
        z.double().mean(dim=0).float(), variances.flip(0).clamp_min(0).float(), (directions * largest.sign()).float()
    )


def variance_shares(z: Tensor, n: int = 10) -> Tensor:
    r"""The share of the variance along each of the first components, $\lambda_i / \sum_j \lambda_j$ (figure 6.1).

    Args:
        z: latents, (N, Z).
        n: how many components.

    Returns:
        Shares in [0, 1], falling, (min(n, Z),).

    Example:
        >>> variance_shares(torch.tensor([[-2.0, 0.0], [2.0, 0.0], [0.0, -1.0], [0.0, 1.0]]))
        tensor([0.8000, 0.2000])
    """
    variances = principal_components(z).variances
    return variances[:n] / variances.sum().clamp_min(1e-12)


def class_variance_shares(z: Tensor, labels: Tensor, classes: int, n: int = 10) -> Tensor:
    """`variance_shares` of each class by itself (figures 6.2 to 6.7): (N, Z), (N,) → (K, min(n, Z)).

    A class with fewer than two members is a row of NaN.
    """
    rows = torch.full((classes, min(n, z.shape[1])), torch.nan)
    for k in range(classes):
        if (labels == k).sum() > 1:
            rows[k] = variance_shares(z[labels == k], n)
    return rows


def centroid_offsets(z: Tensor, labels: Tensor, classes: int, *, relative: bool = False) -> Tensor:
    r"""Distance of each class mean from the mean of all, $\sum_j |\mu_{kj} - \mu_j|$ (table 6.1).

    Not 0 for a small class that is drawn from all by lot: see `by_chance`.

    Args:
        z: latents, (N, Z).
        labels: their classes, (N,).
        classes: their number K.
        relative: measure each dimension in its own standard deviations and take their mean, a number without a unit
            that models of other scales can be set beside.

    Returns:
        (K,); NaN for a class without members.

    Example:
        >>> z = torch.tensor([[0.0, 0.0], [2.0, 4.0]])
        >>> centroid_offsets(z, torch.tensor([0, 1]), 2)
        tensor([3., 3.])
        >>> centroid_offsets(z, torch.tensor([0, 1]), 2, relative=True)
        tensor([1., 1.])
    """
    apart = (class_means(z, labels, classes) - z.mean(dim=0)).abs()
    return (apart / z.std(dim=0, correction=0).clamp_min(1e-9)).mean(dim=1) if relative else apart.sum(dim=1)


def by_chance(
    figure: Callable[[Tensor, Tensor], Tensor], z: Tensor, labels: Tensor, *, draws: int = 20, seed: int = 0
) -> Tensor:
    """A figure of classes by chance: its mean over shuffled labels.

    The fewer members a class has, the further its centre lies off and the more its first component explains, though it
    were drawn from all by lot.

    Args:
        figure: latents (N, Z) and labels (N,) → a tensor, such as `centroid_offsets` for a number of classes.
        z, labels: its arguments.
        draws: how often the labels are shuffled.
        seed: of the shuffling.

    Example:
        >>> z, labels = torch.randn(100, 3, generator=torch.Generator().manual_seed(0)), torch.arange(100) // 90
        >>> by_chance(lambda z, labels: centroid_offsets(z, labels, 2), z, labels).round(decimals=1)
        tensor([0.1000, 0.6000])
    """
    generator = torch.Generator().manual_seed(seed)
    drawn = [labels[torch.randperm(len(labels), generator=generator)] for _ in range(draws)]
    return torch.stack([figure(z, each) for each in drawn]).mean(dim=0)


def first_component_angles(z: Tensor, labels: Tensor, classes: int) -> Tensor:
    r"""Angle between the first component of each class and that of all, folded to 0 to 90° (table 6.2).

    $\arccos |u_k \cdot u|$: an eigenvector and its negative are the same component. The report did not fold, and the
    175° it would print for a component turned by 5° is only the sign that a solver happened to choose.

    Args:
        z: latents, (N, Z).
        labels: their classes, (N,).
        classes: their number K.

    Returns:
        Degrees, (K,); NaN for a class with fewer than two members.

    Example:
        >>> flat, steep = torch.tensor([[-2.0, 0.0], [2.0, 0.0]]), torch.tensor([[0.0, -1.0], [0.0, 1.0]])
        >>> first_component_angles(torch.cat([flat, steep]), torch.tensor([0, 0, 1, 1]), 2)
        tensor([ 0., 90.])
    """
    overall = principal_components(z).directions[0].double()
    angles = torch.full((classes,), torch.nan)
    for k in range(classes):
        if (labels == k).sum() > 1:
            own = principal_components(z[labels == k]).directions[0].double()
            across = (own - (own @ overall) * overall).norm()
            angles[k] = torch.rad2deg(torch.atan2(across, (own @ overall).abs()))
    return angles
