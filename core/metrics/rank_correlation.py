"""Spearman's rank correlation."""

import torch
from torch import Tensor


def rank_correlation(one: Tensor, other: Tensor) -> float:
    r"""Spearman's rank correlation, the correlation of the ranks; ties share the mean of theirs.

    Spearman, "The proof and measurement of association between two things", 1904.

    Args:
        one, other: values of the same things, (N,), N ≥ 2.

    Returns:
        A number in [−1, 1]: 1 for the same order, −1 for the opposite one, about 0 for unrelated ones; 0 where one side
        has a single value.

    Raises:
        ValueError: if the sides do not hold the same number of values, or fewer than two.

    Example:
        >>> round(rank_correlation(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 4.0, 9.0])), 4)
        1.0
    """
    if one.shape != other.shape or one.ndim != 1 or len(one) < 2:
        raise ValueError(
            f"expected two measures (N,) of two things or more, got {tuple(one.shape)} and {tuple(other.shape)}"
        )
    from scipy.stats import rankdata  # its spearmanr has NaN for a constant side, and another last digit

    ranks = (torch.from_numpy(rankdata(side.numpy())) for side in (one, other))
    a, b = (each - each.mean() for each in ranks)
    spread = (a.square().sum() * b.square().sum()).sqrt()
    return ((a * b).sum() / spread).item() if spread > 0 else 0.0
