"""Search for θ, the scale of variance by dimension and class, that minimises eq. 4 of the paper.

Vargas Aguilar, Gu and Lee, "Statistical generation of hand-written digits via analysis of learned latent
representations", section 3.5. Both terms of eq. 4 are means over classes, each depending on its own θ, so the ten
searches of Medium-2 are independent and run in parallel: one trial changes a dimension in all classes.
"""

import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor
from tqdm import tqdm

from core.generator.base import ClassStatistics
from core.models.base import Autoencoder, Classifier
from core.registry.store import read_tensors, write_atomically

STEP = 0.1  # of the paper's grid
FIRST_PRICE = 0.02  # initial multiplier, times the error that the floor allows
SAVE_EVERY = 10
DECAY = (0.9, 0.99)  # of Adam's moments; torch.optim.Adam rounds otherwise in the last bit, so former θ would move


class Score(NamedTuple):
    """Per-class measures of a θ, each (K,): `cosine` (eq. 5), `error` = 1 − accuracy, `doubt` = 1 − mean p(y)."""

    cosine: Tensor
    error: Tensor
    doubt: Tensor

    @property
    def objective(self) -> Tensor:
        """Eq. 4 by class, cosine + error, (K,)."""
        return self.cosine + self.error

    def priced(self, price: Tensor) -> Tensor:
        """Differentiable objective by class, cosine + price · doubt, (K,); less noisy than with the error."""
        return self.cosine + price * self.doubt


@dataclass(frozen=True, eq=False)
class Trial:
    """Measurement of θ: class statistics, decoder, and the classifier that reads the digits."""

    statistics: ClassStatistics
    model: Autoencoder
    judge: Classifier

    def score(self, theta: Tensor, members: int, seed: int) -> Score:
        """Score of θ, (1, Z) or (K, Z), on `members` digits of each class; equal seeds draw equal noise."""
        mean, spread = self.statistics.mean, theta * self.statistics.std
        noise = torch.randn((len(mean), members, mean.shape[1]), generator=torch.Generator().manual_seed(seed))
        z = (mean[:, None] + spread[:, None] * noise).flatten(0, 1)
        y = torch.arange(len(mean)).repeat_interleave(members)
        parts = [self._read(rows, labels) for rows, labels in zip(z.split(512), y.split(512), strict=True)]
        unit, p, right = (torch.cat(part).unflatten(0, (len(mean), members)) for part in zip(*parts, strict=True))
        cosine = (unit.sum(dim=1).square().sum(dim=1) - unit.square().sum(dim=(1, 2))) / (members * (members - 1))
        return Score(cosine, 1 - right.mean(dim=1), 1 - p.mean(dim=1))

    def _read(self, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Decodings as unit vectors (B, P), probabilities of their classes (B,), and 1.0 where predicted (B,)."""
        pictures = self.model.decode(z, y)
        logits = self.judge.logits(pictures)
        probability = logits.softmax(dim=1).gather(1, y[:, None])[:, 0]
        return F.normalize(pictures.flatten(1), dim=1), probability, (logits.argmax(dim=1) == y).float()


@dataclass(frozen=True)
class Plan:
    """Length and objective of a search.

    Attributes:
        shared: one θ for all classes (Medium-1), or one a class (Medium-2).
        floor: accuracy to keep; None minimises eq. 4.
        steps: gradient steps, with fresh noise each.
        sweeps: passes of coordinate descent over the dimensions, with common random numbers.
        halvings: bisection steps that end a search with a floor.
        members: digits of a class in a gradient step; 8 times as many in a sweep, 32 times in a halving.
        rate: initial step size, decreasing linearly to zero.
        start: initial θ.
        seed: of all noise.
    """

    shared: bool
    floor: float | None = None
    steps: int = 200
    sweeps: int = 1
    halvings: int = 6
    members: int = 64
    rate: float = 0.03
    start: float = 0.3
    seed: int = 0

    def length(self, latent: int) -> int:
        """Number of steps of a search over Z dimensions."""
        return self.steps + self.sweeps * latent + (self.halvings if self.floor else 0)


@dataclass
class Search:
    """State of a search, as saved and resumed.

    `theta` is (1, Z) or (K, Z); `first` and `second` are Adam's moments; `price` is the multiplier of the error, and
    `error` its running mean; `best` is the objective of `theta` on the common random numbers; `low` and `high` bracket
    the factor that meets the floor.
    """

    theta: Tensor
    first: Tensor
    second: Tensor
    price: Tensor
    error: Tensor
    best: Tensor
    low: Tensor
    high: Tensor
    seconds: Tensor
    step: int = 0


def search(trial: Trial, plan: Plan, state: Path | None = None, *, resume: bool = False) -> Search:
    """Finished search for θ: gradient descent, then coordinate descent on the grid, then bisection for the floor.

    Args:
        trial: measures θ.
        plan: length and objective.
        state: file that keeps the state, written atomically.
        resume: continue from that file, with the same outcome as an uninterrupted search.

    Returns:
        `theta`, (1, Z) or (K, Z), and the `seconds` it took.

    Raises:
        ValueError: for a floor outside (0, 1), or no matching state to resume.
    """
    if plan.floor is not None and not 0 < plan.floor < 1:
        raise ValueError(f"expected a floor between 0 and 1, got {plan.floor}")
    now = resumed(trial, plan, state) if resume else begin(trial, plan)
    length = plan.length(trial.statistics.latent)
    for _ in (progress := tqdm(range(now.step, length), initial=now.step, total=length, desc="θ", unit="step")):
        started = time.perf_counter()
        advance(now, trial, plan)
        now.step += 1
        now.seconds += time.perf_counter() - started
        if state and (now.step % SAVE_EVERY == 0 or now.step == length):
            keep(now, plan, state)
        progress.set_postfix(theta=f"{now.theta.mean().item():.3f}", price=f"{now.price.item():.3g}")
    return now


def begin(trial: Trial, plan: Plan) -> Search:
    """Initial state of a search."""
    statistics = trial.statistics
    theta = torch.full((1 if plan.shared else statistics.classes, statistics.latent), plan.start)
    error = torch.tensor(1 - plan.floor if plan.floor else 1.0)
    return Search(
        theta=theta,
        first=torch.zeros_like(theta),
        second=torch.zeros_like(theta),
        price=torch.tensor(FIRST_PRICE / (1 - plan.floor) if plan.floor else 1.0),
        error=error,
        best=torch.full((len(theta),), math.nan),
        low=torch.tensor(0.0),
        high=torch.tensor(1.5),
        seconds=torch.tensor(0.0, dtype=torch.float64),
    )


def advance(now: Search, trial: Trial, plan: Plan) -> None:
    """Make one step of the current phase."""
    coordinate = now.step - plan.steps
    if coordinate < 0:
        descend(now, trial, plan)
    elif coordinate < plan.sweeps * trial.statistics.latent:
        try_neighbours(now, trial, plan, coordinate % trial.statistics.latent)
    else:
        halve(now, trial, plan)


def descend(now: Search, trial: Trial, plan: Plan) -> None:
    """Make a step of Adam on `Score.priced`, θ clamped to [0, 1].

    The price is the Lagrange multiplier of the floor, by dual ascent on its logarithm; 1 without a floor.
    """
    theta = now.theta.clone().requires_grad_()
    with torch.enable_grad():
        score = trial.score(theta, plan.members, seed_of(plan, now.step))
        loss = score.priced(now.price).mean()
        (gradient,) = torch.autograd.grad(loss, theta)
    gradient = gradient * len(theta)  # of each class's own objective, not of their mean
    now.first = torch.lerp(gradient, now.first, DECAY[0])
    now.second = torch.lerp(gradient.square(), now.second, DECAY[1])
    first, second = (
        moment / (1 - decay ** (now.step + 1)) for moment, decay in zip((now.first, now.second), DECAY, strict=True)
    )
    rate = plan.rate * (1 - now.step / plan.steps)
    now.theta = (now.theta - rate * first / (second.sqrt() + 1e-8)).clamp(0, 1)
    if plan.floor:
        now.error = torch.lerp(score.error.mean().detach(), now.error, 0.9)
        excess = (now.error.clamp_min(1e-6) / (1 - plan.floor)).log().clamp(-1, 1)
        now.price = (now.price * torch.exp(0.05 * excess)).clamp(0.01, 1000)


@torch.no_grad()
def try_neighbours(now: Search, trial: Trial, plan: Plan, dimension: int) -> None:
    """Move θ of one dimension by a grid step in each class where that lowers the objective on the same noise.

    The objective is eq. 4, or that of `descend` under a floor, where single errors would be chance.
    """

    def objective(theta: Tensor) -> Tensor:
        score = trial.score(theta, 8 * plan.members, seed_of(plan, -1))
        each = score.priced(now.price) if plan.floor else score.objective
        return each.mean(dim=0, keepdim=True) if plan.shared else each

    if now.best.isnan().any():
        now.theta = (now.theta / STEP).round() * STEP
        now.best = objective(now.theta)
    for move in (-STEP, STEP):
        other = now.theta.clone()
        other[:, dimension] = (other[:, dimension] + move).clamp(0, 1)
        found = objective(other)
        better = found < now.best
        now.theta = torch.where(better[:, None], other, now.theta)
        now.best = torch.where(better, found, now.best)


@torch.no_grad()
def halve(now: Search, trial: Trial, plan: Plan) -> None:
    """Halve the bracket around the largest factor of θ that keeps the floor, on fresh noise.

    The accuracy must exceed the floor by two standard errors, to hold on other samples. The last step applies it.
    """
    assert plan.floor is not None
    middle = (now.low + now.high) / 2
    score = trial.score((now.theta * middle).clamp(0, 1), 32 * plan.members, seed_of(plan, -2))
    read = 32 * plan.members * trial.statistics.classes
    allowed = 1 - plan.floor - 2 * math.sqrt(plan.floor * (1 - plan.floor) / read)
    if score.error.mean() <= allowed:
        now.low = middle
    else:
        now.high = middle
    if now.step == plan.length(trial.statistics.latent) - 1:
        now.theta = (now.theta * now.low).clamp(0, 1)


def seed_of(plan: Plan, step: int) -> int:
    """Seed of a step's noise; step −1 is the coordinate descent's, −2 the bisection's."""
    return plan.seed * 1_000_003 + step + 2


def keep(now: Search, plan: Plan, path: Path) -> None:
    """Save the state of a search."""
    tensors = {key: value.contiguous() for key, value in vars(now).items() if isinstance(value, Tensor)}
    write_atomically(path, save(tensors, metadata={"plan": json.dumps([asdict(plan), now.step])}))


def resumed(trial: Trial, plan: Plan, path: Path | None) -> Search:
    """Saved state of a search with the same plan."""
    if path is None or not path.is_file():
        raise ValueError(f"expected a stopped search to resume at {path}, found none")
    tensors, metadata = read_tensors(path)
    kept, step = json.loads(metadata["plan"])
    if kept != asdict(plan) or tensors["theta"].shape != begin(trial, plan).theta.shape:
        raise ValueError(f"expected a search with the plan {asdict(plan)} at {path}, found {kept}")
    return Search(**tensors, step=step)
