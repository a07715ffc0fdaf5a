"""Worksheets to write a hand on: where each box lies, and the pages to print.

A page has 6 × 6 boxes, 26 letters and the 10 digits; three pages of small letters and three of capitals make 216
characters (Hu, Thompson and Tsoi, "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer", section 4.1
and figure 4). The four marks in the corners are AprilTags (Olson, "AprilTag: A robust and flexible visual fiducial
system", 2011) of the family 36h11; their numbers name the paper, the page and the corner.
"""

import string
from dataclasses import dataclass, fields
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import yaml

Paper = Literal["letter", "a4"]
PAPERS: dict[str, tuple[float, float]] = {"letter": (215.9, 279.4), "a4": (210.0, 297.0)}  # in mm
FORMS = ("handwrite.yaml",)  # layout files of forms by others, beside this file
CORNERS = ("top left", "top right", "bottom right", "bottom left")
PAGES = tuple(letters + string.digits for letters in (string.ascii_lowercase, string.ascii_uppercase) for _ in range(3))
GRID = 6
FIRST_MARK = 300  # the lowest numbers are those that other people's tags bear
MARK, RIM = 14.0, 10.0  # side of a mark and its distance from the paper's edge, mm
CELL, PITCH, TOP = (27.0, 28.0), (31.0, 36.0), 36.0  # width and height of boxes, their distances, the first one's top
GUIDES = (0.3, 0.7)  # lines for small letters to stand between, of a box's height
GUIDE_COLOUR = (1.0, 0.74, 0.52)  # pale in every light, and no pen's
UNSURE = {"0": "zero", "1": "one", "I": "capital i", "O": "capital o", "l": "small L", "o": "small o"}
INSTRUCTION = (
    "Write each character in its box, with a dark pen, as you always do.",
    "Lay the sheet flat and photograph all of it: the four black marks must be in the picture.",
)
POINT = 72 / 25.4  # points in a millimetre


@dataclass(frozen=True)
class Box:
    """A rectangle on the page in mm, from its top left.

    Example:
        >>> Box(10, 20, 5, 4).corners.tolist()
        [[10.0, 20.0], [15.0, 20.0], [15.0, 24.0], [10.0, 24.0]]
    """

    left: float
    top: float
    width: float
    height: float

    @property
    def corners(self) -> np.ndarray:
        """(4, 2) float32, clockwise from the top left."""
        right, bottom = self.left + self.width, self.top + self.height
        points = [(self.left, self.top), (right, self.top), (right, bottom), (self.left, bottom)]
        return np.array(points, np.float32)


@dataclass(frozen=True)
class Place:
    """A box of the grid and the character that is to be written in it."""

    row: int
    column: int
    box: Box
    label: str


@dataclass(frozen=True)
class Layout:
    """Where everything lies on one page; millimetres from its top left.

    Attributes:
        name: "letter", "a4", or that of a form's layout file.
        page: its number, from 1.
        width, height: of the paper.
        places: the boxes, row by row.
        marks: number and place of the corner marks, clockwise from the top left; none on a form found by its boxes.
        guides: lines across every box, as shares of its height.
        heading: where print is, and none on a page that lies on its head; for forms without marks.
    """

    name: str
    page: int
    width: float
    height: float
    places: tuple[Place, ...]
    marks: tuple[tuple[int, Box], ...] = ()
    guides: tuple[float, ...] = GUIDES
    heading: Box | None = None

    @property
    def text(self) -> str:
        """The characters of the boxes in their order."""
        return "".join(place.label for place in self.places)


@lru_cache(maxsize=2)
def layouts(paper: Paper) -> tuple[Layout, ...]:
    """The six pages of a worksheet.

    Raises:
        ValueError: for an unknown paper.

    Example:
        >>> pages = layouts("letter")
        >>> [page.text[:3] for page in pages], len(pages[0].places), pages[5].marks[2][0]
        (['abc', 'abc', 'abc', 'ABC', 'ABC', 'ABC'], 36, 322)
    """
    if paper not in PAPERS:
        raise ValueError(f"expected a paper out of {', '.join(PAPERS)}, got {paper!r}")
    return tuple(_layout(paper, page) for page in range(1, len(PAGES) + 1))


def _layout(paper: str, page: int) -> Layout:
    width, height = PAPERS[paper]
    left = (width - (GRID - 1) * PITCH[0] - CELL[0]) / 2
    first = Box(left, TOP, *CELL)
    rows = [PAGES[page - 1][start : start + GRID] for start in range(0, GRID * GRID, GRID)]
    far_right, far_bottom = width - RIM - MARK, height - RIM - MARK
    corners = [(RIM, RIM), (far_right, RIM), (far_right, far_bottom), (RIM, far_bottom)]
    number = FIRST_MARK + len(CORNERS) * (len(PAGES) * list(PAPERS).index(paper) + page - 1)
    marks = tuple((number + i, Box(*corner, MARK, MARK)) for i, corner in enumerate(corners))
    return Layout(paper, page, width, height, _places(first, *PITCH, rows), marks)


def _places(first: Box, across: float, down: float, rows: list[str]) -> tuple[Place, ...]:
    return tuple(
        Place(i, j, Box(first.left + j * across, first.top + i * down, first.width, first.height), label)
        for i, row in enumerate(rows)
        for j, label in enumerate(row)
    )


@lru_cache(maxsize=1)
def marked_layouts() -> dict[int, Layout]:
    """Every printed page by the numbers of its marks."""
    return {number: layout for paper in ("letter", "a4") for layout in layouts(paper) for number, _ in layout.marks}


@lru_cache(maxsize=1)
def own_marks() -> cv2.aruco.Dictionary:
    """The marks of our pages alone, `FIRST_MARK` as number 0: ten times quicker to look for than the whole family."""
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    last = FIRST_MARK + len(PAPERS) * len(PAGES) * len(CORNERS)
    return cv2.aruco.Dictionary(family.bytesList[FIRST_MARK:last], family.markerSize, family.maxCorrectionBits)


@lru_cache(maxsize=1)
def forms() -> tuple[Layout, ...]:
    """The forms of others that can be read, from their layout files.

    Example:
        >>> [(form.name, len(form.places)) for form in forms()]
        [('handwrite', 80)]
    """
    return tuple(read_layout(Path(__file__).resolve().parent / name) for name in FORMS)


def read_layout(path: Path) -> Layout:
    """A form's layout from its file: a grid of equal boxes, and the character of each.

    Raises:
        ValueError: for a file that is no such layout.
    """
    keys = {"name", "width", "height", "first", "across", "down", "heading", "guides", "rows"}
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or raw.keys() != keys:
        raise ValueError(f"expected a layout with {', '.join(sorted(keys))} in {path.name}, got something else")
    first, heading = (_box(raw[key], path) for key in ("first", "heading"))
    rows = raw["rows"]
    if not isinstance(rows, list) or not all(isinstance(row, str) and len(row) == len(rows[0]) for row in rows):
        raise ValueError(f"expected rows of equally many characters in {path.name}, got {rows!r}")
    places = _places(first, raw["across"], raw["down"], rows)
    guides = tuple(float(share) for share in raw["guides"])
    return Layout(raw["name"], 1, raw["width"], raw["height"], places, (), guides, heading)


def _box(raw: Any, path: Path) -> Box:
    names = [field.name for field in fields(Box)]
    if not isinstance(raw, dict) or sorted(raw) != sorted(names):
        raise ValueError(f"expected a box with {', '.join(names)} in {path.name}, got {raw!r}")
    return Box(**{name: float(raw[name]) for name in names})


def worksheet_pdf(paper: Paper = "letter") -> bytes:
    """The six pages of a worksheet as a PDF: marks and lines are vectors, the same bytes every time.

    Raises:
        ValueError: for an unknown paper.

    Example:
        >>> worksheet_pdf("a4")[:5]
        b'%PDF-'
    """
    from reportlab.pdfgen.canvas import Canvas  # only printing needs it

    pages, file = layouts(paper), BytesIO()
    canvas = Canvas(file, (pages[0].width * POINT, pages[0].height * POINT), invariant=1, pageCompression=1)
    canvas.setTitle("Stylescape worksheet")
    for layout in pages:
        canvas.saveState()
        canvas.translate(0, layout.height * POINT)
        canvas.scale(POINT, POINT)  # millimetres; y counts from the top and is turned when drawing
        _print_page(canvas, layout)
        canvas.restoreState()
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _print_page(canvas: Any, layout: Layout) -> None:
    for number, box in layout.marks:
        _print_mark(canvas, number, box)
    canvas.setFillGray(0)
    canvas.setFont("Helvetica", 3.6)
    for line, text in enumerate(INSTRUCTION):
        canvas.drawCentredString(layout.width / 2, -(RIM + 5 + 6 * line), text)
    canvas.setFont("Helvetica", 3)
    name = f"Stylescape · {layout.name} · page {layout.page} of {len(PAGES)}"
    canvas.drawCentredString(layout.width / 2, -(layout.height - RIM - MARK / 2), name)
    for place in layout.places:
        _print_place(canvas, place, layout.guides)


def _print_mark(canvas: Any, number: int, box: Box) -> None:
    """A mark as runs of black modules, one rectangle each."""
    modules = cv2.aruco.generateImageMarker(own_marks(), number - FIRST_MARK, 8, borderBits=1)
    side = box.width / len(modules)
    canvas.setFillGray(0)
    path = canvas.beginPath()
    for i, j in zip(*np.nonzero(modules == 0), strict=True):
        path.rect(box.left + j * side, -(box.top + (i + 1) * side), side, side)
    canvas.drawPath(path, stroke=0, fill=1)


def _print_place(canvas: Any, place: Place, guides: tuple[float, ...]) -> None:
    box = place.box
    canvas.setStrokeColorRGB(*GUIDE_COLOUR)
    canvas.setLineWidth(0.35)
    canvas.rect(box.left, -(box.top + box.height), box.width, box.height)
    canvas.setLineWidth(0.2)
    for share in guides:
        y = -(box.top + share * box.height)
        canvas.line(box.left, y, box.left + box.width, y)
    canvas.setFillGray(0.25)
    canvas.setFont("Helvetica-Bold", 4)
    canvas.drawString(box.left, -(box.top - 2.4), place.label)
    canvas.setFont("Helvetica", 2.8)
    canvas.drawRightString(box.left + box.width, -(box.top - 2.4), UNSURE.get(place.label, ""))
