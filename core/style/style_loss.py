r"""Style loss: distance between the Gram matrices of a network's responses to two pictures.

Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style", 2015, eq. 3-5; eq. 2.9 of the cartography paper:

$\mathcal{L}(x, y) = \sum_l w_l \frac{1}{4 N_l^2 M_l^2} \sum_{ij} (G^l_{ij}(x) - G^l_{ij}(y))^2$ with
$G^l_{ij} = \sum_k F^l_{ik} F^l_{jk}$: layer l has N filters, whose responses F lie at M positions.

The cartography paper calls N and M "the height and width dimensions of the layer", which is not what it cites; read so,
layer l would count N² times as much. N and M are Gatys' here.

A sum of squared differences is a squared distance. So every picture gets one vector, once, and the loss of any two is
the squared distance between theirs.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.models.base import Backbone
from core.nn.gram import divisor, gram, style_vectors


def style_loss(one: Sequence[Tensor], other: Sequence[Tensor]) -> Tensor:
    """Style loss of each pair of pictures, by the formula.

    Args:
        one, other: responses of each layer to the pictures of either side, (B, N, H, W); equal shapes.

    Returns:
        The loss of each pair, (B,), at least 0; its unit is that of the responses to the fourth power.

    Raises:
        ValueError: if the two sides do not have the same layers.

    Example:
        >>> zeros, ones = torch.zeros(1, 2, 3, 3), torch.ones(1, 2, 3, 3)
        >>> style_loss([zeros], [ones])  # four entries of 9², divided by 4 · 2² · 9²
        tensor([0.2500])
    """
    if not one or [r.shape for r in one] != [r.shape for r in other]:
        raise ValueError(
            f"expected the same layers of as many pictures on both sides, got {_shapes(one)} and {_shapes(other)}"
        )
    layers = [(gram(a) - gram(b)).square().sum(dim=(1, 2)) / divisor(a) ** 2 for a, b in zip(one, other, strict=True)]
    return torch.stack(layers).mean(dim=0)  # w = 0.2 for the paper's five layers; fewer share the weight alike


@torch.inference_mode()
def styles(backbone: Backbone, pictures: Tensor, *, batch: int = 64) -> Tensor:
    """`style_vectors` of many pictures, (…, 3, S, S) in [0, 1] → (…, D): the backbone sees every picture once."""
    rows = pictures.flatten(0, -4).split(batch)
    vectors = [style_vectors(backbone.responses(x)) for x in rows]
    return torch.cat(vectors).unflatten(0, pictures.shape[:-3])


def consecutive(vectors: Tensor) -> Tensor:
    """Style loss of each picture and the next: vectors (…, T, D) → (…, T − 1).

    Example:
        >>> consecutive(torch.tensor([[0.0], [1.0], [3.0]]))
        tensor([1., 4.])
    """
    return vectors.diff(dim=-2).square().sum(dim=-1)


def pairwise(vectors: Tensor, others: Tensor | None = None) -> Tensor:
    """Style loss of every picture with every other: vectors (A, D) and (B, D) → (A, B); with themselves by default.

    By differences, not by products: the losses of near pictures are small beside the vectors themselves.

    Example:
        >>> pairwise(torch.tensor([[0.0], [1.0], [3.0]]))
        tensor([[0., 1., 9.],
                [1., 0., 4.],
                [9., 4., 0.]])
    """
    second = vectors if others is None else others
    return torch.cdist(vectors, second, compute_mode="donot_use_mm_for_euclid_dist").square()


def _shapes(responses: Sequence[Tensor]) -> list[tuple[int, ...]]:
    return [tuple(response.shape) for response in responses]
