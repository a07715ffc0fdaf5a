"""The experiments of chapter 7 on an autoencoder whose course is known."""

import pytest
import torch
from torch import Tensor

from core.cartography.trajectory_experiments import (
    Measures,
    between_classes,
    compare_geodesics,
    measure_lines,
    perceptual_features,
    within_classes,
)
from core.metrics.trajectory_shape import curvature
from core.models.base import Autoencoder, Backbone, Posterior

CLASSES = ("one", "two", "three")


class Blend(Autoencoder):
    """Latents are the weights with which a few fixed pictures are added up, so a straight walk is a cross-dissolve."""

    latent = 3

    def __init__(self) -> None:
        super().__init__()
        self.pictures = torch.rand((3, 3, 8, 8), generator=torch.Generator().manual_seed(0))

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        raise NotImplementedError

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        raise NotImplementedError

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return torch.einsum("bz,zchw->bchw", z, self.pictures)

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


class Bent(Blend):
    """The same pictures, but what lies between is another one: a walk is a transformation."""

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        turned = torch.stack([z[:, 0], z[:, 1], z[:, 2] + 3 * z[:, 0] * z[:, 1]], dim=1)
        return super().decode(turned)


class Plain(Backbone):
    """Sees the picture itself."""

    layers = ("pixels",)

    def responses(self, x: Tensor) -> list[Tensor]:
        return [x]


def latents() -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(1)
    labels = torch.arange(30) % 3
    return torch.rand((30, 3), generator=g) + labels[:, None], labels


def test_a_model_that_dissolves_is_its_own_null() -> None:
    z, labels = latents()
    found = within_classes(Blend(), Plain(), z, labels, CLASSES, pairs=12)
    assert list(found) == list(CLASSES)
    for walks in found.values():
        assert walks.profiles.shape == (12, 10)
        torch.testing.assert_close(walks.curvatures, walks.null, rtol=1e-3, atol=1e-3)
        assert walks.departures.max() < 1e-2
        assert walks.shape.beyond_null.low < 1e-3


def test_a_model_that_transforms_is_not() -> None:
    start, end = torch.tensor([[1.0, 0.1, 0.0]] * 15), torch.tensor([[0.1, 1.0, 0.0]] * 15)
    walks = measure_lines(Bent(), Plain(), start, end)
    assert walks.departures.min() > 0.1
    assert (walks.curvatures - walks.null).abs().min() > 0.05
    torch.testing.assert_close(walks.distances, (end - start).norm(dim=1))
    torch.testing.assert_close(walks.curvatures, curvature(walks.profiles))


def test_walks_between_classes_are_named_by_both() -> None:
    z, labels = latents()
    found = between_classes(Blend(), Plain(), z, labels, CLASSES, pairs=4, steps=5)
    assert list(found) == [("one", "two"), ("one", "three"), ("two", "three")]
    assert all(walks.profiles.shape == (4, 5) for walks in found.values())


def test_the_shortest_walk_is_shorter_than_the_longest() -> None:
    z, labels = latents()
    near, far = (
        within_classes(Blend(), Plain(), z, labels, CLASSES, choice=c, pairs=1) for c in ("shortest", "longest")
    )
    assert all(near[name].distances < far[name].distances for name in CLASSES)


def test_walks_join() -> None:
    z, _ = latents()
    one, other = (measure_lines(Blend(), Plain(), z[:n], z[10 : 10 + n]) for n in (3, 4))
    joined = Measures.joined([one, other])
    assert len(joined.profiles) == len(joined.null) == 7
    torch.testing.assert_close(joined.band.mean, torch.cat([one.profiles, other.profiles]).mean(dim=0))


def test_a_geodesic_is_no_longer_than_the_line_and_straight_where_nothing_bends() -> None:
    start, end = torch.tensor([[1.0, 0.1, 0.0]] * 2), torch.tensor([[0.1, 1.0, 0.0]] * 2)
    assert compare_geodesics(Bent(), Plain(), start, end).shortening.max() < 0.95
    assert compare_geodesics(Blend(), Plain(), start, end).shortening.tolist() == pytest.approx([1, 1], abs=1e-3)


def test_features_are_of_one_picture_a_row() -> None:
    x = torch.rand(4, 3, 8, 8)
    assert perceptual_features(Plain())(x).shape == (4, 192)
