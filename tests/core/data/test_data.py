"""Every data set: seeded splits and clear errors."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.data import DATA_SETS, SPLITS, Pictures, data_root, load
from core.data.artworks import STYLES
from core.data.characters import CLASSES
from core.data.fashion_mnist import KINDS

WRITTEN = ["chars62", "chars74k"]
FILES = {
    "chars62": ["chars62/chars62-28px-{part}.npz"],
    "emnist-byclass": [f"EMNIST/raw/emnist-byclass-{{part}}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")],
    "chars74k": ["English/Hnd/Img"],
    "mnist": [f"MNIST/raw/{{part}}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")],
    "fashion-mnist": [f"FashionMNIST/raw/{{part}}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")],
    "artworks": ["artworks"],
}
DOWNLOADED = ("emnist-byclass", "mnist", "fashion-mnist")
SIZES = {
    "chars62": (744, 248),
    "emnist-byclass": (372, 124),
    "chars74k": (15, 33),
    "mnist": (120, 50),
    "fashion-mnist": (120, 40),
    "artworks": (40, 12),
}
NAMES = {"mnist": CLASSES[:10], "fashion-mnist": KINDS, "artworks": STYLES}


def part(name: str, split: str) -> str:
    return {"mnist": "t10k", "fashion-mnist": "t10k"}.get(name, "test") if split == "test" else "train"


def keys(pictures: Pictures) -> set[bytes]:
    return {image.tobytes() + bytes([label]) for image, label in zip(pictures.images, pictures.labels, strict=True)}


@pytest.mark.parametrize("name", DATA_SETS)
def test_every_split_has_the_pictures_of_its_file_and_touches_no_network(
    name, tiny_root: Path, offline: list[str]
) -> None:
    parts = {split: load(name, split, tiny_root) for split in SPLITS}
    assert (len(parts["train"]) + len(parts["val"]), len(parts["test"])) == SIZES[name]
    for pictures in parts.values():
        assert pictures.images.dtype == np.uint8 and pictures.images.ndim == (4 if name == "artworks" else 3)
        assert pictures.labels.dtype == pictures.writers.dtype == np.int64
        assert pictures.classes == NAMES.get(name, CLASSES)
    assert offline == []


@pytest.mark.parametrize("name", DATA_SETS)
def test_splits_are_seeded_disjoint_and_whole(name: str, tiny_root: Path) -> None:
    train, val = load(name, "train", tiny_root), load(name, "val", tiny_root)
    again = load(name, "val", tiny_root)
    np.testing.assert_array_equal(val.images, again.images)
    np.testing.assert_array_equal(val.labels, again.labels)
    assert not keys(train) & keys(val)
    assert not keys(val) & keys(load(name, "test", tiny_root))


@pytest.mark.parametrize("name", WRITTEN)
def test_no_known_writer_is_in_two_parts(name: str, tiny_root: Path) -> None:
    known = {split: set(load(name, split, tiny_root).writers) - {-1} for split in SPLITS}
    assert all(known.values())
    assert not known["train"] & known["val"]
    assert not (known["train"] | known["val"]) & known["test"]


@pytest.mark.parametrize("name", DATA_SETS)
@pytest.mark.parametrize("split", ["train", "test"])
def test_missing_files_are_named_with_the_place_they_belong_in(name, split, tmp_path: Path, offline: list[str]) -> None:
    with pytest.raises(FileNotFoundError, match="expected") as caught:
        load(name, split, tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    for file in FILES[name]:
        path = tmp_path / file.format(part=part(name, split))
        assert path.name in message
        assert str(path.parent if path.suffix != ".npz" else path) in message or name == "chars74k"
    assert bool(offline) == (name in DOWNLOADED)
    assert ("network is unreachable" in message) == bool(offline)


@pytest.mark.parametrize("name", ["chars62", *DOWNLOADED])
def test_a_root_with_training_files_alone_is_enough_for_training(
    name, tiny_root: Path, tmp_path: Path, offline
) -> None:
    for file in FILES[name]:
        place = tmp_path / file.format(part="train")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tiny_root / file.format(part="train"), place)
    assert len(load(name, "train", tmp_path)) + len(load(name, "val", tmp_path)) == SIZES[name][0]
    with pytest.raises(FileNotFoundError, match=part(name, "test")):
        load(name, "test", tmp_path)


@pytest.mark.parametrize("name", ["chars62", *DOWNLOADED])
@pytest.mark.parametrize("share", [0, 0.999])
def test_a_damaged_file_is_named(name: str, share: float, tiny_root: Path, tmp_path: Path) -> None:
    root = shutil.copytree(tiny_root, tmp_path / "root")
    path = root / FILES[name][0].format(part="train")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=path.name):
        load(name, "train", root)


def test_unknown_names_and_splits_are_refused(tiny_root: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a data set out of chars62, .*, got 'emnist'"):
        load("emnist", "val", tiny_root)
    with pytest.raises(ValueError, match="expected a split out of train, val, test, got 'validation'"):
        load("chars62", "validation", tiny_root)


def test_the_root_is_given_or_from_the_environment_or_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLESCAPE_DATA", "/elsewhere")
    assert data_root(Path("/given")) == Path("/given")
    assert data_root() == Path("/elsewhere")
    monkeypatch.delenv("STYLESCAPE_DATA")
    assert data_root() == Path("data")
