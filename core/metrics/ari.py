"""Adjusted Rand index of clusters and classes."""

from torch import Tensor


def ari(clusters: Tensor, labels: Tensor) -> float:
    """Share of the pairs on which two partitions agree, set against chance (Hubert and Arabie, "Comparing Partitions").

    Args:
        clusters: (N,) int64.
        labels: classes, (N,) int64.

    Returns:
        A number in [−½, 1]: 1 for the same partition, about 0 for chance.

    Example:
        >>> import torch
        >>> ari(torch.tensor([1, 1, 0, 0]), torch.tensor([0, 0, 5, 5]))
        1.0
    """
    from sklearn.metrics import adjusted_rand_score  # needed only where something is measured

    return float(adjusted_rand_score(labels.numpy(), clusters.numpy()))
