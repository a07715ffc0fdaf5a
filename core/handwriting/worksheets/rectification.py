"""Flattens pages: the photograph or scan of a printed sheet → which sheet it is, and the page from straight above.

The corner marks (or, on a form without them, the borders of the boxes) give the homography from the picture to the page
in millimetres; the printed borders then tell how far the paper bends off its plane.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from core.handwriting.worksheets.illumination import darkness, even_light
from core.handwriting.worksheets.layout import CORNERS, FIRST_MARK, Box, Layout, forms, marked_layouts, own_marks

SCALE = 8  # pixels a millimetre of a flattened page
WIDEST_STROKE = 12.0  # mm; what is wider is taken for a shadow
MOST_QUADS = 600  # framed areas in a picture; what has more is no form
BEND = 5.0  # mm that a border may lie off its place
NO_SHEET = (
    "expected a worksheet with its four corner marks, got a picture without them: "
    "lay the printed sheet flat and photograph all of it, sharp and without glare"
)


def rectify(page: np.ndarray) -> tuple[Layout, np.ndarray]:
    """The layout that a picture shows, and its page from straight above in even light.

    Args:
        page: (H, W, 3) uint8, RGB; turned and skewed as it may be.

    Returns:
        The layout, and (H', W', 3) uint8 with `SCALE` pixels a millimetre; what lies outside the picture is white.

    Raises:
        ValueError: if there is no known sheet in the picture or not all of it, with a sentence that says what to do.

    Example:
        >>> rectify(np.zeros((400, 300), np.uint8))
        Traceback (most recent call last):
        ValueError: expected an RGB picture (H, W, 3) of uint8, got (400, 300) of uint8
    """
    if page.dtype != np.uint8 or page.ndim != 3 or page.shape[2] != 3:
        raise ValueError(f"expected an RGB picture (H, W, 3) of uint8, got {page.shape} of {page.dtype}")
    layout, points = _found(page)
    flat, seen = _flattened(page, layout, points)
    flat = even_light(flat, WIDEST_STROKE * SCALE)
    shifts = _shifts(flat, layout) if layout.marks else _quad_shifts(layout, points.page, seen)
    return layout, _unbent(flat, layout, shifts)


def pixels(box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom on a flat page, in pixels."""
    edges = (box.left, box.top, box.left + box.width, box.top + box.height)
    left, top, right, bottom = (round(edge * SCALE) for edge in edges)
    return left, top, right, bottom


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
    left, top, right, bottom = pixels(box)
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
