"""Accuracy of clusters matched to classes one to one."""

from torch import Tensor

from core.latent.clustering import composition


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
        >>> import torch
        >>> hungarian_accuracy(torch.tensor([0, 0, 1, 2]), torch.tensor([7, 7, 7, 4]))
        0.75
    """
    from scipy.optimize import linear_sum_assignment

    table = composition(clusters, labels).numpy()
    matched = linear_sum_assignment(table, maximize=True)
    return float(table[matched].sum() / len(labels))
