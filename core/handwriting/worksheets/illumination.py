"""Ink on photographed paper: the light made even, the ink told from paper, and put together as one glyph."""

import cv2
import numpy as np
import torch
from torch import Tensor

from core.imaging.ink import EDGE
from core.imaging.preprocess import Preprocess

STEP = 4  # the light is looked at in pixels this many times larger


def even_light(page: np.ndarray, reach: float) -> np.ndarray:
    """Divide a page by the light that falls on it, so that blank paper is white: (H, W, 3) uint8 → the same.

    The light is the page closed (Serra, "Image Analysis and Mathematical Morphology", 1982) with a disc wider than any
    stroke: a maximum, then a minimum of its surroundings, which removes ink and leaves a shadow's edge where it is.

    Args:
        page: RGB.
        reach: diameter of the disc in pixels.

    Example:
        >>> page = np.full((80, 120, 3), 200, np.uint8)
        >>> page[:, 60:] = 120  # a shadow
        >>> page[30:50, 40:44] = 20  # a stroke
        >>> even = even_light(page, 24)
        >>> even[40, 20].tolist(), even[40, 100].tolist(), bool(even[40, 42].max() < 40)
        ([255, 255, 255], [255, 255, 255], True)
    """
    height, width = page.shape[:2]
    small = cv2.resize(page, (max(1, width // STEP), max(1, height // STEP)), interpolation=cv2.INTER_AREA)
    side = 2 * max(1, round(reach / STEP / 2)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    light = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, disc, borderType=cv2.BORDER_REPLICATE)
    light = cv2.resize(cv2.GaussianBlur(light, (0, 0), 1.5), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, np.maximum(light, 8), scale=255)


def darkness(page: np.ndarray) -> np.ndarray:
    """How much darker than white paper, (H, W) float32 in [0, 1], of an even page (H, W, 3) uint8."""
    return 1 - cv2.cvtColor(page, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255


def grain(dark: np.ndarray) -> float:
    """The paper's noise: a robust standard deviation of the darkness below its median, for ink lies above.

    Example:
        >>> noise = np.random.default_rng(0).normal(0.1, 0.02, (100, 100)).astype(np.float32)
        >>> round(grain(noise), 2)
        0.02
    """
    middle = float(np.median(dark))
    below = middle - dark[dark < middle]
    return 1.4826 * float(np.median(below)) if below.size else 0.0


def as_glyph(dark: np.ndarray, part: np.ndarray, floor: float, preprocess: Preprocess) -> Tensor:
    """One glyph on the models' canvas, (C, S, S) in [0, 1], by the models' own preprocessing.

    Args:
        dark: darkness around the glyph, (H, W) in [0, 1].
        part: where its ink is, (H, W) bool; what lies farther than two pixels from it is left out.
        floor: what is no darker is paper.
        preprocess: that of the model.
    """
    near = cv2.dilate(part.astype(np.uint8), np.ones((5, 5), np.uint8))
    peak = max(float(np.median(dark[part])), floor + 0.05)
    ink = np.clip((dark - floor) / (peak - floor), 0, 1) * near
    return preprocess.to_tensor(np.pad((255 * ink).astype(np.uint8), EDGE))[0]


def blank(preprocess: Preprocess) -> Tensor:
    """A canvas without ink, (C, S, S)."""
    return torch.zeros(preprocess.channels, preprocess.size, preprocess.size)
