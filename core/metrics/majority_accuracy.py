"""Accuracy of clusters labelled by their commonest class, on pictures that took no part in clustering."""

import torch
from torch import Tensor

from core.latent.clustering import composition

NAMELESS = -1  # the name of a cluster without members


def majority_names(clusters: Tensor, labels: Tensor, k: int) -> Tensor:
    """The commonest class of each of k clusters, the first of several as common: (N,), (N,) → (k,), −1 where empty.

    Example:
        >>> majority_names(torch.tensor([0, 0, 0, 2]), torch.tensor([5, 5, 2, 7]), k=3)
        tensor([ 5, -1,  7])
    """
    counts = composition(clusters, labels, k=k)
    return torch.where(counts.sum(dim=1) > 0, counts.argmax(dim=1), NAMELESS)


def majority_accuracy(clusters: Tensor, labels: Tensor, names: Tensor) -> float:
    """Share of the points whose cluster has the name of their class.

    Hu, Thompson and Tsoi, "LLAMA", section 4.5, where the points are those that gave the names: there it is `purity`.
    Several clusters may have one name, so it grows with their number, which belongs beside it.

    Args:
        clusters: (N,) int64 in 0 … k − 1.
        labels: classes, (N,) int64.
        names: the class that each cluster stands for, (k,), see `majority_names`; −1 for none.

    Returns:
        A number in [0, 1]. Chance is the share of the commonest name.

    Example:
        >>> majority_accuracy(torch.tensor([0, 0, 1]), torch.tensor([4, 3, 3]), names=torch.tensor([4, 3]))
        0.666...
    """
    if clusters.shape != labels.shape or not len(labels):
        raise ValueError(f"expected as many clusters as labels, got {tuple(clusters.shape)} and {tuple(labels.shape)}")
    return (names[clusters] == labels).double().mean().item()
