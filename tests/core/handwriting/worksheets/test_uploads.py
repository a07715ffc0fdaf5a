"""Uploads become pages: bounded, upright, or refused in one sentence."""

import zlib
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from core.handwriting.worksheets import pdf, uploads
from core.handwriting.worksheets.layout import worksheet_pdf
from core.handwriting.worksheets.uploads import LONGEST, MAX_PAGES, PDF_LONGEST, read_pages


def picture(size: tuple[int, int] = (60, 40), kind: str = "PNG", **options) -> bytes:
    image, file = Image.new("RGB", size, (250, 240, 230)), BytesIO()
    image.paste((10, 20, 200), (0, 0, 10, 10))
    image.save(file, kind, **options)
    return file.getvalue()


def document(count: int, size: tuple[float, float] = (100, 200)) -> bytes:
    file, new = BytesIO(), pypdfium2.PdfDocument.new()
    for _ in range(count):
        new.new_page(*size)
    new.save(file)
    new.close()
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_are_one_page(kind: str) -> None:
    (page,) = read_pages(picture(kind=kind))
    assert page.shape == (40, 60, 3)
    assert page[5, 5, 2] > page[5, 5, 0] + 100
    assert page[30, 50].min() > 220


def test_photographs_are_turned_as_the_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90°, clockwise
    (page,) = read_pages(picture(kind="JPEG", exif=exif))
    assert page.shape == (60, 40, 3)
    assert page[5, 35, 2] > page[5, 35, 0] + 100


def test_large_photographs_are_reduced() -> None:
    (page,) = read_pages(picture((4000, 2000), "JPEG"))
    assert page.shape == (LONGEST // 2, LONGEST, 3)


def test_the_pages_of_a_pdf_come_in_order_and_in_colour() -> None:
    seen = read_pages(worksheet_pdf("a4"))
    assert [page.shape for page in seen] == [(PDF_LONGEST, 1584, 3)] * 6
    warm = seen[0][..., 0].astype(int) - seen[0][..., 2] > 60  # the guide lines
    assert 0.005 < warm.mean() < 0.05
    assert len(read_pages(document(MAX_PAGES))) == MAX_PAGES


def test_odd_pages_stay_small() -> None:
    assert read_pages(document(1, (0.5, 10_000)))[0].shape[0] <= PDF_LONGEST
    assert max(read_pages(document(1, (14_400, 14_400)))[0].shape) <= PDF_LONGEST


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (document(200), f"expected a PDF of at most {MAX_PAGES} pages, got 200"),
        (document(0), "expected a whole PDF without a password"),
        (b"%PDF-1.7\nnothing", "expected a whole PDF without a password"),
        (worksheet_pdf("letter")[:5000], "expected a whole PDF without a password"),
        (picture()[:-30], "expected a whole picture file"),
        (b"", "expected a photograph or scan .* or a PDF, got something else"),
        (b"\0\0\0\x18ftypheic" + bytes(90), "got one as HEIC: share or save it as JPEG"),
        (bytes(11_000_000), "expected a file of at most 10 MB, got 11.0 MB"),
        (picture((9000, 9000), compress_level=9), "expected at most 40 megapixels"),
    ],
    ids=["200 pages", "no page", "no pdf", "cut pdf", "cut picture", "nothing", "heic", "large", "bomb"],
)
def test_hostile_uploads_get_one_sentence(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        read_pages(data)
    assert "\n" not in str(refused.value)


def bomb(size: int) -> bytes:
    """A PDF of one page whose instructions are that many spaces, well compressed."""
    stream = zlib.compress(b" " * size, 1)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s\nendobj\n" % (i, part) for i, part in enumerate(parts, start=1))
    return body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"


def test_a_pdf_that_needs_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MEMORY", 300_000_000)
    assert len(read_pages(bomb(1_000))) == 1
    with pytest.raises(ValueError, match="takes too much memory or time to draw"):
        read_pages(bomb(400_000_000))


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PDF_SECONDS", 0.01)
    with pytest.raises(ValueError, match="takes too much memory or time to draw"):
        read_pages(document(1))


def test_the_drawing_process_is_bounded() -> None:
    assert pdf.MEMORY <= 1 << 30
    assert pdf.SECONDS <= uploads.PDF_SECONDS


def test_every_page_is_bounded() -> None:
    largest = max(MAX_PAGES * PDF_LONGEST**2, LONGEST**2) * np.dtype(np.uint8).itemsize * 3
    assert largest < 200_000_000
