"""Augmentation for training: affine and elastic distortions, changes of stroke weight, crops and mirror images.

Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis",
2003, section 2.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """Random distortions of glyphs and crops of pictures; all ranges are uniform, those of distortion symmetric.

    Attributes:
        rotate: degrees.
        shear: horizontal slant, as a slope.
        stretch: relative change of width and of height, drawn apart.
        shift: fraction of half the picture's side.
        elastic: largest displacement of a smooth field, fraction of half the side.
        weight: most pixels by which a stroke's edge moves outwards or inwards.
        crop: largest share of a picture's side that may be cut away; what is left is enlarged to the whole.
        flip: share of the pictures that are mirrored, left to right.
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
    crop: float = 0.0
    flip: float = 0.0
    share: float = 1.0

    def __call__(self, x: Tensor, generator: torch.Generator, scale: int = 1) -> Tensor:
        """Distort each picture of a batch (B, C, S, S) in [0, 1] in its own way.

        Args:
            x: the batch.
            generator: source of every draw.
            scale: how many times smaller the result is; its pixels are read between four of the batch's, so that 2
                averages them where nothing is distorted. The share that stays as it is needs 1.

        Returns:
            (B, C, S / scale, S / scale).
        """
        shape = [len(x), x.shape[1], *(side // scale for side in x.shape[-2:])]
        grid = F.affine_grid(self._framed(self._affine(len(x), generator), generator), shape, align_corners=False)
        if self.elastic:
            field = _uniform((len(x), 2, 4, 4), self.elastic, generator)
            smooth = F.interpolate(field, size=shape[-2:], mode="bicubic", align_corners=False)
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

    def _framed(self, affine: Tensor, generator: torch.Generator) -> Tensor:
        """The same (B, 2, 3), but of a random part of each picture, mirrored or not."""
        n = len(affine)
        linear, shift = affine[..., :2], affine[..., 2:]
        if self.crop:
            cut = self.crop * torch.rand((n, 1, 1), generator=generator)
            shift = shift + linear @ (cut * _uniform((n, 2, 1), 1.0, generator))
            linear = linear * (1 - cut)
        if self.flip:
            mirrored = torch.rand((n, 1), generator=generator) < self.flip
            across = torch.where(mirrored, -linear[..., 0], linear[..., 0])
            linear = torch.stack([across, linear[..., 1]], dim=2)
        return torch.cat([linear, shift], dim=2)

    def _reweighted(self, x: Tensor, generator: torch.Generator) -> Tensor:
        amount = _uniform((len(x), 1, 1, 1), self.weight, generator)
        bolder = F.max_pool2d(x, 3, stride=1, padding=1)
        lighter = -F.max_pool2d(-x, 3, stride=1, padding=1)
        return torch.where(amount > 0, x + amount * (bolder - x), x - amount * (lighter - x)).clamp(0, 1)


def _uniform(shape: tuple[int, ...], limit: float, generator: torch.Generator) -> Tensor:
    return (2 * torch.rand(shape, generator=generator) - 1) * limit
