"""Loss terms against values worked out by hand and against `torch.distributions`."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal, kl_divergence

from core.nn.losses import bernoulli_nll, class_kid, class_mmd, gaussian_kl, mmd


@pytest.fixture
def g() -> torch.Generator:
    return torch.Generator().manual_seed(0)


# Reconstruction


def test_nll_of_certain_and_of_ignorant_pixels() -> None:
    x = torch.tensor([[[[0.0, 1.0]]], [[[1.0, 1.0]]]])
    assert bernoulli_nll(torch.zeros_like(x), x).item() == pytest.approx(2 * math.log(2))
    assert bernoulli_nll(40 * (2 * x - 1), x).item() == pytest.approx(0, abs=1e-6)
    wrong_once = torch.tensor([[[[3.0, 40.0]]], [[[40.0, 40.0]]]])  # log(1 + e³) for one of the two pictures
    assert bernoulli_nll(wrong_once, x).item() == pytest.approx(math.log1p(math.exp(3)) / 2, rel=1e-5)


def test_nll_is_that_of_bernoulli_pixels(g: torch.Generator) -> None:
    logits = torch.randn(5, 1, 7, 7, generator=g)
    x = (torch.rand(5, 1, 7, 7, generator=g) > 0.5).float()
    expected = -Bernoulli(logits=logits).log_prob(x).sum(dim=(1, 2, 3)).mean()
    torch.testing.assert_close(bernoulli_nll(logits, x), expected)


def test_nll_of_grey_pixels_has_their_entropy_as_its_floor(g: torch.Generator) -> None:
    x = torch.rand(3, 1, 4, 4, generator=g)
    entropy = Bernoulli(x).entropy().sum() / 3
    torch.testing.assert_close(bernoulli_nll(x.logit(), x), entropy)
    assert bernoulli_nll(x.logit() + 0.1, x) > entropy


def test_nll_stays_finite_for_logits_of_any_size() -> None:
    logits = torch.tensor([[[[1e4, -1e4]]]], requires_grad=True)
    value = bernoulli_nll(logits, torch.tensor([[[[0.0, 1.0]]]]))
    value.backward()
    assert value.item() == pytest.approx(2e4)
    assert logits.grad is not None and logits.grad.isfinite().all()


# Kullback-Leibler divergence


def test_kl_of_known_posteriors() -> None:
    zeros = torch.zeros(4, 3)
    assert gaussian_kl(zeros, zeros).item() == 0
    assert gaussian_kl(zeros + 2, zeros).item() == pytest.approx(3 * 2)  # ½ μ² a dimension
    assert gaussian_kl(zeros, zeros + 1).item() == pytest.approx(3 * (math.e - 2) / 2)


def test_kl_is_that_of_torch(g: torch.Generator) -> None:
    mean, log_var = torch.randn(6, 4, generator=g), torch.randn(6, 4, generator=g)
    expected = kl_divergence(Normal(mean, (0.5 * log_var).exp()), Normal(0.0, 1.0)).sum(dim=1).mean()
    torch.testing.assert_close(gaussian_kl(mean, log_var), expected)


# Maximum mean discrepancy


def mmd_pair_by_pair(x: Tensor, y: Tensor, h: float) -> float:
    """Gretton et al., 2012, equation 3, as it is written there."""

    def k(a: Tensor, b: Tensor) -> float:
        return math.exp(-(a - b).square().sum().item() / h)

    n, m = len(x), len(y)
    within_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    within_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    across = sum(k(x[i], y[j]) for i in range(n) for j in range(m)) / (n * m)
    return within_x + within_y - 2 * across


@pytest.mark.parametrize("bandwidth", [None, 0.5, 10.0])
def test_mmd_is_the_formula(bandwidth: float | None, g: torch.Generator) -> None:
    x, y = torch.randn(7, 3, generator=g), torch.randn(5, 3, generator=g) + 1
    expected = mmd_pair_by_pair(x, y, bandwidth or 2 * 3)
    assert mmd(x, y, bandwidth=bandwidth).item() == pytest.approx(expected, abs=1e-5)


def test_mmd_of_points_worked_out_by_hand() -> None:
    x, y = torch.tensor([[0.0], [0.0]]), torch.tensor([[1.0], [1.0]])
    assert mmd(x, y).item() == pytest.approx(2 - 2 * math.exp(-1 / 2))  # h = 2·Z = 2
    assert mmd(x, y + 100).item() == pytest.approx(2)
    assert mmd(x, x).item() == 0


def test_mmd_of_equal_distributions_is_centred_on_zero(g: torch.Generator) -> None:
    values = torch.stack([mmd(torch.randn(50, 4, generator=g), torch.randn(50, 4, generator=g)) for _ in range(400)])
    error = values.std() / math.sqrt(len(values))
    assert values.mean().abs() < 4 * error
    assert values.min() < 0 < values.max()


def test_mmd_does_not_depend_on_the_order_of_samples_or_points(g: torch.Generator) -> None:
    x, y = torch.randn(20, 3, generator=g), torch.randn(30, 3, generator=g) * 2
    torch.testing.assert_close(mmd(x, y), mmd(y, x))
    torch.testing.assert_close(mmd(x, y), mmd(x.flip(0), y[torch.randperm(30, generator=g)]))


def test_mmd_has_finite_gradients_at_identical_points() -> None:
    x = torch.zeros(4, 2, requires_grad=True)
    mmd(x, torch.zeros(4, 2)).backward()
    assert x.grad is not None and x.grad.isfinite().all()


def test_mmd_pulls_a_sample_towards_the_other(g: torch.Generator) -> None:
    x = torch.randn(64, 2, generator=g) + 2
    x.requires_grad_()
    mmd(x, torch.randn(64, 2, generator=g)).backward()
    assert x.grad is not None
    assert (-x.grad.mean(dim=0) < 0).all()


@pytest.mark.parametrize(
    ("x", "y"), [((1, 2), (5, 2)), ((5, 2), (1, 2)), ((5, 2), (5, 3)), ((5,), (5,)), ((5, 2, 1), (5, 2, 1))]
)
def test_mmd_refuses_what_are_no_two_samples(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected samples \(N, Z\) and \(M, Z\) of two points or more"):
        mmd(torch.zeros(x), torch.zeros(y))


# The same, class by class


@pytest.mark.parametrize("labels", [[0, 0, 0, 1, 1], [3, 0, 3, 0, 5], [1, 1, 1, 1, 1], [0, 1, 2, 3, 3]])
def test_class_mmd_is_the_mean_of_the_classes_with_two_members(labels: list[int], g: torch.Generator) -> None:
    z, prior, y = torch.randn(5, 3, generator=g) + 1, torch.randn(7, 3, generator=g), torch.tensor(labels)
    each = [mmd(z[y == label], prior) for label in y.unique() if (y == label).sum() > 1]
    torch.testing.assert_close(class_mmd(z, y, prior), torch.stack(each).mean())


def test_class_mmd_of_the_prior_is_centred_on_zero(g: torch.Generator) -> None:
    y = torch.arange(60) % 5
    values = [class_mmd(torch.randn(60, 4, generator=g), y, torch.randn(60, 4, generator=g)) for _ in range(400)]
    error = torch.stack(values).std() / math.sqrt(len(values))
    assert torch.stack(values).mean().abs() < 4 * error
    assert min(values) < 0 < max(values)


def test_class_mmd_sees_classes_that_together_have_the_latents_of_the_prior(g: torch.Generator) -> None:
    z, prior = torch.randn(1000, 2, generator=g), torch.randn(1000, 2, generator=g)
    sorted_out = (z[:, 0] > 0).long()  # each class has one half of the plane
    by_chance = torch.arange(1000) % 2
    assert mmd(z, prior).abs() < 0.005
    assert class_mmd(z, by_chance, prior).abs() < 0.005
    assert class_mmd(z, sorted_out, prior) > 0.05


def test_class_mmd_of_classes_far_apart(g: torch.Generator) -> None:
    y = torch.arange(600) % 2
    z, prior = torch.randn(600, 2, generator=g), torch.randn(600, 2, generator=g)
    shifted = [class_mmd(z + shift * y[:, None], y, prior).item() for shift in (0, 1, 2, 50)]
    assert shifted == sorted(shifted)
    within = 1 / 2  # E k of two normal points for Z = 2 and h = 4: (1 + 4 / h) ** (-Z / 2)
    assert shifted[-1] == pytest.approx((2 * within + 0) / 2, abs=0.03)


def test_class_mmd_of_single_members_is_nothing_and_moves_nothing(g: torch.Generator) -> None:
    z = torch.randn(4, 2, generator=g).requires_grad_()
    value = class_mmd(z, torch.arange(4), torch.randn(4, 2, generator=g))
    value.backward()
    assert value.item() == 0
    assert z.grad is not None and not z.grad.any()


def test_class_mmd_pulls_each_class_towards_the_prior(g: torch.Generator) -> None:
    y = torch.arange(128) % 2
    z = (torch.randn(128, 2, generator=g) + 2 * (2 * y[:, None] - 1)).requires_grad_()
    class_mmd(z, y, torch.randn(128, 2, generator=g)).backward()
    assert z.grad is not None and z.grad.isfinite().all()
    assert (z.grad[y == 1].mean(dim=0) > 0).all() and (z.grad[y == 0].mean(dim=0) < 0).all()


# Pictures, class by class


def kid_pair_by_pair(x: Tensor, y: Tensor) -> float:
    """Bińkowski et al., 2018, equation 4, with pictures of unit length in the place of features."""

    def k(a: Tensor, b: Tensor) -> float:
        return ((a.flatten() / a.norm()) @ (b.flatten() / b.norm()) + 1).item() ** 3

    n, m = len(x), len(y)
    within_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    within_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    across = sum(k(x[i], y[j]) for i in range(n) for j in range(m)) / (n * m)
    return within_x + within_y - 2 * across


@pytest.mark.parametrize("labels", [[0, 0, 0, 1, 1], [3, 0, 3, 0, 5], [1, 1, 1, 1, 1]])
def test_class_kid_is_the_mean_of_the_classes_with_two_members(labels: list[int], g: torch.Generator) -> None:
    x, reference = torch.rand(5, 1, 3, 3, generator=g), torch.rand(5, 1, 3, 3, generator=g)
    y = torch.tensor(labels)
    each = [kid_pair_by_pair(x[y == label], reference[y == label]) for label in y.unique() if (y == label).sum() > 1]
    assert class_kid(x, reference, y).item() == pytest.approx(sum(each) / len(each), abs=1e-5)


def test_class_kid_of_real_pictures_is_centred_on_zero(g: torch.Generator) -> None:
    y = torch.arange(40) % 4
    each = torch.stack([class_kid(*torch.rand(2, 40, 1, 4, 4, generator=g), y) for _ in range(400)])
    assert each.mean().abs() < 4 * each.std() / math.sqrt(len(each))
    assert each.min() < 0 < each.max()


def test_class_kid_sees_pictures_of_the_wrong_class_and_pictures_too_much_alike(g: torch.Generator) -> None:
    y = torch.arange(400) % 2
    patterns = torch.rand(2, 1, 4, 4, generator=g)
    real, drawn = patterns[y] + torch.rand(2, 400, 1, 4, 4, generator=g)
    right = class_kid(drawn, real, y)
    assert right.abs() < 0.005
    assert class_kid(drawn, real.roll(1, dims=0), y) > right + 0.05
    assert class_kid(patterns[y] + 0.5, real, y) > right + 0.01


def test_class_kid_of_single_members_is_nothing() -> None:
    x = torch.rand(3, 1, 2, 2).requires_grad_()
    value = class_kid(x, torch.rand(3, 1, 2, 2), torch.arange(3))
    value.backward()
    assert value.item() == 0
    assert x.grad is not None and not x.grad.any()


def test_class_kid_has_finite_gradients_at_empty_pictures() -> None:
    x = torch.zeros(4, 1, 2, 2, requires_grad=True)
    class_kid(x, torch.zeros(4, 1, 2, 2), torch.zeros(4).long()).backward()
    assert x.grad is not None and x.grad.isfinite().all()


@pytest.mark.parametrize("discrepancy", [mmd, class_mmd, class_kid])
def test_discrepancies_are_exact_in_a_training_of_half_precision(discrepancy, g: torch.Generator) -> None:
    y = torch.arange(20) % 2
    a, b = torch.randn(2, 20, 1, 2, 2, generator=g)
    arguments = {mmd: (a.flatten(1), b.flatten(1)), class_mmd: (a.flatten(1), y, b.flatten(1)), class_kid: (a, b, y)}
    exact = discrepancy(*arguments[discrepancy])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = discrepancy(*arguments[discrepancy])
    assert cast.dtype == torch.float32
    torch.testing.assert_close(cast, exact, atol=0, rtol=0)
