"""Labelled pictures as a zip file of PNG, npz or idx files with a data card.

Deterministic: equal pictures and cards give equal bytes; entries carry a fixed date.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from PIL import Image

from core.data.idx import UINT8
from core.imaging.export import as_npz

FORMS = {
    "png": "PNG files in a folder for each digit, as torchvision's ImageFolder reads them",
    "npz": "one NumPy file with images and labels, to be opened without pickle",
    "idx": "the two idx files that MNIST comes in",
}
MOST_A_CLASS = 1_000
COMPRESSED = (".png", ".npz")  # stored without further compression


def as_zip(images: np.ndarray, labels: np.ndarray, form: str, card: Mapping[str, Any]) -> bytes:
    """A data set as the bytes of a zip file.

    Args:
        images: (N, H, W) uint8, white ink on black.
        labels: (N,), 0 to 9.
        form: "png", "npz" or "idx".
        card: metadata for README.md and card.json, JSON serialisable, with `title` and `licence`.

    Raises:
        ValueError: for an unknown form, or arrays of the wrong type or shape.

    Example:
        >>> file = as_zip(np.zeros((2, 28, 28), np.uint8), np.array([3, 7]), "png", {"title": "Two", "licence": "MIT"})
        >>> ZipFile(BytesIO(file)).namelist()
        ['README.md', 'card.json', 'digits/3/00000.png', 'digits/7/00001.png']
    """
    if form not in FORMS:
        raise ValueError(f"expected a form out of {', '.join(FORMS)}, got {str(form)[:20]!r}")
    if images.dtype != np.uint8 or images.ndim != 3 or labels.shape != images.shape[:1]:
        raise ValueError(
            f"expected uint8 pictures (N, H, W) and N labels, got {images.dtype} {images.shape} and {labels.shape}"
        )
    cards = {"README.md": readme(card, form).encode(), "card.json": json.dumps(card, indent=2).encode()}
    makers = {"png": png_files, "npz": npz_file, "idx": idx_files}
    return zipped([*cards.items(), *makers[form](images, labels)])


def png_files(images: np.ndarray, labels: np.ndarray) -> Iterator[tuple[str, bytes]]:
    """Greyscale PNG files named `digits/<label>/<number>.png`: pairs of name and bytes."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        file = BytesIO()
        Image.fromarray(image).save(file, "PNG", compress_level=6)
        yield f"digits/{label}/{number:05}.png", file.getvalue()


def npz_file(images: np.ndarray, labels: np.ndarray) -> Iterator[tuple[str, bytes]]:
    """One file `digits.npz` with `images` and `labels`: its name and bytes."""
    yield "digits.npz", as_npz({"images": images, "labels": labels.astype(np.uint8)})


def idx_files(images: np.ndarray, labels: np.ndarray) -> Iterator[tuple[str, bytes]]:
    """The idx files `MNIST/raw/train-…-ubyte` that torchvision reads: pairs of name and bytes."""
    yield "MNIST/raw/train-images-idx3-ubyte", idx(images)
    yield "MNIST/raw/train-labels-idx1-ubyte", idx(labels.astype(np.uint8))


def idx(array: np.ndarray) -> bytes:
    """Bytes of a uint8 array in the idx format.

    Example:
        >>> idx(np.array([5, 6], np.uint8)).hex(" ")
        '00 00 08 01 00 00 00 02 05 06'
    """
    return bytes([0, 0, UINT8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Bytes of a zip file of named contents, dated 1980-01-01."""
    archive = BytesIO()
    with ZipFile(archive, "w") as out:
        for name, content in files:
            entry = ZipInfo(name)
            entry.external_attr = 0o644 << 16
            out.writestr(entry, content, ZIP_STORED if name.endswith(COMPRESSED) else ZIP_DEFLATED)
    return archive.getvalue()


def readme(card: Mapping[str, Any], form: str) -> str:
    """Markdown data card with the front matter of a Hugging Face data set."""
    rows = [f"| {key.replace('_', ' ')} | {_cell(value)} |" for key, value in card.items() if key != "title"]
    head = ["---", f"license: {str(card['licence']).lower()}", "tags: [synthetic, digits]", "---", ""]
    body = [f"# {card['title']}", "", f"{FORMS[form][:1].upper()}{FORMS[form][1:]}; white ink on black, uint8.", ""]
    return "\n".join([*head, *body, "| | |", "|---|---|", *rows, ""])


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_cell(part)}" for key, part in value.items())
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
