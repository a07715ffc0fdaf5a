"""A small network whose style loss approximates that of VGG19 at a hundredth of its weights, for interactive use.

It learns relations, not responses (Park et al., "Relational Knowledge Distillation", 2019): between two pictures its
style loss approximates the teacher's, layer by layer, whatever its own filters respond to.
"""

from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.base import Backbone, Model
from core.nn.gram import style_vectors
from core.nn.precision import in_full_precision

FLOOR = 1e-3  # of the median loss: fainter differences than this are alike


@final
class StyleFeatures(Backbone, Model):
    """Five convolutions over three scales, whose style loss stands for that of VGG19 at conv1_1, conv2_1 and conv3_1.

    Args:
        filters: of the three layers that count, each at half the side of the one before.

    Example:
        >>> [tuple(r.shape) for r in StyleFeatures().responses(torch.zeros(1, 3, 64, 64))]
        [(1, 24, 64, 64), (1, 32, 32, 32), (1, 64, 16, 16)]
    """

    layers = ("fine", "middle", "coarse")

    def __init__(self, filters: tuple[int, int, int] = (24, 32, 64)) -> None:
        super().__init__()
        fine, middle, coarse = filters
        self.fine = nn.Sequential(nn.Conv2d(3, fine, 3, padding=1), nn.ReLU())
        self.middle = _halving(fine, middle)
        self.coarse = _halving(middle, coarse)
        self.log_scale = nn.Parameter(torch.zeros(3))

    def responses(self, x: Tensor) -> list[Tensor]:
        fine = self.fine(4 * (x - 0.45))
        middle = self.middle(fine)
        found = (fine, middle, self.coarse(middle))
        return [response.float() * scale for response, scale in zip(found, self.log_scale.exp(), strict=True)]

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        r"""Mean of $(\log \mathcal{L}^l_{ij} - \log \mathcal{T}^l_{ij})^2$ over pairs, layers and their sum.

        Args:
            x: pictures, (B, 3, S, S) in [0, 1].
            y: the teacher's style loss of every pair by layer, (3, B, B), see `layer_losses`.
            generator: nothing is drawn.
        """
        pictures = len(x)
        if y is None or y.shape != (3, pictures, pictures):
            raise ValueError(
                f"expected a teacher's losses (3, {pictures}, {pictures}), got {None if y is None else tuple(y.shape)}"
            )
        ours, theirs = (_with_sum(losses) for losses in (layer_losses(self.responses(x)), y))
        row, column = torch.triu_indices(pictures, pictures, 1, device=x.device)
        ours, theirs = ours[:, row, column], theirs[:, row, column]
        floor = FLOOR * theirs.median(dim=1, keepdim=True).values
        gaps = ((ours.clamp_min(0) + floor).log() - (theirs + floor).log()).square().mean(dim=1)
        return {"total": gaps.mean()} | dict(zip((*self.layers, "sum"), gaps, strict=True))

    @torch.no_grad()
    def calibrate(self, x: Tensor, y: Tensor) -> None:
        """Scale the layers so that on average their losses are the teacher's: x and y as for `loss`."""
        ratio = y.mean(dim=(1, 2)) / layer_losses(self.responses(x)).mean(dim=(1, 2))
        self.log_scale += 0.25 * ratio.log()  # a loss grows with the fourth power of the responses


@in_full_precision
def layer_losses(responses: list[Tensor]) -> Tensor:
    """Style loss of every pair of B pictures by each layer alone: responses (B, N, H, W) of L layers → (L, B, B)."""
    return torch.stack([_squared_distances(style_vectors([response.float()])) for response in responses])


def _squared_distances(vectors: Tensor) -> Tensor:
    """By products: `torch.cdist` has no gradient where two pictures are the same."""
    products = F.linear(vectors, vectors)
    squares = products.diagonal()
    return squares[:, None] + squares[None, :] - 2 * products


def _with_sum(losses: Tensor) -> Tensor:
    return torch.cat([losses, losses.mean(dim=0, keepdim=True)])


def _halving(inputs: int, filters: int) -> nn.Sequential:
    first = nn.Conv2d(inputs, filters, 4, stride=2, padding=1)
    return nn.Sequential(first, nn.ReLU(), nn.Conv2d(filters, filters, 3, padding=1), nn.ReLU())
