"""Rank correlations between the style losses of two backbones."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from core.latent.interpolation import dissolve
from core.metrics import rank_correlation
from core.models.base import Backbone
from core.style.style_loss import consecutive, pairwise, styles

PICTURES = 400  # of more, this many drawn by a seed: every pair is compared
DISSOLVES = 50
STEPS = 10


def agreement(one: Backbone, other: Backbone, pictures: Tensor) -> dict[str, float]:
    """Rank correlations of the style losses of two backbones.

    Args:
        one, other: the backbones.
        pictures: (N, 3, S, S) in [0, 1], N ≥ 3, which neither has learned from.

    Returns:
        `rank_correlation` over all pairs of the pictures; `rank_correlation_blurred` over all pairs once blurred to a
        quarter of the side, as decoders draw; `rank_correlation_steps` over the steps of dissolves from one picture to
        the next, where losses are small; `rank_correlation_profiles` within each dissolve, on average.

    Example:
        >>> from core.models.style_features import StyleFeatures
        >>> x = torch.rand((5, 3, 16, 16), generator=torch.Generator().manual_seed(0))
        >>> one, other = StyleFeatures(), StyleFeatures()
        >>> agreement(one, other, x).keys() == agreement(one, other, x / 2).keys()
        True
    """
    some = pictures[torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))[:PICTURES]]
    side = some.shape[-1]
    blurred = F.interpolate(F.interpolate(some, size=side // 4, mode="area"), size=side, mode="bilinear")
    ends = some[: 2 * min(DISSOLVES, len(some) // 2)].unflatten(0, (-1, 2))
    dissolves = dissolve(ends[:, 0], ends[:, 1], STEPS)
    mine, theirs = (consecutive(styles(network, dissolves)) for network in (one, other))
    within = [rank_correlation(a, b) for a, b in zip(mine, theirs, strict=True)]
    return {
        "rank_correlation": _over_pairs((one, other), some),
        "rank_correlation_blurred": _over_pairs((one, other), blurred),
        "rank_correlation_steps": rank_correlation(mine.flatten(), theirs.flatten()),
        "rank_correlation_profiles": sum(within) / len(within),
    }


def _over_pairs(backbones: Sequence[Backbone], pictures: Tensor) -> float:
    row, column = torch.triu_indices(len(pictures), len(pictures), 1)
    mine, theirs = (pairwise(styles(network, pictures))[row, column] for network in backbones)
    return rank_correlation(mine, theirs)
