"""Purity of clusters."""

from torch import Tensor

from core.latent.clustering import composition


def purity(clusters: Tensor, labels: Tensor) -> float:
    """Share of the points that are of the commonest class of their cluster.

    It grows with the number of clusters: as many clusters as points are pure. Compare it with the share of the
    commonest class, which one cluster reaches.

    Args:
        clusters: (N,) int64.
        labels: classes, (N,) int64.

    Returns:
        A number in (0, 1].

    Example:
        >>> import torch
        >>> purity(torch.tensor([0, 0, 0, 1]), torch.tensor([5, 5, 2, 2]))
        0.75
    """
    return composition(clusters, labels).amax(dim=1).sum().item() / len(labels)
