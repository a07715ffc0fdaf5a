"""Mean squared error of reconstructions."""

from torch import Tensor


def reconstruction_mse(reconstructions: Tensor, originals: Tensor) -> float:
    """Mean squared error per pixel, pixels in [0, 1].

    Args:
        reconstructions: decoded posterior means, (N, C, H, W).
        originals: the model's inputs, (N, C, H, W).

    Returns:
        A number in [0, 1], averaged over pixels and pictures.

    Example:
        >>> import torch
        >>> reconstruction_mse(torch.full((1, 1, 2, 2), 0.5), torch.ones(1, 1, 2, 2))
        0.25
    """
    if reconstructions.shape != originals.shape:
        raise ValueError(f"expected equal shapes, got {tuple(reconstructions.shape)} and {tuple(originals.shape)}")
    return (reconstructions - originals).square().mean().item()
