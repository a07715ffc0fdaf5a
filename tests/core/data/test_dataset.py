"""Pictures, their tensors and their split."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.data import Pictures, load
from core.data.characters import CLASSES
from core.data.dataset import as_ink
from core.imaging.preprocess import Preprocess


def test_tensors_are_bytes_of_the_one_preprocessing(tiny_root: Path) -> None:
    pictures = load("mnist", "test", tiny_root)
    ink, labels = pictures.tensors(Preprocess(size=32))
    assert ink.shape == (50, 1, 32, 32)
    assert ink.dtype == torch.uint8
    torch.testing.assert_close(labels, torch.from_numpy(pictures.labels))
    expected = Preprocess(size=32).to_tensor(pictures.images[7])
    torch.testing.assert_close(as_ink(ink[7:8]), expected, atol=0.5 / 255, rtol=0)


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
