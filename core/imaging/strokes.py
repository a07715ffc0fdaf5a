"""Drawings as plain data: strokes of points, the picture they make, and a short text for a link.

A drawing is a list of `{"w": width, "p": [x0, y0, x1, y1, …]}` in units of a pad of 256 × 256, origin top left.
`parse` puts every number on a grid of half a unit, so that a drawing survives its text unchanged.
"""

import base64
import binascii
import zlib
from typing import TypedDict

import cv2
import numpy as np

SIDE = 256
GRID = 2  # steps in one unit of the pad
MAX_STROKES = 64
MAX_POINTS = 4_000
MAX_TEXT = 24_000
MIN_WIDTH, MAX_WIDTH = 1, 64
GLYPH_SIDE = 28


class Stroke(TypedDict):
    """One stroke: brush width `w` and its points `p`, flat, in pad units."""

    w: float
    p: list[float]


def parse(raw: object) -> list[Stroke]:
    """A checked drawing: bounded, finite, on the grid; coordinates far off the pad are clamped.

    Raises:
        ValueError: with one sentence of what was expected and what came.

    Example:
        >>> parse([{"w": 12, "p": [10.2, 10.3, 99999, 20]}])
        [{'w': 12.0, 'p': [10.0, 10.5, 512.0, 20.0]}]
        >>> parse([{"w": 12, "p": [float("nan"), 0]}])
        Traceback (most recent call last):
        ValueError: expected finite numbers in stroke 1, got NaN or infinity
    """
    if not isinstance(raw, list):
        raise ValueError(f"expected a list of strokes, got {type(raw).__name__}")
    if len(raw) > MAX_STROKES:
        raise ValueError(f"expected at most {MAX_STROKES} strokes, got {len(raw)}")
    strokes = [_stroke(number, entry) for number, entry in enumerate(raw, start=1)]
    points = sum(len(stroke["p"]) // 2 for stroke in strokes)
    if points > MAX_POINTS:
        raise ValueError(f"expected at most {MAX_POINTS} points, got {points}")
    return strokes


def _stroke(number: int, entry: object) -> Stroke:
    if not isinstance(entry, dict) or entry.keys() != {"w", "p"}:
        raise ValueError(f"expected stroke {number} to be a width w and points p, got something else")
    width, points = _numbers(number, [entry["w"]]), _numbers(number, entry["p"])
    if len(points) < 2 or len(points) % 2:
        raise ValueError(f"expected pairs of coordinates in stroke {number}, got {len(points)} numbers")
    if not MIN_WIDTH <= width[0] <= MAX_WIDTH:
        raise ValueError(f"expected a brush width of {MIN_WIDTH} to {MAX_WIDTH} in stroke {number}, got {width[0]:g}")
    return {"w": _on_grid(width)[0], "p": _on_grid(np.clip(points, -SIDE, 2 * SIDE))}


def _numbers(number: int, values: object) -> np.ndarray:
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise ValueError(f"expected plain numbers in stroke {number}, got something else")
    if len(values) > 2 * MAX_POINTS:
        raise ValueError(f"expected at most {MAX_POINTS} points, got {len(values) // 2}")
    try:
        array = np.array(values, dtype=np.float64)
    except OverflowError:
        array = np.array([np.inf])
    if not np.isfinite(array).all():
        raise ValueError(f"expected finite numbers in stroke {number}, got NaN or infinity")
    return array


def _on_grid(values: np.ndarray) -> list[float]:
    return (np.rint(values * GRID) / GRID).tolist()


def render(strokes: list[Stroke]) -> np.ndarray:
    """The picture of a parsed drawing: (256, 256) uint8, white ink on black, anti-aliased, with round ends and joins.

    Example:
        >>> picture = render([{"w": 12, "p": [64, 128, 192, 128]}])
        >>> picture.shape, int(picture[128, 128]), int(picture[64, 128])
        ((256, 256), 255, 0)
    """
    canvas = np.zeros((SIDE * GRID, SIDE * GRID), np.uint8)
    for stroke in strokes:
        points = np.rint(np.array(stroke["p"]) * GRID).astype(np.int32).reshape(-1, 1, 2)
        width = max(1, round(stroke["w"] * GRID))
        if len(points) == 1:
            cv2.circle(canvas, points[0, 0].tolist(), max(1, width // 2), 255, cv2.FILLED, cv2.LINE_AA)
        else:
            cv2.polylines(canvas, [points], False, 255, width, cv2.LINE_AA)
    return cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def encode(strokes: list[Stroke]) -> str:
    """A drawing as URL-safe text: half units, each point as the step from the one before, in base64.

    Example:
        >>> encode([{"w": 12.0, "p": [64.0, 128.0, 192.0, 128.5]}])
        'GAKAAoAEgAQC'
    """
    data = bytearray()
    for stroke in strokes:
        steps = np.diff(_grid_points(stroke), axis=0, prepend=np.zeros((1, 2), np.int64)).ravel()
        zigzag = np.where(steps >= 0, 2 * steps, -2 * steps - 1)
        for value in (round(stroke["w"] * GRID), len(zigzag) // 2, *zigzag.tolist()):
            data += _varint(value)
    return _to_text(bytes(data))


def decode(text: str) -> list[Stroke]:
    """The drawing of a text made by `encode`, checked by `parse`.

    Raises:
        ValueError: for a text that is too long, damaged or describes no drawing.

    Example:
        >>> decode("GAKAAoAEgAQC")
        [{'w': 12.0, 'p': [64.0, 128.0, 192.0, 128.5]}]
        >>> decode("not a drawing!")
        Traceback (most recent call last):
        ValueError: expected a drawing, got text that is not one
    """
    values = _varints(_from_text(text, "a drawing"))
    strokes, at = [], 0
    while at < len(values):
        if at + 2 > len(values) or at + 2 + 2 * values[at + 1] > len(values):
            raise ValueError("expected a drawing, got text that is not one")
        zigzag = np.array(values[at + 2 : at + 2 + 2 * values[at + 1]], np.int64)
        steps = np.where(zigzag % 2, -(zigzag + 1) // 2, zigzag // 2).reshape(-1, 2)
        points = np.cumsum(steps, axis=0).ravel() / GRID
        strokes.append({"w": values[at] / GRID, "p": points.tolist()})
        at += 2 + 2 * values[at + 1]
    return parse(strokes)


def encode_glyph(glyph: np.ndarray) -> str:
    """A (28, 28) uint8 glyph as URL-safe text.

    Example:
        >>> glyph = np.eye(28, dtype=np.uint8)
        >>> bool((decode_glyph(encode_glyph(glyph)) == glyph).all())
        True
    """
    if glyph.shape != (GLYPH_SIDE, GLYPH_SIDE) or glyph.dtype != np.uint8:
        raise ValueError(f"expected a (28, 28) uint8 glyph, got {glyph.shape} {glyph.dtype}")
    return _to_text(zlib.compress(glyph.tobytes(), 9))


def decode_glyph(text: str) -> np.ndarray:
    """The glyph of a text made by `encode_glyph`; never unpacks more than a glyph holds.

    Raises:
        ValueError: for a text that is too long, damaged or holds anything else.

    Example:
        >>> decode_glyph("AAAA")
        Traceback (most recent call last):
        ValueError: expected a glyph, got text that is not one
    """
    size = GLYPH_SIDE**2
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(_from_text(text, "a glyph"), size + 1)
    except zlib.error:
        data = b""
    if len(data) != size or not stream.eof or stream.unused_data:
        raise ValueError("expected a glyph, got text that is not one")
    return np.frombuffer(data, np.uint8).reshape(GLYPH_SIDE, GLYPH_SIDE)


def _grid_points(stroke: Stroke) -> np.ndarray:
    return np.rint(np.array(stroke["p"]) * GRID).astype(np.int64).reshape(-1, 2)


def _varint(value: int) -> bytes:
    """A number in seven bits a byte, lowest first; the top bit is set where more follow."""
    data = bytearray()
    while value >= 0x80:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*data, value])


def _varints(data: bytes) -> list[int]:
    """The numbers of a run of varints, each below 2²¹."""
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value, shift = 0, 0
        elif shift > 14:
            raise ValueError("expected a drawing, got text that is not one")
    if shift:
        raise ValueError("expected a drawing, got text that is cut short")
    return values


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(text: str, what: str) -> bytes:
    if len(text) > MAX_TEXT:
        raise ValueError(f"expected {what} of at most {MAX_TEXT} letters, got {len(text)}")
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError(f"expected {what}, got text that is not one") from None
