"""Measures of a glyph's style that apply to every character: slant, width, height and stroke width.

All but `stroke_width` are smooth functions of the ink, so that a model can be trained by them.
"""

import cv2
import numpy as np
import torch
from torch import Tensor

from core.nn.precision import in_full_precision

STYLE = ("slant", "width", "height", "stroke")
FINER = 4  # a skeleton is found on a grid so many times finer than the picture's


@in_full_precision
def shape_style(ink: Tensor) -> Tensor:
    r"""Slant, width and height from the second moments of the ink, and the boldness of its strokes.

    With the ink as a density over columns x and rows y (downwards), $\sigma^2_x, \sigma^2_y, \sigma_{xy}$ its central
    moments:

    - slant: $-\sigma_{xy} / \sigma^2_y$, columns to the right per row upwards, the tangent of the angle; the shear that
      deslanting takes away;
    - width: $\sqrt{1 + 12 (\sigma^2_x - \sigma^2_{xy} / \sigma^2_y)}$ in pixels, after deslanting;
    - height: $\sqrt{1 + 12\,\sigma^2_y}$ in pixels: a filled rectangle has its own sides as width and height;
    - boldness: $2 \sum x / \sum \lVert \nabla x \rVert$ in pixels, twice the area over the perimeter: the width of a
      long stroke.

    Args:
        ink: pictures in [0, 1], (B, 1, S, S).

    Returns:
        (B, 4) in the order of `STYLE`; finite and differentiable for empty pictures too.

    Example:
        >>> bar = torch.zeros(1, 1, 28, 28)
        >>> bar[..., 4:24, 12:16] = 1
        >>> [round(value, 1) for value in shape_style(bar)[0].tolist()]
        [0.0, 4.0, 20.0, 3.4]
    """
    plane = ink.float().squeeze(1)
    mass = plane.sum(dim=(1, 2)).clamp_min(1e-3)
    at = torch.arange(plane.shape[-1], device=ink.device, dtype=torch.float32)
    columns, rows = plane.sum(dim=1) / mass[:, None], plane.sum(dim=2) / mass[:, None]
    x, y = at - (columns @ at)[:, None], at - (rows @ at)[:, None]
    across, upright = (columns * x.square()).sum(dim=1), (rows * y.square()).sum(dim=1).clamp_min(1e-3)
    both = torch.einsum("bij,bi,bj->b", plane, y, x) / mass
    width = (1 + 12 * (across - both.square() / upright).clamp_min(0)).sqrt()
    steps = torch.stack([plane[:, 1:, :-1] - plane[:, :-1, :-1], plane[:, :-1, 1:] - plane[:, :-1, :-1]])
    perimeter = (steps.square().sum(dim=0) + 1e-8).sqrt().sum(dim=(1, 2))
    return torch.stack([0 - both / upright, width, (1 + 12 * upright).sqrt(), 2 * mass / perimeter], dim=1)


def stroke_width(ink: Tensor) -> Tensor:
    """Mean width of the strokes in pixels: the area of the ink over the length of its skeleton.

    The glyph is enlarged four times, cut at half ink and thinned (Zhang and Suen, "A Fast Parallel Algorithm for
    Thinning Digital Patterns", 1984). A skeleton ends half a stroke before its stroke does, so the length is that of
    the skeleton and one mean width more.

    Args:
        ink: pictures in [0, 1], (B, 1, S, S).

    Returns:
        (B,) float32; NaN where a picture has no pixel of half ink.

    Example:
        >>> bar = torch.zeros(1, 1, 28, 28)
        >>> bar[..., 4:24, 12:16] = 1
        >>> round(stroke_width(bar).item(), 1)
        4.1
    """
    return torch.tensor([_stroke_width(picture) for picture in ink.squeeze(1).cpu().numpy()], dtype=torch.float32)


def _stroke_width(picture: np.ndarray) -> float:
    from skimage.morphology import skeletonize  # seconds to import, and needed only where strokes are measured

    side = FINER * picture.shape[0]
    fine = cv2.resize(picture.astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC) > 0.5
    area = fine.sum()
    if not area:
        return float("nan")
    length = _length(skeletonize(fine))
    width = (-length + (length**2 + 4 * area) ** 0.5) / 2  # area = width · (length + width)
    return float(width / FINER)


def _length(skeleton: np.ndarray) -> float:
    """Length of a one-pixel line: 1 for each step along a row or column, √2 for each along a diagonal."""
    straight = (skeleton[1:] & skeleton[:-1]).sum() + (skeleton[:, 1:] & skeleton[:, :-1]).sum()
    corner = skeleton[:-1, 1:] | skeleton[1:, :-1], skeleton[:-1, :-1] | skeleton[1:, 1:]
    falling = (skeleton[1:, 1:] & skeleton[:-1, :-1] & ~corner[0]).sum()
    rising = (skeleton[1:, :-1] & skeleton[:-1, 1:] & ~corner[1]).sum()
    return float(straight + 2**0.5 * (falling + rising))
