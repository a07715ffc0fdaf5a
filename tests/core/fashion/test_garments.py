"""Drawn garments: ten kinds, no two alike, recognisable by their proportions, the same for the same seed."""

from functools import cache

import cv2
import numpy as np
import pytest

from core.data.fashion_mnist import KINDS
from core.fashion import garments
from core.fashion.garments import SIDE, wardrobe
from core.imaging.preprocess import Preprocess

garment = cache(garments.garment)  # most tests look at the same few
SEEDS = range(6)
SHOES = ("sandal", "sneaker", "ankle boot")
TOPS = ("T-shirt", "pullover", "coat", "shirt")


def box(picture: np.ndarray) -> tuple[int, int]:
    """Height and width of what is drawn."""
    rows, columns = picture.nonzero()
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def parts(picture: np.ndarray) -> int:
    return cv2.connectedComponents((picture > 40).astype(np.uint8))[0] - 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_garment_is_one_light_shape_that_fills_its_picture(kind: str) -> None:
    for seed in SEEDS:
        picture = garment(kind, seed)
        assert picture.shape == (SIDE, SIDE)
        assert picture.dtype == np.uint8
        assert parts(picture) == 1, seed
        assert 0.8 * SIDE < max(box(picture)) < 0.95 * SIDE
        edge = np.concatenate(
            [picture[:4].ravel(), picture[-4:].ravel(), picture[:, :4].ravel(), picture[:, -4:].ravel()]
        )
        assert not edge.any()
        assert 0.06 < (picture > 40).mean() < 0.75
        cloth = picture[picture > 40]  # shaded
        assert cloth.std() > 4 and 100 < np.median(cloth) < 250


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_makes_the_same_garment_and_another_another(kind: str) -> None:
    np.testing.assert_array_equal(garment(kind, 5), garments.garment(kind, 5))
    shapes = {(garment(kind, seed) > 40).tobytes() for seed in SEEDS}
    assert len(shapes) == len(SEEDS)


def test_kinds_differ_in_proportion() -> None:
    slender = {
        kind: np.mean([box(garment(kind, seed))[0] / box(garment(kind, seed))[1] for seed in SEEDS]) for kind in KINDS
    }
    assert slender["trouser"] > slender["dress"] > slender["T-shirt"] > slender["sneaker"]
    assert slender["coat"] > slender["pullover"]
    assert slender["ankle boot"] > slender["sneaker"]


@pytest.mark.parametrize("kind", SHOES)
def test_shoes_point_to_the_left_and_stand(kind: str) -> None:
    for seed in SEEDS:
        cloth = garment(kind, seed) > 40
        middle = cloth.nonzero()[1].mean()
        high = cloth[: SIDE // 2].nonzero()[1]
        assert cloth[SIDE // 2 :].sum() > cloth[: SIDE // 2].sum()
        assert not len(high) or high.mean() > middle


@pytest.mark.parametrize("kind", [*TOPS, "trouser", "dress", "bag"])
def test_what_has_two_sides_is_nearly_symmetric(kind: str) -> None:
    for seed in SEEDS:
        cloth = garment(kind, seed) > 40
        assert (cloth & cloth[:, ::-1]).sum() / (cloth | cloth[:, ::-1]).sum() > 0.6, seed


def test_trousers_have_two_legs_and_bags_a_handle() -> None:
    for seed in SEEDS:
        low = garment("trouser", seed)[int(0.85 * SIDE)] > 40
        assert np.diff(low.astype(int)).clip(0).sum() == 2
        paper = (garment("bag", seed) <= 40).astype(np.uint8)
        assert cv2.connectedComponents(paper)[0] - 1 == 2  # around the bag, and within its handle


@pytest.mark.parametrize("kind", KINDS)
def test_a_garment_passes_through_the_preprocessing_light_or_dark(kind: str) -> None:
    preprocess = Preprocess(margin=4, centre="mass", threshold=0.0, min_stroke=2.2)
    light, dark = preprocess.to_tensor(garment(kind, 3)), preprocess.to_tensor(255 - garment(kind, 3))
    assert (light - dark).abs().max() < 0.02
    assert light.max() == 1


def test_a_wardrobe_has_as_many_of_each_kind() -> None:
    pictures, kinds = wardrobe(3, seed=40)
    assert pictures.shape == (30, SIDE, SIDE)
    assert np.bincount(kinds).tolist() == [3] * len(KINDS)
    np.testing.assert_array_equal(pictures[10 + KINDS.index("bag")], garment("bag", 41))


@pytest.mark.parametrize(("kind", "seed"), [("hat", 0), ("", 0), (None, 0), ("bag", -1), ("bag", 1.5), ("bag", True)])
def test_what_is_no_garment_is_refused(kind, seed) -> None:
    with pytest.raises(ValueError, match=r"expected a (garment|seed)"):
        garments.garment(kind, seed)


def test_an_empty_wardrobe_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least 1 garment"):
        wardrobe(0)
