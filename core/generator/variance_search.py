"""The search for θ, by how much each dimension of each class may vary: eq. 4 of the paper, finished.

Vargas Aguilar, Gu and Lee, "Statistical generation of hand-written digits via analysis of learned latent
representations", section 3.5. Both terms of eq. 4 are means over classes and a class sees its own θ alone, so the ten
searches of Medium-2 are independent: one trial of a dimension in all classes at once decides for each by itself.
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
FIRST_PRICE = 0.02  # of all the errors that a floor allows; where dual ascent starts
SAVE_EVERY = 10
DECAY = (0.9, 0.99)  # of Adam's moments


class Score(NamedTuple):
    """What a θ yields in each class, each (K,): `cosine` (eq. 5), `error` = 1 − accuracy, `doubt` = 1 − p(y)."""

    cosine: Tensor
    error: Tensor
    doubt: Tensor

    @property
    def objective(self) -> Tensor:
        """Eq. 4 in each class, (K,)."""
        return self.cosine + self.error

    def priced(self, price: Tensor) -> Tensor:
        """The same with the doubt, at a price, in the place of the error, (K,): it has a gradient, and less noise."""
        return self.cosine + price * self.doubt


@dataclass(frozen=True, eq=False)
class Trial:
    """How a θ is measured: the statistics it scales, the decoder, and the judge that reads the digits."""

    statistics: ClassStatistics
    model: Autoencoder
    judge: Classifier

    def score(self, theta: Tensor, members: int, seed: int) -> Score:
        """The score of θ, (1, Z) or (K, Z), on as many digits of every class; equal seeds draw equal noise."""
        mean, spread = self.statistics.mean, theta * self.statistics.std
        noise = torch.randn((len(mean), members, mean.shape[1]), generator=torch.Generator().manual_seed(seed))
        z = (mean[:, None] + spread[:, None] * noise).flatten(0, 1)
        y = torch.arange(len(mean)).repeat_interleave(members)
        parts = [self._read(rows, told) for rows, told in zip(z.split(512), y.split(512), strict=True)]
        unit, belief, right = (torch.cat(part).unflatten(0, (len(mean), members)) for part in zip(*parts, strict=True))
        cosine = (unit.sum(dim=1).square().sum(dim=1) - unit.square().sum(dim=(1, 2))) / (members * (members - 1))
        return Score(cosine, 1 - right.mean(dim=1), 1 - belief.mean(dim=1))

    def _read(self, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Decodings as unit vectors (B, P), the judge's belief in the class, and whether it is right, both (B,)."""
        pictures = self.model.decode(z, y)
        logits = self.judge.logits(pictures)
        belief = logits.softmax(dim=1).gather(1, y[:, None])[:, 0]
        return F.normalize(pictures.flatten(1), dim=1), belief, (logits.argmax(dim=1) == y).float()


@dataclass(frozen=True)
class Plan:
    """How long and by what rule to search.

    Attributes:
        shared: one θ for all classes (Medium-1), or one a class (Medium-2).
        floor: the accuracy to keep; None minimises eq. 4 as it stands.
        steps: gradient steps, each on fresh noise.
        sweeps: passes of coordinate descent over the dimensions, on common random numbers.
        halvings: steps of the bisection that ends a search with a floor.
        members: digits of a class in a gradient step; 8 times as many in a sweep, 32 times in a halving.
        rate: the first step size; it falls to zero.
        start: θ to start from.
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
        """Steps of the whole search over Z dimensions."""
        return self.steps + self.sweeps * latent + (self.halvings if self.floor else 0)


@dataclass
class Search:
    """A search so far; everything a resumed one needs.

    `theta` is (1, Z) or (K, Z); `first` and `second` are Adam's moments; `price` is what an error costs, and `error`
    their running share; `best` is the objective of `theta` on the common random numbers; `low` and `high` bracket the
    factor that meets the floor.
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
    """Search for θ: gradients through decoder and judge, coordinate descent on the grid, and a factor for the floor.

    Args:
        trial: measures a θ.
        plan: the rule and the length.
        state: a file that keeps the search, written atomically.
        resume: go on from that file; the outcome is that of a search that was never stopped.

    Returns:
        The finished search: `theta`, (Z,) rows of one or K classes, and the `seconds` it took.

    Raises:
        ValueError: for a plan that cannot be, or nothing fitting to resume.
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
    """A search that has not made a step."""
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
    """One step of whichever phase the search is in."""
    coordinate = now.step - plan.steps
    if coordinate < 0:
        descend(now, trial, plan)
    elif coordinate < plan.sweeps * trial.statistics.latent:
        try_neighbours(now, trial, plan, coordinate % trial.statistics.latent)
    else:
        halve(now, trial, plan)


def descend(now: Search, trial: Trial, plan: Plan) -> None:
    """A step of Adam, on cosine and price times doubt; θ stays in [0, 1]. Under a floor, errors raise the price.

    The price is the multiplier of the floor, by dual ascent on its logarithm; without a floor it stays 1.
    """
    theta = now.theta.clone().requires_grad_()
    with torch.enable_grad():
        score = trial.score(theta, plan.members, seed_of(plan, now.step))
        loss = score.priced(now.price).mean()
        (gradient,) = torch.autograd.grad(loss, theta)
    gradient = gradient * len(theta)  # of a class's own objective, whichever number of classes shares the mean
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
    """θ of one dimension a step of the grid up or down, wherever that lowers the objective on the same noise.

    The objective is eq. 4, or under a floor that of `descend`: a few errors more or less would be chance.
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
    """Halve the bracket around the largest factor of θ that keeps the floor, on noise not seen before.

    It must keep it by two standard errors, so that another sample keeps it too. The last step applies the factor.
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
    """The seed of a step's noise; −1 and −2 are those of the coordinate descent and of the bisection."""
    return plan.seed * 1_000_003 + step + 2


def keep(now: Search, plan: Plan, path: Path) -> None:
    """Write a search down."""
    tensors = {key: value.contiguous() for key, value in vars(now).items() if isinstance(value, Tensor)}
    write_atomically(path, save(tensors, metadata={"plan": json.dumps([asdict(plan), now.step])}))


def resumed(trial: Trial, plan: Plan, path: Path | None) -> Search:
    """A search as `keep` wrote it down, of the same plan."""
    if path is None or not path.is_file():
        raise ValueError(f"expected a stopped search to resume at {path}, found none")
    tensors, metadata = read_tensors(path)
    kept, step = json.loads(metadata["plan"])
    if kept != asdict(plan) or tensors["theta"].shape != begin(trial, plan).theta.shape:
        raise ValueError(f"expected a search with the plan {asdict(plan)} at {path}, found {kept}")
    return Search(**tensors, step=step)
