"""Attribute vectors: what sets one group of latents apart from another, as a direction to walk in.

Liu, Jun, Li and Heer, "Latent Space Cartography: Visual Analysis of Vector Space Embeddings", 2019, section 5.
"""

import torch
from torch import Tensor

from core.latent.class_means import class_means
from core.latent.neighbours import nearest


def attribute_vector(group: Tensor, others: Tensor) -> Tensor:
    """From the centre of the others to the centre of the group: (N, Z), (M, Z) → (Z,).

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
    """The attribute vector of each class against all the others: (N, Z), (N,) → (K, Z).

    A class without members, or the only one, is a row of NaN.

    Example:
        >>> class_vectors(torch.tensor([[0.0], [2.0], [4.0]]), torch.tensor([0, 1, 1]), 2)
        tensor([[-3.],
                [ 3.]])
    """
    return class_means(z, labels, classes) - torch.stack([z[labels != k].float().mean(dim=0) for k in range(classes)])


def walk(z: Tensor, vector: Tensor, reach: float = 1.0, steps: int = 9) -> Tensor:
    """Points z + t·v for t from −reach to reach, both ends included: (Z,), (Z,) → (steps, Z).

    Example:
        >>> walk(torch.zeros(1), torch.tensor([2.0]), steps=3).flatten()
        tensor([-2.,  0.,  2.])
    """
    if steps < 2:
        raise ValueError(f"expected at least 2 steps, got {steps}")
    return z + torch.linspace(-reach, reach, steps)[:, None] * vector


def strength(z: Tensor, vector: Tensor) -> Tensor:
    """How far latents lie along a vector, in lengths of it from the origin: (N, Z), (Z,) → (N,).

    Example:
        >>> strength(torch.tensor([[4.0, 5.0]]), torch.tensor([2.0, 0.0]))
        tensor([2.])
    """
    return z @ vector / vector.square().sum().clamp_min(1e-12)


def on_map(path: Tensor, z: Tensor, xy: Tensor, neighbours: int = 12) -> Tensor:
    r"""Where points of latent space lie on a map that has only its own points: amid their nearest neighbours.

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
