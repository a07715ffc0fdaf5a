"""How pure clusters are."""

import torch
from torch import Tensor


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
        >>> purity(torch.tensor([0, 0, 0, 1]), torch.tensor([5, 5, 2, 2]))
        0.75
    """
    if clusters.shape != labels.shape or not len(labels):
        raise ValueError(f"expected as many clusters as labels, got {tuple(clusters.shape)} and {tuple(labels.shape)}")
    classes = int(labels.max()) + 1
    counts = torch.bincount(clusters * classes + labels, minlength=(int(clusters.max()) + 1) * classes)
    return counts.view(-1, classes).amax(dim=1).sum().item() / len(labels)
