"""The style loss experiments of the cartography paper (chapter 7) for one model.

Pairs of paintings are chosen within a class or between two, the model walks from one to the other, and the style loss
of every step is set beside that of the pixel cross-dissolve between the same decoded ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from core.cartography.pair_selection import Choice, choose_pairs
from core.latent.interpolation import Features, dissolve, geodesic, linear, path_length
from core.metrics.trajectory_shape import (
    Band,
    ShapeEstimate,
    band,
    curvature,
    departure,
    estimate_shape,
    frames,
    profile,
)
from core.models.base import Autoencoder, Backbone
from core.style.style_loss import styles

PAIRS = 100  # of each experiment, as in the paper
STEPS = 10
AT_ONCE = 10  # pairs whose frames are held in memory


@dataclass(frozen=True)
class Walks:
    """What N trajectories of one kind showed.

    Attributes:
        profiles: style loss of each step, (N, T).
        curvatures, null, departures: of each, of its dissolve, and how far it is from it; each (N,).
        distances: Euclidean distance of the ends in latent space, (N,).
    """

    profiles: Tensor
    curvatures: Tensor
    null: Tensor
    departures: Tensor
    distances: Tensor

    @property
    def band(self) -> Band:
        """Mean and standard deviation of the profiles."""
        return band(self.profiles)

    @property
    def shape(self) -> ShapeEstimate:
        """Horseshoe, wave or undecided, against the dissolves."""
        return estimate_shape(self.curvatures, self.null, self.departures)

    @classmethod
    def joined(cls, parts: Sequence["Walks"]) -> "Walks":
        """Several as one.

        Example:
            >>> one = Walks(torch.ones(2, 3), *torch.ones(4, 2))
            >>> len(Walks.joined([one, one]).distances)
            4
        """
        names = ("profiles", "curvatures", "null", "departures", "distances")
        return cls(*(torch.cat([getattr(part, name) for part in parts]) for name in names))


def walk_between(model: Autoencoder, backbone: Backbone, start: Tensor, end: Tensor, steps: int = STEPS) -> Walks:
    """Straight walks between N pairs of latents, (N, Z) each, and what they show."""
    parts = [
        _shown(frames(linear(a, b, steps), model.decode), backbone, a, b)
        for a, b in zip(start.split(AT_ONCE), end.split(AT_ONCE), strict=True)
    ]
    return Walks.joined(parts)


def within_classes(
    model: Autoencoder,
    backbone: Backbone,
    z: Tensor,
    labels: Tensor,
    classes: Sequence[str],
    *,
    choice: Choice = "random",
    pairs: int = PAIRS,
    steps: int = STEPS,
    seed: int = 0,
) -> dict[str, Walks]:
    """Walks inside each class (section 7.2): latents (N, Z) and labels (N,) → what was shown, by the class's name."""
    found = {}
    for label, name in enumerate(classes):
        chosen = choose_pairs(z, labels, label, label, choice, count=pairs, seed=seed)
        found[name] = walk_between(model, backbone, z[chosen[:, 0]], z[chosen[:, 1]], steps)
    return found


def between_classes(
    model: Autoencoder,
    backbone: Backbone,
    z: Tensor,
    labels: Tensor,
    classes: Sequence[str],
    *,
    choice: Choice = "random",
    pairs: int = PAIRS,
    steps: int = STEPS,
    seed: int = 0,
) -> dict[tuple[str, str], Walks]:
    """Walks from each class to each later one (section 7.3), by the names of both."""
    found = {}
    for first, second in combinations(range(len(classes)), 2):
        chosen = choose_pairs(z, labels, first, second, choice, count=pairs, seed=seed)
        walked = walk_between(model, backbone, z[chosen[:, 0]], z[chosen[:, 1]], steps)
        found[classes[first], classes[second]] = walked
    return found


def perceived(backbone: Backbone) -> Features:
    """Features in which a geodesic is short: what the backbone sees where, each layer of equal weight.

    Pictures (B, 3, S, S) → (B, D); unlike style vectors they know where in the picture something is.
    """

    def features(pictures: Tensor) -> Tensor:
        found = backbone.responses(pictures)
        return torch.cat([response.flatten(1) / response[0].numel() ** 0.5 for response in found], dim=1)

    return features


@dataclass(frozen=True)
class Detours:
    """Geodesics beside straight walks between the same N pairs.

    Attributes:
        straight, geodesic: what either showed.
        shortening: length of the geodesic in the features it minimises, by that of the line, (N,).
    """

    straight: Walks
    geodesic: Walks
    shortening: Tensor


def detours(
    model: Autoencoder, backbone: Backbone, start: Tensor, end: Tensor, steps: int = STEPS, *, iterations: int = 15
) -> Detours:
    """Geodesics in what the backbone perceives, beside straight lines: N pairs of latents, (N, Z) each."""
    features = perceived(backbone)
    straight, curved = [], []
    lengths: list[tuple[float, float]] = []
    for a, b in zip(start[:, None], end[:, None], strict=True):
        paths = linear(a, b, steps), geodesic(a, b, steps, model.decode, features, iterations=iterations)
        drawn = [frames(path, model.decode) for path in paths]
        with torch.inference_mode():
            one, other = (path_length(features(x[0])).item() for x in drawn)
        lengths.append((one, other))
        straight.append(_shown(drawn[0], backbone, a, b))
        curved.append(_shown(drawn[1], backbone, a, b))
    of_line, of_curve = torch.tensor(lengths).T
    return Detours(Walks.joined(straight), Walks.joined(curved), of_curve / of_line)


def _shown(pictures: Tensor, backbone: Backbone, start: Tensor, end: Tensor) -> Walks:
    null = dissolve(pictures[:, 0], pictures[:, -1], pictures.shape[1] - 1)
    ours, theirs = (profile(x, lambda rows: styles(backbone, rows)) for x in (pictures, null))
    return Walks(ours, curvature(ours), curvature(theirs), departure(pictures), (end - start).norm(dim=1))
