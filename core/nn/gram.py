"""Gram matrices of a layer's responses, and style vectors of pictures."""

from collections.abc import Sequence

import torch
from torch import Tensor


def gram(response: Tensor) -> Tensor:
    r"""Gram matrices of a layer's responses, $G_{ij} = \sum_k F_{ik} F_{jk}$ over its positions k.

    Args:
        response: (B, N, H, W).

    Returns:
        (B, N, N), symmetric.

    Example:
        >>> gram(torch.tensor([[[[1.0, 2.0]], [[0.0, 3.0]]]]))
        tensor([[[5., 6.],
                 [6., 9.]]])
    """
    flat = response.flatten(2)
    return flat @ flat.mT


def style_vectors(responses: Sequence[Tensor]) -> Tensor:
    r"""Style vectors of pictures, so that $\mathcal{L}(x, y) = \lVert s(x) - s(y) \rVert^2$.

    It holds the upper triangles of the Gram matrices, divided by 2NM and times $\sqrt{w}$; what lies above the diagonal
    counts twice in the loss and so is times $\sqrt{2}$ here.

    Args:
        responses: of each layer to B pictures, (B, N, H, W).

    Returns:
        (B, D) with D the sum of N (N + 1) / 2 over the layers.

    Example:
        >>> from core.style.style_loss import style_loss
        >>> a, b = torch.rand(2, 1, 5, 4, 4)
        >>> s = style_vectors([torch.cat([a, b])])
        >>> s.shape, torch.allclose((s[0] - s[1]).square().sum(), style_loss([a], [b]))
        (torch.Size([2, 15]), True)
    """
    return torch.cat([_triangle(response) for response in responses], dim=1) / len(responses) ** 0.5


def _triangle(response: Tensor) -> Tensor:
    filters = response.shape[1]
    row, column = torch.triu_indices(filters, filters, device=response.device)
    scale = torch.where(row == column, 1.0, 2**0.5) / divisor(response)
    return gram(response)[:, row, column] * scale


def divisor(response: Tensor) -> float:
    """2NM of a layer: squared, the divisor of its differences of Gram matrices."""
    _, filters, height, width = response.shape
    return 2.0 * filters * height * width
