"""Handwritten characters in 62 classes, from three sources, in one order: 0-9, A-Z, a-z.

- `chars62`: npz files in the data root, gathered from Chars74K hand-drawn and two public collections; not public.
- `emnist_byclass`: EMNIST (Cohen et al., 2017) through torchvision, downloaded where missing, turned upright.
- `chars74k`: the hand-drawn folders of Chars74K (de Campos et al., 2009), `English/Hnd/Img/Sample001/img001-001.png`.
"""

import re
import string
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

from core.data import idx
from core.data.dataset import Pictures, Split
from core.imaging.preprocess import Preprocess, open_picture

CLASSES = tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase)
CHARS74K_TEST_WRITERS = 11
MERGED_LETTERS = "CIJKLMOPSUVWXYZ"  # whose capital and small letter EMNIST calls one
LOOKALIKES = ("0O", "1I")


def chars62(root: Path, split: Split) -> Pictures:
    """The npz files `chars62/chars62-28px-{train,test}.npz` of the data root."""
    path = root / "chars62" / f"chars62-28px-{'test' if split == 'test' else 'train'}.npz"
    if not path.is_file():
        raise FileNotFoundError(
            f"expected {path}, which is not there: put the chars62 files into the data root, or use emnist-byclass"
        )
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            images, labels, writers, classes = (arrays[key] for key in ("images", "labels", "writer", "classes"))
    except (OSError, ValueError, EOFError, KeyError, BadZipFile) as error:
        raise ValueError(
            f"expected a whole npz file with images, labels, writer and classes, got {path}: {error}"
        ) from error
    if tuple(classes.tolist()) != CLASSES:
        raise ValueError(f"expected the classes of {path} in the order 0-9A-Za-z, got another order")
    pictures = Pictures(images, labels.astype(np.int64), writers.astype(np.int64), CLASSES)
    return pictures if split == "test" else pictures.split(split)


def emnist_byclass(root: Path, split: Split) -> Pictures:
    """EMNIST's `byclass` split; its files are stored transposed and come out upright."""

    def download() -> None:
        from torchvision.datasets import EMNIST  # seconds to import, and needed only here

        EMNIST(str(root), split="byclass", download=True)

    prefix = root / "EMNIST" / "raw" / f"emnist-byclass-{'test' if split == 'test' else 'train'}"
    stored, labels = idx.labelled(Path(f"{prefix}-images-idx3-ubyte"), Path(f"{prefix}-labels-idx1-ubyte"), download)
    upright = np.ascontiguousarray(stored.transpose(0, 2, 1))
    pictures = Pictures(upright, labels, np.full(len(labels), -1, np.int64), CLASSES)
    return pictures if split == "test" else pictures.split(split)


def chars74k(root: Path, split: Split) -> Pictures:
    """The folders `English/Hnd/Img/Sample001 … Sample062`; the last number of a file's name is its writer.

    The last eleven writers of a seeded order are the test part: the source has no official one.
    """
    folder = root / "English" / "Hnd" / "Img"
    files = sorted(folder.glob("Sample*/img*-*.png"))
    if not files:
        raise FileNotFoundError(
            f"expected Chars74K's hand-drawn folders Sample001 … Sample062 under {folder}, found none"
        )
    numbers = np.array([re.findall(r"\d+", path.name)[-2:] for path in files]).astype(np.int64)
    glyph = Preprocess(size=64)
    images = np.stack([np.asarray(glyph.to_image(glyph.to_tensor(open_picture(path)))) for path in files])
    pictures = Pictures(images, numbers[:, 0] - 1, numbers[:, 1], CLASSES)
    order = np.random.default_rng(0).permutation(np.unique(pictures.writers))
    in_test = np.isin(pictures.writers, order[-CHARS74K_TEST_WRITERS:])
    return (
        pictures.take(np.flatnonzero(in_test))
        if split == "test"
        else pictures.take(np.flatnonzero(~in_test)).split(split)
    )


def merge_lookalikes(labels: Tensor) -> Tensor:
    """EMNIST's 47 classes with the digits 0 and 1 folded into the letters O and I, (N,).

    Glyphs are cropped and centred, so relative size is lost: 0, O and o are one shape, and so are 1, I, l and i
    without its dot. L keeps its own class as a capital; a small l is an upright bar, and joins I.
    """
    folded = merge_to_47(torch.arange(len(CLASSES)))
    for pair in LOOKALIKES:
        folded[CLASSES.index(pair[0])] = CLASSES.index(pair[1])
    folded[CLASSES.index("l")] = CLASSES.index("I")
    return folded[labels]


def merge_to_47(labels: Tensor) -> Tensor:
    """Classes of 0-9A-Za-z with the small letters of c i j k l m o p s u v w x y z folded into their capitals, (N,).

    Cohen et al., "EMNIST: an extension of MNIST to handwritten letters", 2017, section II-C ("By_Merge").
    """
    folded = [CLASSES.index(c.upper()) if c.upper() in MERGED_LETTERS else i for i, c in enumerate(CLASSES)]
    return torch.tensor(folded)[labels]
