"""Arrays → pictures: sheets of glyphs, enlargements, data URIs, PNG and GIF files.

Inside core ink is 1.0 on paper 0.0. On the way out a glyph becomes ink of one dark grey whose opacity is its darkness,
so that it lies on any paper; a page in dark mode inverts it. Files for keeping have white paper.
"""

import base64
from io import BytesIO

import cv2
import numpy as np
from PIL import Image
from torch import Tensor

INK = 26  # the grey of ink, of 255


def to_bytes(pixels: Tensor) -> Tensor:
    """Pixels in [0, 1] as uint8 of the same shape, rounded; what lies outside is clamped.

    Example:
        >>> import torch
        >>> to_bytes(torch.tensor([-1.0, 0.5, 1.0]))
        tensor([  0, 128, 255], dtype=torch.uint8)
    """
    return pixels.clamp(0, 1).mul(255).round().byte()


def to_array(ink: Tensor) -> np.ndarray:
    """Ink (…, 1, S, S) in [0, 1] → uint8 (…, S, S).

    Example:
        >>> import torch
        >>> to_array(torch.ones(3, 1, 2, 2)).shape, to_array(torch.tensor([[[0.5]]])).item()
        ((3, 2, 2), 128)
    """
    return to_bytes(ink.detach().squeeze(-3)).cpu().numpy()


def to_colours(pictures: Tensor) -> np.ndarray:
    """Pictures (…, 3, S, S) in [0, 1] → uint8 (…, S, S, 3).

    Example:
        >>> import torch
        >>> to_colours(torch.ones(2, 3, 4, 4)).shape
        (2, 4, 4, 3)
    """
    return to_bytes(pictures.detach()).movedim(-3, -1).cpu().numpy()


def sheet(glyphs: np.ndarray, columns: int, *, gap: int = 0) -> np.ndarray:
    """Glyphs (N, S, S), or pictures (N, S, S, 3), in rows of `columns` → one (H, W) or (H, W, 3) uint8 picture.

    Args:
        glyphs: uint8.
        columns: how many stand in a row.
        gap: free pixels between them.

    Example:
        >>> sheet(np.ones((3, 2, 2), np.uint8), columns=2, gap=1)
        array([[1, 1, 0, 1, 1],
               [1, 1, 0, 1, 1],
               [0, 0, 0, 0, 0],
               [1, 1, 0, 0, 0],
               [1, 1, 0, 0, 0]], dtype=uint8)
    """
    count, height, width, *channels = glyphs.shape
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height + gap, width + gap, *channels), np.uint8)
    cells[:count, :height, :width] = glyphs
    table = cells.reshape(rows, columns, height + gap, width + gap, *channels).swapaxes(1, 2)
    flat = table.reshape(rows * (height + gap), columns * (width + gap), *channels)
    return flat[: flat.shape[0] - gap, : flat.shape[1] - gap]


def enlarge(glyphs: np.ndarray, factor: int) -> np.ndarray:
    """Glyphs (N, S, S) uint8 → (N, factor·S, factor·S), smooth and each by itself, so that neighbours do not bleed.

    Example:
        >>> enlarge(np.zeros((2, 28, 28), np.uint8), 3).shape
        (2, 84, 84)
    """
    size = (glyphs.shape[2] * factor, glyphs.shape[1] * factor)
    return np.stack([cv2.resize(glyph, size, interpolation=cv2.INTER_CUBIC) for glyph in glyphs])


def on_paper(ink: np.ndarray) -> Image.Image:
    """Ink (H, W) uint8 → dark ink on white paper, mode "L".

    Example:
        >>> on_paper(np.array([[0, 255]], np.uint8)).tobytes()
        b'\\xff\\x1a'
    """
    shade = 255 - ink.astype(np.uint16) * (255 - INK) // 255
    return Image.fromarray(shade.astype(np.uint8))


def transparent(ink: np.ndarray) -> Image.Image:
    """Ink (H, W) uint8 → dark ink of that opacity on nothing, mode "P": one byte a pixel, a third of the time of two.

    Example:
        >>> transparent(np.array([[0, 255]], np.uint8)).convert("RGBA").tobytes()
        b'\\x1a\\x1a\\x1a\\x00\\x1a\\x1a\\x1a\\xff'
    """
    picture = Image.fromarray(ink, "P")
    picture.putpalette([INK] * 3 * 256)
    picture.info["transparency"] = bytes(range(256))
    return picture


def png(picture: Image.Image) -> bytes:
    """A picture as the bytes of a PNG file; quick rather than small."""
    file = BytesIO()
    picture.save(file, "PNG", compress_level=2)
    return file.getvalue()


def webp(pixels: np.ndarray, *, quality: int = 80) -> bytes:
    """Colours (H, W, 3) uint8 as the bytes of a WebP file, a tenth of a PNG for decoded paintings.

    Example:
        >>> webp(np.zeros((8, 8, 3), np.uint8))[8:12]
        b'WEBP'
    """
    file = BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=quality, method=2)
    return file.getvalue()


def gif(glyphs: np.ndarray, *, milliseconds: int = 90, hold: int = 500) -> bytes:
    """Glyphs (N, S, S), or pictures (N, S, S, 3), → a GIF that plays them there and back for ever.

    Args:
        glyphs: uint8.
        milliseconds: how long each is seen.
        hold: how long the first and the last are seen, in milliseconds.

    Example:
        >>> gif(np.zeros((11, 28, 28), np.uint8))[:6]
        b'GIF89a'
    """
    order = [*range(len(glyphs)), *range(len(glyphs) - 2, 0, -1)]
    frames = [on_paper(glyphs[i]) if glyphs.ndim == 3 else Image.fromarray(glyphs[i]) for i in order]
    waits = [hold if i in (0, len(glyphs) - 1) else milliseconds for i in order]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=waits, loop=0, optimize=False)
    return file.getvalue()


def data_uri(data: bytes, kind: str = "image/png") -> str:
    """Bytes as a `data:` address, which a page shows or saves without another request.

    Example:
        >>> data_uri(b"ink", "text/plain")
        'data:text/plain;base64,aW5r'
    """
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def inline(ink: np.ndarray) -> str:
    """Ink (H, W) uint8 as the address of a transparent PNG: what apps put into a page."""
    return data_uri(png(transparent(ink)))
