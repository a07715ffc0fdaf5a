"""Cosine similarity of pictures of one class; lower is more diverse."""

import torch
import torch.nn.functional as F
from torch import Tensor


def within_class_cosine(pictures: Tensor, labels: Tensor) -> float:
    r"""Mean cosine similarity of the pixels of two different pictures of one class, averaged over classes.

    $\frac{1}{K} \sum_k \frac{1}{n_k (n_k - 1)} \sum_{i \ne j} u_i \cdot u_j$ with $u = x / \lVert x \rVert$ over the
    pictures of class k: $\mathbb{E}_{x,x'}[\cos(x, x')]$ of Vargas Aguilar, Gu and Lee, "Statistical generation of
    hand-written digits via analysis of learned latent representations", eq. 5, where it is `mean_cosine`. Digits of
    MNIST have about 0.52. By $\sum_{i,j} u_i \cdot u_j = \lVert \sum_i u_i \rVert^2$ no matrix of pairs is needed.

    Args:
        pictures: (N, C, S, S); an empty one has cosine 0 with every other.
        labels: their classes, (N,); classes with a single member are left out.

    Returns:
        A number in [-1, 1]; in [0, 1] for ink.

    Raises:
        ValueError: if no class has two members.

    Example:
        >>> x = torch.eye(2).view(2, 1, 1, 2)
        >>> within_class_cosine(torch.cat([x, x]), torch.tensor([0, 1, 0, 1]))
        1.0
    """
    unit = F.normalize(pictures.flatten(1).double(), dim=1)
    classes = [unit[labels == label] for label in labels.unique()]
    means = [_mean_cosine(members) for members in classes if len(members) > 1]
    if not means:
        raise ValueError("expected a class with two pictures or more, got none")
    return torch.stack(means).mean().item()


def _mean_cosine(unit: Tensor) -> Tensor:
    n = len(unit)
    return (unit.sum(dim=0).square().sum() - unit.square().sum()) / (n * (n - 1))
