"""Principal components of clouds whose shape is known."""

import math

import pytest
import torch
from torch import Tensor

from core.latent.pca import (
    centroid_offsets,
    class_variance_shares,
    first_component_angles,
    principal_components,
    variance_shares,
)


def cloud(deviations: list[float], n: int = 4000, turn: float = 0.0) -> Tensor:
    """Normal points with those deviations along the axes, the first two axes then turned by degrees."""
    z = torch.randn(n, len(deviations), generator=torch.Generator().manual_seed(0)) * torch.tensor(deviations)
    angle = math.radians(turn)
    rotation = torch.eye(len(deviations))
    rotation[:2, :2] = torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return z @ rotation


def test_components_find_the_axes_and_their_variances() -> None:
    found = principal_components(cloud([3.0, 1.0, 2.0]) + 5)
    torch.testing.assert_close(found.variances, torch.tensor([9.0, 4.0, 1.0]), rtol=0.06, atol=0)
    torch.testing.assert_close(found.mean, torch.full((3,), 5.0), atol=0.2, rtol=0)
    torch.testing.assert_close(found.directions, torch.eye(3)[[0, 2, 1]], atol=0.06, rtol=0)


def test_shares_of_an_even_cloud_are_even_and_those_of_a_line_are_not() -> None:
    torch.testing.assert_close(variance_shares(cloud([1.0] * 5)), torch.full((5,), 0.2), atol=0.02, rtol=0)
    torch.testing.assert_close(variance_shares(cloud([1.0, 0.0, 0.0]), n=2), torch.tensor([1.0, 0.0]))


def test_a_class_has_its_own_shares_and_a_lone_picture_none() -> None:
    z = torch.cat([cloud([1.0, 1.0]), cloud([3.0, 1.0]), torch.zeros(1, 2)])
    labels = torch.tensor([0] * 4000 + [1] * 4000 + [2])
    shares = class_variance_shares(z, labels, 3)
    torch.testing.assert_close(shares[:2, 0], torch.tensor([0.5, 0.9]), atol=0.02, rtol=0)
    assert shares[2].isnan().all()


@pytest.mark.parametrize(("turn", "folded"), [(0, 0), (30, 30), (90, 90), (130, 50), (175, 5), (180, 0)])
def test_angles_are_folded_to_a_right_one(turn: float, folded: float) -> None:
    many, few = cloud([5.0, 1.0]), cloud([5.0, 1.0], n=40, turn=turn)
    few = cloud([5.0, 0.0], n=40, turn=turn)
    angles = first_component_angles(torch.cat([many, few]), torch.tensor([0] * 4000 + [1] * 40), 2)
    assert angles[0] < 2
    assert angles[1] == pytest.approx(folded, abs=2)


def test_offsets_are_the_sum_of_distances_in_every_dimension() -> None:
    z = torch.tensor([[0.0, 0.0], [0.0, 2.0], [4.0, 1.0], [4.0, 1.0]])
    offsets = centroid_offsets(z, torch.tensor([0, 0, 1, 1]), 3)
    torch.testing.assert_close(offsets[:2], torch.tensor([2.0, 2.0]))
    assert offsets[2].isnan()


def test_relative_offsets_do_not_change_with_the_scale_of_the_latents() -> None:
    z, labels = cloud([1.0, 2.0], n=60), torch.arange(60) % 3
    once = centroid_offsets(z, labels, 3, relative=True)
    torch.testing.assert_close(centroid_offsets(7 * z - 3, labels, 3, relative=True), once)


def test_one_point_has_no_components() -> None:
    with pytest.raises(ValueError, match=r"expected latents \(N, Z\) of two points or more, got \(1, 3\)"):
        principal_components(torch.zeros(1, 3))
