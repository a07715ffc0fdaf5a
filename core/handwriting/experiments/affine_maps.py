r"""Maps from one hand to another in latent space, all affine: $z_B = M z_A + b$.

The StyleApp paper (section 4.6.1) asks for a linear A from the general network's latents to those of a hand, invertible
so that hands can be chained. Its own, learned by a joint loss, is in `core.handwriting.experiments.joint_transform`.
Here is what replaces it, each in closed form:

- `offset_map`: M = I, the difference of the means;
- `procrustes_map`: M orthogonal, the best rotation (Schönemann, "A Generalized Solution of the Orthogonal Procrustes
  Problem", 1966);
- `transport_map`: M symmetric and positive, the optimal transport between two Gaussians (Peyré and Cuturi,
  "Computational Optimal Transport", 2019, remark 2.31), which needs no pairs;
- `low_rank_map`: M = I + a matrix of low rank, by ridge regression whose prediction is cut to its first components
  (Izenman, "Reduced-rank regression for the multivariate linear model", 1975).

Where pairs are needed, row i of both sets shows one class.
"""

from dataclasses import dataclass
from typing import Self, final

import torch
from torch import Tensor

PSEUDO = 62.0  # as many made-up characters as a writer has real ones stand for the shared covariance


@final
@dataclass(frozen=True)
class AffineMap:
    """z → M z + b.

    Attributes:
        matrix: M, (Z, Z).
        offset: b, (Z,).

    Example:
        >>> there = AffineMap(torch.diag(torch.tensor([2.0, 4.0])), torch.ones(2))
        >>> there(torch.ones(1, 2)), there.inverse()(there(torch.ones(1, 2)))
        (tensor([[3., 5.]]), tensor([[1., 1.]]))
    """

    matrix: Tensor
    offset: Tensor

    def __call__(self, z: Tensor) -> Tensor:
        """Latents (N, Z) of the one hand → of the other, (N, Z)."""
        return z @ self.matrix.T + self.offset

    def inverse(self) -> Self:
        """The way back; a `ValueError` for a map that keeps nothing of some direction."""
        if not self.condition < 1e6:
            raise ValueError(f"expected an invertible map, got one of condition number {self.condition:.3g}")
        back = torch.linalg.inv(self.matrix)
        return type(self)(back, -back @ self.offset)

    @property
    def condition(self) -> float:
        """Largest by smallest singular value of M; infinite where M collapses a direction."""
        return torch.linalg.cond(self.matrix).item()


def offset_map(source: Tensor, target: Tensor) -> AffineMap:
    """The difference of the means of paired latents, both (N, Z).

    Example:
        >>> offset_map(torch.zeros(2, 1), torch.ones(2, 1)).offset
        tensor([1.])
    """
    _paired(source, target)
    return AffineMap(torch.eye(source.shape[1]), (target - source).mean(dim=0))


def procrustes_map(source: Tensor, target: Tensor) -> AffineMap:
    r"""The rotation R about the means with the least $\sum_i \lVert R (a_i - \bar a) - (b_i - \bar b) \rVert^2$.

    $R = U V^\top$ of the singular value decomposition of $B^\top A$. With fewer pairs than dimensions many rotations
    are as good; the identity, a hundredth as strong as the pairs, chooses between them.

    Example:
        >>> a = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
        >>> quarter = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
        >>> torch.allclose(procrustes_map(a, a @ quarter.T + 3).matrix, quarter, atol=0.05)
        True
    """
    a, b = _paired(source, target)
    cross = b.T @ a
    u, _, v = torch.linalg.svd(cross + 0.01 * torch.linalg.matrix_norm(cross, 2) * torch.eye(len(cross)))
    return _about(u @ v, source, target)


def transport_map(source: Tensor, target: Tensor, shared: Tensor | None = None) -> AffineMap:
    r"""The optimal transport of one Gaussian onto another, with the squared distance as its cost.

    $M = A^{-\frac12} (A^{\frac12} B A^{\frac12})^{\frac12} A^{-\frac12}$ of the covariances A and B, which are
    drawn towards a shared one: a writer has fewer characters than a covariance has entries.

    Args:
        source, target: latents (N, Z) and (M, Z), not paired.
        shared: the covariance that counts as much as 62 characters, (Z, Z); that of both sets if not given.

    Example:
        >>> a = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
        >>> there = transport_map(a, 3 * a + 1)
        >>> bool(there.condition < 1.2), torch.allclose(there.inverse()(there(a)), a, atol=1e-4)
        (True, True)
    """
    if source.ndim != 2 or target.ndim != 2 or source.shape[1] != target.shape[1] or min(len(source), len(target)) < 1:
        raise ValueError(f"expected latents (N, Z) and (M, Z), got {tuple(source.shape)} and {tuple(target.shape)}")
    a, b = source - source.mean(dim=0), target - target.mean(dim=0)
    if shared is None:
        shared = torch.cat([a, b]).T @ torch.cat([a, b]) / (len(a) + len(b))
    shared = shared + 1e-4 * shared.diagonal().mean().clamp_min(1e-6) * torch.eye(len(shared))
    first, second = ((side.T @ side + PSEUDO * shared) / (len(side) + PSEUDO) for side in (a, b))
    root, back = _root(first), torch.linalg.inv(_root(first))
    return _about(back @ _root(root @ second @ root) @ back, source, target)


def low_rank_map(source: Tensor, target: Tensor, rank: int = 4, ridge: float = 20.0) -> AffineMap:
    r"""M = I + C with C of low rank: how far pairs differ, regressed on where they start.

    C minimises $\sum_i \lVert (b_i - a_i) - C a_i \rVert^2 + \rho \lVert C \rVert^2$, both centred; of it are kept the
    first directions of what it predicts.

    Args:
        source, target: paired latents, (N, Z).
        rank: of C, at least 1.
        ridge: ρ, as many made-up pairs that do not differ.

    Example:
        >>> a = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
        >>> b = a + torch.outer(a[:, 0], torch.tensor([0.0, 1.0, 0.0]))
        >>> torch.linalg.matrix_rank(low_rank_map(a, b, rank=1).matrix - torch.eye(3), atol=1e-4).item()
        1
    """
    a, b = _paired(source, target)
    if rank < 1:
        raise ValueError(f"expected a rank of at least 1, got {rank}")
    weights = torch.linalg.solve(a.T @ a + ridge * torch.eye(a.shape[1]), a.T @ (b - a))  # of rows: d = a W
    _, _, directions = torch.linalg.svd(a @ weights, full_matrices=False)
    kept = directions[:rank]
    return _about(torch.eye(a.shape[1]) + (weights @ kept.T @ kept).T, source, target)


def _paired(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Both sets about their means."""
    if source.ndim != 2 or source.shape != target.shape or len(source) < 1:
        raise ValueError(f"expected paired latents (N, Z), got {tuple(source.shape)} and {tuple(target.shape)}")
    return source - source.mean(dim=0), target - target.mean(dim=0)


def _about(matrix: Tensor, source: Tensor, target: Tensor) -> AffineMap:
    """The map with this matrix that takes mean to mean."""
    return AffineMap(matrix, target.mean(dim=0) - matrix @ source.mean(dim=0))


def _root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a symmetric matrix without negative directions."""
    values, vectors = torch.linalg.eigh((matrix + matrix.T) / 2)
    return vectors * values.clamp_min(0).sqrt() @ vectors.T
