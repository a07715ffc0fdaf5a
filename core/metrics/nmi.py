"""Normalised mutual information of clusters and classes."""

from torch import Tensor


def nmi(clusters: Tensor, labels: Tensor) -> float:
    r"""Mutual information over the mean of the two entropies, $2 I(C; Y) / (H(C) + H(Y))$.

    Args:
        clusters: (N,) int64.
        labels: classes, (N,) int64.

    Returns:
        A number in [0, 1]: 0 if clusters are independent of classes, 1 if both are the same partition.

    Example:
        >>> import torch
        >>> nmi(torch.tensor([1, 1, 0, 0]), torch.tensor([0, 0, 5, 5]))
        1.0
    """
    from sklearn.metrics import normalized_mutual_info_score  # needed only where something is measured

    return float(normalized_mutual_info_score(labels.numpy(), clusters.numpy()))
