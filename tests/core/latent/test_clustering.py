"""Clusters of blobs that nobody could mistake, and of rings that k-means must."""

import pytest
import torch
from sklearn.mixture import GaussianMixture
from torch import Tensor

from core.latent.clustering import (
    FITTED,
    METHODS,
    by_size,
    composition,
    fit_exemplars,
    fit_kmeans,
    fit_mixture,
    kmeans,
    silhouette,
    spectral,
)
from core.metrics import ari

SIZES = (60, 40, 20, 30)


def blobs(spread: float = 0.3) -> tuple[Tensor, Tensor]:
    """Four blobs of 60, 40, 20 and 30 points around corners of a cube, shuffled, and who is whose."""
    g = torch.Generator().manual_seed(0)
    owner = torch.repeat_interleave(torch.arange(4), torch.tensor(SIZES))[torch.randperm(sum(SIZES), generator=g)]
    corners = 5 * torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    return corners[owner] + spread * torch.randn(len(owner), 3, generator=g), owner


def rings() -> tuple[Tensor, Tensor]:
    """A small ring inside a large one."""
    angle = torch.linspace(0, 2 * torch.pi, 151)[:-1]
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    return torch.cat([circle, 4 * circle]), torch.tensor([0] * 150 + [1] * 150)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.filterwarnings("ignore:Graph is not fully connected")
def test_blobs_are_found_and_numbered_by_size(method: str) -> None:
    z, owner = blobs()
    clusters = METHODS[method](z, 4)
    assert ari(clusters, owner) == 1
    assert torch.bincount(clusters).tolist() == sorted(SIZES, reverse=True)
    assert torch.equal(clusters, METHODS[method](z, 4))


def test_spectral_clustering_follows_rings_and_kmeans_cuts_them() -> None:
    z, owner = rings()
    assert ari(spectral(z, 2), owner) == 1
    assert ari(kmeans(z, 2), owner) < 0.1


def test_spectral_clustering_cuts_one_connected_cloud() -> None:
    z, owner = blobs(spread=1.2)
    assert ari(spectral(z, 4), owner) > 0.6


def test_more_parts_than_clusters_are_refused() -> None:
    with pytest.raises(ValueError, match="expected at most 3 separate parts of the neighbours' graph, got 4"):
        spectral(blobs()[0], 3)


def test_silhouettes_tell_blobs_from_a_cloud() -> None:
    z, owner = blobs()
    assert silhouette(z, owner) > 0.85
    assert abs(silhouette(torch.randn(150, 3, generator=torch.Generator().manual_seed(1)), owner)) < 0.1
    with pytest.raises(ValueError, match="expected at least two clusters"):
        silhouette(z, torch.zeros(150, dtype=torch.long))


def test_composition_counts_every_picture_once() -> None:
    _, owner = blobs()
    labels = torch.arange(150) % 3
    table = composition(owner, labels, classes=5)
    assert table.shape == (4, 5)
    assert table.sum(dim=1).tolist() == list(SIZES)
    assert table.sum(dim=0).tolist() == [50, 50, 50, 0, 0]


def test_equal_clusters_keep_their_order() -> None:
    assert by_size(torch.tensor([3, 1, 1, 3, 0])).tolist() == [1, 0, 0, 1, 2]


@pytest.mark.parametrize("method", METHODS)
def test_too_few_points_are_refused(method: str) -> None:
    with pytest.raises(ValueError, match="expected latents"):
        METHODS[method](torch.zeros(3, 2), 4)


# Clusters that are fitted on some points and assign others


@pytest.mark.parametrize("method", FITTED)
def test_others_join_the_blob_they_lie_in(method: str) -> None:
    z, owner = blobs()
    clustering = FITTED[method](z, 4)
    fitted = clustering.assign(z)
    assert clustering.k == 4
    assert ari(fitted, owner) == 1
    nudged = z + 0.2 * torch.randn(z.shape, generator=torch.Generator().manual_seed(1))
    assert torch.equal(clustering.assign(nudged), fitted)
    assert torch.equal(FITTED[method](z, 4).assign(z), fitted)


def test_centres_assign_as_kmeans_did() -> None:
    z, _ = blobs(spread=2.0)
    assert torch.equal(fit_kmeans(z, 6, seed=1).assign(z), kmeans(z, 6, seed=1))


def test_a_mixture_is_that_of_scikit_learn() -> None:
    z, _ = blobs(spread=1.5)
    ours = fit_mixture(z, 4, seed=2)
    ridge = 1e-3 * z.double().var(dim=0).mean().item()
    theirs = GaussianMixture(4, reg_covar=ridge, n_init=3, random_state=2).fit(z.double().numpy())
    expected = torch.from_numpy(theirs.predict(z.double().numpy()))
    assert ari(ours.assign(z), expected) == 1
    assert ours.weights.tolist() == sorted(theirs.weights_, reverse=True)


def test_exemplars_are_points_of_the_set_and_as_many_as_asked_for() -> None:
    z, _ = blobs(spread=1.5)
    for k in (3, 12):
        exemplars = fit_exemplars(z, k)
        assert abs(exemplars.k - k) <= 1
        assert torch.cdist(exemplars.points, z).min(dim=1).values.max() < 1e-6
    assert fit_exemplars(z).k > 4  # the median similarity asks for many


def test_exemplars_are_numbered_by_size_whatever_the_order_of_points() -> None:
    z = torch.cat([torch.randn(n, 2, generator=torch.Generator().manual_seed(n)) + 40 * n for n in (10, 30, 20)])
    for points in (z, z.flip(0)):
        assert fit_exemplars(points, 3).assign(points).bincount().tolist() == [30, 20, 10]


def test_one_point_has_no_exemplar() -> None:
    with pytest.raises(ValueError, match="expected latents"):
        fit_exemplars(torch.zeros(1, 2))
