r"""Profiles of style loss along trajectories, and their shape as a number.

The cartography paper (chapter 7) reads two shapes off its plots. A *horseshoe* rises and falls: the picture is
transformed on its way. A *wave* sinks in the middle, where the picture is a blend of both ends and changes least.
Here the shape is the `curvature` of the profile, positive for a horseshoe and negative for a wave, set beside that of
the pixel cross-dissolve between the same two pictures, with bootstrap intervals over pairs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from core.latent.interpolation import Decode, Features
from core.metrics import rank_correlation
from core.style.style_loss import consecutive

Shape = Literal["horseshoe", "wave", "undecided"]
RESAMPLES = 2000


class Interval(NamedTuple):
    """An estimate and the ends of its 95 % interval."""

    estimate: float
    low: float
    high: float


class Band(NamedTuple):
    """Mean and standard deviation of profiles at every step, both (T,)."""

    mean: Tensor
    sd: Tensor


@dataclass(frozen=True)
class ShapeEstimate:
    """Shape of one model's style loss profiles over N pairs, with bootstrap intervals.

    Attributes:
        shape: "horseshoe" or "wave" where the interval of `curvature` leaves out 0, else "undecided".
        curvature: its mean over pairs.
        null: the same of the cross-dissolves between the same decoded ends.
        beyond_null: mean difference of the two, pair by pair; where its interval leaves out 0, the model does not
            merely dissolve.
        departure: mean of `departure`, how far the pictures are from a cross-dissolve.
    """

    shape: Shape
    curvature: Interval
    null: Interval
    beyond_null: Interval
    departure: Interval


def frames(path: Tensor, decode: Decode, batch: int = 256) -> Tensor:
    """The pictures along trajectories: (…, T, Z) → (…, T, C, S, S), without gradients."""
    with torch.inference_mode():
        drawn = [decode(z) for z in path.flatten(0, -2).split(batch)]
    return torch.cat(drawn).unflatten(0, path.shape[:-1])


def profile(pictures: Tensor, features: Features) -> Tensor:
    """Style loss of each picture along a trajectory and the next (section 4.5): (…, T, C, S, S) → (…, T − 1).

    Args:
        pictures: as `frames` or `core.latent.interpolation.dissolve` give them.
        features: pictures → vectors whose squared distance is the style loss, such as `core.style.style_loss.styles`.

    Example:
        >>> from core.latent.interpolation import dissolve
        >>> pictures = dissolve(torch.zeros(1, 2, 2), torch.ones(1, 2, 2), 4)
        >>> profile(pictures, lambda x: x.flatten(1))  # four pixels, a quarter further each step
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """
    vectors = features(pictures.flatten(0, -4)).unflatten(0, pictures.shape[:-3])
    return consecutive(vectors)


def band(profiles: Tensor) -> Band:
    """Mean and standard deviation over pairs: (N, T) → two of (T,).

    Example:
        >>> band(torch.tensor([[1.0, 4.0], [3.0, 4.0]]))
        Band(mean=tensor([2., 4.]), sd=tensor([1.4142, 0.0000]))
    """
    sd = profiles.std(dim=0) if len(profiles) > 1 else torch.zeros_like(profiles[0])
    return Band(profiles.mean(dim=0), sd)


def curvature(profiles: Tensor) -> Tensor:
    r"""How much higher a profile's parabola is in the middle than at its ends, in units of the profile's mean.

    The least-squares parabola $a + bu + cu^2$ over u from −1 to 1 has $-c$ more at 0 than on average at ±1. Positive
    for a horseshoe, negative for a wave, 0 for whatever is flat or straight; scaling a profile changes nothing. The
    report's wave has two peaks beside its dip: one whose ends are lower than the dip (an M on short legs) reads as a
    horseshoe here.

    Args:
        profiles: (…, T), T ≥ 3.

    Returns:
        (…), a dimensionless number; 0 where the profile is 0 throughout.

    Raises:
        ValueError: if a profile has fewer than three steps.

    Example:
        >>> curvature(torch.tensor([[0.0, 3.0, 0.0], [3.0, 1.0, 3.0], [1.0, 2.0, 3.0]])).round(decimals=4) + 0.0
        tensor([ 3.0000, -0.8571,  0.0000])
    """
    if profiles.shape[-1] < 3:
        raise ValueError(f"expected profiles of three steps or more, got {profiles.shape[-1]}")
    u = torch.linspace(-1, 1, profiles.shape[-1], dtype=torch.float64)
    design = torch.stack([torch.ones_like(u), u, u.square()], dim=1)
    parabola = profiles.double() @ torch.linalg.pinv(design).T
    mean = profiles.double().mean(dim=-1)
    return torch.where(mean > 0, -parabola[..., 2] / mean.clamp_min(1e-300), 0.0).float()


def departure(pictures: Tensor) -> Tensor:
    r"""How far a trajectory's pictures are from the cross-dissolve of its ends, by how far the ends are apart.

    Root mean square over the steps between of $\lVert x_t - \bar x_t \rVert / \lVert x_T - x_0 \rVert$, with
    $\bar x_t$ the dissolve; its share along the ends' own line, which changes pace but shows nothing new, is left out.

    Args:
        pictures: (…, T, C, S, S), T ≥ 3.

    Returns:
        (…), 0 for a cross-dissolve at any pace.

    Example:
        >>> from core.latent.interpolation import dissolve
        >>> departure(dissolve(torch.zeros(1, 2, 2), torch.ones(1, 2, 2), 4))
        tensor(0.)
    """
    flat = pictures.flatten(-3)
    between, chord = flat[..., 1:-1, :] - flat[..., :1, :], flat[..., -1:, :] - flat[..., :1, :]
    length = chord.square().sum(dim=-1, keepdim=True).clamp_min(1e-12)
    aside = between - (between * chord).sum(dim=-1, keepdim=True) / length * chord
    return (aside.square().sum(dim=-1) / length[..., 0]).mean(dim=-1).sqrt()


def bootstrap(
    values: Tensor,
    statistic: Callable[[Tensor], Tensor] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """A statistic of a sample with its percentile bootstrap interval (Efron, 1979).

    By hand, for `scipy.stats.bootstrap` draws other resamples, and the published intervals would move.

    Args:
        values: the sample, (N, …); rows are drawn together.
        statistic: resamples (R, N, …) → (R,); the mean over N by default.
        resamples: how many, R.
        seed: of the draws.

    Raises:
        ValueError: of an empty sample.

    Example:
        >>> bootstrap(torch.ones(5))
        Interval(estimate=1.0, low=1.0, high=1.0)
    """
    if len(values) == 0:
        raise ValueError("expected a sample of at least one value, got none")
    statistic = statistic or (lambda sample: sample.mean(dim=1))
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(len(values), (resamples, len(values)), generator=generator)
    low, high = statistic(values[rows]).double().quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    return Interval(statistic(values[None]).item(), low, high)


def estimate_shape(curvatures: Tensor, of_null: Tensor, departures: Tensor, *, seed: int = 0) -> ShapeEstimate:
    """Horseshoe, wave or undecided, from N pairs: their curvatures, those of their dissolves, departures, all (N,).

    Example:
        >>> estimate_shape(torch.tensor([0.5, 0.7, 0.6]), torch.tensor([-1.0, -1.2, -1.1]), torch.ones(3)).shape
        'horseshoe'
    """
    ours = bootstrap(curvatures, seed=seed)
    shape: Shape = "horseshoe" if ours.low > 0 else "wave" if ours.high < 0 else "undecided"
    return ShapeEstimate(
        shape=shape,
        curvature=ours,
        null=bootstrap(of_null, seed=seed),
        beyond_null=bootstrap(curvatures - of_null, seed=seed),
        departure=bootstrap(departures, seed=seed),
    )


def distances(z: Tensor, labels: Tensor, classes: Sequence[str]) -> dict[str, float]:
    """Mean Euclidean distance between any two members of each class (table 7.1).

    Args:
        z: latents, (N, Z).
        labels: positions in `classes`, (N,).
        classes: their names.

    Returns:
        A distance by class; NaN where a class has fewer than two members.

    Example:
        >>> distances(torch.tensor([[0.0], [3.0], [9.0], [9.0]]), torch.tensor([0, 0, 0, 1]), ["a", "b"])
        {'a': 6.0, 'b': nan}
    """
    return {name: torch.pdist(z[labels == label].float()).mean().item() for label, name in enumerate(classes)}


def rank_interval(one: Tensor, other: Tensor, *, resamples: int = 500, seed: int = 0) -> Interval:
    """Spearman's rank correlation of two measures (N,) of the same pairs, with its bootstrap interval.

    Example:
        >>> rank_interval(torch.arange(30.0), torch.arange(30.0) ** 2).estimate
        1.0
    """
    both = torch.stack([one, other], dim=1)

    def each(samples: Tensor) -> Tensor:
        return torch.tensor([rank_correlation(*rows.T) for rows in samples])

    return bootstrap(both, each, resamples=resamples, seed=seed)
