"""Random hands: as far as they are allowed, each picture in its own way, and the same for the same seed."""

from dataclasses import fields

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from core.training.augmentation import Augmentation

SIDE = 29  # odd, so that a pixel lies in the middle
MIDDLE = SIDE // 2
HALF = SIDE / 2
MILD = {"rotate": 10.0, "shear": 0.2, "stretch": 0.1, "shift": 0.05, "elastic": 0.1, "weight": 0.5, "crop": 0.2}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def dot(dy: int, dx: int, copies: int = 200) -> Tensor:
    """A soft dot that far from the middle of each of many pictures."""
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    blob = torch.exp(-((y - MIDDLE - dy) ** 2 + (x - MIDDLE - dx) ** 2) / 4)
    return blob.expand(copies, 1, SIDE, SIDE).contiguous()


def centroid(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean place of the ink of each picture from the middle, in pixels: down and to the right."""
    weight = x[:, 0] / x[:, 0].sum(dim=(1, 2), keepdim=True)
    place = torch.arange(SIDE) - MIDDLE
    return (weight.sum(dim=2) * place).sum(dim=1), (weight.sum(dim=1) * place).sum(dim=1)


def test_nothing_allowed_changes_nothing() -> None:
    x = torch.rand(4, 1, 28, 28, generator=seeded())
    torch.testing.assert_close(Augmentation()(x, seeded()), x, atol=1e-4, rtol=0)


@pytest.mark.parametrize("step", [*MILD, "all"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_step_keeps_shape_and_range_and_obeys_its_seed(step: str, channels: int) -> None:
    augment = Augmentation(**(MILD if step == "all" else {step: MILD[step]}))
    x = torch.rand(6, channels, 28, 28, generator=seeded())
    once = augment(x, seeded(1))
    assert once.shape == x.shape
    assert once.min() >= 0
    assert once.max() <= 1 + 1e-6
    assert not torch.allclose(once, x, atol=1e-3)
    assert torch.equal(once, augment(x, seeded(1)))
    assert not torch.equal(once, augment(x, seeded(2)))


@pytest.mark.parametrize("step", MILD)
def test_each_picture_is_distorted_in_its_own_way(step: str) -> None:
    x = dot(4, 4, copies=5)
    y = Augmentation(**{step: MILD[step]})(x, seeded())
    assert len(torch.unique(y.flatten(1), dim=0)) == 5


def test_every_step_is_tested() -> None:
    assert {field.name for field in fields(Augmentation)} == {*MILD, "flip", "share"}


def test_a_share_of_the_pictures_is_mirrored() -> None:
    x = torch.rand(1, 3, 8, 8, generator=seeded()).expand(1000, 3, 8, 8)
    y = Augmentation(flip=0.3)(x, seeded())
    mirrored = ((y - x.flip(3)).abs().amax(dim=(1, 2, 3)) < 1e-5).float().mean().item()
    same = ((y - x).abs().amax(dim=(1, 2, 3)) < 1e-5).float().mean().item()
    assert mirrored + same == pytest.approx(1)
    assert mirrored == pytest.approx(0.3, abs=0.05)


def test_a_crop_stays_inside_the_picture_and_keeps_its_aspect() -> None:
    across = torch.linspace(0, 1, 128)
    x = torch.stack([across.expand(128, 128), across.expand(128, 128).T])[None].expand(200, 2, 128, 128)
    y = Augmentation(crop=0.25)(x, seeded(), scale=2)
    assert y.shape == (200, 2, 64, 64)
    width = y[:, 0, 0, -1] - y[:, 0, 0, 0]
    height = y[:, 1, -1, 0] - y[:, 1, 0, 0]
    torch.testing.assert_close(width, height, atol=1e-4, rtol=0)
    assert width.min() == pytest.approx(0.75, abs=0.02) and width.max() == pytest.approx(1.0, abs=0.03)
    assert y[:, 0, 0, 0].unique().numel() > 100 and y.min() >= 0 and y.max() <= 1


def test_half_the_size_without_a_crop_is_the_mean_of_four_pixels() -> None:
    x = torch.rand(3, 3, 16, 16, generator=seeded())
    torch.testing.assert_close(Augmentation()(x, seeded(), scale=2), F.avg_pool2d(x, 2), atol=1e-5, rtol=0)


def test_a_share_of_the_pictures_stays_as_it_is() -> None:
    x = dot(5, 5, copies=1000)
    same = (Augmentation(shift=0.3, share=0.7)(x, seeded()) == x).flatten(1).all(dim=1)
    assert same.float().mean().item() == pytest.approx(0.3, abs=0.05)  # three standard errors and a half


def test_rotation_keeps_the_distance_from_the_middle() -> None:
    down, right = centroid(Augmentation(rotate=30)(dot(0, 8), seeded()))
    torch.testing.assert_close(torch.hypot(down, right), torch.full((200,), 8.0), atol=0.1, rtol=0)
    angle = torch.rad2deg(torch.atan2(down, right))
    assert 25 < angle.max() <= 30.5
    assert -30.5 <= angle.min() < -25


def test_shift_is_a_fraction_of_half_the_side() -> None:
    down, right = centroid(Augmentation(shift=0.2)(dot(0, 0), seeded()))
    for way in (down, right):
        assert 0.17 * HALF < way.abs().max() < 0.21 * HALF
        assert way.mean().abs() < 0.03 * HALF
    assert torch.corrcoef(torch.stack([down, right]))[0, 1].abs() < 0.3


def test_shear_moves_rows_sideways_by_their_height() -> None:
    down, right = centroid(Augmentation(shear=0.5)(dot(-8, 0), seeded()))
    torch.testing.assert_close(down, torch.full((200,), -8.0), atol=0.1, rtol=0)
    assert 3.5 < right.abs().max() < 4.2
    below = centroid(Augmentation(shear=0.5)(dot(8, 0), seeded()))[1]
    torch.testing.assert_close(below, -right, atol=0.1, rtol=0)


def test_stretch_changes_width_and_height_apart() -> None:
    down, right = centroid(Augmentation(stretch=0.25)(dot(6, 6), seeded()))
    for way in (down, right):
        assert 4.4 < way.min() < 5
        assert 7 < way.max() < 7.6
    assert torch.corrcoef(torch.stack([down, right]))[0, 1].abs() < 0.3


def test_elastic_fields_are_smooth_and_bounded() -> None:
    x = torch.zeros(50, 1, SIDE, SIDE)
    x[..., MIDDLE - 8 : MIDDLE + 9, MIDDLE] = 1
    bent = Augmentation(elastic=0.2)(x, seeded())[:, 0, MIDDLE - 5 : MIDDLE + 6]
    columns = (bent * torch.arange(SIDE)).sum(dim=2) / bent.sum(dim=2)
    assert (columns - MIDDLE).abs().max() < 0.3 * HALF  # bicubic smoothing overshoots a little
    assert columns.diff(dim=1).abs().max() < 1.5
    assert columns.std(dim=1).mean() > 0.2


def test_weight_makes_strokes_bolder_and_lighter() -> None:
    x = torch.zeros(400, 1, SIDE, SIDE)
    x[..., 8:20, 12:16] = 1
    before, after = x[0].sum(), Augmentation(weight=1.0)(x, seeded()).sum(dim=(1, 2, 3))
    assert after.max() == pytest.approx(14 * 6, rel=0.02)  # one pixel on every side
    assert after.min() == pytest.approx(10 * 2, rel=0.1)
    assert ((after > before).float().mean() - 0.5).abs() < 0.1
