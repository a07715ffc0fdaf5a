"""A space of two latent dimensions: decoded on a grid, and places on that grid.

The grid reaches from −reach to reach along both dimensions, the first to the right and the second upwards. A place is
a pair in [0, 1], from the top left of the grid's picture.
"""

import torch
from torch import Tensor

from core.models.base import Autoencoder

SIDE, REACH = 17, 2.5


@torch.inference_mode()
def latent_grid(model: Autoencoder, label: int | None = None, *, side: int = SIDE, reach: float = REACH) -> Tensor:
    """Decodings on a grid over two latent dimensions, top left first: (side², 1, S, S).

    Args:
        model: of two latent dimensions.
        label: the class to draw, where the model is conditional.
        side: number of decodings along each dimension.
        reach: the largest latent.

    Raises:
        ValueError: if the model has not two latents.
    """
    if model.latent != 2:
        raise ValueError(f"expected a model of 2 latent dimensions, got {model.latent}")
    steps = torch.linspace(-reach, reach, side)
    z = torch.cartesian_prod(-steps, steps).flip(1)
    return model.decode(z, None if label is None else torch.full((len(z),), label))


def to_place(z: Tensor, *, side: int = SIDE, reach: float = REACH) -> list[float]:
    """The place of a latent (2,) on the grid's picture; one beyond the grid lies in its outermost row or column.

    Example:
        >>> to_place(torch.zeros(2)), to_place(torch.tensor([-9.0, 2.5]), side=2)
        ([0.5, 0.5], [0.25, 0.25])
    """
    steps = (z * torch.tensor([1, -1]) / reach + 1) / 2 * (side - 1)
    return ((steps.clamp(0, side - 1) + 0.5) / side).tolist()


def from_place(x: float, y: float, *, side: int = SIDE, reach: float = REACH) -> Tensor:
    """The latent (2,) at a place on the grid's picture, the inverse of `to_place`.

    Example:
        >>> from_place(0.25, 0.25, side=2)
        tensor([-2.5000,  2.5000])
    """
    steps = torch.tensor([x, 1 - y]) * side - 0.5
    return (steps / (side - 1) * 2 - 1) * reach
