"""Characters: upright, in one order of classes, whatever the source."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from core.data import Pictures, load
from core.data.characters import CLASSES
from core.data.dataset import as_ink
from core.imaging.preprocess import Preprocess

CHARACTER_SETS = ["chars62", "emnist-byclass", "chars74k"]


@pytest.mark.parametrize("name", [*CHARACTER_SETS, "mnist"])
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


def test_classes_in_another_order_are_refused(tiny_root: Path, tmp_path: Path) -> None:
    with np.load(tiny_root / "chars62" / "chars62-28px-test.npz") as arrays:
        fields = dict(arrays) | {"classes": np.array(CLASSES[::-1])}
    (tmp_path / "chars62").mkdir()
    np.savez(tmp_path / "chars62" / "chars62-28px-test.npz", **fields)
    with pytest.raises(ValueError, match="order 0-9A-Za-z"):
        load("chars62", "test", tmp_path)


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
