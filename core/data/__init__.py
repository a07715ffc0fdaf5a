"""Named data sets under one data root, each split the same seeded way.

`load("chars62", "val")` is all a caller needs. The root is `STYLESCAPE_DATA` (default `data/`), laid out as torchvision
lays it out; `train` and `val` are a seeded 80/20 split of the training file, `test` is the official or separate file.
"""

import os
from collections.abc import Callable
from pathlib import Path

from core.data import artworks, characters, fashion_mnist, mnist
from core.data.dataset import SPLITS, Pictures, Split

__all__ = ["DATA_SETS", "SPLITS", "Pictures", "Split", "data_root", "load"]

DATA_SETS: dict[str, Callable[[Path, Split], Pictures]] = {
    "chars62": characters.chars62,
    "emnist-byclass": characters.emnist_byclass,
    "chars74k": characters.chars74k,
    "mnist": mnist.mnist,
    "fashion-mnist": fashion_mnist.fashion_mnist,
    "artworks": artworks.artworks,
}


def data_root(root: Path | None = None) -> Path:
    """The given root, else `STYLESCAPE_DATA`, else `data/`."""
    return Path(root or os.environ.get("STYLESCAPE_DATA") or "data")


def load(name: str, split: str, root: Path | None = None) -> Pictures:
    """One split of a named data set.

    Args:
        name: a key of `DATA_SETS`.
        split: "train", "val" or "test".
        root: the data root; see `data_root`.

    Raises:
        ValueError: for an unknown name or split.
        FileNotFoundError: if a file is missing and cannot be downloaded; its message has the place of each file.

    Example:
        >>> load("chars99", "val")
        Traceback (most recent call last):
        ValueError: expected a data set out of chars62, emnist-byclass, chars74k, mnist, fashion-mnist, artworks, got
        'chars99'
    """
    if name not in DATA_SETS:
        raise ValueError(f"expected a data set out of {', '.join(DATA_SETS)}, got {name!r}")
    if split not in SPLITS:
        raise ValueError(f"expected a split out of {', '.join(SPLITS)}, got {split!r}")
    return DATA_SETS[name](data_root(root), split)
