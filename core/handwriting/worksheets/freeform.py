"""Reads loose characters: a free sheet of separated characters in rows, without boxes, with the text that it shows.

Connected parts of ink are put together as glyphs, glyphs as rows, and each row is aligned with its line of the text by
dynamic programming (Needleman and Wunsch, "A general method applicable to the search for similarities in the amino acid
sequence of two proteins", 1970): a glyph may be one part or several, a part may be a speck, a character may be missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np

from core.handwriting.worksheets.cells import Cell, Reader, flagged
from core.handwriting.worksheets.illumination import as_glyph, blank, darkness, even_light, grain
from core.handwriting.worksheets.layout import Box
from core.imaging.preprocess import Preprocess

MAX_TEXT = 2_000  # characters
MAX_PARTS = 4_000  # of ink that is no speck
LEAST_DARK = 0.08
SMALL = ".,-'\"`:;_~=+*"  # characters that may be small
MISSING, EXTRA = 1.0, 0.3  # cost of a character without a glyph, least cost of a part without a character
MOST_PARTS = 3  # of one glyph


@dataclass(frozen=True)
class Part:
    """Connected ink: the numbers of its components, its box in pixels (right and bottom excluded), its area."""

    numbers: tuple[int, ...]
    left: int
    top: int
    right: int
    bottom: int
    area: int

    @cached_property
    def height(self) -> int:
        return self.bottom - self.top

    @cached_property
    def width(self) -> int:
        return self.right - self.left

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Column and row of the box's middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def joined(self, other: "Part") -> "Part":
        """Both as one."""
        return Part(
            self.numbers + other.numbers,
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
            self.area + other.area,
        )


@dataclass(frozen=True)
class _Ink:
    """A page's ink: darkness (H, W), component numbers (H, W), what is paper, and the usual height of a glyph."""

    dark: np.ndarray
    parts: np.ndarray
    floor: float
    usual: float


def read_free(
    page: np.ndarray, text: str | Sequence[str], *, read: Reader | None = None, preprocess: Preprocess | None = None
) -> list[Cell]:
    """Cut a photographed free sheet into its characters.

    Args:
        page: (H, W, 3) uint8, RGB, the writing about upright.
        text: what it says, row by row (spaces do not count); or one single character, which all glyphs are then.
        read: the probabilities of a classifier, for the status "suspicious".
        preprocess: that of the model which will learn; by default that of `chars62-infovae-32`.

    Returns:
        A cell for every character of the text, in its order, "empty" where no ink was found for it; boxes in pixels of
        the page. "clipped" is a glyph that touches the picture's edge.

    Raises:
        ValueError: if there is no text or too much of it, or no ink.

    Example:
        >>> page = np.full((200, 400, 3), 230, np.uint8)
        >>> _ = cv2.putText(page, "H 7", (40, 140), cv2.FONT_HERSHEY_SIMPLEX, 3, (30, 30, 60), 8)
        >>> [(cell.label, cell.status) for cell in read_free(page, ["H7"])]
        [('H', 'ok'), ('7', 'ok')]
    """
    lines = [line for row in ([text] if isinstance(text, str) else text) if (line := "".join(row.split()))]
    length = sum(map(len, lines))
    if not 1 <= length <= MAX_TEXT:
        raise ValueError(f"expected a text of 1 to {MAX_TEXT} characters, row by row, got {length}")
    preprocess = preprocess or Preprocess()
    ink, parts = _ink(page)
    rows = _rows(parts, ink.usual, None if length == 1 else len(lines))
    if length == 1:
        width = _usual([part.width for part in parts], [part.area for part in parts])
        matched = [(lines[0], part) for row in rows for part in _alike(row, ink.usual, width)]
    else:
        matched = [pair for row, line in zip(rows, lines, strict=False) for pair in _aligned(row, line, ink.usual)]
        matched += [(label, None) for line in lines[len(rows) :] for label in line]
    cells = [_cell(label, part, ink, preprocess) for label, part in matched]
    return flagged(cells, read) if read else cells


# Ink and its parts


def _ink(page: np.ndarray) -> tuple[_Ink, list[Part]]:
    dark = darkness(even_light(page, min(page.shape[:2]) / 12))
    floor = max(LEAST_DARK, 4 * grain(dark))
    inked = dark[dark > floor]
    if inked.size < 20:
        raise ValueError("expected dark writing on light paper, got a picture without any")
    peak = float(np.quantile(inked, 0.9))
    mask = (dark > max(floor, 0.35 * peak)).astype(np.uint8)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    strong = np.bincount(numbers[dark > 0.6 * peak], minlength=count) > 0
    parts = [Part((k,), x, y, x + w, y + h, a) for k, (x, y, w, h, a) in enumerate(stats.tolist()) if k and strong[k]]
    parts = [part for part in parts if part.area >= 12 and _is_writing(part, page.shape)]
    if not 1 <= len(parts) <= MAX_PARTS:
        raise ValueError(f"expected separated characters on plain paper, got {len(parts)} parts of ink")
    usual = _usual([part.height for part in parts], [part.area for part in parts])
    kept = [part for part in parts if 0.12 * usual <= max(part.height, part.width) and part.height < 3 * usual]
    kept = [part for part in kept if part.area > 0.004 * usual**2]
    if not kept:
        raise ValueError("expected separated characters on plain paper, got lines and specks alone")
    return _Ink(dark, numbers, floor, usual), _whole(kept, usual)


def _usual(sizes: list[int], areas: list[int]) -> float:
    """The median of sizes, weighted by ink: specks and pieces of glyphs hardly count."""
    order, weights = np.argsort(sizes), np.array(areas, float)
    return float(np.array(sizes)[order][np.searchsorted(weights[order].cumsum(), weights.sum() / 2)])


def _is_writing(part: Part, shape: tuple[int, ...]) -> bool:
    """No edge of the paper, nor what lies beyond it."""
    return part.height < shape[0] / 3 and part.width < shape[1] / 3


def _whole(parts: list[Part], usual: float) -> list[Part]:
    """Parts of one glyph joined: dots with their stems, bars with their letters, broken strokes."""
    waiting, done = sorted(parts, key=lambda part: -part.area), list[Part]()
    for part in waiting:
        near = next((k for k, other in enumerate(done) if _belongs(part, other, usual)), None)
        if near is None:
            done.append(part)
        else:
            done[near] = done[near].joined(part)
    return done


def _belongs(part: Part, other: Part, usual: float) -> bool:
    """Is the smaller part a piece of the other one's glyph?"""
    across = min(part.right, other.right) - max(part.left, other.left)
    down = min(part.bottom, other.bottom) - max(part.top, other.top)
    if across > 0 and down > 0 and across * down > 0.5 * part.width * part.height:
        return True
    dotted = max(part.height, part.width) < 0.45 * usual and -down < 0.45 * usual
    barred = part.height < 0.3 * usual and -down < 0.25 * usual  # the bar of a T, a broken E
    return across > 0.6 * min(part.width, other.width) and (dotted or barred) and part.bottom < other.bottom


# Rows


def _rows(parts: list[Part], usual: float, count: int | None) -> list[list[Part]]:
    """Parts in rows from top to bottom, each from left to right; at most `count` of them, if that is known."""
    slope = _slope(parts, usual)
    rows = [[part] for part in sorted(parts, key=lambda part: part.left)]
    level = {id(part): part.centre[1] - slope * part.centre[0] for part in parts}
    tall = [part for part in parts if part.height > 0.5 * usual] or parts
    chains = _chains(tall, level, usual)
    chains = _merged(chains, level, usual, count)
    for (part,) in rows:
        if part not in tall:
            nearest = min(chains, key=lambda chain: _distance(part, chain, level))
            if _distance(part, nearest, level) < 0.9 * usual:
                nearest.append(part)
    chains.sort(key=lambda chain: float(np.median([level[id(part)] for part in chain])))
    return [sorted(chain, key=lambda part: part.centre[0]) for chain in chains]


def _slope(parts: list[Part], usual: float) -> float:
    """The usual slope from a part to its neighbour on the right."""
    slopes = []
    for part in parts:
        x, y = part.centre
        right = [(o.centre[0] - x, o.centre[1] - y) for o in parts if usual / 3 < o.centre[0] - x < 4 * usual]
        near = [(dx, dy) for dx, dy in right if abs(dy) < 0.6 * usual]
        if near:
            dx, dy = min(near, key=lambda step: step[0] + 2 * abs(step[1]))
            slopes.append(dy / dx)
    return float(np.clip(np.median(slopes), -0.25, 0.25)) if slopes else 0.0


def _chains(parts: list[Part], level: dict[int, float], usual: float) -> list[list[Part]]:
    """Each part, from the left, goes to the row whose last parts lie on its level."""
    chains: list[list[Part]] = []
    for part in sorted(parts, key=lambda part: part.centre[0]):
        far = [abs(level[id(part)] - float(np.mean([level[id(each)] for each in chain[-4:]]))) for chain in chains]
        if far and min(far) < 0.55 * usual:
            chains[int(np.argmin(far))].append(part)
        else:
            chains.append([part])
    return chains


def _merged(chains: list[list[Part]], level: dict[int, float], usual: float, count: int | None) -> list[list[Part]]:
    """Rows that lie on one level are one; of more rows than there are lines, those with the least ink go."""
    chains = sorted(chains, key=len, reverse=True)
    kept: list[list[Part]] = []
    for chain in chains:
        home = next((other for other in kept if _gap(chain, other, level) < 0.45 * usual), None)
        if home is None:
            kept.append(chain)
        else:
            home.extend(chain)
    if count is not None and len(kept) > count:
        kept = sorted(kept, key=lambda chain: -sum(part.area for part in chain))[:count]
    return kept


def _gap(chain: list[Part], other: list[Part], level: dict[int, float]) -> float:
    """How far apart in level two rows lie, where they come nearest to each other."""
    return float(np.median([_distance(part, other, level) for part in chain]))


def _distance(part: Part, chain: list[Part], level: dict[int, float]) -> float:
    """From a part's level to that of the three parts of a row which are nearest across."""
    near = sorted(chain, key=lambda other: abs(other.centre[0] - part.centre[0]))[:3]
    return abs(level[id(part)] - float(np.mean([level[id(other)] for other in near])))


# Rows against lines of text


def _aligned(row: list[Part], line: str, usual: float) -> list[tuple[str, Part | None]]:
    """Each character of a line with its glyph, or with none; the cheapest way through all of both."""
    rows, columns = len(row) + 1, len(line) + 1
    cost = np.full((rows, columns), np.inf)
    step = np.zeros((rows, columns), int)  # parts used by the last character; -1: a part was left out; 0: none
    cost[0, 0] = 0
    joined = _joined(row)
    for i in range(rows):
        for j in range(columns):
            for used, price in _steps(row, joined, line, usual, i, j):
                before = cost[i - max(used, 0) if used >= 0 else i - 1, j - (used >= 0)]
                if before + price < cost[i, j]:
                    cost[i, j], step[i, j] = before + price, used
    pairs, i, j = list[tuple[str, Part | None]](), len(row), len(line)
    while i or j:
        used = int(step[i, j])
        if used < 0:
            i -= 1
            continue
        pairs.append((line[j - 1], joined[i - used, used] if used else None))
        i, j = i - used, j - 1
    return pairs[::-1]


def _alike(row: list[Part], usual: float, width: float) -> list[Part]:
    """A row of one and the same character, its parts joined so that the glyphs are as wide and high as usual."""
    joined, cost, last = _joined(row), np.full(len(row) + 1, np.inf), [0] * (len(row) + 1)
    cost[0] = 0
    for end in range(1, len(row) + 1):
        for used in range(1, min(end, MOST_PARTS) + 1):
            whole = joined[end - used, used]
            unlike = abs(np.log(whole.width / width)) + 0.5 * abs(np.log(whole.height / usual))
            price = cost[end - used] + _apart(row[end - used : end], usual) + unlike
            if price < cost[end]:
                cost[end], last[end] = price, used
    glyphs, end = list[Part](), len(row)
    while end:
        glyphs.append(joined[end - last[end], last[end]])
        end -= last[end]
    return glyphs[::-1]


def _apart(parts: list[Part], usual: float) -> float:
    """What it costs to take these parts for one glyph, for the gaps between them."""
    gaps = [max(0, after.left - before.right) for before, after in pairwise(parts)]
    return 0.25 * len(gaps) + 4 * sum(gaps) / usual


def _joined(row: list[Part]) -> dict[tuple[int, int], Part]:
    """Every run of up to three parts as one, by its start and length."""
    runs = {(i, 1): part for i, part in enumerate(row)}
    for length in range(2, MOST_PARTS + 1):
        for i in range(len(row) - length + 1):
            runs[i, length] = runs[i, length - 1].joined(row[i + length - 1])
    return runs


def _steps(
    row: list[Part], joined: dict[tuple[int, int], Part], line: str, usual: float, i: int, j: int
) -> list[tuple[int, float]]:
    """The last steps that may lead to i parts and j characters, with their costs."""
    steps = []
    if i:
        steps.append((-1, EXTRA + min(1.2, max(row[i - 1].height, row[i - 1].width) / usual)))
    if j:
        steps.append((0, MISSING))
        for used in range(1, min(i, MOST_PARTS) + 1):
            parts = row[i - used : i]
            steps.append((used, _price(parts, joined[i - used, used], line[j - 1], usual)))
    return steps


def _price(parts: list[Part], whole: Part, label: str, usual: float) -> float:
    """What it costs to take these parts for a character: gaps inside it, too wide, too small or too large."""
    price = _apart(parts, usual) + max(0.0, whole.width / usual - 1.3)
    small = max(whole.height, whole.width) / usual
    return price + (max(0.0, small - 0.5) if label in SMALL else max(0.0, 2 * (0.5 - small)))


def _cell(label: str, part: Part | None, ink: _Ink, preprocess: Preprocess) -> Cell:
    if part is None:
        return Cell(label, Box(0, 0, 0, 0), blank(preprocess), "empty")
    height, width = ink.dark.shape
    box = Box(part.left, part.top, part.width, part.height)
    around = (slice(max(0, part.top - 3), part.bottom + 3), slice(max(0, part.left - 3), part.right + 3))
    picture = as_glyph(ink.dark[around], np.isin(ink.parts[around], part.numbers), ink.floor, preprocess)
    clipped = part.left == 0 or part.top == 0 or part.right == width or part.bottom == height
    return Cell(label, box, picture, "clipped" if clipped else "ok")
