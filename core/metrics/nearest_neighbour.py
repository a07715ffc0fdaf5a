"""Distances of generated pictures to the training set."""

import torch
from torch import Tensor


def nearest_neighbour(generated: Tensor, real: Tensor, train: Tensor) -> dict[str, float]:
    """Distance of generated pictures to the training set, beside that of real pictures it does not hold.

    The distance is the Euclidean one over pixels. Copies would be at 0, and well below what real digits are from their
    nearest neighbours. A blurred picture is nearer to everything than a sharp one, so a ratio somewhat below 1 means
    smooth pictures rather than copies.

    Args:
        generated: (N, C, S, S).
        real: pictures that are not in the training set, (M, C, S, S).
        train: the training set, (T, C, S, S).

    Returns:
        `generated` and `real`, the mean distances to the nearest training picture; `nearest`, the least of the
        generated; `ratio`, generated over real.

    Raises:
        ValueError: if one of the sets is empty.

    Example:
        >>> train = torch.zeros(1, 1, 2, 2)
        >>> nearest_neighbour(train + 0.5, train + 1, train)
        {'generated': 1.0, 'real': 2.0, 'nearest': 1.0, 'ratio': 0.5}
    """
    if not (len(generated) and len(real) and len(train)):
        raise ValueError(f"expected pictures in every set, got {len(generated)}, {len(real)} and {len(train)}")
    ours, theirs = _distances(generated, train), _distances(real, train)
    mean, usual = ours.mean().item(), theirs.mean().item()
    return {"generated": mean, "real": usual, "nearest": ours.min().item(), "ratio": mean / max(usual, 1e-12)}


def _distances(pictures: Tensor, train: Tensor) -> Tensor:
    """From each picture to the nearest of the training set, (N,)."""
    parts = [torch.cdist(pictures.flatten(1), rows.flatten(1)).amin(dim=1) for rows in train.split(4096)]
    return torch.stack(parts).amin(dim=0)
