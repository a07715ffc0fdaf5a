"""Steepness of edges relative to the originals."""

from torch import Tensor


def edge_sharpness(pictures: Tensor, originals: Tensor) -> float:
    r"""How steep the ink's edges are, relative to the originals: the ratio of the means of
    $\sum_p \lVert \nabla x \rVert^2_p / \sum_p \lVert \nabla x \rVert_p$.

    The mean length of the gradient, weighted by itself, so that empty paper does not count and the length of the edges
    cancels out. Gradients are forward differences.

    Args:
        pictures: in [0, 1], (N, C, H, W).
        originals: of the same shape.

    Returns:
        A positive number: 1 as steep as the originals, less for blur. Pictures without an edge count zero.

    Example:
        >>> import torch
        >>> step, ramp = torch.zeros(1, 1, 4, 8), torch.linspace(0, 1, 8).expand(1, 1, 4, 8)
        >>> step[..., 4:] = 1
        >>> round(edge_sharpness(ramp, step), 3)  # one seventh a pixel instead of one
        0.143
    """
    if pictures.shape != originals.shape:
        raise ValueError(f"expected equal shapes, got {tuple(pictures.shape)} and {tuple(originals.shape)}")
    return (_steepness(pictures) / _steepness(originals).clamp_min(1e-9)).item()


def _steepness(x: Tensor) -> Tensor:
    down = x[..., 1:, :-1] - x[..., :-1, :-1]
    across = x[..., :-1, 1:] - x[..., :-1, :-1]
    squared = (down.square() + across.square()).flatten(1)
    return (squared.sum(dim=1) / squared.sqrt().sum(dim=1).clamp_min(1e-9)).mean()
