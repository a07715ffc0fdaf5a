"""Three ways to the same 62 classes, digits and garments: one order, upright, seeded splits, and clear errors."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.data import DATA_SETS, SPLITS, Pictures, data_root, load
from core.data.artworks import STYLES, catalogue, works_of_split
from core.data.characters import CLASSES
from core.data.dataset import as_ink
from core.data.fashion_mnist import KINDS
from core.imaging.preprocess import Preprocess

CHARACTER_SETS = ["chars62", "emnist-byclass", "chars74k"]
WRITTEN = ["chars62", "chars74k"]
FILES = {
    "chars62": ["chars62/chars62-28px-{part}.npz"],
    "emnist-byclass": [f"EMNIST/raw/emnist-byclass-{{part}}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")],
    "chars74k": ["English/Hnd/Img"],
    "mnist": [f"MNIST/raw/{{part}}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")],
    "fashion-mnist": [f"FashionMNIST/raw/{{part}}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")],
    "artworks": ["artworks"],
}
CHARACTERS = ("chars62", "chars74k", "emnist-byclass", "mnist")
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


# What comes out


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


@pytest.mark.parametrize("name", CHARACTERS)
def test_every_glyph_is_upright_and_has_its_own_label(
    name: str, tiny_root: Path, draw: Callable[..., np.ndarray]
) -> None:
    preprocess = Preprocess()
    pictures = load(name, "train", tiny_root)
    ink = as_ink(pictures.tensors(preprocess)[0]).flatten(1)
    drawn = {label: preprocess.to_tensor(draw(pictures.classes[label])).flatten() for label in set(pictures.labels)}
    for character in [c for c in "7FLh" if CLASSES.index(c) in drawn]:
        found = ink[pictures.labels == CLASSES.index(character)]
        assert torch.cosine_similarity(found, drawn[CLASSES.index(character)][None]).min() > 0.6
        lying = found.view(-1, 28, 28).transpose(1, 2).flatten(1)
        assert torch.cosine_similarity(lying, drawn[CLASSES.index(character)][None]).max() < 0.6


def test_the_character_sets_agree_on_a_glyph(tiny_root: Path) -> None:
    label = CLASSES.index("F")
    means = []
    for name in CHARACTER_SETS:
        pictures = load(name, "train", tiny_root)
        ink, _ = pictures.take(np.flatnonzero(pictures.labels == label)).tensors(Preprocess())
        means.append(as_ink(ink).mean(dim=0).flatten())
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        assert torch.cosine_similarity(means[one], means[other], dim=0) > 0.9


def test_tensors_are_bytes_of_the_one_preprocessing(tiny_root: Path) -> None:
    pictures = load("mnist", "test", tiny_root)
    ink, labels = pictures.tensors(Preprocess(size=32))
    assert ink.shape == (50, 1, 32, 32)
    assert ink.dtype == torch.uint8
    torch.testing.assert_close(labels, torch.from_numpy(pictures.labels))
    expected = Preprocess(size=32).to_tensor(pictures.images[7])
    torch.testing.assert_close(as_ink(ink[7:8]), expected, atol=0.5 / 255, rtol=0)


def test_garments_are_upright_and_have_their_own_label(tiny_root: Path) -> None:
    pictures = load("fashion-mnist", "train", tiny_root)
    high, wide = (pictures.images.max(axis=axis) > 0 for axis in (2, 1))
    trouser, sneaker = (pictures.labels == KINDS.index(kind) for kind in ("trouser", "sneaker"))
    assert (high.sum(axis=1) > wide.sum(axis=1))[trouser].all()
    assert (high.sum(axis=1) < wide.sum(axis=1))[sneaker].all()


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
    assert len(load("artworks", "test", root)) == SIZES["artworks"][1]
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


# How it is split


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


def numbered(writers: np.ndarray) -> Pictures:
    """Pictures told apart by their labels."""
    return Pictures(np.zeros((len(writers), 1, 1), np.uint8), np.arange(len(writers)), writers, ())


@pytest.mark.parametrize("writers", [np.full(1000, -1), np.arange(1000) // 10], ids=["unknown", "known"])
def test_a_fifth_is_for_validation(writers: np.ndarray) -> None:
    pictures = numbered(writers)
    train, val = pictures.split("train"), pictures.split("val")
    assert (len(train), len(val)) == (800, 200)
    assert sorted([*train.labels, *val.labels]) == list(range(1000))
    assert not np.array_equal(val.labels, pictures.split("val", seed=1).labels)


def test_pictures_without_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="expected as many labels and writers as images, got 2, 3 for 3"):
        Pictures(np.zeros((3, 1, 1), np.uint8), np.zeros(2), np.zeros(3), CLASSES)


# What is missing, unknown or damaged


@pytest.mark.parametrize("name", DATA_SETS)
@pytest.mark.parametrize("split", SPLITS)
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
@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_damaged_file_is_named(name: str, share: float, tiny_root: Path, tmp_path: Path) -> None:
    root = shutil.copytree(tiny_root, tmp_path / "root")
    path = root / FILES[name][0].format(part="train")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=path.name):
        load(name, "train", root)


def test_classes_in_another_order_are_refused(tiny_root: Path, tmp_path: Path) -> None:
    with np.load(tiny_root / "chars62" / "chars62-28px-test.npz") as arrays:
        fields = dict(arrays) | {"classes": np.array(CLASSES[::-1])}
    (tmp_path / "chars62").mkdir()
    np.savez(tmp_path / "chars62" / "chars62-28px-test.npz", **fields)
    with pytest.raises(ValueError, match="order 0-9A-Za-z"):
        load("chars62", "test", tmp_path)


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


# The real files


@pytest.fixture(scope="module")
def chars62(real_root: Path) -> dict[str, Pictures]:
    if not (real_root / "chars62" / "chars62-28px-train.npz").is_file():
        pytest.skip("no chars62 in STYLESCAPE_DATA")
    return {split: load("chars62", split, real_root) for split in ("train", "val")}


@pytest.mark.data
def test_chars62_has_the_pictures_it_should(chars62: dict[str, Pictures]) -> None:
    sizes = {split: len(pictures) for split, pictures in chars62.items()}
    assert sum(sizes.values()) == 9496
    assert sizes["val"] / 9496 == pytest.approx(0.2, abs=0.02)
    for pictures in chars62.values():
        assert set(pictures.labels) == set(range(62))


@pytest.mark.data
def test_chars62_keeps_its_44_writers_apart(chars62: dict[str, Pictures]) -> None:
    train, val = (set(pictures.writers) - {-1} for pictures in chars62.values())
    assert not train & val
    assert len(train | val) == 44
    for pictures in chars62.values():
        for writer in set(pictures.writers) - {-1}:
            assert sorted(pictures.labels[pictures.writers == writer]) == list(range(62))


@pytest.mark.data
def test_chars62_passes_through_the_preprocessing_unchanged(chars62: dict[str, Pictures]) -> None:
    ink, _ = chars62["val"].tensors(Preprocess())
    np.testing.assert_array_equal(ink[:, 0].numpy(), chars62["val"].images)


@pytest.mark.data
def test_mnist_has_the_pictures_it_should(real_root: Path) -> None:
    if not (real_root / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
        pytest.skip("no MNIST in STYLESCAPE_DATA")
    assert len(load("mnist", "train", real_root)) == 48_000
    assert len(load("mnist", "val", real_root)) == 12_000


@pytest.mark.data
def test_artworks_have_the_pictures_they_should(real_root: Path) -> None:
    works = catalogue(real_root)
    assert [sum(work.style == style for work in works) for style in STYLES] == [2940, 3784, 235, 3447]
    assert len(works_of_split(real_root, "val")) == round(len(works) / 5)


@pytest.mark.data
def test_fashion_mnist_has_the_pictures_it_should(real_root: Path) -> None:
    if not (real_root / "FashionMNIST" / "raw" / "train-images-idx3-ubyte").is_file():
        pytest.skip("no FashionMNIST in STYLESCAPE_DATA")
    train, val = load("fashion-mnist", "train", real_root), load("fashion-mnist", "val", real_root)
    assert (len(train), len(val)) == (48_000, 12_000)
    boots = val.images[val.labels == KINDS.index("ankle boot")].mean(axis=0)
    assert boots[16:].mean() > 2 * boots[:8].mean()  # heavier below
