"""Nearest neighbours of latents."""

from typing import NamedTuple

import torch
from torch import Tensor


class Neighbours(NamedTuple):
    """Rows of the points nearest to each query, nearest first, and their Euclidean distances, both (Q, k)."""

    rows: Tensor
    distances: Tensor


def nearest(z: Tensor, queries: Tensor, k: int) -> Neighbours:
    """The k nearest points of a set to each query, by Euclidean distance; a query in the set finds itself first.

    Args:
        z: the set, (N, Z).
        queries: (Q, Z).
        k: how many; at most N are found.

    Returns:
        Rows and distances, (Q, min(k, N)); of points equally near, the first comes first.

    Example:
        >>> nearest(torch.tensor([[0.0], [5.0], [2.0]]), torch.tensor([[1.9]]), k=2).rows
        tensor([[2, 0]])
    """
    if z.ndim != 2 or queries.ndim != 2 or z.shape[1] != queries.shape[1] or k < 1:
        raise ValueError(
            f"expected points (N, Z), queries (Q, Z) and k ≥ 1, got {tuple(z.shape)}, {tuple(queries.shape)} and {k}"
        )
    distances = torch.cdist(queries.float(), z.float(), compute_mode="donot_use_mm_for_euclid_dist")
    rows = distances.argsort(dim=1, stable=True)[:, :k]
    return Neighbours(rows, distances.gather(1, rows))
