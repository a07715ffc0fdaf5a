"""Attribute vectors: differences between the means of two groups of latents.

Liu, Jun, Li and Heer, "Latent Space Cartography: Visual Analysis of Vector Space Embeddings", 2019, section 5.
"""

import torch
from torch import Tensor

from core.latent.class_means import class_means
from core.latent.neighbours import nearest


def attribute_vector(group: Tensor, others: Tensor) -> Tensor:
    """Mean of a group less the mean of the others: (N, Z), (M, Z) → (Z,).

    Raises:
        ValueError: if one of the groups is empty or their dimensions differ.

    Example:
        >>> attribute_vector(torch.tensor([[1.0, 1.0], [3.0, 1.0]]), torch.zeros(4, 2))
        tensor([2., 1.])
    """
    if not (group.ndim == others.ndim == 2 and len(group) and len(others) and group.shape[1] == others.shape[1]):
        raise ValueError(
            f"expected two groups of latents (N, Z) and (M, Z), got {tuple(group.shape)} and {tuple(others.shape)}"
        )
    return group.mean(dim=0) - others.mean(dim=0)


def class_vectors(z: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Attribute vector of each class against all others: (N, Z), (N,) → (K, Z).

    A class without members, or the only one, is a row of NaN.

    Example:
        >>> class_vectors(torch.tensor([[0.0], [2.0], [4.0]]), torch.tensor([0, 1, 1]), 2)
        tensor([[-3.],
                [ 3.]])
    """
    return class_means(z, labels, classes) - torch.stack([z[labels != k].float().mean(dim=0) for k in range(classes)])


def on_map(path: Tensor, z: Tensor, xy: Tensor, neighbours: int = 12) -> Tensor:
    r"""Places of new latents on a map of other latents: weighted means of their nearest neighbours' places.

    Each neighbour counts by $\exp(-d^2 / \bar d^2)$, with the mean squared distance of the neighbours.

    Args:
        path: (S, Z).
        z: the latents of the map's points, (N, Z).
        xy: their places, (N, 2).
        neighbours: how many count.

    Returns:
        (S, 2), inside the convex hull of the map.

    Example:
        >>> z, xy = torch.tensor([[0.0], [2.0]]), torch.tensor([[0.0, 0.0], [1.0, 1.0]])
        >>> on_map(torch.tensor([[1.0]]), z, xy)
        tensor([[0.5000, 0.5000]])
    """
    found = nearest(z, path, neighbours)
    squared = found.distances.square()
    weight = torch.softmax(-squared / squared.mean(dim=1, keepdim=True).clamp_min(1e-12), dim=1)
    return (weight[..., None] * xy[found.rows]).sum(dim=1)
