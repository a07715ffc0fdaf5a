"""Correlation of garments with the digits made from them."""

import torch
import torch.nn.functional as F
from torch import Tensor

SIGMA = 1 / 28  # of the side: a pixel of MNIST; wider blurs tell garments apart less well


def silhouette_correlations(garments: Tensor, digits: Tensor) -> Tensor:
    r"""Correlation of each garment with each of its digits, both blurred: where one has its mass, has the other?

    $r_{nk} = \mathrm{corr}(G_\sigma * g_n,\; G_\sigma * d_{nk})$ over the pixels, with a Gaussian $G_\sigma$ of
    standard deviation σ = S / 28 (a pixel of MNIST). The blur lets a stroke stand for the cloth beside it: a digit is
    drawn with a pen and a garment is filled. A correlation needs no threshold, and no account of how dark each is.

    Args:
        garments: ink in [0, 1], (N, 1, S, S).
        digits: the K digits of each, (N, K, 1, S, S).

    Returns:
        (N, K) in [−1, 1]: 1 for equal shapes, about 0 for unrelated ones, negative for disjoint ones; 0 where a picture
        is empty.

    Raises:
        ValueError: if the shapes do not belong together.

    Example:
        >>> bars = torch.zeros(2, 1, 28, 28)
        >>> bars[0, ..., 4:24, 12:16] = bars[1, ..., 12:16, 4:24] = 1  # upright, lying
        >>> r = silhouette_correlations(bars, torch.stack([bars, bars.flip(0)], dim=1))
        >>> [round(value, 2) for value in r.flatten().tolist()]
        [1.0, 0.17, 1.0, 0.17]
    """
    if garments.ndim != 4 or digits.shape != (len(garments), *digits.shape[1:2], *garments.shape[1:]):
        raise ValueError(
            f"expected garments (N, 1, S, S) and digits (N, K, 1, S, S), got {tuple(garments.shape)} "
            f"and {tuple(digits.shape)}"
        )
    one, other = _standardised(garments.unsqueeze(1)), _standardised(digits)
    return (one * other).sum(dim=-1)


def silhouette_agreement(garments: Tensor, digits: Tensor) -> float:
    """Mean of `silhouette_correlations` over garments and digits.

    Args:
        garments: ink in [0, 1], (N, 1, S, S).
        digits: the K digits of each, (N, K, 1, S, S).

    Returns:
        A number in [−1, 1]. Pictures with their ink in the middle agree somewhat whatever they show, so compare
        it with `silhouette_agreement_shuffled`: the difference is what the digits took from their own garment.

    Raises:
        ValueError: if there are none, or the shapes do not belong together.
    """
    if digits.numel() == 0:
        raise ValueError(f"expected at least one garment and its digits, got {tuple(digits.shape)}")
    return silhouette_correlations(garments, digits).mean().item()


def silhouette_agreement_shuffled(garments: Tensor, digits: Tensor, *, generator: torch.Generator) -> float:
    """`silhouette_agreement` of garments with the digits of other garments: what agreement is worth by chance.

    Args:
        garments: ink in [0, 1], (N, 1, S, S), N ≥ 2.
        digits: the K digits of each, (N, K, 1, S, S).
        generator: draws the random cycle in which the garments change places, so that none keeps its own digits.

    Returns:
        A number in [−1, 1].

    Raises:
        ValueError: if there are fewer than two, or the shapes do not belong together.
    """
    if len(garments) < 2:
        raise ValueError(f"expected two garments or more to shuffle, got {len(garments)}")
    order = torch.randperm(len(garments), generator=generator)
    return silhouette_agreement(garments[order], digits[order.roll(1)])


def _standardised(ink: Tensor) -> Tensor:
    """Pictures (…, 1, S, S) → their blurred pixels with mean 0 and length 1, (…, S²); 0 for empty ones."""
    blurred = _blurred(ink.flatten(0, 1), SIGMA * ink.shape[-1]).reshape(*ink.shape[:2], -1)
    return F.normalize(blurred - blurred.mean(dim=-1, keepdim=True), dim=-1, eps=1e-6)


def _blurred(ink: Tensor, sigma: float) -> Tensor:
    """Pictures (B, 1, S, S) under a Gaussian; beyond the border there is paper."""
    reach = round(3 * sigma)
    weights = torch.exp(-torch.arange(-reach, reach + 1, device=ink.device).float().square() / (2 * sigma**2))
    weights = weights / weights.sum()
    across = F.conv2d(ink, weights.view(1, 1, 1, -1), padding=(0, reach))
    return F.conv2d(across, weights.view(1, 1, -1, 1), padding=(reach, 0))
