"""Shapes that are known, intervals that are exact or checked, distances by hand."""

import math

import pytest
import torch
from scipy.stats import bootstrap as scipys_bootstrap
from torch import Tensor

from core.latent.interpolation import dissolve, linear
from core.metrics.trajectory_shape import (
    ShapeEstimate,
    band,
    bootstrap,
    curvature,
    departure,
    distances,
    estimate_shape,
    frames,
    profile,
    rank_interval,
)
from core.nn.gram import style_vectors


def grams(pictures: Tensor) -> Tensor:
    return style_vectors([pictures])


def noise(n: int, seed: int = 0) -> Tensor:
    return torch.rand((n, 3, 8, 8), generator=torch.Generator().manual_seed(seed))


# Profiles


def test_a_profile_is_the_loss_of_each_picture_and_the_next() -> None:
    walks = dissolve(noise(2), noise(2, 1), 5)
    found = profile(walks, grams)
    assert found.shape == (2, 5)
    for pair in range(2):
        for step in range(5):
            one, other = (grams(walks[pair, i][None]) for i in (step, step + 1))
            assert found[pair, step].item() == pytest.approx((one - other).square().sum().item(), rel=1e-3)


def test_frames_decode_every_point_in_batches() -> None:
    path = linear(torch.zeros(3, 2), torch.ones(3, 2), 4)
    drawn = frames(path, lambda z: z[:, :, None, None], batch=2)
    assert drawn.shape == (3, 5, 2, 1, 1)
    torch.testing.assert_close(drawn[..., 0, 0], path)


def test_bands_are_mean_and_deviation() -> None:
    mean, sd = band(torch.tensor([[1.0, 2.0], [3.0, 2.0], [5.0, 2.0]]))
    assert mean.tolist() == [3.0, 2.0]
    assert sd.tolist() == [2.0, 0.0]
    assert band(torch.ones(1, 4)).sd.tolist() == [0.0] * 4


# Curvature


def test_curvature_of_a_parabola_is_its_own() -> None:
    u = torch.linspace(-1, 1, 10)
    arch = 5 - 2 * u.square()
    assert curvature(arch).item() == pytest.approx(2 / arch.mean().item(), rel=1e-5)
    assert curvature(-2 * arch + 30).item() < 0


def test_curvature_asks_for_neither_height_nor_slope() -> None:
    arch = torch.tensor([1.0, 2.0, 4.0, 2.0, 1.0])
    torch.testing.assert_close(curvature(arch), curvature(1000 * arch))
    slope = torch.tensor([-0.4, -0.2, 0.0, 0.2, 0.4])
    torch.testing.assert_close(curvature(arch + slope), curvature(arch))
    assert curvature(torch.stack([torch.zeros(5), torch.ones(5)])).abs().max() < 1e-6


def test_the_papers_two_shapes_have_two_signs() -> None:
    horseshoe = torch.tensor([1.0, 2, 3, 3.6, 4, 4, 3.6, 3, 2, 1])
    wave = torch.tensor([2.0, 3, 3, 2, 1, 1, 2, 3, 3, 2])
    assert curvature(horseshoe) > 0.5
    assert -0.5 < curvature(wave) < -0.05


def test_curvature_needs_three_steps() -> None:
    with pytest.raises(ValueError, match="expected profiles of three steps or more, got 2"):
        curvature(torch.ones(2))


# Departure from a dissolve


def test_a_dissolve_at_any_pace_departs_by_nothing() -> None:
    pace = torch.tensor([0.0, 0.1, 0.7, 0.8, 1.0])[:, None, None, None]
    first, last = noise(2)
    assert departure(torch.lerp(first, last, pace)).item() == pytest.approx(0, abs=1e-3)


def test_departure_is_the_distance_aside() -> None:
    frames = torch.zeros(3, 1, 1, 2)
    frames[1, 0, 0] = torch.tensor([1.0, 1.0])
    frames[2, 0, 0] = torch.tensor([2.0, 0.0])  # from (0, 0) by (1, 1) to (2, 0): one aside on a way of two
    assert departure(frames).item() == pytest.approx(0.5)


# Shapes


def shape_of(pictures: Tensor) -> ShapeEstimate:
    null = dissolve(pictures[:, 0], pictures[:, -1], pictures.shape[1] - 1)
    ours, theirs = (curvature(profile(x, grams)) for x in (pictures, null))
    return estimate_shape(ours, theirs, departure(pictures))


def test_a_dissolve_is_not_beyond_its_own_null() -> None:
    walks = dissolve(noise(20), noise(20, 1), 10)
    found = shape_of(walks)
    assert found.curvature == found.null
    assert found.beyond_null.estimate == pytest.approx(0, abs=1e-5)
    assert found.departure.estimate == pytest.approx(0, abs=1e-3)
    assert found.shape == "wave"  # blends of noise change least in the middle


def test_a_picture_that_turns_is_beyond_the_null() -> None:
    t = torch.linspace(0, 1, 11)
    pace = 0.5 - 0.5 * torch.cos(torch.pi * t)  # slow, fast, slow: a horseshoe
    colour = torch.stack([torch.cos(pace * torch.pi / 2), torch.sin(pace * torch.pi / 2), torch.zeros(11)], dim=1)
    walks = colour[None, :, :, None, None] * (1 + noise(20)[:, None, :1])
    found = shape_of(walks)
    assert found.shape == "horseshoe"
    assert found.beyond_null.low > 0
    assert found.departure.low > 0.1


def test_what_may_be_either_is_undecided() -> None:
    curvatures = torch.tensor([-1.0, 1.0, -0.9, 1.1])
    assert estimate_shape(curvatures, curvatures, torch.ones(4)).shape == "undecided"
    assert estimate_shape(-torch.ones(4), curvatures, torch.ones(4)).shape == "wave"


# Intervals


def test_a_bootstrap_interval_is_scipys() -> None:
    sample = torch.randn(60, generator=torch.Generator().manual_seed(0)).double()
    found = bootstrap(sample)
    theirs = scipys_bootstrap((sample.numpy(),), lambda x, axis: x.mean(axis=axis), method="percentile", rng=0)
    assert found.estimate == pytest.approx(sample.mean().item())
    assert found.low == pytest.approx(theirs.confidence_interval.low, abs=0.03)
    assert found.high == pytest.approx(theirs.confidence_interval.high, abs=0.03)
    assert bootstrap(sample) == found
    assert bootstrap(sample, seed=1) != found


def test_an_interval_of_ranks_holds_its_estimate() -> None:
    x = torch.arange(40.0)
    y = x + 15 * torch.randn(40, generator=torch.Generator().manual_seed(0))
    found = rank_interval(x, y)
    assert 0 < found.low < found.estimate < found.high < 1


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a sample of at least one value, got none"):
        bootstrap(torch.zeros(0))


# Distances


def test_mean_distances_by_hand() -> None:
    z = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0], [1.0, 1.0]])
    found = distances(z, torch.tensor([0, 0, 0, 1]), ["a", "b", "c"])
    assert found["a"] == pytest.approx((5 + 0 + 5) / 3)
    assert math.isnan(found["b"])
    assert math.isnan(found["c"])
