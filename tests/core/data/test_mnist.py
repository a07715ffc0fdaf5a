"""Digits and garments: upright, with the pictures they should have."""

from pathlib import Path

import pytest

from core.data import load
from core.data.fashion_mnist import KINDS


def test_garments_are_upright_and_have_their_own_label(tiny_root: Path) -> None:
    pictures = load("fashion-mnist", "train", tiny_root)
    high, wide = (pictures.images.max(axis=axis) > 0 for axis in (2, 1))
    trouser, sneaker = (pictures.labels == KINDS.index(kind) for kind in ("trouser", "sneaker"))
    assert (high.sum(axis=1) > wide.sum(axis=1))[trouser].all()
    assert (high.sum(axis=1) < wide.sum(axis=1))[sneaker].all()


@pytest.mark.data
def test_mnist_has_the_pictures_it_should(real_root: Path) -> None:
    if not (real_root / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
        pytest.skip("no MNIST in STYLESCAPE_DATA")
    assert len(load("mnist", "train", real_root)) == 48_000
    assert len(load("mnist", "val", real_root)) == 12_000


@pytest.mark.data
def test_fashion_mnist_has_the_pictures_it_should(real_root: Path) -> None:
    if not (real_root / "FashionMNIST" / "raw" / "train-images-idx3-ubyte").is_file():
        pytest.skip("no FashionMNIST in STYLESCAPE_DATA")
    train, val = load("fashion-mnist", "train", real_root), load("fashion-mnist", "val", real_root)
    assert (len(train), len(val)) == (48_000, 12_000)
    boots = val.images[val.labels == KINDS.index("ankle boot")].mean(axis=0)
    assert boots[16:].mean() > 2 * boots[:8].mean()  # heavier below
