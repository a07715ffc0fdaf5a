"""The only path from a picture to a tensor and back, for training, apps and tests alike.

A glyph is found, cropped to its ink, thickened where its strokes are thin, scaled with its aspect kept and centred,
as the EMNIST recipe does (Cohen et al., "EMNIST: an extension of MNIST to handwritten letters", 2017, section II).
Inside core ink is 1.0 and paper is 0.0.
"""

import warnings
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from core.imaging.rendering import to_bytes

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
WORKING_SIDE = 256
INK_THRESHOLD = 32 / 255
MIN_CONTRAST = 0.15


def open_picture(source: bytes | Path) -> Image.Image:
    """An uploaded picture file as a picture: bounded, checked, turned upright, its first frame only.

    Args:
        source: the file's bytes or its path; at most 10 MB, 40 megapixels, a raster format.

    Returns:
        A loaded picture in mode "L" or "RGB"; transparent parts become white paper, 16 bits become 8.

    Raises:
        ValueError: with one sentence for the visitor, if the file is too large, damaged or no picture.

    Example:
        >>> open_picture(b"<svg/>")
        Traceback (most recent call last):
        ValueError: expected a picture file (PNG, JPEG, WEBP, GIF, BMP, TIFF), got something else
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MAX_BYTES:
        raise ValueError(f"expected a file of at most {MAX_BYTES // 10**6} MB, got {size / 1e6:.1f} MB")
    data = source if isinstance(source, bytes) else source.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of size, which is checked below, and of damage, which shows in loading
            picture = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise ValueError(f"expected at most {MAX_PIXELS // 10**6} megapixels, got far more") from None
    except Exception:  # openers of damaged files raise many types; each means the same to the visitor
        raise ValueError(f"expected a picture file ({', '.join(FORMATS)}), got something else") from None
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError(
            f"expected at most {MAX_PIXELS // 10**6} megapixels, got a picture of {picture.width}×{picture.height}"
        )
    try:
        picture.load()
        return _plain(ImageOps.exif_transpose(picture))
    except Exception as error:  # decoders of damaged files raise many types; each means the same to the visitor
        raise ValueError("expected a whole picture file, got one that is damaged or cut short") from error


def _plain(picture: Image.Image) -> Image.Image:
    """Any mode → "L" or "RGB": 16-bit scaled to 8, transparency laid on white paper."""
    if picture.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(picture, dtype=np.float64)
        top = 255.0 if values.max() <= 255 else 65535.0
        return Image.fromarray(np.clip(np.nan_to_num(values) / top * 255, 0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


@dataclass(frozen=True)
class Preprocess:
    """Preprocessing of a model's pictures; stored with its weights, so that an app cannot drift from training.

    Attributes:
        size: side S of the square tensor in pixels.
        channels: 1 for ink, 3 for colour; the ink steps below need 1.
        polarity: "light" ink on dark, "dark" ink on light, or "auto": whatever lies along the border is paper.
        crop: crop to the ink and scale its longer side to `size - 2 * margin`, keeping the aspect.
        thicken: widen strokes thinner than `min_stroke` pixels of the result before scaling down.
        centre: put the middle of the ink's box, or its centre of mass (as MNIST does), in the middle of the square.
        margin: free pixels around a cropped glyph.
        threshold: fainter ink does not count as part of the glyph's box; in pictures larger than the result it is at
            least 32/255, for compression leaves faint ripples around strokes, and rounding a trace of ink anywhere.
        min_stroke: thinnest stroke in pixels of the result.
        resampling: "area" averages, so that no ink is lost on the way down; "cubic" is sharper.
        square: cut the middle square out of a colour picture; without it, the picture is squeezed into one.

    Example:
        >>> glyph = Image.new("L", (256, 256), 255)
        >>> glyph.paste(0, (100, 60, 120, 180))  # a dark upright bar on light paper
        >>> tensor = Preprocess().to_tensor(glyph)
        >>> tensor.shape, tensor[0, 0, 14, 14].item(), tensor[0, 0, 0, 0].item()
        (torch.Size([1, 1, 28, 28]), 1.0, 0.0)
    """

    size: int = 28
    channels: int = 1
    polarity: Literal["auto", "light", "dark"] = "auto"
    crop: bool = True
    thicken: bool = True
    centre: Literal["box", "mass"] | None = "box"
    margin: int = 2
    threshold: float = INK_THRESHOLD
    min_stroke: float = 1.8
    resampling: Literal["area", "cubic"] = "area"
    square: bool = False

    def __post_init__(self) -> None:
        if self.size < 4 or self.channels not in (1, 3) or not 0 <= 2 * self.margin < self.size:
            raise ValueError(f"expected size ≥ 4, 1 or 3 channels and margins that leave room, got {asdict(self)}")
        if self.centre not in ("box", "mass", None) or not 0 <= self.threshold < 1:
            raise ValueError(f"expected centre box, mass or none and a threshold in [0, 1), got {asdict(self)}")
        if self.channels == 3 and (self.crop or self.thicken or self.centre):
            raise ValueError(
                "expected crop, thicken and centre off for colour pictures: they follow the ink of grey ones"
            )
        if self.channels == 1 and self.square:
            raise ValueError("expected square off for ink, which is cropped and centred by its own steps")

    def to_tensor(self, picture: Image.Image | np.ndarray) -> Tensor:
        """Preprocessed pixels of a picture, (1, C, S, S) float32 in [0, 1].

        Args:
            picture: a PIL picture, or an array (H, W) or (H, W, 3) of uint8.

        Raises:
            ValueError: if it is no such array, or a glyph is looked for and the picture holds no ink.
        """
        grey = self.channels == 1
        array = np.asarray(_plain(picture) if isinstance(picture, Image.Image) else picture)
        if array.dtype != np.uint8 or array.size == 0 or not (array.ndim == 2 or array.shape[2:] == (3,)):
            raise ValueError(f"expected pixels (H, W) or (H, W, 3) of uint8, got {array.shape} of {array.dtype}")
        if grey and array.ndim == 3:
            array = cv2.cvtColor(array, cv2.COLOR_RGB2GRAY)
        elif not grey and array.ndim == 2:
            array = cv2.cvtColor(array, cv2.COLOR_GRAY2RGB)
        values = (_middle_square(array) if self.square else array).astype(np.float32) / 255
        placed = self._glyph(values) if grey else self._resize(values, self.size, self.size)
        return torch.from_numpy(np.ascontiguousarray(np.atleast_3d(placed).transpose(2, 0, 1)))[None]

    def to_image(self, tensor: Tensor) -> Image.Image:
        """One tensor (1, C, S, S) or (C, S, S) in [0, 1] → a picture, its ink white on black as stored in data sets."""
        pixels = tensor.detach().cpu().reshape(self.channels, *tensor.shape[-2:])
        array = to_bytes(pixels).numpy()
        return Image.fromarray(array[0] if self.channels == 1 else array.transpose(1, 2, 0))

    def _glyph(self, values: np.ndarray) -> np.ndarray:
        ink = self._ink(values)
        if not self.crop:
            return self._resize(ink, self.size, self.size)
        larger = max(ink.shape) > self.size
        ink = _cropped(ink, max(self.threshold, INK_THRESHOLD) if larger else self.threshold)
        scale = (self.size - 2 * self.margin) / max(ink.shape)
        if self.thicken:
            ink = _thickened(ink, self.min_stroke / scale)
            scale = (self.size - 2 * self.margin) / max(ink.shape)
        height, width = (max(1, round(side * scale)) for side in ink.shape)
        ink = self._resize(ink, height, width)
        return self._placed(ink / max(float(ink.max()), 1e-6))

    def _ink(self, values: np.ndarray) -> np.ndarray:
        """Grey values → ink in [0, 1]: the distance from the paper, in the direction the ink lies."""
        longest = max(values.shape)
        if longest > WORKING_SIDE and self.crop:
            factor = WORKING_SIDE / longest
            values = self._resize(values, *(max(1, round(side * factor)) for side in values.shape))
        if self.polarity == "light" and not self.crop:
            return values
        if self.polarity == "dark" and not self.crop:
            return 1 - values
        paper, noise = _paper(values)
        ink = _towards_ink(values - paper, self.polarity)
        peak = float(np.quantile(ink, 0.999)) if noise > 0 else float(ink.max())
        if peak < max(MIN_CONTRAST, 4 * noise):
            raise ValueError("expected a character in ink that stands out from its paper, got an empty or even picture")
        floor = 3 * noise if noise > 0 else 0.0
        ink = np.clip((ink - floor) / (peak - floor), 0, 1)
        return _without_specks(ink) if noise > 0 else ink

    def _resize(self, values: np.ndarray, height: int, width: int) -> np.ndarray:
        if values.shape[:2] == (height, width):
            return values
        shrinks = values.shape[0] >= height and values.shape[1] >= width
        down = cv2.INTER_AREA if self.resampling == "area" else cv2.INTER_CUBIC
        return np.clip(cv2.resize(values, (width, height), interpolation=down if shrinks else cv2.INTER_CUBIC), 0, 1)

    def _placed(self, ink: np.ndarray) -> np.ndarray:
        canvas = np.zeros((self.size, self.size), np.float32)
        height, width = ink.shape
        top, left = self._corner(ink) if self.centre else (self.margin, self.margin)
        canvas[top : top + height, left : left + width] = ink
        return canvas

    def _corner(self, ink: np.ndarray) -> tuple[int, int]:
        """Row and column of the top left of a cropped glyph: centred, as far as all of it stays inside."""
        height, width = ink.shape
        if self.centre == "box":
            return (self.size - height) // 2, (self.size - width) // 2
        mass = ink.sum()
        row, column = (ink.sum(1) @ np.arange(height) / mass, ink.sum(0) @ np.arange(width) / mass)
        top, left = round(self.size / 2 - float(row)), round(self.size / 2 - float(column))
        return min(max(top, 0), self.size - height), min(max(left, 0), self.size - width)


def _paper(values: np.ndarray) -> tuple[np.ndarray, float]:
    """The paper's brightness everywhere, as a plane through the border, and the spread of its noise.

    A clean background is constant along the border and has no noise; a photograph has a slope (its shadow) and grain.
    """
    height, width = values.shape
    frame = max(1, round(0.04 * min(height, width)))
    border = np.ones(values.shape, bool)
    border[frame : height - frame, frame : width - frame] = False
    rows, columns = border.nonzero()
    seen = values[border]
    middle = float(np.quantile(seen, 0.5, method="lower"))  # a brightness that occurs, if ink covers half the border
    if np.median(np.abs(seen - middle)) == 0:
        return np.full_like(values, middle), 0.0
    design = np.stack([np.ones_like(rows), rows / height, columns / width], axis=1).astype(np.float32)
    near = np.abs(seen - middle) < 0.25
    plane = np.linalg.lstsq(design[near], seen[near], rcond=None)[0]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    paper = plane[0] + plane[1] * y / height + plane[2] * x / width
    return paper, 1.4826 * float(np.median(np.abs(seen[near] - design[near] @ plane)))


def _towards_ink(difference: np.ndarray, polarity: str) -> np.ndarray:
    """Signed difference from the paper → non-negative ink; "auto" takes the side with the stronger extremes."""
    if polarity == "auto":
        polarity = "light" if difference.max() >= -difference.min() else "dark"
    return np.clip(difference if polarity == "light" else -difference, 0, None)


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """Ink without dust and grain: parts under 4 % of the largest are removed, which the dot of an i is not."""
    kept, count = large_parts(ink > INK_THRESHOLD)
    return np.where(kept, ink, 0).astype(np.float32) if count > 1 else ink


def large_parts(mask: np.ndarray, least: float = 0.04) -> tuple[np.ndarray, int]:
    """Connected parts of a mask (H, W) of at least a share of the largest, (H, W) bool, and the number of all parts.

    Example:
        >>> kept, count = large_parts(np.array([[1] * 30 + [0, 1]]))
        >>> kept.sum(), count
        (np.int64(30), 2)
    """
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return np.isin(parts, np.flatnonzero(areas >= least * areas.max(initial=0)) + 1), count - 1


def _middle_square(array: np.ndarray) -> np.ndarray:
    """(H, W, …) → its middle square, side min(H, W)."""
    height, width = array.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return array[top : top + side, left : left + side]


def _cropped(ink: np.ndarray, threshold: float) -> np.ndarray:
    rows, columns = (ink > threshold).nonzero()
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _thickened(ink: np.ndarray, target: float) -> np.ndarray:
    """Widen strokes to `target` pixels by dilation; strokes wide enough, or by less than a pixel too thin, stay.

    The width is four times the mean distance to the nearest paper, which is exact for a long straight stroke.
    """
    padded = np.pad(ink, 1)
    distance = cv2.distanceTransform((padded > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    inside = distance > 0
    width = 4 * float(distance[inside].mean()) - 1 if inside.any() else 1.0
    radius = int((target - width) / 2)
    if radius < 1:
        return ink
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(np.pad(ink, radius), kernel)


def from_record(fields: dict[str, Any]) -> Preprocess:
    """A `Preprocess` from the fields of a checkpoint record; an unknown field is a `ValueError`."""
    try:
        return Preprocess(**fields)
    except TypeError as error:
        raise ValueError(f"expected fields of Preprocess, got {fields}: {error}") from None
