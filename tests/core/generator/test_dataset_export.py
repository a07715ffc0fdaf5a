"""A data set is read back as what was put in, by the readers of each form, and is the same file every time."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import load as load_data
from core.generator.dataset_export import FORMS, as_zip, idx, readme, zipped
from core.imaging import rendering

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (30, 28, 28), dtype=np.uint8)
LABELS = np.repeat(np.arange(10), 3)
CARD = {"title": "Thirty digits", "licence": "Apache-2.0", "theta": [0.5, 0.25], "accuracy": {"judge": 0.9}, "seed": 7}


@pytest.fixture(params=FORMS)
def archive(request) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(as_zip(IMAGES, LABELS, request.param, CARD)))


def opened(form: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(as_zip(IMAGES, LABELS, form, CARD)))


def test_every_form_has_the_card_and_tells_no_time(archive):
    assert json.loads(archive.read("card.json")) == CARD
    page = archive.read("README.md").decode()
    for told in ("license: apache-2.0", "# Thirty digits", "| theta | [0.5, 0.25] |", "| accuracy | judge: 0.9 |"):
        assert told in page
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert archive.testzip() is None


@pytest.mark.parametrize("form", FORMS)
def test_the_same_digits_make_the_same_file(form):
    assert as_zip(IMAGES, LABELS, form, CARD) == as_zip(IMAGES.copy(), LABELS.copy(), form, dict(CARD))


def test_png_files_lie_in_a_folder_for_each_digit():
    archive = opened("png")
    names = [name for name in archive.namelist() if name.endswith(".png")]
    assert len(names) == 30
    for number, name in enumerate(names):
        _, label, _ = name.split("/")
        assert int(label) == LABELS[number]
        picture = Image.open(BytesIO(archive.read(name)))
        assert picture.mode == "L"
        np.testing.assert_array_equal(np.asarray(picture), IMAGES[number])


def test_the_png_folder_is_an_image_folder(tmp_path: Path):
    datasets = pytest.importorskip("torchvision.datasets", reason="torchvision is not installed")
    opened("png").extractall(tmp_path)
    folder = datasets.ImageFolder(tmp_path / "digits")
    assert folder.classes == [str(digit) for digit in range(10)]
    assert [label for _, label in folder.samples] == LABELS.tolist()


def test_the_npz_file_opens_without_pickle():
    with np.load(BytesIO(opened("npz").read("digits.npz")), allow_pickle=False) as arrays:
        assert set(arrays.files) == {"images", "labels"}
        assert arrays["images"].dtype == arrays["labels"].dtype == np.uint8
        np.testing.assert_array_equal(arrays["images"], IMAGES)
        np.testing.assert_array_equal(arrays["labels"], LABELS)


def test_the_idx_files_are_read_as_mnist_is(tmp_path: Path):
    opened("idx").extractall(tmp_path)
    read = [load_data("mnist", split, tmp_path) for split in ("train", "val")]
    assert sum(map(len, read)) == 30
    rows = {image.tobytes(): label for image, label in zip(IMAGES, LABELS, strict=True)}
    for part in read:
        assert [rows[image.tobytes()] for image in part.images] == part.labels.tolist()


def test_the_idx_files_are_read_by_torchvision(tmp_path: Path):
    mnist = pytest.importorskip("torchvision.datasets.mnist", reason="torchvision is not installed")
    opened("idx").extractall(tmp_path)
    images = mnist.read_image_file(str(tmp_path / "MNIST/raw/train-images-idx3-ubyte"))
    labels = mnist.read_label_file(str(tmp_path / "MNIST/raw/train-labels-idx1-ubyte"))
    np.testing.assert_array_equal(images.numpy(), IMAGES)
    np.testing.assert_array_equal(labels.numpy(), LABELS)


@pytest.mark.parametrize(
    ("images", "labels", "form", "told"),
    [
        (IMAGES, LABELS, "exe", "expected a form out of png, npz, idx, got 'exe'"),
        (IMAGES, LABELS, None, "expected a form"),
        (IMAGES.astype(float), LABELS, "png", "expected uint8 pictures"),
        (IMAGES[0], LABELS[:1], "png", "expected uint8 pictures"),
        (IMAGES, LABELS[:-1], "npz", "N labels"),
    ],
)
def test_what_is_no_data_set_is_refused(images, labels, form, told):
    with pytest.raises(ValueError, match=told):
        as_zip(images, labels, form, CARD)


def test_no_pictures_at_all_are_an_empty_data_set():
    archive = zipfile.ZipFile(BytesIO(as_zip(IMAGES[:0], LABELS[:0], "idx", CARD)))
    assert archive.read("MNIST/raw/train-images-idx3-ubyte")[4:8] == bytes(4)


def test_the_header_of_an_idx_file_is_big_endian():
    assert idx(np.zeros((300, 2), np.uint8))[:12] == bytes([0, 0, 8, 2, 0, 0, 1, 44, 0, 0, 0, 2])


def test_files_of_any_name_are_kept_in_order():
    names = zipfile.ZipFile(BytesIO(zipped([("b", b"1"), ("a/ü", b"2")]))).namelist()
    assert names == ["b", "a/ü"]


def test_a_card_without_a_licence_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError, match="licence"):
        readme({"title": "x"}, "png")


def test_a_file_within_bounds_can_travel_in_a_page():
    data = as_zip(IMAGES, LABELS, "png", CARD)
    assert len(data) < 1_500 * len(IMAGES)  # 15 MB at most, of noise, which compresses least
    assert rendering.data_uri(data, "application/zip").startswith("data:application/zip;base64,UEsD")
