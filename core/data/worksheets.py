"""Reads worksheets: a photograph or scan of a page → its boxes, flattened, cut, cleaned, and judged one by one.

The corner marks (or, on a form without them, the borders of the boxes) give the homography from the picture to the page
in millimetres; the printed borders then tell how far the paper bends off its plane. Section 4.1 of Hu, Thompson and
Tsoi, "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core.data.characters import CLASSES
from core.data.paper import as_glyph, blank, darkness, even_light, grain
from core.data.pictures import Pictures
from core.glyphs import drawn
from core.metrics.class_means_recognised import merge_lookalikes
from core.preprocess import Preprocess
from core.strokes import Stroke
from core.worksheet import CORNERS, FIRST_MARK, Box, Layout, Place, forms, marked_layouts, own_marks

Verdict = Literal["ok", "empty", "clipped", "suspicious", "skipped"]
Reader = Callable[[Tensor], Tensor]  # glyphs (N, 1, S, S) → probabilities of the 62 classes (N, 62)
SCALE = 8  # pixels a millimetre of a flattened page
WIDEST_STROKE = 12.0  # mm; what is wider is taken for a shadow
AROUND = 1.0  # mm of a cell that are looked at outside a pale border,
INSIDE = 1.2  # or left out inside a black one
LEAST_DARK = 0.12  # of ink, where white is 0 and black is 1
PALEST_INK = 0.45  # what is darker is ink, even where a line is printed
LEAST_CONTRAST = 0.06  # of a glyph's ink above what is taken for paper
LEAST_AREA = 0.12  # mm² of ink that is no speck
LEAST_INK = 0.6  # mm² of ink in a cell that is not empty
DOUBT = 0.1  # the classifier disagrees if it believes less in the character and all that look like it
MOST_QUADS = 600  # framed areas in a picture; what has more is no form
BEND = 5.0  # mm that a border may lie off its place
NO_SHEET = (
    "expected a worksheet with its four corner marks, got a picture without them: "
    "lay the printed sheet flat and photograph all of it, sharp and without glare"
)
COLOURS = {
    "ok": (40, 150, 70),
    "empty": (150, 150, 150),
    "clipped": (220, 130, 0),
    "suspicious": (200, 30, 60),
    "skipped": (90, 90, 90),
}


@dataclass(frozen=True)
class Cell:
    """What is written in one box.

    Attributes:
        label: the character that should be there.
        box: where; in mm on a worksheet, in pixels of the picture on a free sheet.
        picture: the glyph as the models see it, (1, 28, 28) in [0, 1]; zeros if the cell is empty.
        verdict: "ok"; "empty": no ink; "clipped": the ink leaves the box or the picture; "suspicious": the classifier
            reads something else; "skipped": the person wants it left out.
    """

    label: str
    box: Box
    picture: Tensor
    verdict: Verdict


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
        page: (H, W, 3) uint8, RGB, as `core.data.pages.read_pages` returns it; turned and skewed as it may be.
        read: the probabilities of a classifier, for the verdict "suspicious"; none is given without it.
        preprocess: that of the model which will learn; by default that of `chars62-infovae-32`.

    Raises:
        ValueError: if there is no worksheet in the picture or not all of it, with a sentence that says what to do.

    Example:
        >>> scan(np.full((400, 300, 3), 255, np.uint8))
        Traceback (most recent call last):
        ValueError: expected a worksheet with its four corner marks, got a picture without them: lay the printed sheet
        flat and photograph all of it, sharp and without glare
    """
    if page.dtype != np.uint8 or page.ndim != 3 or page.shape[2] != 3:
        raise ValueError(f"expected an RGB picture (H, W, 3) of uint8, got {page.shape} of {page.dtype}")
    layout, points = _found(page)
    flat, seen = _flattened(page, layout, points)
    flat = even_light(flat, WIDEST_STROKE * SCALE)
    shifts = _shifts(flat, layout) if layout.marks else _quad_shifts(layout, points.page, seen)
    flat = _unbent(flat, layout, shifts)
    cells = _cells(flat, layout, preprocess or Preprocess())
    return Sheet(layout.page, layout, flat, tuple(judged(cells, read) if read else cells))


# Where the page lies


class _Points(NamedTuple):
    """The same points on the page in mm and on the picture in pixels, both (N, 2) float32."""

    page: np.ndarray
    picture: np.ndarray


def _found(page: np.ndarray) -> tuple[Layout, _Points]:
    """The layout that the picture shows, and where."""
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    seen: dict[int, np.ndarray] = {}
    for view, scale in _views(grey):
        seen |= {number: corners * scale for number, corners in _marks(view).items() if number not in seen}
        layout, mine = _most_marks(seen)
        if layout and len(mine) == len(CORNERS):
            return layout, _marked(layout, mine)
    layout, mine = _most_marks(seen)
    if layout is None:
        return _form(grey)
    missing = [corner for corner, (number, _) in zip(CORNERS, layout.marks, strict=True) if number not in mine]
    are = "is" if len(missing) == 1 else "are"
    points = _marked(layout, mine)
    if len(missing) > 1 or not _all_inside(layout, points, grey.shape):
        raise ValueError(
            f"expected all four corner marks of the sheet, got {len(mine)}: the {' and the '.join(missing)} {are} "
            "hidden, blurred or outside the picture; photograph the whole sheet"
        )
    return layout, points


def _views(grey: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """The picture as it is, smaller and with its contrast evened, each with the factor back to its own pixels."""
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if min(grey.shape) > 400 else grey
    even = cv2.createCLAHE(3.0, (8, 8)).apply(half)
    factor = grey.shape[0] / half.shape[0]
    return [(grey, 1.0), (half, factor), (even, factor)]


def _marks(grey: np.ndarray) -> dict[int, np.ndarray]:
    """Marks of our sheets on a picture by number: their corners (4, 2), clockwise from their own top left."""
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.minMarkerPerimeterRate = 0.05
    detector = cv2.aruco.ArucoDetector(own_marks(), settings)
    corners, numbers, _ = detector.detectMarkers(grey)
    if numbers is None:
        return {}
    return {FIRST_MARK + int(n): c.reshape(4, 2) for n, c in zip(numbers.ravel(), corners, strict=True)}


def _most_marks(seen: dict[int, np.ndarray]) -> tuple[Layout | None, dict[int, np.ndarray]]:
    """The page that most of the marks belong to, and those marks."""
    known = marked_layouts()
    pages = [known[number] for number in seen]
    if not pages:
        return None, {}
    layout = max(pages, key=pages.count)
    return layout, {number: corners for number, corners in seen.items() if known[number] is layout}


def _marked(layout: Layout, seen: dict[int, np.ndarray]) -> _Points:
    boxes = dict(layout.marks)
    return _Points(np.concatenate([boxes[number].corners for number in seen]), np.concatenate(list(seen.values())))


def _all_inside(layout: Layout, points: _Points, shape: tuple[int, ...]) -> bool:
    """Do all boxes lie in the picture, as far as the marks that are seen can tell?"""
    corners = np.concatenate([place.box.corners for place in layout.places])
    seen = cv2.perspectiveTransform(corners[None], cv2.findHomography(points.page, points.picture)[0])[0]
    return bool((seen >= 0).all() and (seen < [shape[1], shape[0]]).all())


# A form without marks, by its boxes


def _form(grey: np.ndarray) -> tuple[Layout, _Points]:
    """The known form whose grid the boxes in the picture make."""
    quads = _quads(grey)
    for form in forms():
        grid = _grid(quads, form) if len(quads) >= len(form.places) // 2 else {}
        if len(grid) >= 0.6 * len(form.places):
            return form, _upright(grey, form, grid)
    raise ValueError(NO_SHEET)


def _quads(grey: np.ndarray) -> np.ndarray:
    """Boxes of about the same size in the picture, (N, 4, 2)."""
    side = max(15, (min(grey.shape) // 30) | 1)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, side, 12)
    outlines, _ = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for outline in outlines:
        if 1e-3 < cv2.contourArea(outline) / grey.size < 0.02:  # of forms with 50 boxes or more
            corners = cv2.approxPolyDP(outline, 0.04 * cv2.arcLength(outline, True), True).reshape(-1, 2)
            if len(corners) == 4 and cv2.isContourConvex(corners):
                quads.append(corners.astype(np.float32))
    if not 1 <= len(quads) <= MOST_QUADS:
        return np.zeros((0, 4, 2), np.float32)
    found = np.stack(quads)
    areas = np.sort([cv2.contourArea(quad) for quad in found])
    usual = areas[np.searchsorted(areas.cumsum(), areas.sum() / 2)]  # half of all that is framed lies in larger ones
    return _one_of_each(np.stack([quad for quad in found if 1 / 1.6 < cv2.contourArea(quad) / usual < 1.6]))


def _one_of_each(quads: np.ndarray) -> np.ndarray:
    """Of an outline's outer and inner edge, the outer one."""
    order = np.argsort([-cv2.contourArea(quad) for quad in quads])
    kept: list[np.ndarray] = []
    for quad in quads[order]:
        side = np.linalg.norm(quad[0] - quad[1])
        if all(np.linalg.norm(quad.mean(0) - other.mean(0)) > side / 2 for other in kept):
            kept.append(quad)
    return np.stack(kept)


def _grid(quads: np.ndarray, form: Layout) -> dict[tuple[int, int], np.ndarray]:
    """Quads by row and column, spread from the middle one to neighbour after neighbour; nothing if no such grid."""
    centres = quads.mean(axis=1)
    start = int(np.linalg.norm(centres - np.median(centres, axis=0), axis=1).argmin())
    places, waiting = {start: (0, 0)}, [start]
    first, pitch = form.places[0].box, _pitch(form)
    while waiting:
        at = waiting.pop(0)
        right, down = _sides(quads[at])
        right, down = right * pitch[0] / first.width, down * pitch[1] / first.height
        for row, column in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            distances = np.linalg.norm(centres - (centres[at] + column * right + row * down), axis=1)
            near = int(distances.argmin())
            if distances[near] < 0.3 * np.linalg.norm(right) and near not in places:
                places[near] = (places[at][0] + row, places[at][1] + column)
                waiting.append(near)
    rows, columns = (np.array([place[k] for place in places.values()]) for k in (0, 1))
    size = (int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1)
    wanted = (form.places[-1].row + 1, form.places[-1].column + 1)
    if size not in (wanted, wanted[::-1]):
        return {}
    placed = {(row - rows.min(), column - columns.min()): _ordered(quads[k]) for k, (row, column) in places.items()}
    return placed if size == wanted else {(c, size[0] - 1 - r): np.roll(q, 1, 0) for (r, c), q in placed.items()}


def _pitch(form: Layout) -> tuple[float, float]:
    first, across = form.places[0].box, form.places[1].box
    below = next(place.box for place in form.places if place.row == 1)
    return across.left - first.left, below.top - first.top


def _ordered(quad: np.ndarray) -> np.ndarray:
    """Corners clockwise from the one nearest the picture's top left."""
    centre = quad.mean(axis=0)
    turned = quad[np.argsort(np.arctan2(*(quad - centre).T[::-1]))]
    return np.roll(turned, -int(turned.sum(axis=1).argmin()), axis=0)


def _sides(quad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean vectors along a quad's upper and left sides."""
    a, b, c, d = _ordered(quad)
    return (b - a + c - d) / 2, (d - a + c - b) / 2


def _upright(grey: np.ndarray, form: Layout, grid: dict[tuple[int, int], np.ndarray]) -> _Points:
    """The points of the grid, turned so that the heading is where the form has it."""
    last = form.places[-1]
    over = {(last.row - row, last.column - column): np.roll(quad, 2, axis=0) for (row, column), quad in grid.items()}
    sides = [_grid_points(form, each) for each in (grid, over)]
    return max(sides, key=lambda points: _heading_ink(grey, form, points))


def _grid_points(form: Layout, grid: dict[tuple[int, int], np.ndarray]) -> _Points:
    places = [place for place in form.places if (place.row, place.column) in grid]
    page = np.concatenate([place.box.corners for place in places])
    return _Points(page, np.concatenate([grid[place.row, place.column] for place in places]))


def _heading_ink(grey: np.ndarray, form: Layout, points: _Points) -> float:
    """The share of dark pixels in the place of the heading."""
    box = form.heading
    if box is None:
        return 0.0
    size = (int(4 * box.width), int(4 * box.height))
    target = Box(0, 0, *size).corners
    turn, _ = cv2.findHomography(points.page, points.picture, cv2.LMEDS)
    seen = cv2.perspectiveTransform(box.corners[None], turn)
    cut = cv2.warpPerspective(grey, cv2.getPerspectiveTransform(seen[0], target), size, borderValue=(255,))
    return float((cut < 0.6 * np.median(cut)).mean())


# From the picture to a flat page


def _flattened(page: np.ndarray, layout: Layout, points: _Points) -> tuple[np.ndarray, np.ndarray]:
    """The page from straight above, 8 pixels a millimetre, and where the points come to lie on it, (N, 2).

    What lies outside the picture is white.
    """
    turn, _ = cv2.findHomography(points.picture, points.page * SCALE, 0 if layout.marks else cv2.LMEDS)
    if turn is None:
        raise ValueError(NO_SHEET)
    size = (round(layout.width * SCALE), round(layout.height * SCALE))
    smaller = float(np.sqrt(abs(np.linalg.det(turn[:2, :2])))) < 0.7  # more pixels in the picture than on the page
    softened = cv2.GaussianBlur(page, (0, 0), 0.8) if smaller else page
    flat = cv2.warpPerspective(softened, turn, size, flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    return flat, cv2.perspectiveTransform(points.picture[None], turn)[0]


def _unbent(flat: np.ndarray, layout: Layout, shifts: np.ndarray) -> np.ndarray:
    """The flat page with its boxes moved to their places, for paper is never quite a plane; shifts (N, 2) in pixels."""
    centres = np.array([place.box.corners.mean(axis=0) for place in layout.places]) * SCALE
    field = [_field(flat.shape, layout, centres, shifts[:, k]) for k in (0, 1)]
    if max(float(np.abs(part).max()) for part in field) < 0.5:
        return flat
    size = (flat.shape[1], flat.shape[0])
    dx, dy = (cv2.resize(part.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) for part in field)
    columns, rows = np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32)[:, None]
    return cv2.remap(flat, dx + columns, dy + rows, cv2.INTER_LINEAR, borderValue=(255, 255, 255))


def _field(shape: tuple[int, ...], layout: Layout, centres: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Shifts at the boxes' centres (N, 2) → a shift everywhere, on every sixteenth pixel.

    Pale borders, which ink may hide, give a smooth surface; the black ones of a form are believed each for itself.
    """
    surface = _surface(centres, shifts)
    y, x = np.mgrid[: shape[0] : 16, : shape[1] : 16].astype(np.float32)
    smooth = surface(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(x.shape).astype(np.float32)
    if layout.marks:
        return smooth
    rows, columns = layout.places[-1].row + 1, layout.places[-1].column + 1
    rest = np.nan_to_num(shifts - surface(centres)).reshape(rows, columns).astype(np.float32)
    first, last = centres[0], centres[-1]
    step = (last - first) / [columns - 1, rows - 1]
    column, row = ((axis - start) / by for axis, start, by in zip((x, y), first, step, strict=True))
    spread = cv2.remap(
        rest, column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return smooth + spread


def _quad_shifts(layout: Layout, page: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """How far each box that was found lies off its place, (N, 2) in pixels; NaN for those that were not."""
    found = {
        tuple(corners[0]): centre
        for corners, centre in zip(page.reshape(-1, 4, 2), seen.reshape(-1, 4, 2).mean(1), strict=True)
    }
    missing = np.full(2, np.nan)
    shifts = []
    for place in layout.places:
        corners = place.box.corners
        shifts.append(found.get(tuple(corners[0]), missing) - corners.mean(axis=0) * SCALE)
    return np.array(shifts)


def _shifts(flat: np.ndarray, layout: Layout) -> np.ndarray:
    """How far each box's pale border lies off its place, (N, 2) in pixels; NaN where none stands out."""
    dark = cv2.boxFilter(np.minimum(darkness(flat), 0.4), -1, (3, 3))
    return np.array([_shift(dark, place.box) for place in layout.places])


def _shift(dark: np.ndarray, box: Box) -> tuple[float, float]:
    """How far a box's printed border lies off its place, (across, down) in pixels; NaN where none stands out."""
    left, top, right, bottom = _pixels(box)
    reach, inset = round(BEND * SCALE), (bottom - top) // 10
    height, width = dark.shape
    if left < reach or top < reach or right + reach >= width or bottom + reach >= height:
        return (np.nan, np.nan)
    columns = dark[top + inset : bottom - inset, left - reach : right + reach + 1].mean(axis=0)
    rows = dark[top - reach : bottom + reach + 1, left + inset : right - inset].mean(axis=1)
    return _offset(columns, right - left, reach), _offset(rows, bottom - top, reach)


def _offset(profile: np.ndarray, distance: int, reach: int) -> float:
    """Where a pair of lines that far apart lies in a profile, from the middle of what it may be off."""
    pairs = np.minimum(profile[: 2 * reach + 1], profile[distance : distance + 2 * reach + 1])
    best = int(pairs.argmax())
    return float(best - reach) if pairs[best] > np.median(pairs) + 0.02 else np.nan


def _surface(points: np.ndarray, values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """The quadratic surface through values at points (N, 2), outliers left out; zero if too few are known."""
    middle, scale = points.mean(axis=0), float(np.abs(points - points.mean(axis=0)).max())

    def terms(at: np.ndarray) -> np.ndarray:
        x, y = ((at - middle) / scale).T
        return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)

    known = np.isfinite(values)
    weights = np.zeros(6)
    for _ in range(3):
        if known.sum() < max(12, len(points) // 3):
            return lambda at: np.zeros(len(at))
        weights = np.linalg.lstsq(terms(points[known]), values[known], rcond=None)[0]
        off = np.abs(np.nan_to_num(values, nan=np.inf) - terms(points) @ weights)
        known = off <= max(2.0, 3 * float(np.median(off[known])))
    return lambda at: terms(at) @ weights


def _pixels(box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom on a flat page."""
    edges = (box.left, box.top, box.left + box.width, box.top + box.height)
    left, top, right, bottom = (round(edge * SCALE) for edge in edges)
    return left, top, right, bottom


# From a flat page to glyphs


def _cells(flat: np.ndarray, layout: Layout, preprocess: Preprocess) -> list[Cell]:
    dark = darkness(flat)
    return [_cell(dark, place, layout, preprocess) for place in layout.places]


def _cell(dark: np.ndarray, place: Place, layout: Layout, preprocess: Preprocess) -> Cell:
    margin = round((AROUND if layout.marks else -INSIDE) * SCALE)
    left, top, right, bottom = _pixels(place.box)
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


# Verdicts, and what the person makes of them


@torch.inference_mode()
def judged(cells: Sequence[Cell], read: Reader) -> list[Cell]:
    """The cells with the verdict "suspicious" where the classifier reads another character.

    Its beliefs in all that look alike once cropped (o, O and 0; small and capital c) count together, and cells of
    characters that it does not know are left as they are.

    Args:
        cells: of one sheet or of several.
        read: glyphs (N, 1, S, S) → probabilities (N, 62).
    """
    rows = [i for i, cell in enumerate(cells) if cell.verdict == "ok" and cell.label in CLASSES]
    if not rows:
        return list(cells)
    family = merge_lookalikes(torch.arange(len(CLASSES)))
    labels = torch.tensor([CLASSES.index(cells[i].label) for i in rows])
    beliefs = read(torch.stack([cells[i].picture for i in rows]))
    together = (beliefs * (family[None] == family[labels][:, None])).sum(dim=1)
    doubted = {i for i, belief in zip(rows, together.tolist(), strict=True) if belief < DOUBT}
    return [replace(cell, verdict="suspicious") if i in doubted else cell for i, cell in enumerate(cells)]


def confirmed(cell: Cell, label: str | None = None) -> Cell:
    """The cell as the person wants it: with another character, or as it is after all.

    Raises:
        ValueError: if the cell is empty, or the character is none of the 62.
    """
    if not cell.picture.any():
        raise ValueError("expected a cell with ink in it, got an empty one: draw the character, or leave the cell out")
    if label is not None and label not in CLASSES:
        raise ValueError(f"expected one of the characters 0-9, A-Z and a-z, got {label!r}")
    return replace(cell, label=label or cell.label, verdict="ok")


def skipped(cell: Cell) -> Cell:
    """The cell, left out of what is learnt."""
    return replace(cell, verdict="skipped")


def redrawn(cell: Cell, drawing: list[Stroke], preprocess: Preprocess | None = None) -> Cell:
    """The cell with a character drawn on the pad instead; see `core.strokes.parse`.

    Raises:
        ValueError: if nothing of it lies on the pad.

    Example:
        >>> cell = Cell("l", Box(0, 0, 27, 28), torch.zeros(1, 28, 28), "empty")
        >>> redrawn(cell, [{"w": 12, "p": [128, 64, 128, 192]}]).verdict
        'ok'
    """
    return replace(cell, picture=drawn(drawing, preprocess or Preprocess())[0], verdict="ok")


def hand_of(cells: Sequence[Cell], writer: int = -1) -> Pictures:
    """What can be learnt from: the cells of the verdict "ok" with one of the 62 characters, as a data set.

    Example:
        >>> cell = Cell("b", Box(0, 0, 27, 28), torch.ones(1, 28, 28), "ok")
        >>> hand_of([cell, skipped(cell)]).labels
        array([37])
    """
    usable = [cell for cell in cells if cell.verdict == "ok" and cell.label in CLASSES]
    pictures = [cell.picture[0].mul(255).round().byte().numpy() for cell in usable]
    labels = np.array([CLASSES.index(cell.label) for cell in usable], np.int64)
    images = np.stack(pictures) if pictures else np.zeros((0, 28, 28), np.uint8)
    return Pictures(images, labels, np.full(len(labels), writer, np.int64), CLASSES)


def marked(sheet: Sheet, width: int = 900) -> Image.Image:
    """The flat page for showing, a frame in the colour of its verdict around every cell; (width) pixels wide."""
    page = sheet.flat.copy()
    for cell in sheet.cells:
        left, top, right, bottom = _pixels(cell.box)
        cv2.rectangle(page, (left, top), (right, bottom), COLOURS[cell.verdict], 6 if cell.verdict != "ok" else 3)
    height = round(page.shape[0] * width / page.shape[1])
    return Image.fromarray(cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA))
