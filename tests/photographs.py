"""Worksheets filled in and photographed without paper, pen or camera, each step under a seed.

The page is the PDF that is printed; glyphs are laid into its boxes as ink; then the sheet is bent, put on a table, seen
from an angle, lit, and taken by a camera that blurs, adds grain and writes a JPEG.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import cast

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core.handwriting.worksheets.layout import Layout, Paper, worksheet_pdf
from core.handwriting.worksheets.uploads import read_pages

INKS = ((25, 30, 40), (30, 45, 120), (120, 25, 30))  # black, blue, red


@dataclass(frozen=True)
class Camera:
    """How a sheet is photographed; the ranges of each quantity are what tests state.

    Attributes:
        turn: degrees in the picture's plane.
        tilt: how far each corner of the sheet may move by perspective, as a share of the sheet's width.
        bend: height of a bend of the paper across its middle, as a share of its width.
        shadow: how much darker the far side of a shadow's edge is; half of it falls off smoothly besides.
        blur: standard deviation of the lens's blur, pixels.
        grain: standard deviation of the sensor's noise, of 255.
        quality: of the JPEG.
        pixels: the picture's longer side.
        table: brightness of the table, of 255; it has a texture.
        fill: how much of the picture the sheet takes up.
        seed: of all that is drawn.
    """

    turn: float = 0.0
    tilt: float = 0.0
    bend: float = 0.0
    shadow: float = 0.0
    blur: float = 0.0
    grain: float = 0.0
    quality: int = 90
    pixels: int = 2400
    table: float = 110.0
    fill: float = 0.8
    seed: int = 0


def ordinary(seed: int) -> Camera:
    """A phone held by a person: everything at once, at random within the bounds that the documentation states."""
    rng = np.random.default_rng(seed)
    return Camera(
        turn=float(rng.uniform(-180, 180)),
        tilt=float(rng.uniform(0, 0.08)),
        bend=float(rng.uniform(-0.01, 0.01)),
        shadow=float(rng.uniform(0, 0.4)),
        blur=float(rng.uniform(0.3, 1.6)),
        grain=float(rng.uniform(0, 6)),
        quality=int(rng.integers(60, 95)),
        pixels=int(rng.integers(1800, 3000)),
        table=float(rng.uniform(20, 235)),
        fill=float(rng.uniform(0.65, 0.85)),
        seed=seed,
    )


@lru_cache(maxsize=2)
def _printed(paper: Paper) -> list[np.ndarray]:
    return read_pages(worksheet_pdf(paper))


def filled(
    layout: Layout,
    glyphs: Mapping[int, np.ndarray] | Sequence[np.ndarray],
    *,
    height: float = 16.0,
    ink: tuple[int, int, int] = INKS[0],
    shift: tuple[float, float] = (0.0, 0.0),
    seed: int = 0,
) -> np.ndarray:
    """A printed page with light-on-black glyphs in its boxes, (H, W, 3) uint8.

    Args:
        layout: a page of `core.handwriting.worksheets.layout.layouts`.
        glyphs: (S, S) uint8 each, for the boxes in order or by number; boxes without one stay empty.
        height: of a glyph's square in mm; each is drawn 15 % larger or smaller, up to 2 mm off the middle.
        ink: colour of the pen.
        shift: of all of them, mm.
        seed: of sizes and places.
    """
    page = _printed(cast(Paper, layout.name))[layout.page - 1].astype(np.float32)
    scale, rng = page.shape[0] / layout.height, np.random.default_rng(seed)
    pairs = glyphs.items() if isinstance(glyphs, Mapping) else enumerate(glyphs)
    for number, glyph in pairs:
        box = layout.places[number].box
        side = round(height * scale * rng.uniform(0.85, 1.15))
        middle = np.array([box.left + box.width / 2, box.top + box.height / 2]) + shift + rng.uniform(-2, 2, 2)
        _lay(page, glyph, (middle * scale).astype(int) - side // 2, side, ink)
    return page.astype(np.uint8)


def _lay(page: np.ndarray, glyph: np.ndarray, corner: np.ndarray, side: int, ink: tuple[int, int, int]) -> None:
    soft = cv2.resize(glyph, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    cover = np.clip((cv2.GaussianBlur(soft, (0, 0), 1.0) - 0.35) / 0.3, 0, 1)[..., None]
    left, top = corner
    cut = page[top : top + side, left : left + side]
    cover = cover[: cut.shape[0], : cut.shape[1]]
    cut[:] = np.minimum(cut, cut * (1 - cover) + np.array(ink, np.float32) * cover)


def photograph(page: np.ndarray, camera: Camera) -> bytes:
    """The page as that camera takes it: a JPEG."""
    rng = np.random.default_rng(camera.seed)
    bent = _bent(page, camera.bend)
    corners, size = _corners(page.shape, camera, rng)
    height, width = page.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    reduced = cv2.GaussianBlur(bent, (0, 0), max(0.3, 0.35 * height / (camera.fill * size[1])))
    seen = cv2.warpPerspective(reduced, turn, size, flags=cv2.INTER_LINEAR)
    sheet = cv2.warpPerspective(np.full((height, width), 255, np.uint8), turn, size, flags=cv2.INTER_LINEAR)
    cover = sheet.astype(np.float32)[..., None] / 255
    scene = seen * cover + _table(size, camera.table, rng) * (1 - cover)
    scene *= _light(size, camera.shadow, rng)[..., None]
    if camera.blur:
        scene = cv2.GaussianBlur(scene, (0, 0), camera.blur)
    scene += rng.normal(0, max(camera.grain, 1e-6), scene.shape)
    file = BytesIO()
    Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=camera.quality)
    return file.getvalue()


def _bent(page: np.ndarray, bend: float) -> np.ndarray:
    """A sheet that bulges: its rows are shifted along an arc from side to side."""
    if not bend:
        return page
    height, width = page.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    y += bend * width * np.sin(np.pi * x / width)
    return cv2.remap(page, x, y, cv2.INTER_LINEAR, borderValue=(255, 255, 255))


def _corners(shape: tuple[int, ...], camera: Camera, rng: np.random.Generator) -> tuple[np.ndarray, tuple[int, int]]:
    """Where the sheet's corners lie in the picture, (4, 2), and the picture's width and height."""
    half = np.array([shape[1], shape[0]]) / max(shape) / 2
    corners = half * [[-1, -1], [1, -1], [1, 1], [-1, 1]] + camera.tilt * rng.uniform(-1, 1, (4, 2)) * half[0]
    angle = np.deg2rad(camera.turn)
    corners = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = (high - low) / camera.fill
    scale = camera.pixels / room.max()
    size = (int(room[0] * scale), int(room[1] * scale))
    return (corners - (low + high) / 2) * scale + np.array(size) / 2, size


def _table(size: tuple[int, int], brightness: float, rng: np.random.Generator) -> np.ndarray:
    """Wood, or something like it: stripes with knots."""
    coarse = rng.normal(0, 1, (6, 60)).astype(np.float32)
    grown = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    tint = np.array([1.05, 1.0, 0.9], np.float32)
    return np.clip((brightness + 18 * grown)[..., None] * tint, 0, 255)


def _light(size: tuple[int, int], shadow: float, rng: np.random.Generator) -> np.ndarray:
    """Lamp light: it falls off to one side, and something throws a shadow with a soft edge."""
    x, y = np.meshgrid(np.linspace(-1, 1, size[0], dtype=np.float32), np.linspace(-1, 1, size[1], dtype=np.float32))
    fall, edge = (np.array([np.cos(a), np.sin(a)]) for a in rng.uniform(0, 2 * np.pi, 2))
    slope = 1 - 0.25 * shadow * (1 + fall[0] * x + fall[1] * y)
    across = edge[0] * x + edge[1] * y - rng.uniform(-0.4, 0.4)
    return slope * (1 - shadow / (1 + np.exp(-across / 0.02)))


def alike(seen: Tensor, wanted: Tensor, least: float = 0.75) -> Tensor:
    """Is each glyph (N, 1, S, S) the wanted one: do they correlate, (N,) bool?"""
    rows = [glyphs.flatten(1) - glyphs.flatten(1).mean(dim=1, keepdim=True) for glyphs in (seen, wanted)]
    return torch.nn.functional.cosine_similarity(*rows, dim=1) >= least
