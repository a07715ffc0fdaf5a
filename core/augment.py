"""Random hands: small affine and elastic distortions and changes of stroke weight, for training only.

Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis",
2003, section 2.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """How far a glyph may be distorted; all ranges are symmetric and uniform.

    Attributes:
        rotate: degrees.
        shear: horizontal slant, as a slope.
        stretch: relative change of width and of height, drawn apart.
        shift: fraction of half the picture's side.
        elastic: largest displacement of a smooth field, fraction of half the side.
        weight: most pixels by which a stroke's edge moves outwards or inwards.
        share: share of the pictures that are distorted; the others stay as they are, as the model will see them in use.

    Example:
        >>> x = torch.zeros(4, 1, 28, 28)
        >>> Augmentation(rotate=10)(x, torch.Generator().manual_seed(0)).shape
        torch.Size([4, 1, 28, 28])
    """

    rotate: float = 0.0
    shear: float = 0.0
    stretch: float = 0.0
    shift: float = 0.0
    elastic: float = 0.0
    weight: float = 0.0
    share: float = 1.0

    def __call__(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Distort each picture of a batch (B, C, S, S) in [0, 1] in its own way."""
        grid = F.affine_grid(self._affine(len(x), generator), list(x.shape), align_corners=False)
        if self.elastic:
            field = _uniform((len(x), 2, 4, 4), self.elastic, generator)
            smooth = F.interpolate(field, size=x.shape[-2:], mode="bicubic", align_corners=False)
            grid = grid + smooth.permute(0, 2, 3, 1)
        warped = F.grid_sample(x, grid, mode="bilinear", align_corners=False)
        distorted = self._reweighted(warped, generator) if self.weight else warped
        if self.share == 1:
            return distorted
        return torch.where(torch.rand((len(x), 1, 1, 1), generator=generator) < self.share, distorted, x)

    def _affine(self, n: int, generator: torch.Generator) -> Tensor:
        angle = torch.deg2rad(_uniform((n,), self.rotate, generator))
        slant = _uniform((n,), self.shear, generator)
        sx, sy = (1 / (1 + _uniform((n,), self.stretch, generator)) for _ in range(2))
        tx, ty = (_uniform((n,), self.shift, generator) for _ in range(2))
        cos, sin = angle.cos(), angle.sin()
        rows = [cos * sx, (slant * cos - sin) * sy, tx, sin * sx, (slant * sin + cos) * sy, ty]
        return torch.stack(rows, dim=1).view(n, 2, 3)

    def _reweighted(self, x: Tensor, generator: torch.Generator) -> Tensor:
        amount = _uniform((len(x), 1, 1, 1), self.weight, generator)
        bolder = F.max_pool2d(x, 3, stride=1, padding=1)
        lighter = -F.max_pool2d(-x, 3, stride=1, padding=1)
        return torch.where(amount > 0, x + amount * (bolder - x), x - amount * (lighter - x)).clamp(0, 1)


def _uniform(shape: tuple[int, ...], limit: float, generator: torch.Generator) -> Tensor:
    return (2 * torch.rand(shape, generator=generator) - 1) * limit
