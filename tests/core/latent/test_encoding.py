"""The tools of the latent space, and the atlas that keeps its places."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from core.latent.atlas import Atlas, load_atlas, make_atlas
from core.latent.class_means import class_means, writer_styles
from core.latent.encoding import analogies, decode_set, encode_set
from core.latent.interpolation import interpolate
from core.latent.neighbours import nearest
from core.latent.sampling import sample_around, traverse
from core.models.cvae import CVAE
from core.models.style_cvae import StyleCVAE
from core.models.vae import VAE
from core.registry.store import write_asset

# Encoding and decoding


@pytest.fixture(scope="module")
def model() -> VAE:
    torch.manual_seed(0)
    return VAE(latent=3, architecture="paper", width=4).eval()


def test_a_set_is_encoded_and_decoded_batch_by_batch(model: VAE) -> None:
    ink = torch.randint(0, 256, (11, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    whole = model.encode(ink / 255)
    by_fours = encode_set(model, ink, batch=4)
    torch.testing.assert_close(by_fours.mean, whole.mean.detach())
    torch.testing.assert_close(by_fours.log_var, whole.log_var.detach())
    assert not by_fours.mean.requires_grad
    torch.testing.assert_close(decode_set(model, by_fours.mean, batch=4), model.decode(whole.mean).detach())


@pytest.fixture(scope="module", params=[CVAE(latent=3), StyleCVAE(latent=3, width=4)], ids=["CVAE", "StyleCVAE"])
def conditional(request: pytest.FixtureRequest) -> CVAE | StyleCVAE:
    return request.param.eval()


def test_labels_go_with_their_batches(conditional: CVAE | StyleCVAE) -> None:
    g = torch.Generator().manual_seed(0)
    ink = torch.randint(0, 256, (11, 1, 28, 28), dtype=torch.uint8, generator=g)
    y = torch.randint(0, 10, (11,), generator=g)
    whole = conditional.encode(ink / 255, y)
    by_fours = encode_set(conditional, ink, y, batch=4)
    torch.testing.assert_close(by_fours.mean, whole.mean.detach())
    torch.testing.assert_close(by_fours.log_var, whole.log_var.detach())
    drawn = decode_set(conditional, by_fours.mean, y, batch=4)
    torch.testing.assert_close(drawn, conditional.decode(whole.mean, y).detach())
    with pytest.raises(ValueError, match="expected labels"):
        decode_set(conditional, by_fours.mean)


def test_an_unconditional_model_does_not_look_at_labels(model: VAE) -> None:
    ink = torch.randint(0, 256, (3, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    told, untold = encode_set(model, ink, torch.arange(3)), encode_set(model, ink)
    torch.testing.assert_close(told, untold)
    torch.testing.assert_close(decode_set(model, told.mean, torch.arange(3)), decode_set(model, told.mean))


def test_analogies_have_a_row_a_latent_and_a_column_a_class(conditional: CVAE | StyleCVAE) -> None:
    z = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))  # 600 pictures: more than a batch
    drawn = analogies(conditional, z)
    assert drawn.shape == (60, 10, 1, 28, 28)
    assert not drawn.requires_grad
    for row, column in ((0, 0), (0, 9), (7, 3), (59, 9)):
        alone = conditional.decode(z[row : row + 1], torch.tensor([column])).detach()
        torch.testing.assert_close(drawn[row, column], alone[0], atol=1e-5, rtol=1e-4)


def test_analogies_need_classes_to_choose_from(model: VAE) -> None:
    with pytest.raises(ValueError, match="expected a conditional model, got VAE, which has no classes to choose from"):
        analogies(model, torch.zeros(1, 3))


# Means and writer styles


def test_class_means_are_means_and_an_empty_class_is_nan() -> None:
    z = torch.tensor([[0.0, 1.0], [2.0, 3.0], [5.0, 5.0]])
    means = class_means(z, torch.tensor([0, 0, 2]), 4)
    torch.testing.assert_close(means[[0, 2]], torch.tensor([[1.0, 2.0], [5.0, 5.0]]))
    assert means[[1, 3]].isnan().all()


def test_writer_styles_are_found_again() -> None:
    g = torch.Generator().manual_seed(0)
    content, style = torch.randn(10, 4, generator=g), torch.randn(3, 4, generator=g)
    style -= style.mean(dim=0)
    labels = torch.arange(10).repeat(3)
    writers = torch.tensor([30, 10, 20]).repeat_interleave(10)
    z = content[labels] + style.repeat_interleave(10, dim=0)
    means = class_means(z, labels, 10)
    numbers, styles = writer_styles(z, labels, writers, means)
    assert numbers.tolist() == [10, 20, 30]
    torch.testing.assert_close(styles, style[[1, 2, 0]])


def test_unknown_writers_have_no_style() -> None:
    numbers, styles = writer_styles(torch.zeros(3, 2), torch.zeros(3).long(), torch.full((3,), -1), torch.zeros(1, 2))
    assert numbers.shape == (0,)
    assert styles.shape == (0, 2)


# Ways through the space


def test_interpolation_is_straight_and_even_and_has_its_ends() -> None:
    start, end = torch.tensor([0.0, 1.0]), torch.tensor([4.0, -1.0])
    line = interpolate(start, end, 5)
    torch.testing.assert_close(line[0], start)
    torch.testing.assert_close(line[-1], end)
    torch.testing.assert_close(line.diff(dim=0), ((end - start) / 4).expand(4, 2))
    with pytest.raises(ValueError, match="at least 2 steps, got 1"):
        interpolate(start, end, 1)


def test_traversal_changes_one_dimension_at_a_time() -> None:
    z, values = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-9.0, 9.0])
    grid = traverse(z, values)
    assert grid.shape == (3, 2, 3)
    for dimension in range(3):
        for position, value in enumerate(values):
            expected = z.clone()
            expected[dimension] = value
            torch.testing.assert_close(grid[dimension, position], expected)
    torch.testing.assert_close(z, torch.tensor([1.0, 2.0, 3.0]))


def test_samples_lie_around_with_the_deviation_given() -> None:
    z = torch.tensor([5.0, -5.0])
    samples = sample_around(z, 0.5, 20_000, seed=1)
    torch.testing.assert_close(samples.mean(dim=0), z, atol=0.02, rtol=0)
    torch.testing.assert_close(samples.std(dim=0), torch.full((2,), 0.5), atol=0.02, rtol=0)


def test_the_same_seed_gives_the_same_directions_whatever_the_deviation() -> None:
    z = torch.tensor([5.0, -5.0])
    near, far = sample_around(z, 0.1, 8, seed=1), sample_around(z, 0.4, 8, seed=1)
    torch.testing.assert_close(4 * (near - z), far - z)
    assert torch.equal(near, sample_around(z, 0.1, 8, seed=1))
    assert not torch.equal(near, sample_around(z, 0.1, 8, seed=2))


# The atlas


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
    with pytest.raises(ValueError, match="expected a record with an atlas, got tiny-vae"):
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


# Neighbours


def test_the_nearest_come_first_and_a_member_finds_itself() -> None:
    z = torch.randn(50, 4, generator=torch.Generator().manual_seed(0))
    rows, distances = nearest(z, z[:7], k=5)
    assert torch.equal(rows[:, 0], torch.arange(7))
    assert distances[:, 0].max() == 0
    assert (distances.diff(dim=1) >= 0).all()
    by_hand = (z[:7, None] - z).square().sum(dim=2).sqrt()
    torch.testing.assert_close(distances, by_hand.sort(dim=1).values[:, :5])


def test_cosine_neighbours_look_the_same_way_however_far() -> None:
    z = torch.tensor([[1.0, 0.0], [100.0, 1.0], [0.0, 1.0]])
    assert nearest(z, torch.tensor([[0.1, 0.0]]), k=3, metric="cosine").rows.tolist() == [[0, 1, 2]]
    assert nearest(z, torch.tensor([[0.0, 0.1]]), k=9, metric="cosine").rows.tolist() == [[2, 1, 0]]


def test_equals_are_found_in_their_order() -> None:
    assert nearest(torch.zeros(5, 2), torch.zeros(1, 2), k=3).rows.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("shape", "queries", "k", "metric", "message"),
    [
        ((5, 2), (1, 3), 1, "euclidean", "expected points"),
        ((5, 2), (2,), 1, "euclidean", "expected points"),
        ((5, 2), (1, 2), 0, "euclidean", "expected points"),
        ((5, 2), (1, 2), 1, "manhattan", "expected the metric euclidean or cosine, got 'manhattan'"),
    ],
)
def test_questions_without_neighbours_are_refused(shape, queries, k: int, metric: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nearest(torch.zeros(shape), torch.zeros(queries), k, metric=metric)
