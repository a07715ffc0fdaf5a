"""Paintings in the four styles of the cartography paper, with metadata: artist, title, year.

The folder `artworks` of the data root holds one folder a style and `artworks.csv` with the columns file, style, artist,
title, year and split, `train` or `test`. A root without training pictures is all test. Without the file
`train` and `val` split all pictures, and `test` is all of them.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from core.data.dataset import Pictures, Split, split_rows
from core.imaging.preprocess import Preprocess, open_picture

STYLES = ("expressionism", "impressionism", "realism", "romanticism")
SIDE = 128
STORED = Preprocess(size=SIDE, channels=3, crop=False, thicken=False, centre=None, square=True)
PARTS = ("", "train", "test")  # splits in the table
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True)
class Artwork:
    """Metadata of one picture; unknown text is empty.

    Attributes:
        file: its path inside the folder of artworks.
        style: one of `STYLES`.
        artist, title, year: as the source writes them.
        split: "train", "test", or empty where unknown.
    """

    file: str
    style: str
    artist: str = ""
    title: str = ""
    year: str = ""
    split: str = ""


def catalogue(root: Path) -> list[Artwork]:
    """Every picture of the four styles in a data root, by `artworks.csv` or else by its folders, ordered by file.

    Raises:
        FileNotFoundError: if there is neither.
        ValueError: if the file lacks a column or names a picture outside the folder.
    """
    folder, table = root / "artworks", root / "artworks" / "artworks.csv"
    works = _read_table(table) if table.is_file() else _read_folders(folder)
    if not works:
        raise FileNotFoundError(
            f"expected pictures in {folder}/<style>/ for the styles {', '.join(STYLES)}, found none there"
        )
    return sorted(works, key=lambda work: work.file)


def artworks(root: Path, split: Split) -> Pictures:
    """The pictures of one split, (N, 128, 128, 3) uint8, with the classes `STYLES`; see `works_of_split`."""
    return read_pictures(root, works_of_split(root, split))


def read_pictures(root: Path, works: Sequence[Artwork]) -> Pictures:
    """Pictures of some works, (N, 128, 128, 3) uint8; of those that are not square the middle square."""
    images = np.empty((len(works), SIDE, SIDE, 3), np.uint8)
    for i, work in enumerate(tqdm(works, desc="reading", unit=" pictures", disable=len(works) < 20_000)):
        picture = open_picture(root / "artworks" / work.file)
        images[i] = np.asarray(STORED.to_image(STORED.to_tensor(picture)))
    labels = np.array([STYLES.index(work.style) for work in works], np.int64)
    return Pictures(images, labels, np.full(len(works), -1, np.int64), STYLES)


def works_of_split(root: Path, split: Split) -> list[Artwork]:
    """Metadata of the pictures of one split, in the order of `artworks`.

    Raises:
        FileNotFoundError: if the root has no picture of that split.
    """
    works = catalogue(root)
    for_training = [work for work in works if work.split != "test"]
    if split == "test":
        unlabelled = all(not work.split for work in works)
        chosen = works if unlabelled or not for_training else [work for work in works if work.split == "test"]
    else:
        chosen = [for_training[row] for row in split_rows(len(for_training), split)]
    if not chosen:
        raise FileNotFoundError(f"expected artworks of the split {split} under {root / 'artworks'}, found none")
    return chosen


def _read_table(path: Path) -> list[Artwork]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    missing = {"file", "style"} - (rows[0].keys() if rows else set())
    if missing:
        raise ValueError(f"expected the columns file and style in {path}, which lacks {', '.join(sorted(missing))}")
    known = ("file", "style", "artist", "title", "year", "split")
    texts = [{key: (row.get(key) or "").strip() for key in known} for row in rows]
    texts = [text | {key: text[key].lower() for key in ("style", "split")} for text in texts]
    strange = next((text["split"] for text in texts if text["split"] not in PARTS), None)
    if strange is not None:
        raise ValueError(f"expected train, test or nothing as split in {path}, got {strange!r}")
    works = [Artwork(**text) for text in texts if text["style"] in STYLES]
    outside = next(
        (work.file for work in works if Path(work.file).is_absolute() or ".." in Path(work.file).parts), None
    )
    if outside is not None:
        raise ValueError(f"expected files inside {path.parent}, got {outside!r}")
    return works


def _read_folders(folder: Path) -> list[Artwork]:
    return [
        Artwork(f"{style}/{path.name}", style)
        for style in STYLES
        for path in (folder / style).glob("*")
        if path.suffix.lower() in ENDINGS
    ]
