"""What of a glyph can be compared without knowing its class: its ink upright, and the directions of its strokes.

Nothing here learns, from labels or otherwise.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.nn.shape_measures import shape_style

MAX_SLANT = 0.7  # beyond it a glyph leans because of what it is: a stroke of a 7, a comma


def deskewed(ink: Tensor) -> Tensor:
    r"""Glyphs sheared upright about their centre, so that $\sigma_{xy} = 0$ (LeCun et al., 1998, section III.A).

    The shear is the slant that `core.nn.shape_measures.shape_style` reads off the second moments, at most 0.7 either
    way.

    Args:
        ink: pictures in [0, 1], (N, 1, S, S).

    Returns:
        Pictures of the same shape and range; what is sheared beyond the edge is lost.

    Example:
        >>> leaning = torch.diag(torch.ones(28)).flip(1)[None, None] * 0.9
        >>> shape_style(leaning)[0, 0] > 0.6, abs(shape_style(deskewed(leaning))[0, 0]) < 0.4
        (tensor(True), tensor(True))
    """
    side = ink.shape[-1]
    slant = shape_style(ink)[:, 0].clamp(-MAX_SLANT, MAX_SLANT)
    mass = ink.sum(dim=(1, 2, 3)).clamp_min(1e-3)
    rows = (ink.sum(dim=(1, 3)) @ torch.arange(side, dtype=ink.dtype)) / mass
    middle = (2 * rows + 1) / side - 1  # of the ink, where grid_sample counts from −1 to 1
    affine = torch.eye(2, 3).repeat(len(ink), 1, 1)
    affine[:, 0, 1], affine[:, 0, 2] = -slant, slant * middle
    return F.grid_sample(ink, F.affine_grid(affine, list(ink.shape), align_corners=False), align_corners=False)


def oriented_gradients(ink: Tensor, *, cell: int = 4, directions: int = 9) -> Tensor:
    """Histograms of oriented gradients over blocks of 2×2 cells (Dalal and Triggs, "Histograms of Oriented Gradients
    for Human Detection", 2005), as scikit-image computes them.

    Args:
        ink: pictures in [0, 1], (N, 1, S, S).
        cell: side of a cell in pixels.
        directions: bins of half a turn.

    Returns:
        (N, D) with D = 4 · directions · (S / cell − 1)²; each block has length 1, or 0 where it is empty.

    Example:
        >>> oriented_gradients(torch.rand(2, 1, 28, 28)).shape
        torch.Size([2, 1296])
    """
    from skimage.feature import hog  # seconds to import, and needed only where clusters are fitted

    shape = {"orientations": directions, "pixels_per_cell": (cell, cell), "cells_per_block": (2, 2)}
    return torch.from_numpy(np.stack([hog(picture, **shape) for picture in ink[:, 0].numpy()])).float()
