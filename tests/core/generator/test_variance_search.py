"""The search for θ: the objective as the paper states it, that it gets better, keeps its floor, and can be resumed."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.generator import ClassStatistics, Diagonal, generate
from core.generator import variance_search as searching
from core.generator.accuracy_diversity import DRAWS, THETAS, best_row, frontier
from core.generator.variance_search import Plan, Score, Trial, search
from core.metrics import accuracy, within_class_cosine
from core.models.base import Autoencoder, Classifier, Posterior

CLASSES, LATENT = 3, 4


class Strokes(Autoencoder):
    """A decoder without weights: a constant stroke, and a pixel a dimension."""

    latent = LATENT

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        raise NotImplementedError

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return torch.cat([z, torch.ones_like(z[:, :1])], dim=1)[:, None, None, :]

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


class ByFirst(Classifier):
    """Tells the classes apart by the first two pixels alone; the other dimensions may vary as they like."""

    def logits(self, x: Tensor) -> Tensor:
        seen = x.flatten(1)[:, :2].logit(eps=1e-6)
        return -4 * torch.cdist(seen, MEANS[:, :2])

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


MEANS = torch.tensor([[2.0, 0, 0, 0], [-2, 0, 0, 0], [0, 2.0, 0, 0]])


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(ClassStatistics(MEANS, 1.44 * torch.eye(LATENT).repeat(CLASSES, 1, 1)), Strokes(), ByFirst())


def test_the_score_is_that_of_the_generator_it_stands_for(trial: Trial) -> None:
    theta = torch.rand((CLASSES, LATENT), generator=torch.Generator().manual_seed(1))
    score = trial.score(theta, 300, seed=5)
    y = torch.arange(CLASSES).repeat_interleave(300)
    noise = torch.randn((CLASSES, 300, LATENT), generator=torch.Generator().manual_seed(5)).flatten(0, 1)
    x = trial.model.decode(MEANS[y] + 1.2 * theta[y] * noise)
    logits = trial.judge.logits(x)
    assert score.cosine.mean().item() == pytest.approx(within_class_cosine(x, y), abs=1e-5)
    assert 1 - score.error.mean().item() == pytest.approx(accuracy(logits.argmax(dim=1), y), abs=1e-6)
    assert score.doubt.mean().item() == pytest.approx(1 - logits.softmax(dim=1)[range(900), y].mean().item(), abs=1e-6)
    assert torch.equal(score.objective, score.cosine + score.error)  # eq. 4, in each class


def test_a_shared_theta_is_scored_as_rows_of_it(trial: Trial) -> None:
    theta = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
    shared, rows = (trial.score(values, 50, seed=2) for values in (theta, theta.repeat(CLASSES, 1)))
    assert all(torch.equal(one, other) for one, other in zip(shared, rows, strict=True))


def objective(trial: Trial, theta: Tensor) -> float:
    return trial.score(theta, 2000, seed=99).objective.mean().item()


@pytest.mark.parametrize("shared", [True, False], ids=["medium-1", "medium-2"])
def test_a_search_improves_the_objective_and_finds_what_may_vary(trial: Trial, shared: bool) -> None:
    plan = Plan(shared=shared, steps=60, sweeps=1, rate=0.05, start=0.4)
    found = search(trial, plan)
    assert found.theta.shape == (1 if shared else CLASSES, LATENT)
    assert found.step == 60 + LATENT
    assert 0 <= found.theta.min() <= found.theta.max() <= 1
    torch.testing.assert_close(found.theta, (found.theta / 0.1).round() * 0.1)  # on the grid
    assert objective(trial, found.theta) < objective(trial, torch.full((1, LATENT), 0.4)) - 0.01
    assert objective(trial, found.theta) < min(objective(trial, torch.full((1, LATENT), t)) for t in THETAS)
    assert found.theta[:, 2:].min() > 0.9  # nobody looks at these


def test_coordinate_descent_never_makes_it_worse(trial: Trial) -> None:
    plan = Plan(shared=False, steps=0, sweeps=3, start=0.3)
    now = searching.begin(trial, plan)
    seen = []
    for now.step in range(plan.length(LATENT)):
        searching.advance(now, trial, plan)
        seen.append(now.best.mean().item())
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] < seen[0]


@pytest.mark.parametrize("floor", [0.9, 0.99])
def test_a_floor_is_kept_and_used_up(trial: Trial, floor: float) -> None:
    found = search(trial, Plan(shared=False, floor=floor))
    score = trial.score(found.theta, 4000, seed=77)
    assert 1 - score.error.mean().item() >= floor
    narrow = max(t for t in THETAS if trial.score(torch.full((1, LATENT), t), 4000, 77).error.mean() <= 1 - floor)
    assert score.cosine.mean() < trial.score(torch.full((1, LATENT), narrow), 4000, seed=77).cosine.mean()


def test_the_same_seed_finds_the_same_theta(trial: Trial) -> None:
    plan = Plan(shared=False, steps=5, sweeps=1)
    assert torch.equal(search(trial, plan).theta, search(trial, plan).theta)
    assert not torch.equal(
        search(trial, replace(plan, sweeps=0)).theta, search(trial, replace(plan, sweeps=0, seed=1)).theta
    )


class PlugPulledError(Exception):
    """Somebody pulled the plug."""


@pytest.mark.parametrize("stop", [10, 20, 30])
def test_a_stopped_search_goes_on_as_if_it_had_not_been(trial: Trial, tmp_path: Path, monkeypatch, stop: int) -> None:
    plan = Plan(shared=False, floor=0.95, steps=18, sweeps=2, halvings=6, members=16)  # each phase is stopped once
    path, straight = tmp_path / "search.safetensors", search(trial, plan)
    keep = searching.keep

    def keep_and_stop(now, *rest) -> None:
        keep(now, *rest)
        if now.step == stop:
            raise PlugPulledError

    with monkeypatch.context() as patched, pytest.raises(PlugPulledError):
        patched.setattr(searching, "keep", keep_and_stop)
        search(trial, plan, path)
    going_on = search(trial, plan, path, resume=True)
    assert going_on.step == straight.step == plan.length(LATENT)
    assert torch.equal(going_on.theta, straight.theta)
    assert going_on.seconds > 0
    assert torch.equal(search(trial, plan, path, resume=True).theta, straight.theta)  # and is finished


def test_another_search_is_not_resumed(trial: Trial, tmp_path: Path) -> None:
    path, plan = tmp_path / "search.safetensors", Plan(shared=True, steps=1, sweeps=0)
    with pytest.raises(ValueError, match="expected a stopped search to resume at"):
        search(trial, plan, path, resume=True)
    search(trial, plan, path)
    with pytest.raises(ValueError, match="expected a search with the plan"):
        search(trial, replace(plan, seed=1), path, resume=True)


@pytest.mark.parametrize("floor", [0.0, 1.0, 1.5, math.nan])
def test_a_floor_that_is_no_share_is_refused(trial: Trial, floor: float) -> None:
    with pytest.raises(ValueError, match="expected a floor between 0 and 1"):
        search(trial, Plan(shared=True, floor=floor))


# The frontier


def test_the_frontier_has_a_row_for_every_point_of_the_papers_grid(trial: Trial) -> None:
    judges = {"judge_accuracy": trial.judge}
    rows = frontier(trial.statistics, trial.model, judges, members=40, seed=3)
    assert [(row["n"], row["theta"]) for row in rows] == [(n, theta) for n in DRAWS for theta in THETAS]
    assert all(list(row) == ["theta", "n", "cosine", "judge_accuracy"] for row in rows)
    assert all(row["cosine"] == pytest.approx(1) and row["judge_accuracy"] == 1 for row in rows if row["theta"] == 0)
    one = next(row for row in rows if (row["theta"], row["n"]) == (0.6, 2))
    y = torch.arange(CLASSES).repeat_interleave(40)
    latents = Diagonal(trial.statistics, 0.6, 2)
    x = generate(trial.model, latents, y, generator=torch.Generator().manual_seed(3))
    assert one["cosine"] == within_class_cosine(x, y)
    for n in DRAWS:
        cosines = [row["cosine"] for row in rows if row["n"] == n]
        assert cosines == sorted(cosines, reverse=True)


def test_the_best_row_is_by_eq_4_or_by_the_floor() -> None:
    rows = [
        {"cosine": 1.0, "judge": 1.0},
        {"cosine": 0.9, "judge": 0.99},
        {"cosine": 0.7, "judge": 0.95},
        {"cosine": 0.68, "judge": 0.9},
    ]
    assert best_row(rows, "judge") is rows[2]
    assert best_row(rows, "judge", floor=0.98) is rows[1]
    assert best_row(rows, "judge", floor=0.5) is rows[3]
    assert best_row(rows[1:], "judge", floor=0.999) is rows[1]


def test_a_price_is_put_on_doubt() -> None:
    score = Score(torch.tensor([0.5]), torch.tensor([0.1]), torch.tensor([0.2]))
    assert score.objective.item() == pytest.approx(0.6)
    assert score.priced(torch.tensor(0.0)).item() == 0.5
    assert score.priced(torch.tensor(2.0)).item() == pytest.approx(0.9)
