"""Reads worksheets: a photograph or scan of a page → its cells, flattened, cut, cleaned, and judged one by one.

Section 4.1 of Hu, Thompson and Tsoi, "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from core.handwriting.worksheets.cells import Cell, Reader, flagged
from core.handwriting.worksheets.illumination import as_glyph, blank, darkness, grain
from core.handwriting.worksheets.layout import Layout, Place
from core.handwriting.worksheets.rectification import SCALE, pixels, rectify
from core.imaging.preprocess import Preprocess

AROUND = 1.0  # mm of a cell that are looked at outside a pale border,
INSIDE = 1.2  # or left out inside a black one
LEAST_DARK = 0.12  # of ink, where white is 0 and black is 1
PALEST_INK = 0.45  # what is darker is ink, even where a line is printed
LEAST_CONTRAST = 0.06  # of a glyph's ink above what is taken for paper
LEAST_AREA = 0.12  # mm² of ink that is no speck
LEAST_INK = 0.6  # mm² of ink in a cell that is not empty
COLOURS = {
    "ok": (40, 150, 70),
    "empty": (150, 150, 150),
    "clipped": (220, 130, 0),
    "suspicious": (200, 30, 60),
}


@dataclass(frozen=True)
class Sheet:
    """One page, read.

    Attributes:
        page: its number, from 1.
        layout: where its boxes lie.
        flat: the page from straight above in even light, (H, W, 3) uint8, 8 pixels a millimetre.
        cells: in the layout's order.
    """

    page: int
    layout: Layout
    flat: np.ndarray
    cells: tuple[Cell, ...]


def scan(page: np.ndarray, *, read: Reader | None = None, preprocess: Preprocess | None = None) -> Sheet:
    """Read a photographed or scanned worksheet, or a known form.

    Args:
        page: (H, W, 3) uint8, RGB, as `core.handwriting.worksheets.uploads.read_pages` returns it; turned and skewed
            as it may be.
        read: the probabilities of a classifier, for the status "suspicious"; none is given without it.
        preprocess: that of the model which will learn; by default that of `chars62-infovae-32`.

    Raises:
        ValueError: if there is no worksheet in the picture or not all of it, with a sentence that says what to do.

    Example:
        >>> scan(np.full((400, 300, 3), 255, np.uint8))
        Traceback (most recent call last):
        ValueError: expected a worksheet with its four corner marks, got a picture without them: lay the printed sheet
        flat and photograph all of it, sharp and without glare
    """
    layout, flat = rectify(page)
    cells = _cells(flat, layout, preprocess or Preprocess())
    return Sheet(layout.page, layout, flat, tuple(flagged(cells, read) if read else cells))


# From a flat page to glyphs


def _cells(flat: np.ndarray, layout: Layout, preprocess: Preprocess) -> list[Cell]:
    dark = darkness(flat)
    return [_cell(dark, place, layout, preprocess) for place in layout.places]


def _cell(dark: np.ndarray, place: Place, layout: Layout, preprocess: Preprocess) -> Cell:
    margin = round((AROUND if layout.marks else -INSIDE) * SCALE)
    left, top, right, bottom = pixels(place.box)
    cut = dark[top - margin : bottom + margin, left - margin : right + margin]
    strips = _strips(margin, layout.guides, bottom - top)
    floor = max(LEAST_DARK, 5 * grain(cut))
    ink = _without_lines(cut, strips, floor)
    level = max(floor, 0.35 * float(np.quantile(ink, 0.995)))
    part, clipped = _parts(ink > level, margin)
    if part.sum() < LEAST_INK * SCALE**2 or np.median(ink[part]) < floor + LEAST_CONTRAST:
        return Cell(place.label, place.box, blank(preprocess), "empty")
    picture = as_glyph(ink, part, floor, preprocess)
    return Cell(place.label, place.box, picture, "clipped" if clipped else "ok")


def _strips(margin: int, guides: Sequence[float], height: int) -> list[tuple[slice, slice, int]]:
    """Where the printed lines of a cell may lie, half a millimetre to either side: rows, columns, the axis across."""
    half, whole = SCALE // 2, slice(None)
    levels = [margin + round(share * height) for share in guides]
    strips = [(slice(level - half, level + half + 1), whole, 0) for level in levels]
    if margin > 0:
        near, far = slice(margin - half, margin + half + 1), slice(-margin - half - 1, -margin + half)
        strips += [(near, whole, 0), (far, whole, 0), (whole, near, 1), (whole, far, 1)]
    return strips


def _without_lines(cut: np.ndarray, strips: Sequence[tuple[slice, slice, int]], floor: float) -> np.ndarray:
    """The darkness with the pale lines taken off; ink that crosses one is closed again.

    A line is as dark as the middle one of the peaks across it, for ink hides less than half of its length.
    """
    lines, pale = np.zeros(cut.shape, bool), 0.0
    for rows, columns, axis in strips:
        lines[rows, columns] = True
        pale = max(pale, float(np.median(cut[rows, columns].max(axis=axis))))
    clean = np.where(lines & (cut < max(floor, min(1.25 * pale + 0.02, PALEST_INK))), 0, cut).astype(np.float32)
    closed = cv2.morphologyEx(clean, cv2.MORPH_CLOSE, np.ones((SCALE + 3, 3), np.uint8))
    return np.where(lines, np.maximum(clean, np.minimum(closed, cut)), clean)


def _parts(ink: np.ndarray, margin: int) -> tuple[np.ndarray, bool]:
    """The ink that belongs to the cell, (H, W) bool, without specks and neighbours, and whether it is cut off."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    height, width = ink.shape
    kept, clipped = np.zeros(ink.shape, bool), False
    largest = max((int(row[cv2.CC_STAT_AREA]) for row in stats[1:]), default=0)
    rim = max(margin, 0) + SCALE // 2
    for number in range(1, count):
        left, top, wide, high, area = (int(value) for value in stats[number])
        right, bottom = left + wide, top + high
        outside = right <= rim or bottom <= rim or left >= width - rim or top >= height - rim
        if outside or area < max(LEAST_AREA * SCALE**2, 0.01 * largest):
            continue
        kept |= parts == number
        clipped |= left == 0 or top == 0 or right == width or bottom == height
    return kept, clipped


def marked(sheet: Sheet, width: int = 900) -> Image.Image:
    """The flat page for showing, a frame in the colour of its status around every cell; (width) pixels wide."""
    page = sheet.flat.copy()
    for cell in sheet.cells:
        left, top, right, bottom = pixels(cell.box)
        cv2.rectangle(page, (left, top), (right, bottom), COLOURS[cell.status], 6 if cell.status != "ok" else 3)
    height = round(page.shape[0] * width / page.shape[1])
    return Image.fromarray(cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA))
