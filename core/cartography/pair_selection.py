"""Which pairs of paintings to walk between: random, nearest or farthest."""

from typing import Literal, get_args

import torch
from torch import Tensor

Choice = Literal["random", "shortest", "longest"]


def choose_pairs(
    z: Tensor, labels: Tensor, first: int, second: int, choice: Choice, *, count: int = 1, seed: int = 0
) -> Tensor:
    """Pairs of points to walk between, the paper's way (section 7.1): within a class, or from one class to another.

    Distances are Euclidean in the latent space. Points that coincide, as pictures that are there twice do, are no pair.

    Args:
        z: latents, (N, Z).
        labels: their classes, (N,).
        first, second: the classes to start and end in; the same for pairs within a class.
        choice: any pairs, those closest together, or those furthest apart.
        count: how many.
        seed: of the random choice.

    Returns:
        Rows of z, (count, 2), the nearest or furthest first; fewer if there are no more. No pair comes twice.

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
    """Random cells of the table of all pairs, each once, more than needed; of one class, those above its diagonal."""
    generator = torch.Generator().manual_seed(seed)
    many = 8 * count + 64
    if starts * ends > many:
        cells = torch.tensor(list(dict.fromkeys(torch.randint(starts * ends, (many,), generator=generator).tolist())))
    else:
        cells = torch.randperm(starts * ends, generator=generator)
    rows, columns = cells // ends, cells % ends
    upper = rows < columns if same else torch.ones_like(rows, dtype=torch.bool)
    return rows[upper], columns[upper]
