"""The style loss experiments of the cartography paper (chapter 7) for one model.

The style loss along trajectories between pairs of paintings, within a class or between two, is compared with that of
the pixel cross-dissolve between the same decoded ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypedDict, Unpack

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


class Options(TypedDict, total=False):
    """Which pairs are chosen, how many, the steps of their lines, and the seed of the choice."""

    choice: Choice
    pairs: int
    steps: int
    seed: int


@dataclass(frozen=True)
class Measures:
    """Measures of N trajectories.

    Attributes:
        profiles: style loss of each step, (N, T).
        curvatures: of the profiles, (N,).
        null: curvatures of the dissolves, (N,).
        departures: distances from the dissolves, (N,).
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
    def joined(cls, parts: Sequence["Measures"]) -> "Measures":
        """Measures of several sets of trajectories, concatenated.

        Example:
            >>> one = Measures(torch.ones(2, 3), *torch.ones(4, 2))
            >>> len(Measures.joined([one, one]).distances)
            4
        """
        names = ("profiles", "curvatures", "null", "departures", "distances")
        return cls(*(torch.cat([getattr(part, name) for part in parts]) for name in names))


def measure_lines(model: Autoencoder, backbone: Backbone, start: Tensor, end: Tensor, steps: int = STEPS) -> Measures:
    """Measures of straight trajectories between N pairs of latents, (N, Z) each."""
    parts = [
        _measured(frames(linear(a, b, steps), model.decode), backbone, a, b)
        for a, b in zip(start.split(AT_ONCE), end.split(AT_ONCE), strict=True)
    ]
    return Measures.joined(parts)


def within_classes(
    model: Autoencoder,
    backbone: Backbone,
    z: Tensor,
    labels: Tensor,
    classes: Sequence[str],
    **how: Unpack[Options],
) -> dict[str, Measures]:
    """Measures of lines within each class (section 7.2), by class: latents (N, Z), labels (N,)."""
    return {
        name: _measure_pairs(model, backbone, z, labels, (label, label), **how) for label, name in enumerate(classes)
    }


def between_classes(
    model: Autoencoder,
    backbone: Backbone,
    z: Tensor,
    labels: Tensor,
    classes: Sequence[str],
    **how: Unpack[Options],
) -> dict[tuple[str, str], Measures]:
    """Measures of lines from each class to each later one (section 7.3), by the names of both."""
    return {
        (classes[first], classes[second]): _measure_pairs(model, backbone, z, labels, (first, second), **how)
        for first, second in combinations(range(len(classes)), 2)
    }


def _measure_pairs(
    model: Autoencoder,
    backbone: Backbone,
    z: Tensor,
    labels: Tensor,
    ends: tuple[int, int],
    *,
    choice: Choice = "random",
    pairs: int = PAIRS,
    steps: int = STEPS,
    seed: int = 0,
) -> Measures:
    """Measures of lines from members of one class to members of another, or of the same."""
    chosen = choose_pairs(z, labels, *ends, choice, count=pairs, seed=seed)
    return measure_lines(model, backbone, z[chosen[:, 0]], z[chosen[:, 1]], steps)


def perceptual_features(backbone: Backbone) -> Features:
    """Function of pictures (B, 3, S, S) to responses of all layers of a backbone, weighted equally, (B, D).

    Unlike style vectors they keep positions in the picture. Geodesics are shortest in these features.
    """

    def features(pictures: Tensor) -> Tensor:
        found = backbone.responses(pictures)
        return torch.cat([response.flatten(1) / response[0].numel() ** 0.5 for response in found], dim=1)

    return features


@dataclass(frozen=True)
class GeodesicComparison:
    """Geodesics and straight lines between the same N pairs.

    Attributes:
        straight, geodesic: measures of both.
        shortening: ratio of the geodesic's length to the line's, in the features it minimises, (N,).
    """

    straight: Measures
    geodesic: Measures
    shortening: Tensor


def compare_geodesics(
    model: Autoencoder, backbone: Backbone, start: Tensor, end: Tensor, steps: int = STEPS, *, iterations: int = 15
) -> GeodesicComparison:
    """Geodesics in perceptual features, and straight lines, between N pairs of latents, (N, Z) each."""
    features = perceptual_features(backbone)
    straight, curved = [], []
    lengths: list[tuple[float, float]] = []
    for a, b in zip(start[:, None], end[:, None], strict=True):
        paths = linear(a, b, steps), geodesic(a, b, steps, model.decode, features, iterations=iterations)
        drawn = [frames(path, model.decode) for path in paths]
        with torch.inference_mode():
            one, other = (path_length(features(x[0])).item() for x in drawn)
        lengths.append((one, other))
        straight.append(_measured(drawn[0], backbone, a, b))
        curved.append(_measured(drawn[1], backbone, a, b))
    of_line, of_curve = torch.tensor(lengths).T
    return GeodesicComparison(Measures.joined(straight), Measures.joined(curved), of_curve / of_line)


def _measured(pictures: Tensor, backbone: Backbone, start: Tensor, end: Tensor) -> Measures:
    null = dissolve(pictures[:, 0], pictures[:, -1], pictures.shape[1] - 1)
    ours, theirs = (profile(x, lambda rows: styles(backbone, rows)) for x in (pictures, null))
    return Measures(ours, curvature(ours), curvature(theirs), departure(pictures), (end - start).norm(dim=1))
