"""Atlases: what is kept in their files, and places on their maps."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from core.latent.atlas import Atlas, load_atlas, make_atlas
from core.latent.class_means import class_means, writer_styles
from core.registry.store import write_asset


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    g = torch.Generator().manual_seed(0)
    z = torch.randn(300, 5, generator=g)
    labels = torch.arange(300) % 62
    means = class_means(z, labels, 62)
    writers, styles = writer_styles(z, labels, torch.arange(300) % 7 - 1, means)
    return Atlas(
        z=z, labels=labels, xy=torch.rand(300, 2, generator=g), means=means, writers=writers, writer_styles=styles
    )


def test_an_atlas_comes_back_from_its_file_in_half_precision(atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "atlas.safetensors"
    asset = write_asset(path, atlas.tensors(), {"weights": "toy"})
    back = Atlas.read(path)
    assert atlas.tensors().keys() == {"z", "labels", "xy", "means", "writers", "hands"}  # as files have had them
    for stored, (name, original) in zip(atlas.tensors().values(), vars(atlas).items(), strict=True):
        restored = getattr(back, name)
        assert stored.element_size() == 2
        assert restored.dtype == original.dtype
        torch.testing.assert_close(restored, original, atol=1e-3, rtol=1e-3)
    assert torch.equal(back.labels, atlas.labels)
    assert torch.equal(back.writers, atlas.writers)
    assert asset.bytes == path.stat().st_size < 3 * 300 * 2 * (5 + 2 + 1)


def test_a_file_that_is_no_atlas_is_named(tmp_path: Path) -> None:
    save_file({"z": torch.zeros(1, 2)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match=r"expected an atlas with hands, labels, means, writers, xy in .*other"):
        Atlas.read(tmp_path / "other.safetensors")


def test_a_known_latent_lies_near_its_own_place(atlas: Atlas) -> None:
    placed = torch.stack([atlas.place(z) for z in atlas.z])
    away = (placed - atlas.xy).norm(dim=1)
    assert away.median() < 0.1  # of a square with side 1, in which the places are random
    assert away.max() < 0.35


def test_a_latent_among_neighbours_lies_among_their_places() -> None:
    clusters: Tensor = torch.tensor([[0.0, 0.0], [10.0, 10.0]]).repeat_interleave(10, dim=0)
    xy = torch.tensor([[0.1, 0.1], [0.9, 0.9]]).repeat_interleave(10, dim=0)
    nothing = torch.zeros(0)
    atlas = Atlas(clusters, torch.zeros(20).long(), xy, nothing, nothing, nothing)
    torch.testing.assert_close(atlas.place(torch.tensor([0.5, -0.5])), torch.tensor([0.1, 0.1]))
    torch.testing.assert_close(atlas.place(torch.tensor([10.0, 10.0])), torch.tensor([0.9, 0.9]))


def test_a_record_without_an_atlas_says_so(workshop) -> None:
    with pytest.raises(ValueError, match="record tiny-vae has no place for atlas"):
        load_atlas("tiny-vae", workshop.registry)


def test_an_atlas_is_made_of_latents_with_a_map_in_the_unit_square() -> None:
    g = torch.Generator().manual_seed(0)
    labels = torch.arange(2).repeat_interleave(60)
    z = torch.randn(120, 3, generator=g) * 0.1 + 5 * labels[:, None]
    atlas = make_atlas(z, labels, torch.arange(120) % 4, 2)
    torch.testing.assert_close(atlas.means, class_means(z, labels, 2))
    assert atlas.writers.tolist() == [0, 1, 2, 3]
    assert atlas.xy.min() == 0
    assert atlas.xy.max() == 1
    apart = torch.cdist(atlas.xy, atlas.xy)
    same = labels[:, None] == labels[None]
    assert apart[same].max() < apart[~same].min()
    with pytest.raises(ValueError, match="expected more than 90 points for perplexity 30, got 90"):
        make_atlas(z[:90], labels[:90], torch.zeros(90), 2)
