"""Loss terms against values worked out by hand and against `torch.distributions`."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal, kl_divergence

from core.losses import bernoulli_nll, gaussian_kl, mmd


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
