"""Maps of two blobs, and the keeping of what was computed."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.latent import projection
from core.latent.projection import PROJECTIONS, plane_of_components, projected

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def blobs(n: int = 120) -> tuple[Tensor, Tensor]:
    labels = torch.arange(n) % 2
    z = torch.randn(n, 6, generator=torch.Generator().manual_seed(0))
    return z + 12 * labels[:, None], labels


@pytest.mark.parametrize("method", PROJECTIONS)
@pytest.mark.slow
def test_blobs_stay_apart_on_every_map(method: str) -> None:
    z, labels = blobs()
    xy = projected(method, z)
    assert xy.shape == (120, 2)
    assert xy.min() >= 0 and xy.max() <= 1 and xy.max() == pytest.approx(1)
    centres = torch.stack([xy[labels == k].mean(dim=0) for k in (0, 1)])
    nearer = torch.cdist(xy, centres).argmin(dim=1)
    assert torch.equal(nearer, labels)
    torch.testing.assert_close(projected(method, z), xy, atol=1e-4, rtol=0)


def test_what_was_computed_is_kept_by_latents_and_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(z: Tensor, **arguments: float) -> Tensor:
        asked.append(arguments)
        return plane_of_components(z)

    monkeypatch.setitem(projection.PROJECTIONS, "UMAP", counted)
    z, _ = blobs()
    first = projected("UMAP", z, cache=tmp_path, seed=1)
    torch.testing.assert_close(projected("UMAP", z, cache=tmp_path, seed=1), first, atol=0, rtol=0)
    assert len(asked) == 1
    projected("UMAP", z, cache=tmp_path, seed=2)
    projected("UMAP", z + 1, cache=tmp_path, seed=1)
    projected("UMAP", z, seed=1)
    assert len(asked) == 4
    assert len(list(tmp_path.iterdir())) == 3


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(ValueError, match="expected a projection out of t-SNE, UMAP, PCA, got 'MDS'"):
        projected("MDS", blobs()[0])


@pytest.mark.parametrize("method", ["t-SNE", "UMAP"])
def test_too_few_points_are_refused(method: str) -> None:
    with pytest.raises(ValueError, match="expected more than"):
        projected(method, torch.zeros(5, 3))
