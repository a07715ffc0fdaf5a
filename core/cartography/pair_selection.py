"""Pairs of paintings as ends of trajectories: random, nearest or farthest."""

from typing import Literal, get_args

import torch
from torch import Tensor

Choice = Literal["random", "shortest", "longest"]


def choose_pairs(
    z: Tensor, labels: Tensor, first: int, second: int, choice: Choice, *, count: int = 1, seed: int = 0
) -> Tensor:
    """Pairs of latents, within a class or from one to another (section 7.1): rows of z, (count, 2).

    Distances are Euclidean in latent space. Coinciding points, of duplicate pictures, are excluded.

    Args:
        z: latents, (N, Z).
        labels: their classes, (N,).
        first, second: classes of the ends; equal for pairs within a class.
        choice: random, nearest or farthest pairs.
        count: number of pairs.
        seed: of the random choice.

    Returns:
        Distinct pairs, the nearest or farthest first; fewer than `count` if there are no more.

    Raises:
        ValueError: for an unknown choice, or a class without enough members.

    Example:
        >>> z = torch.tensor([[0.0], [1.0], [5.0], [9.0]])
        >>> choose_pairs(z, torch.tensor([0, 0, 0, 1]), 0, 0, "longest")
        tensor([[0, 2]])
    """
    if choice not in get_args(Choice):
        raise ValueError(f"expected a choice out of {', '.join(get_args(Choice))}, got {choice!r}")
    starts, ends = ((labels == label).nonzero()[:, 0] for label in (first, second))
    if min(len(starts), len(ends)) < (2 if first == second else 1) or count < 1:
        raise ValueError(
            f"expected members of classes {first} and {second} to pair, got {len(starts)} and {len(ends)} for {count}"
        )
    if choice == "random":
        rows, columns = _drawn(len(starts), len(ends), first == second, count, seed)
        apart = (z[starts[rows]] != z[ends[columns]]).any(dim=1)
        kept = apart.nonzero()[:count, 0]
    else:
        between = torch.cdist(z[starts].float(), z[ends].float(), compute_mode="donot_use_mm_for_euclid_dist")
        possible = between > 0
        rows, columns = (possible.triu(1) if first == second else possible).nonzero(as_tuple=True)
        kept = between[rows, columns].topk(min(count, len(rows)), largest=choice == "longest").indices
    return torch.stack([starts[rows[kept]], ends[columns[kept]]], dim=1)


def _drawn(starts: int, ends: int, same: bool, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Random distinct cells of the table of all pairs, more than needed; of one class, above its diagonal."""
    generator = torch.Generator().manual_seed(seed)
    many = 8 * count + 64
    if starts * ends > many:
        cells = torch.tensor(list(dict.fromkeys(torch.randint(starts * ends, (many,), generator=generator).tolist())))
    else:
        cells = torch.randperm(starts * ends, generator=generator)
    rows, columns = cells // ends, cells % ends
    upper = rows < columns if same else torch.ones_like(rows, dtype=torch.bool)
    return rows[upper], columns[upper]
