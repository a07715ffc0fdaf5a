"""Measures through several models at once."""

import pytest
import torch
from torch import Tensor

from core.cartography.trajectories import trajectories
from core.latent.interpolation import linear
from core.metrics.trajectory_shape import frames, profile
from core.models.base import Autoencoder, Backbone, Posterior
from core.style.style_loss import styles


class Screen(Autoencoder):
    """Latents (B, 3) become evenly coloured pictures."""

    latent = 3

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        mean = x.mean(dim=(2, 3)).logit()
        return Posterior(mean, torch.zeros_like(mean))

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return z[..., None, None].expand(-1, -1, 8, 8)

    def loss(self, x: Tensor, y: Tensor | None = None, **_) -> dict[str, Tensor]:
        return {"total": x.sum()}


class Eye(Backbone):
    """Sees the pixels as they are."""

    layers = ("pixels",)

    def responses(self, x: Tensor) -> list[Tensor]:
        return [x]


ENDS = torch.tensor([-3.0, 0.0, 1.0]), torch.tensor([3.0, 2.0, -1.0])


def test_ways_are_those_of_the_trajectories_one_after_the_other():
    found = trajectories({"one": Screen(), "two": Screen()}, {"one": ENDS, "two": ENDS[::-1]}, Eye(), 6)
    assert [(each.model, each.way) for each in found] == [
        ("one", "linear"),
        ("one", "dissolve"),
        ("two", "linear"),
        ("two", "dissolve"),
    ]
    pictures = frames(linear(*ENDS, 6), Screen().decode)
    torch.testing.assert_close(found[0].pictures, pictures)
    torch.testing.assert_close(found[0].losses, profile(pictures, lambda x: styles(Eye(), x)))
    assert found[0].distance == pytest.approx((ENDS[1] - ENDS[0]).norm().item())


def test_a_dissolve_departs_from_itself_by_nothing_and_shares_its_ends():
    line, null = trajectories({"one": Screen()}, {"one": ENDS}, Eye(), 6)
    assert null.departure == pytest.approx(0, abs=1e-5)
    assert line.departure > 0.01
    torch.testing.assert_close(null.pictures[[0, -1]], line.pictures[[0, -1]])


def test_a_geodesic_has_no_more_energy_than_the_line():
    line, curve = trajectories({"one": Screen()}, {"one": ENDS}, Eye(), 6, ("linear", "geodesic"))
    energy = [each.pictures.flatten(1).diff(dim=0).square().sum() for each in (line, curve)]
    assert energy[1] <= energy[0]


@pytest.mark.parametrize(
    ("ends", "ways", "told"),
    [
        ((ENDS[0], ENDS[0]), ("linear",), "expected two different ends"),
        (ENDS, ("straight",), "expected ways out of linear, geodesic, dissolve, got straight"),
        (ENDS, (), "got none"),
    ],
)
def test_what_is_no_journey_is_refused(ends, ways, told):
    with pytest.raises(ValueError, match=told):
        trajectories({"one": Screen()}, {"one": ends}, Eye(), 6, ways)
