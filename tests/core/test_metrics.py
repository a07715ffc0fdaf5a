"""Every metric against values worked out by hand; a new file of `core/metrics` needs a `test_<name>…` here."""

import importlib
import inspect
import math
import pkgutil

import pytest
import torch
from sklearn.metrics import accuracy_score
from torch import Tensor
from torch.distributions import Bernoulli

import core.metrics
from core import metrics
from core.data.characters import CLASSES
from core.metrics.accuracy_47 import MERGED_LETTERS, merge_to_47
from core.metrics.class_means_recognised import merge_lookalikes
from core.models.base import Autoencoder, Classifier, Posterior

METRICS = [module.name for module in pkgutil.iter_modules(core.metrics.__path__)]


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
    assert inspect.get_annotations(function)["return"] in (float, int, dict)
    assert "Returns:" in function.__doc__ or "see `accuracy`" in function.__doc__


@pytest.mark.parametrize("name", METRICS)
def test_a_file_is_tested_here(name: str) -> None:
    assert any(test == f"test_{name}" or test.startswith(f"test_{name}_") for test in globals())


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
