"""The page beside the paper: its sentences, its tables, and the whole of it on made-up models."""

from functools import partial
from pathlib import Path

import pytest
import torch

from core.data.artworks import STYLES
from core.latent.pca import centroid_offsets
from core.metrics.trajectory_shape import Interval
from core.models.autoencoder import AE
from core.models.style_features import StyleFeatures
from core.registry.store import get_record
from reports import paintings


def subject(seed: int) -> paintings.Subject:
    """A model with random weights, and latents whose classes lie apart."""
    torch.manual_seed(seed)
    labels = torch.arange(40) % 4
    model = AE(latent=3, architecture="dense", width=8, channels=3, size=16).eval().requires_grad_(False)
    z = torch.randn(40, 3) * (1 + labels[:, None]) + labels[:, None]
    return paintings.Subject(get_record("art-style-features"), model, z, labels, torch.rand(40))


@pytest.fixture
def subjects(monkeypatch, tmp_path: Path) -> paintings.Subjects:
    monkeypatch.setattr(paintings, "PICTURES", tmp_path)
    monkeypatch.setattr(paintings, "RESAMPLES", 20)
    monkeypatch.setattr(paintings, "DETOURS", 4)
    torch.manual_seed(0)
    network = StyleFeatures((4, 6, 8)).eval().requires_grad_(False)
    made = {"AAE": subject(0), "AE": subject(1)}
    for one in made.values():
        paintings.walk(one, network, pairs=3)
    return made


def test_two_orders_are_compared_in_a_sentence() -> None:
    same = paintings.compared("Loss", {"a": 1.0, "b": 2.0, "c": 3.0}, {"a": 10.0, "b": 20.0, "c": 21.0})
    assert same == "Loss: the orderings agree; paper a < b < c, ours a < b < c (rank correlation 1.00)."
    other = paintings.compared("Loss", {"a": 1.0, "b": 2.0, "c": 3.0}, {"c": 1.0, "b": 2.0, "a": 3.0})
    assert "the orderings do not agree; paper a < b < c, ours c < b < a (rank correlation -1.00)" in other
    assert paintings.compared("Loss", {"a": 1.0}, {"a": 1.0}) == "Loss: too few to order."


def test_the_papers_columns_are_those_of_its_models() -> None:
    assert paintings.column(paintings.DISTANCES, "VAE")["realism"] == 1366
    assert {
        len(row) for table in (paintings.OFFSETS, paintings.ANGLES, paintings.DISTANCES) for row in table.values()
    } == {5}
    assert paintings.RECONSTRUCTION.keys() == paintings.SHAPES.keys() == set(paintings.MODELS)


def test_intervals_hold_their_estimates(subjects: paintings.Subjects) -> None:
    apart = paintings.mean_distances(subjects["AAE"])
    assert list(apart) == list(STYLES)
    assert all(interval.low < interval.estimate < interval.high for interval in apart.values())
    assert apart["expressionism"].estimate < apart["romanticism"].estimate
    offsets = paintings.resampled(subjects["AAE"], partial(centroid_offsets, classes=len(STYLES)), 20)
    assert all(0 <= offset.low < offset.estimate < offset.high for offset in offsets.values())
    assert paintings.overlap(Interval(1, 0, 2), Interval(3, 2, 4))
    assert not paintings.overlap(Interval(1, 0, 2), Interval(3, 2.5, 4))


def test_every_section_can_be_written(subjects: paintings.Subjects, tmp_path: Path) -> None:
    parts = [
        paintings.introduction(subjects, "val", "painter", ("fine",), 3),
        paintings.losses(subjects),
        paintings.components(subjects, "val"),
        paintings.clusters(subjects, "val"),
        paintings.interpolation(subjects),
    ]
    page = "\n\n".join(parts)
    assert "Not trained yet: TVAE, β-VAE, VAE." in page
    assert all(
        f"# {heading}" in page for heading in ("Cartography", "Reconstruction", "Principal", "Clusters", "Style")
    )
    shown = [part.split(")")[0] for part in page.split("](pictures/")[1:]]
    assert shown and all((tmp_path / name).is_file() for name in shown)
    assert "nan" not in page
