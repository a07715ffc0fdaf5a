"""Paintings: their table, their folders, their splits."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import SPLITS, load
from core.data.artworks import STYLES, catalogue, works_of_split


def test_paintings_keep_their_colours_styles_and_titles(tiny_root: Path) -> None:
    pictures, works = load("artworks", "val", tiny_root), works_of_split(tiny_root, "val")
    assert pictures.images.shape == (8, 128, 128, 3)
    assert [STYLES[label] for label in pictures.labels] == [work.style for work in works]
    first = Image.open(tiny_root / "artworks" / works[0].file)
    np.testing.assert_array_equal(pictures.images[0], np.asarray(first))
    assert {work.artist for work in catalogue(tiny_root)} == {"", "Ana Müller"}
    assert works[0].title.startswith("Sun, ") and works[0].year == ""


def test_a_painting_that_is_not_square_gives_its_middle(tmp_path: Path) -> None:
    (tmp_path / "artworks" / "realism").mkdir(parents=True)
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 100:200] = (200, 100, 50)
    Image.fromarray(wide).save(tmp_path / "artworks" / "realism" / "wide.png")
    assert (load("artworks", "test", tmp_path).images == (200, 100, 50)).all()


def test_a_root_without_training_paintings_is_all_test(tiny_root: Path, tmp_path: Path) -> None:
    root = shutil.copytree(tiny_root / "artworks", tmp_path / "artworks").parent
    table = root / "artworks" / "artworks.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([lines[0], *(line for line in lines[1:] if line.endswith("test"))]), encoding="utf-8")
    assert len(load("artworks", "test", root)) == 12
    for split in ("train", "val"):
        with pytest.raises(FileNotFoundError, match=f"expected artworks of the split {split} under"):
            load("artworks", split, root)
    table.unlink()  # and now nobody says
    counts = [len(load("artworks", split, root)) for split in SPLITS]
    assert counts == [42, 10, 52]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("file,artist\na.png,b\n", "expected the columns file and style in .*, which lacks style"),
        ("file,style,split\na.png,Realism,val\n", "expected train, test or nothing as split in .*, got 'val'"),
        ("file,style\n../../secret.png,Realism\n", "expected files inside .*, got '../../secret.png'"),
    ],
)
def test_a_table_of_paintings_that_says_too_little_or_too_much(table: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "artworks").mkdir()
    (tmp_path / "artworks" / "artworks.csv").write_text(table, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load("artworks", "test", tmp_path)


def test_a_table_of_paintings_is_read_as_people_type_it(tmp_path: Path) -> None:
    (tmp_path / "artworks").mkdir()
    table = "file,style,split\na.png, realism ,Test \nb.png\nc.png,REALISM,train\n"
    (tmp_path / "artworks" / "artworks.csv").write_text(table, encoding="utf-8")
    assert [work.file for work in works_of_split(tmp_path, "test")] == ["a.png"]


@pytest.mark.data
def test_artworks_have_the_pictures_they_should(real_root: Path) -> None:
    works = catalogue(real_root)
    assert [sum(work.style == style for work in works) for style in STYLES] == [2940, 3784, 235, 3447]
    assert len(works_of_split(real_root, "val")) == round(len(works) / 5)
