"""How well clusters match classes one to one."""

import torch
from torch import Tensor


def hungarian_accuracy(clusters: Tensor, labels: Tensor) -> float:
    r"""Share of the points that are in the cluster matched to their class, by the best matching one to one.

    $\max_\pi \frac{1}{N} \sum_i [\pi(c_i) = y_i]$ over injective maps π between clusters and classes (Kuhn, "The
    Hungarian Method for the Assignment Problem", 1955). Unlike `majority_accuracy` it does not grow with the number of
    clusters: each beyond the number of classes has no class.

    Args:
        clusters: (N,) int64.
        labels: classes, (N,) int64.

    Returns:
        A number in (0, 1], at most the purity.

    Example:
        >>> hungarian_accuracy(torch.tensor([0, 0, 1, 2]), torch.tensor([7, 7, 7, 4]))
        0.75
    """
    from scipy.optimize import linear_sum_assignment

    if clusters.shape != labels.shape or not len(labels):
        raise ValueError(f"expected as many clusters as labels, got {tuple(clusters.shape)} and {tuple(labels.shape)}")
    classes = int(labels.max()) + 1
    counts = torch.bincount(clusters * classes + labels, minlength=(int(clusters.max()) + 1) * classes)
    table = counts.view(-1, classes).numpy()
    matched = linear_sum_assignment(table, maximize=True)
    return float(table[matched].sum() / len(labels))
