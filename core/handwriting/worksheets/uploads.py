"""Uploads → pages: a photograph, or the pages of a PDF, as RGB pictures of a bounded size."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from core.handwriting.worksheets import pdf
from core.imaging.preprocess import FORMATS, MAX_BYTES, open_picture

MAX_PAGES = 12  # both sides of the six sheets
LONGEST = 3000  # pixels of a page's longer side; larger ones are reduced to it
PDF_LONGEST = 2240  # of a drawn page: 8 pixels a millimetre on US Letter
PDF_SECONDS = 40  # until a drawing is given up
HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypavif")


def read_pages(data: bytes) -> list[np.ndarray]:
    """The pages of an upload, each (H, W, 3) uint8, RGB, upright as the camera says, at most 3000 pixels a side.

    Pictures go through `core.imaging.preprocess.open_picture`: at most 10 MB and 40 megapixels. PDFs, at most 10 MB
    and 12 pages, are drawn in a process of their own with at most 1 GiB of memory and 30 seconds of the processor.

    Raises:
        ValueError: with one sentence for the visitor: too large, too many pages, damaged, or something else.

    Example:
        >>> from core.handwriting.worksheets.layout import worksheet_pdf
        >>> pages = read_pages(worksheet_pdf("letter"))
        >>> len(pages), pages[0].shape, pages[0].dtype
        (6, (2240, 1731, 3), dtype('uint8'))
        >>> read_pages(b"Dear all")
        Traceback (most recent call last):
        ValueError: expected a photograph or scan (PNG, JPEG, WEBP, GIF, BMP, TIFF) or a PDF, got something else
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"expected a file of at most {MAX_BYTES // 10**6} MB, got {len(data) / 1e6:.1f} MB")
    if b"%PDF-" in data[:1024]:
        return _pdf_pages(data)
    if data[4:12] in HEIC:
        raise ValueError("expected a photograph as JPEG or PNG, or a PDF, got one as HEIC: share or save it as JPEG")
    try:
        picture = open_picture(data)
    except ValueError as error:
        if "got something else" not in str(error):
            raise
        kinds = ", ".join(FORMATS)
        raise ValueError(f"expected a photograph or scan ({kinds}) or a PDF, got something else") from None
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    return [np.asarray(picture.convert("RGB"))]


def _pdf_pages(data: bytes) -> list[np.ndarray]:
    bounds = (MAX_PAGES, PDF_LONGEST, pdf.MEMORY)
    command = [sys.executable, "-P", str(Path(pdf.__file__)), *map(str, bounds)]
    try:
        drawn = subprocess.run(command, input=data, capture_output=True, timeout=PDF_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        drawn = None
    if drawn is not None and drawn.returncode == pdf.TOO_MANY:
        raise ValueError(f"expected a PDF of at most {MAX_PAGES} pages, got {int(drawn.stderr)}")
    if drawn is not None and drawn.returncode == pdf.DAMAGED:
        raise ValueError("expected a whole PDF without a password, got one that cannot be opened")
    if drawn is None or drawn.returncode:
        raise ValueError("expected a PDF of plain scans, got one that takes too much memory or time to draw")
    return _pages_in(drawn.stdout)


def _pages_in(raw: bytes) -> list[np.ndarray]:
    pages, at = [], 0
    while at < len(raw):
        height, width = (int.from_bytes(raw[at + k : at + k + 4], "big") for k in (0, 4))
        pages.append(np.frombuffer(raw, np.uint8, 3 * height * width, at + 8).reshape(height, width, 3))
        at += 8 + 3 * height * width
    return pages
