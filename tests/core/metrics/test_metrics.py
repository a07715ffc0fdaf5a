"""Every metric against values worked out by hand; a new file of `core/metrics` needs a `test_<name>…` here."""

import importlib
import inspect
import itertools
import math
import pkgutil

import cv2
import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score
from torch import Tensor
from torch.distributions import Bernoulli

import core.metrics
from core import metrics
from core.data.characters import CLASSES, MERGED_LETTERS, merge_lookalikes, merge_to_47
from core.metrics.majority_accuracy import majority_names
from core.models.base import Autoencoder, Classifier, Posterior

METRICS = [module.name for module in pkgutil.iter_modules(core.metrics.__path__) if module.name in metrics.__all__]


class Toy(Autoencoder):
    """An autoencoder without weights: latents are the logits of as many pixels in a row, all with one variance."""

    def __init__(self, latent: int, log_var: float = 0.0) -> None:
        super().__init__()
        self.latent = latent
        self.log_var = log_var

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        mean = x.flatten(1).logit(eps=1e-6)
        return Posterior(mean, torch.full_like(mean, self.log_var))

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return z[:, None, None, :]

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


class ToldToy(Toy):
    """A conditional toy: latents lie higher by the number of the class, and class k has its pixel k the brighter."""

    def __init__(self, latent: int, log_var: float = 0.0, contrast: float = 9.0) -> None:
        super().__init__(latent, log_var)
        self.classes = latent
        self.contrast = contrast

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        mean, log_var = super().encode(x)
        return Posterior(mean + self._labels(y)[:, None], log_var)

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        bright = self.contrast * torch.nn.functional.one_hot(self._labels(y), self.classes)
        return (z + bright - self._labels(y)[:, None])[:, None, None, :]


class BrightestPixel(Classifier):
    """A judge that calls a picture by its brightest pixel."""

    def logits(self, x: Tensor) -> Tensor:
        return x.flatten(1)

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# The files


@pytest.mark.parametrize("name", METRICS)
def test_a_file_exports_the_function_it_is_named_after(name: str) -> None:
    function = getattr(importlib.import_module(f"core.metrics.{name}"), name)
    assert name in metrics.__all__
    assert getattr(metrics, name) is function
    assert inspect.get_annotations(function)["return"] in (float, int, dict[str, float])


# accuracy


def test_accuracy_is_a_share_of_pictures() -> None:
    assert metrics.accuracy(torch.tensor([1, 2, 3, 4]), torch.tensor([1, 2, 3, 0])) == 0.75
    assert metrics.accuracy(torch.tensor([5]), torch.tensor([5])) == 1
    predicted, labels = (torch.randint(0, 4, (999,), generator=seeded(seed)) for seed in (0, 1))
    assert metrics.accuracy(predicted, labels) == pytest.approx(accuracy_score(labels, predicted))


@pytest.mark.parametrize(("predicted", "labels"), [(torch.zeros(2), torch.zeros(3)), (torch.zeros(0), torch.zeros(0))])
def test_accuracy_of_nothing_is_refused(predicted: Tensor, labels: Tensor) -> None:
    with pytest.raises(ValueError, match="expected as many predictions as labels"):
        metrics.accuracy(predicted, labels)


# accuracy_47


def test_accuracy_47_folds_both_sides() -> None:
    def indices(characters: str) -> Tensor:
        return torch.tensor([CLASSES.index(character) for character in characters])

    assert metrics.accuracy_47(indices("cOAb1"), indices("CoaB1")) == pytest.approx(
        3 / 5
    )  # A and B keep their small letters


def test_accuracy_47_has_emnists_classes() -> None:
    from torchvision.datasets import EMNIST

    merged = merge_to_47(torch.arange(62))
    assert {CLASSES[i] for i in merged} == set(EMNIST.classes_split_dict["bymerge"])
    assert len(merged.unique()) == 47
    assert set(MERGED_LETTERS.lower()) == EMNIST._merged_classes
    assert torch.equal(merged[:36], torch.arange(36))


# class_means_recognised


def test_class_means_recognised_counts_all_62() -> None:
    assert metrics.class_means_recognised(Toy(62), BrightestPixel(), 5 * torch.eye(62)) == 62


def test_class_means_recognised_forgives_lookalikes_alone() -> None:
    means = 5 * torch.eye(62)

    def swapped(one: str, other: str) -> int:
        order = list(range(62))
        i, j = CLASSES.index(one), CLASSES.index(other)
        order[i], order[j] = j, i
        return metrics.class_means_recognised(Toy(62), BrightestPixel(), means[order])

    assert swapped("0", "o") == swapped("1", "l") == swapped("s", "S") == 62
    assert swapped("A", "a") == swapped("l", "L") == swapped("5", "S") == 60


def test_class_means_recognised_does_not_count_a_class_without_members() -> None:
    means = 5 * torch.eye(62)
    means[[CLASSES.index("0"), CLASSES.index("O"), CLASSES.index("x")]] = torch.nan
    assert metrics.class_means_recognised(Toy(62), BrightestPixel(), means) == 59


def test_class_means_recognised_merges_into_fewer_classes_than_emnist() -> None:
    merged = merge_lookalikes(torch.arange(62))
    assert len(merged.unique()) == 45  # 47 without 0 and 1
    families = [{CLASSES[i] for i in (merged == label).nonzero()[:, 0]} for label in merged.unique()]
    assert {"0", "O", "o"} in families
    assert {"1", "I", "i", "l"} in families
    assert {"L"} in families


# classification_accuracy_score


def bright_halves(n: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Noisy pictures (n, 1, 8, 8) whose upper (class 0) or lower half (class 1) is bright, and their classes."""
    y = torch.arange(n) % 2
    half = torch.arange(8)[:, None] // 4 == y[:, None, None, None]
    return (0.3 * torch.rand((n, 1, 8, 8), generator=seeded(seed)) + 0.6 * half).clamp(0, 1), y


def test_classification_accuracy_score_is_what_one_learns_from_the_generated() -> None:
    x, y = bright_halves(1536)
    real, labels = bright_halves(50, seed=1)
    assert metrics.classification_accuracy_score(x, y, real, labels) == 1
    assert metrics.classification_accuracy_score(x, 1 - y, real, labels) == 0  # taught the other way round


def test_classification_accuracy_score_depends_on_its_seed_alone() -> None:
    x, y = bright_halves(64)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    once, again = (metrics.classification_accuracy_score(x, y, x, y, epochs=1) for _ in range(2))
    assert once == again
    assert torch.equal(torch.get_rng_state(), state)


def test_classification_accuracy_score_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected two generated pictures or more to learn from, got 0"):
        metrics.classification_accuracy_score(torch.zeros(0, 1, 8, 8), torch.zeros(0), *bright_halves(2))


# classifier_fid


def test_classifier_fid_of_gaussians_is_the_papers_formula() -> None:
    x = torch.randn((5000, 3), generator=seeded(), dtype=torch.float64)
    y = 2 * torch.randn((5000, 3), generator=seeded(1), dtype=torch.float64) + torch.tensor([1.0, 0, 0])
    assert metrics.classifier_fid(x, x) == pytest.approx(0, abs=1e-6)
    assert metrics.classifier_fid(y, x) == pytest.approx(1 + 3 * (2 - 1) ** 2, abs=0.3)
    apart, cov_x, cov_y = (x.mean(0) - y.mean(0)).square().sum(), x.T.cov(), y.T.cov()
    roots = torch.linalg.eigvals(cov_x @ cov_y).sqrt().real.sum()
    exact = (apart + cov_x.trace() + cov_y.trace() - 2 * roots).item()
    assert metrics.classifier_fid(y, x) == pytest.approx(exact, abs=1e-6)
    assert metrics.classifier_fid(x, y) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("metric", [metrics.classifier_fid, metrics.classifier_kid])
@pytest.mark.parametrize(("generated", "real"), [((1, 3), (5, 3)), ((5, 3), (5, 2)), ((5, 3, 1), (5, 3, 1))])
def test_classifier_fid_and_kid_of_what_cannot_be_compared_are_refused(metric, generated, real) -> None:
    with pytest.raises(ValueError, match=r"expected two sets of features \(N, D\) of two pictures or more, got"):
        metric(torch.zeros(generated), torch.zeros(real))


# classifier_kid


def test_classifier_kid_is_the_unbiased_mmd_of_the_cubic_kernel() -> None:
    x, y = torch.rand((2, 40, 5), generator=seeded(), dtype=torch.float64)

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / 5 + 1) ** 3

    within = [(kernel(part, part).sum() - kernel(part, part).trace()) / (40 * 39) for part in (x, y + 1)]
    exact = (sum(within) - 2 * kernel(x, y + 1).mean()).item()
    assert metrics.classifier_kid(x, y + 1) == pytest.approx(exact, rel=1e-6)  # every subset is all of them


def test_classifier_kid_is_repeatable_and_leaves_the_global_generator_alone() -> None:
    x, y = torch.rand((2, 1500, 4), generator=seeded())
    state = torch.get_rng_state()
    assert metrics.classifier_kid(x, y) == metrics.classifier_kid(x, y)
    assert torch.equal(torch.get_rng_state(), state)
    assert abs(metrics.classifier_kid(x, y)) < 0.01 < metrics.classifier_kid(x + 0.5, y)


# content_accuracy


def test_content_accuracy_is_over_every_class_of_every_latent() -> None:
    in_any_style, always_a_one = torch.zeros(3), torch.tensor([0.0, 30.0, 0.0])
    model, judge = ToldToy(3).eval(), BrightestPixel()
    assert metrics.content_accuracy(model, judge, in_any_style[None]) == 1
    assert metrics.content_accuracy(model, judge, always_a_one[None]) == pytest.approx(1 / 3)
    mixed = torch.stack([in_any_style, always_a_one]).repeat(150, 1)  # more than a batch
    assert metrics.content_accuracy(model, judge, mixed) == pytest.approx(2 / 3)


def test_content_accuracy_of_a_model_that_draws_one_thing_is_chance() -> None:
    z = torch.randn(50, 4, generator=seeded())
    assert metrics.content_accuracy(ToldToy(4, contrast=0.0), BrightestPixel(), z) == 0.25


def test_content_accuracy_needs_a_choice_of_classes() -> None:
    with pytest.raises(ValueError, match="expected a conditional model, got Toy"):
        metrics.content_accuracy(Toy(3), BrightestPixel(), torch.zeros(1, 3))


# elbo


def test_elbo_of_a_certain_posterior_is_likelihood_less_kl() -> None:
    x = torch.rand(700, 1, 1, 3, generator=seeded()) * 0.8 + 0.1
    model = Toy(3, log_var=-40.0)  # so narrow that the draw is the mean, and the pixels are their own probabilities
    entropy = Bernoulli(x).entropy().sum() / len(x)
    mean = x.flatten(1).logit()
    kl = 0.5 * (mean.square() + math.exp(-40) - 1 + 40).sum() / len(x)
    assert metrics.elbo(model, x, generator=seeded()) == pytest.approx((-entropy - kl).item(), rel=1e-5)


def test_elbo_of_the_prior_is_the_expected_likelihood() -> None:
    x = torch.full((40_000, 1, 1, 1), 0.5)  # q = N(0, 1) = p, so that no KL is left
    z = torch.linspace(-8, 8, 4001, dtype=torch.float64)
    density = torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)
    expected = torch.trapezoid(density * (z / 2 - torch.nn.functional.softplus(z)), z).item()
    assert metrics.elbo(Toy(1), x, generator=seeded()) == pytest.approx(expected, abs=0.005)


def test_elbo_of_a_conditional_model_is_told_each_label() -> None:
    x = torch.rand(700, 1, 1, 3, generator=seeded()) * 0.8 + 0.1  # more than a batch
    y = torch.randint(0, 3, (700,), generator=seeded())
    entropy = Bernoulli(x).entropy().sum() / len(x)
    mean = x.flatten(1).logit() + y[:, None]
    kl = 0.5 * (mean.square() + math.exp(-40) - 1 + 40).sum() / len(x)
    model = ToldToy(3, log_var=-40.0, contrast=0.0)
    assert metrics.elbo(model, x, y, generator=seeded()) == pytest.approx((-entropy - kl).item(), rel=1e-5)


# linear_leakage


def latents(n: int, classes: int, offset: float = 0.0, stretch: float = 0.0) -> tuple[Tensor, Tensor]:
    """Normal latents (n, 4): class k lies `offset · k` away, and is wider by `stretch · k`; n labels in turn."""
    y = torch.arange(n) % classes
    return torch.randn(n, 4, generator=seeded()) * (1 + stretch * y[:, None]) + offset * y[:, None], y


def test_linear_leakage_of_classes_far_apart_is_all() -> None:
    assert metrics.linear_leakage(*latents(500, 5, offset=8)) > 0.99


def test_linear_leakage_of_noise_is_chance() -> None:
    assert metrics.linear_leakage(*latents(4000, 4)) == pytest.approx(0.25, abs=0.03)  # a deviation is 0.007


def test_linear_leakage_of_two_normal_classes_is_that_of_the_best_line() -> None:
    z, y = latents(8000, 2, offset=0.5)  # their means are 2 · 0.5 apart: half a deviation on either side of the line
    best = 0.5 * (1 + math.erf(0.5 / math.sqrt(2)))
    assert metrics.linear_leakage(z, y) == pytest.approx(best, abs=0.015)


def test_linear_leakage_is_measured_on_latents_the_probe_has_not_seen() -> None:
    y = torch.arange(100) % 2
    z = torch.randn(100, 90, generator=seeded())  # so many dimensions that any labels can be told apart by heart
    assert metrics.linear_leakage(z, y) < 0.7


def test_linear_leakage_does_not_depend_on_units() -> None:
    z, y = latents(600, 3, offset=0.7)
    scaled = z * torch.tensor([1e-3, 1.0, 1e3, 7.0]) + 5
    assert metrics.linear_leakage(scaled, y) == pytest.approx(metrics.linear_leakage(z, y), abs=0.005)


@pytest.mark.parametrize("leakage", [metrics.linear_leakage, metrics.mlp_leakage])
def test_linear_leakage_and_its_neighbour_need_five_of_each_class(leakage) -> None:
    with pytest.raises(ValueError, match="expected 5 pictures or more of each class to probe, got a class with 4"):
        leakage(torch.randn(29, 2, generator=seeded()), torch.arange(29) % 6)
    assert 0 <= leakage(torch.randn(30, 2, generator=seeded()), torch.arange(30) % 6) <= 1


# midpoint_accuracy


def test_midpoint_accuracy_of_two_lines() -> None:
    corner = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    z = torch.stack([corner[0], corner[0] * 3, corner[1], corner[0] * 3])
    labels = torch.tensor([0, 0, 1, 1])  # half way from class 1 to its stray member, class 0's pixel is brighter
    assert metrics.midpoint_accuracy(Toy(2), BrightestPixel(), z, labels, generator=seeded()) == 0.5
    straight = torch.stack([corner[0], corner[0] * 3, corner[1], corner[1] * 3])
    assert metrics.midpoint_accuracy(Toy(2), BrightestPixel(), straight, labels, generator=seeded()) == 1


def test_midpoint_accuracy_takes_means_of_the_pair_and_not_its_ends() -> None:
    ends = torch.tensor([[9.0, 0.0, 5.0], [0.0, 9.0, 5.0]])  # either end is called 0 or 1; half way, 2 is brightest
    values = [
        metrics.midpoint_accuracy(Toy(3), BrightestPixel(), ends, torch.full((2,), label), generator=seeded())
        for label in (0, 1, 2)
    ]
    assert values == [0, 0, 1]


def test_same_class_pairs_join_each_picture_with_another_of_its_class() -> None:
    labels = torch.randint(0, 5, (200,), generator=seeded())
    labels[0] = 7  # alone
    pairs = metrics.same_class_pairs(labels, seeded())
    assert torch.equal(labels[pairs[:, 0]], labels[pairs[:, 1]])
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert sorted(pairs[:, 0].tolist()) == sorted(pairs[:, 1].tolist()) == list(range(1, 200))
    assert torch.equal(pairs, metrics.same_class_pairs(labels, seeded()))
    assert not torch.equal(pairs, metrics.same_class_pairs(labels, seeded(1)))
    with pytest.raises(ValueError, match="expected a class with two pictures or more"):
        metrics.same_class_pairs(torch.arange(5), seeded())


# mlp_leakage


def test_mlp_leakage_sees_widths_that_a_line_cannot() -> None:
    z, y = latents(2000, 2, stretch=4)  # one mean, five times the deviation
    assert metrics.linear_leakage(z, y) == pytest.approx(0.5, abs=0.05)
    assert metrics.mlp_leakage(z, y) > 0.9


def test_mlp_leakage_sees_what_a_line_can() -> None:
    z, y = latents(1000, 2, offset=0.5)
    assert metrics.mlp_leakage(z, y) == pytest.approx(metrics.linear_leakage(z, y), abs=0.05)


def test_mlp_leakage_of_noise_is_chance() -> None:
    assert metrics.mlp_leakage(*latents(4000, 4)) == pytest.approx(0.25, abs=0.03)


def test_mlp_leakage_is_always_the_same() -> None:
    z, y = latents(300, 3, offset=0.5)
    state, legacy = torch.get_rng_state(), np.random.get_state()[1].copy()
    assert metrics.mlp_leakage(z, y) == metrics.mlp_leakage(z, y)
    assert torch.equal(torch.get_rng_state(), state)
    assert (np.random.get_state()[1] == legacy).all()


# nearest_neighbour


def test_nearest_neighbour_is_the_mean_distance_to_the_nearest() -> None:
    generated, real, train = torch.rand((3, 20, 1, 3, 3), generator=seeded()).unbind()
    distances = torch.cdist(generated.flatten(1), train.flatten(1)).amin(dim=1)
    usual = torch.cdist(real.flatten(1), train.flatten(1)).amin(dim=1).mean().item()
    found = metrics.nearest_neighbour(generated, real, train)
    assert list(found) == ["generated", "real", "nearest", "ratio"]
    assert found["generated"] == pytest.approx(distances.mean().item(), abs=1e-5)
    assert found["nearest"] == pytest.approx(distances.min().item(), abs=1e-5)
    assert found["real"] == pytest.approx(usual, abs=1e-5)
    assert found["ratio"] == pytest.approx(distances.mean().item() / usual, abs=1e-5)


def test_nearest_neighbour_gives_copies_away_however_large_the_training_set() -> None:
    train = torch.rand((9000, 1, 4, 4), generator=seeded())
    found = metrics.nearest_neighbour(train[-50:], torch.rand((50, 1, 4, 4), generator=seeded(1)), train)
    assert found["generated"] == pytest.approx(0, abs=2e-3)
    assert found["ratio"] < 0.02


def test_nearest_neighbour_of_nothing_is_refused() -> None:
    some, none = torch.zeros(2, 1, 2, 2), torch.zeros(0, 1, 2, 2)
    for sets in ((none, some, some), (some, none, some), (some, some, none)):
        with pytest.raises(ValueError, match="expected pictures in every set, got"):
            metrics.nearest_neighbour(*sets)


# posterior_mmd


@pytest.mark.parametrize("latent", [1, 4])
def test_posterior_mmd_of_one_far_point(latent: int) -> None:
    z = torch.full((3000, latent), 100.0)
    expected = 1 + (1 + 4 / (2 * latent)) ** (-latent / 2)  # E k of two normal points, h = 2·Z, and 1 of equal ones
    assert metrics.posterior_mmd(z, generator=seeded()) == pytest.approx(expected, abs=0.02)


def test_posterior_mmd_of_the_prior_is_chance() -> None:
    z = torch.randn(2000, 8, generator=seeded(1))
    assert abs(metrics.posterior_mmd(z, generator=seeded())) < 1e-3
    assert metrics.posterior_mmd(z * 1.5, generator=seeded()) > 5e-3


def test_posterior_mmd_of_many_latents_needs_no_matrix_of_them_all() -> None:
    z = torch.randn(200_000, 2, generator=seeded(1))  # 160 GB as a kernel
    assert abs(metrics.posterior_mmd(z, generator=seeded())) < 1e-3


# prior_accuracy


def test_prior_accuracy_is_the_share_read_as_asked() -> None:
    asked = torch.arange(1200) % 4  # more than two batches
    drawn = torch.where(torch.arange(1200) % 3 == 0, (asked + 1) % 4, asked)
    samples = torch.nn.functional.one_hot(drawn, 4).float().view(-1, 1, 1, 4)
    assert metrics.prior_accuracy(BrightestPixel(), samples, asked) == pytest.approx(2 / 3)
    assert metrics.prior_accuracy(BrightestPixel(), samples, drawn) == 1
    with pytest.raises(ValueError, match="expected as many predictions as labels"):
        metrics.prior_accuracy(BrightestPixel(), samples, asked[1:])


# reconstruction_mse


def test_reconstruction_mse_is_per_pixel() -> None:
    black, white = torch.zeros(2, 1, 4, 4), torch.ones(2, 1, 4, 4)
    assert metrics.reconstruction_mse(black, white) == 1
    assert metrics.reconstruction_mse(black, white / 2) == 0.25
    one_pixel = black.clone()
    one_pixel[0, 0, 0, 0] = 1
    assert metrics.reconstruction_mse(one_pixel, black) == pytest.approx(1 / 32)
    with pytest.raises(ValueError, match="expected equal shapes"):
        metrics.reconstruction_mse(black, white[:1])


# silhouette_agreement


def boxes(seed: int, n: int) -> Tensor:
    """Pictures (n, 1, 28, 28) of filled boxes, each at its own place."""
    corners = torch.randint(2, 14, (n, 2), generator=seeded(seed)).tolist()
    pictures = torch.zeros(n, 1, 28, 28)
    for picture, (row, column) in zip(pictures, corners, strict=True):
        picture[:, row : row + 12, column : column + 8] = 1
    return pictures


def test_silhouette_agreement_of_equal_shapes_is_one_however_dark() -> None:
    garments = boxes(0, 6)
    digits = torch.stack([garments, 0.4 * garments], dim=1)
    assert metrics.silhouette_agreement(garments, digits) == pytest.approx(1, abs=1e-5)


def test_silhouette_agreement_of_disjoint_shapes_is_not_positive() -> None:
    garments, digits = torch.zeros(2, 1, 28, 28)
    garments[:, 4:24, 2:8], digits[:, 4:24, 20:26] = 1, 1
    assert -1 <= metrics.silhouette_agreement(garments[None], digits[None, None]) < 0


def test_silhouette_agreement_is_a_correlation_of_blurred_pixels() -> None:
    from scipy.ndimage import gaussian_filter

    garments, digits = torch.rand(2, 4, 1, 28, 28, generator=seeded())
    smooth = gaussian_filter(torch.stack([garments, digits]).numpy(), (0, 0, 0, 1, 1), mode="constant", truncate=3)
    pairs = torch.from_numpy(smooth).flatten(2).unbind(dim=1)  # garment and digit, pixels in a row
    expected = torch.stack([torch.corrcoef(pair)[0, 1] for pair in pairs]).mean().item()
    assert metrics.silhouette_agreement(garments, digits[:, None]) == pytest.approx(expected, abs=1e-5)


def test_silhouette_agreement_of_nothing_drawn_is_none() -> None:
    assert metrics.silhouette_agreement(boxes(0, 2), torch.zeros(2, 3, 1, 28, 28)) == 0


def test_silhouette_agreement_falls_when_garments_are_shuffled() -> None:
    garments = boxes(0, 40)
    digits = garments[:, None].repeat(1, 3, 1, 1, 1)
    shuffled = metrics.silhouette_agreement_shuffled(garments, digits, generator=seeded())
    assert shuffled < metrics.silhouette_agreement(garments, digits) - 0.3
    same = garments[:1].repeat(40, 1, 1, 1)
    alike = metrics.silhouette_agreement_shuffled(same, digits[:1].repeat(40, 1, 1, 1, 1), generator=seeded())
    assert alike == pytest.approx(1, abs=1e-5)


def test_silhouette_agreement_shuffled_leaves_no_garment_its_own_digits() -> None:
    garments = torch.zeros(9, 1, 28, 28)
    for number, picture in enumerate(garments):
        picture[:, 3 * number : 3 * number + 3] = 1  # stripes that do not touch
    digits = garments[:, None]
    for seed in range(5):
        assert metrics.silhouette_agreement_shuffled(garments, digits, generator=seeded(seed)) < 0.2


@pytest.mark.parametrize(
    ("garments", "digits"),
    [((2, 1, 28, 28), (3, 10, 1, 28, 28)), ((2, 1, 28, 28), (2, 1, 28, 28)), ((2, 28, 28), (2, 10, 1, 28, 28))],
)
def test_silhouette_agreement_of_what_does_not_belong_together_is_refused(garments, digits) -> None:
    with pytest.raises(ValueError, match="expected garments"):
        metrics.silhouette_agreement(torch.zeros(garments), torch.zeros(digits))


def test_silhouette_agreement_of_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least one garment"):
        metrics.silhouette_agreement(torch.zeros(0, 1, 28, 28), torch.zeros(0, 10, 1, 28, 28))
    with pytest.raises(ValueError, match="expected two garments or more"):
        metrics.silhouette_agreement_shuffled(boxes(0, 1), boxes(0, 1)[:, None], generator=seeded())


# style_consistency


def frame(slant: float, width: float, height: float, pen: float) -> Tensor:
    """An upright frame of a width and height between the middles of its strokes, sheared: (1, 28, 28)."""
    fine, middle = 16, 14 * 16
    picture = np.zeros((28 * fine, 28 * fine), np.uint8)
    corner = np.array([round(width * fine / 2), round(height * fine / 2)])
    cv2.rectangle(picture, tuple(map(int, middle - corner)), tuple(map(int, middle + corner)), 255, round(pen * fine))
    shear = np.array([[1, -slant, slant * middle], [0, 1, 0]])
    small = cv2.resize(cv2.warpAffine(picture, shear, picture.shape), (28, 28), interpolation=cv2.INTER_AREA)
    return torch.from_numpy(small).float()[None] / 255


LEAST = torch.tensor([-0.3, 6.0, 10.0, 1.8])  # slant, width, height, pen
MOST = torch.tensor([0.3, 11.0, 16.0, 3.5])


def styles(n: int, seed: int = 0) -> Tensor:
    """Slants, widths, heights and pens, drawn independently of one another: (n, 4)."""
    return torch.lerp(LEAST, MOST, torch.rand(n, 4, generator=seeded(seed)))


def frames(described: Tensor) -> Tensor:
    return torch.stack([frame(*row) for row in described.tolist()])


NAMES = ("slant", "width", "height", "stroke")


def test_style_consistency_of_copies_in_other_classes_is_one() -> None:
    wanted = styles(30)
    as_zero, as_one = frames(wanted), frames(wanted * torch.tensor([1, 0.6, 0.8, 0.8]) + torch.tensor([0.2, 0, 0, 0]))
    values = metrics.style_consistency(as_zero, torch.arange(30) % 2, torch.stack([as_zero, as_one], dim=1))
    assert tuple(values) == NAMES
    assert all(0.97 < value <= 1 + 1e-6 for value in values.values())


def test_style_consistency_of_shuffled_analogies_is_nothing() -> None:
    pictures = frames(styles(120))
    order = torch.randperm(120, generator=seeded())
    values = metrics.style_consistency(pictures, torch.zeros(120).long(), pictures[order][:, None])
    assert all(abs(value) < 0.25 for value in values.values())  # a deviation is 0.09


def test_style_consistency_of_mirrors_leans_the_other_way() -> None:
    pictures = frames(styles(30))
    values = metrics.style_consistency(pictures, torch.zeros(30).long(), pictures.flip(-1)[:, None])
    assert values["slant"] == pytest.approx(-1, abs=1e-3)
    assert min(values["width"], values["height"], values["stroke"]) > 0.97


@pytest.mark.parametrize("kept", range(4), ids=NAMES)
def test_style_consistency_tells_measures_apart(kept: int) -> None:
    wanted, other = styles(60), styles(60, seed=1)
    other[:, kept] = wanted[:, kept]
    values = metrics.style_consistency(frames(wanted), torch.zeros(60).long(), frames(other)[:, None])
    assert values.pop(NAMES[kept]) > 0.9
    assert all(abs(value) < 0.35 for value in values.values())


def test_style_consistency_takes_no_account_of_what_a_class_has_in_common() -> None:
    labels = torch.arange(120) % 2
    of_the_class = labels[:, None] * torch.tensor([0.5, 5.0, 6.0, 1.5])
    small = torch.tensor([0.4, 0.5, 0.4, 0.5])
    sources = frames(LEAST + small * (styles(120) - LEAST) + of_the_class)
    by_class_alone = frames(LEAST + small * (styles(120, seed=1) - LEAST) + of_the_class)
    values = metrics.style_consistency(sources, labels, by_class_alone[:, None])
    assert all(abs(value) < 0.25 for value in values.values())
    one_class = metrics.style_consistency(sources, torch.zeros(120).long(), by_class_alone[:, None])
    assert all(value > 0.5 for value in one_class.values())


def test_style_consistency_is_averaged_over_classes_drawn() -> None:
    pictures = frames(styles(20))
    follows, same = pictures, pictures[:1].expand(20, -1, -1, -1)  # nothing that varies, nothing that correlates
    values = metrics.style_consistency(pictures, torch.zeros(20).long(), torch.stack([follows, same], dim=1))
    assert all(value == pytest.approx(0.5, abs=1e-4) for value in values.values())


def test_style_consistency_leaves_out_analogies_without_ink() -> None:
    pictures = frames(styles(20))
    drawn = pictures[:, None].clone()
    drawn[3] = 0
    values = metrics.style_consistency(pictures, torch.zeros(20).long(), drawn)
    assert all(value == pytest.approx(1, abs=1e-5) for value in values.values())
    assert metrics.style_consistency(pictures, torch.zeros(20).long(), 0 * drawn) == dict.fromkeys(NAMES, 0)


@pytest.mark.parametrize(("n", "labelled", "drawn"), [(2, 2, (2, 1)), (4, 3, (4, 1)), (4, 4, (3, 1)), (4, 4, (4,))])
def test_style_consistency_needs_three_pictures_and_their_analogies(n: int, labelled: int, drawn) -> None:
    with pytest.raises(ValueError, match="expected three pictures or more, their classes and their analogies, got"):
        metrics.style_consistency(torch.rand(n, 1, 28, 28), torch.zeros(labelled).long(), torch.rand(*drawn, 1, 28, 28))


# within_class_cosine


def test_within_class_cosine_is_the_mean_over_pairs_and_then_over_classes() -> None:
    x = torch.rand(13, 1, 5, 5, generator=seeded())
    y = torch.tensor([0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 7, 7, 9])  # 9 is alone
    means = []
    for label in (0, 2, 7):
        members = [row.flatten() for row in x[y == label]]
        pairs = [
            torch.cosine_similarity(a, b, dim=0).item()
            for i, a in enumerate(members)
            for j, b in enumerate(members)
            if i != j
        ]
        means.append(sum(pairs) / len(pairs))
    assert metrics.within_class_cosine(x, y) == pytest.approx(sum(means) / 3, abs=1e-6)


def test_within_class_cosine_of_equal_of_disjoint_and_of_empty_pictures() -> None:
    y = torch.zeros(6).long()
    alike = torch.rand(1, 1, 4, 4, generator=seeded())
    assert metrics.within_class_cosine(alike * torch.arange(1, 7).view(-1, 1, 1, 1), y) == pytest.approx(1)
    assert metrics.within_class_cosine(torch.eye(6).view(6, 1, 1, 6), y) == 0
    assert metrics.within_class_cosine(torch.zeros(6, 1, 4, 4), y) == 0


def test_within_class_cosine_needs_two_of_a_class() -> None:
    with pytest.raises(ValueError, match="expected a class with two pictures or more, got none"):
        metrics.within_class_cosine(torch.rand(3, 1, 2, 2), torch.arange(3))


# rank_correlation


def test_rank_correlation_is_that_of_scipy_with_its_ties() -> None:
    one, other = (torch.randint(0, 6, (80,), generator=seeded(seed)).float() for seed in (0, 1))
    assert metrics.rank_correlation(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert metrics.rank_correlation(one, one + other) == pytest.approx(spearmanr(one, one + other).statistic)


def test_rank_correlation_sees_the_order_alone() -> None:
    x = torch.rand(30, generator=seeded())
    assert metrics.rank_correlation(x, x.exp() ** 9) == pytest.approx(1)
    assert metrics.rank_correlation(x, -x) == pytest.approx(-1)
    assert metrics.rank_correlation(x, torch.ones(30)) == 0


@pytest.mark.parametrize(("one", "other"), [((2,), (3,)), ((1,), (1,)), ((2, 2), (2, 2))])
def test_rank_correlation_of_what_cannot_be_ranked_is_refused(one, other) -> None:
    with pytest.raises(ValueError, match=r"expected two measures \(N,\) of two things or more"):
        metrics.rank_correlation(torch.zeros(one), torch.zeros(other))


# Clusters against classes: purity, majority_accuracy, hungarian_accuracy, nmi, ari


CLUSTERS, KINDS_OF_PAINTING = torch.tensor([0, 0, 0, 0, 1, 1, 1, 2]), torch.tensor([0, 0, 0, 1, 1, 1, 2, 2])


def test_purity_counts_the_commonest_class_of_each_cluster() -> None:
    assert metrics.purity(CLUSTERS, KINDS_OF_PAINTING) == (3 + 2 + 1) / 8
    assert metrics.purity(torch.zeros(8, dtype=torch.long), KINDS_OF_PAINTING) == 3 / 8
    assert metrics.purity(torch.arange(8), KINDS_OF_PAINTING) == 1
    with pytest.raises(ValueError, match="expected as many clusters as labels"):
        metrics.purity(CLUSTERS[:3], KINDS_OF_PAINTING)


def test_majority_accuracy_asks_others_and_is_purity_of_those_that_named() -> None:
    names = majority_names(CLUSTERS, KINDS_OF_PAINTING, 4)
    assert names[3] == -1  # no member
    assert metrics.majority_accuracy(CLUSTERS, KINDS_OF_PAINTING, names) == metrics.purity(CLUSTERS, KINDS_OF_PAINTING)
    others = torch.tensor([0, 0, 3, 1])
    labels = torch.tensor([names[0], names[0] + 1, 0, names[1]])
    assert metrics.majority_accuracy(others, labels, names) == 2 / 4
    with pytest.raises(ValueError, match="expected as many clusters as labels"):
        metrics.majority_accuracy(CLUSTERS[:3], KINDS_OF_PAINTING, names)


def test_hungarian_accuracy_matches_one_to_one() -> None:
    best = max(
        sum(
            int(order[cluster] == kind)
            for cluster, kind in zip(CLUSTERS.tolist(), KINDS_OF_PAINTING.tolist(), strict=True)
        )
        for order in itertools.permutations(range(3))
    )
    assert metrics.hungarian_accuracy(CLUSTERS, KINDS_OF_PAINTING) == best / 8
    assert metrics.hungarian_accuracy(torch.arange(8), KINDS_OF_PAINTING) == len(KINDS_OF_PAINTING.unique()) / 8
    assert metrics.hungarian_accuracy(KINDS_OF_PAINTING, KINDS_OF_PAINTING) == 1
    with pytest.raises(ValueError, match="expected as many clusters as labels"):
        metrics.hungarian_accuracy(CLUSTERS[:3], KINDS_OF_PAINTING)


def test_nmi_is_shared_information_over_the_mean_entropy() -> None:
    joint = torch.zeros(3, 3, dtype=torch.double)
    for cluster, kind in zip(CLUSTERS, KINDS_OF_PAINTING, strict=True):
        joint[cluster, kind] += 1 / 8

    def entropy(p: Tensor) -> float:
        return -(p[p > 0] * p[p > 0].log()).sum().item()

    one, other = entropy(joint.sum(dim=1)), entropy(joint.sum(dim=0))
    shared = one + other - entropy(joint)
    assert metrics.nmi(CLUSTERS, KINDS_OF_PAINTING) == pytest.approx(2 * shared / (one + other))
    assert metrics.nmi(torch.zeros(8, dtype=torch.long), KINDS_OF_PAINTING) == pytest.approx(0)


def test_ari_is_agreement_of_pairs_beyond_chance() -> None:
    pairs = [(i, j) for i in range(8) for j in range(i)]
    together = [bool(CLUSTERS[i] == CLUSTERS[j]) for i, j in pairs]
    alike = [bool(KINDS_OF_PAINTING[i] == KINDS_OF_PAINTING[j]) for i, j in pairs]
    both, by_chance = sum(map(min, together, alike)), sum(together) * sum(alike) / len(pairs)
    expected = (both - by_chance) / ((sum(together) + sum(alike)) / 2 - by_chance)
    assert metrics.ari(CLUSTERS, KINDS_OF_PAINTING) == pytest.approx(expected)


# prior_wasserstein


def normal(n: int, deviations: list[float]) -> Tensor:
    return torch.randn(n, len(deviations), generator=seeded()) * torch.tensor(deviations)


@pytest.mark.parametrize(
    ("deviations", "shift", "expected"),
    [
        ([1.0, 1.0, 1.0], 0.0, 0.0),
        ([1.0, 1.0, 1.0], 2.0, 2.0),  # every axis is off by 2
        ([3.0, 1.0, 1.0], 0.0, (4 / 3) ** 0.5),  # one of three axes, by 2 deviations
        ([1.0, 0.0, 0.0], 0.0, (2 / 3) ** 0.5),  # two unused ones, by 1
    ],
)
def test_prior_wasserstein_of_known_clouds(deviations: list[float], shift: float, expected: float) -> None:
    z = normal(20_000, deviations) + shift
    assert metrics.prior_wasserstein(z) == pytest.approx(expected, abs=0.03)


def test_prior_wasserstein_sees_tails_and_oblique_axes() -> None:
    z = normal(20_000, [1.0, 1.0])
    heavy = z.sign() * z.square() / 3**0.5  # variance 1
    assert metrics.prior_wasserstein(heavy) > 0.2
    oblique = z @ torch.tensor([[1.0, 0.9], [0.0, (1 - 0.81) ** 0.5]])  # each axis by itself still has variance 1
    assert metrics.prior_wasserstein(oblique) > 0.3
    assert metrics.prior_wasserstein(z) < 0.02


def test_prior_wasserstein_of_draws_of_the_prior_is_as_stated() -> None:
    z = normal(1000, [1.0] * 100)
    assert metrics.prior_wasserstein(z) == pytest.approx(0.5 * (100 / 1000) ** 0.5, rel=0.15)
    with pytest.raises(ValueError, match="expected more latents than dimensions"):
        metrics.prior_wasserstein(z[:100])


def test_writer_identification_leaves_the_class_that_is_asked_about_out() -> None:
    real = torch.tensor(
        [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]
    )  # each writer's other class is the other's
    queries, labels, writers = torch.eye(2), torch.tensor([0, 0]), torch.tensor([1, 0])
    assert metrics.writer_identification(queries, labels, writers, real) == 1.0
    assert metrics.writer_identification(queries, labels, 1 - writers, real) == 0.0


def test_writer_identification_of_one_answer_for_all_is_chance() -> None:
    real = torch.randn(5, 4, 3, generator=seeded())
    labels, writers = torch.arange(4).repeat(5), torch.arange(5).repeat_interleave(4)
    same = torch.randn(4, 3, generator=seeded(1)).repeat(5, 1)
    assert metrics.writer_identification(same, labels, writers, real) == pytest.approx(1 / 5)
    with pytest.raises(ValueError, match="expected vectors, classes and writers"):
        metrics.writer_identification(same, labels[:3], writers, real)


def test_edge_sharpness_is_one_for_the_originals_and_less_for_blur() -> None:
    x = (torch.rand(3, 1, 12, 12, generator=seeded()) > 0.5).float()
    blurred = torch.nn.functional.avg_pool2d(x, 3, stride=1, padding=1)
    assert metrics.edge_sharpness(x, x) == pytest.approx(1.0)
    assert metrics.edge_sharpness(blurred, x) < 0.6
    assert metrics.edge_sharpness(torch.zeros_like(x), x) == 0
    with pytest.raises(ValueError, match="expected equal shapes"):
        metrics.edge_sharpness(x, x[:1])
