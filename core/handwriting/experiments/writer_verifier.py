r"""Who wrote this? A small linear verifier of writers, fitted to other writers than those it is asked about.

A hand shows in how it leans, how wide and bold it is, and in which directions its strokes run (Bulacu and Schomaker,
"Text-Independent Writer Identification and Verification Using Textural and Allographic Features", 2007, section 3).
Twenty such figures are taken of a character, the mean of its class is taken away, and the directions are kept in which
writers differ most for how much each of them varies (Fisher, "The Use of Multiple Measurements in Taxonomic Problems",
1936). It shares nothing with the models it judges: neither weights nor latents.
"""

from dataclasses import dataclass
from typing import Self, final

import torch
import torch.nn.functional as F
from torch import Tensor

from core.latent.class_means import class_means
from core.nn.shape_measures import shape_style

DIRECTIONS = 16  # bins of the histogram of stroke edges
KEPT = 16  # dimensions in which writers are compared
RIDGE = 0.3  # share of the mean variance that is added to every direction's own


def stroke_directions(ink: Tensor, bins: int = DIRECTIONS) -> Tensor:
    """How much edge runs in each direction: gradients of the ink, weighted by their length, in bins of equal angle.

    Args:
        ink: pictures in [0, 1], (B, 1, S, S).
        bins: over the whole turn; a gradient counts for the two nearest, by its distance from each.

    Returns:
        (B, bins), the mean over the pixels.

    Example:
        >>> bar = torch.zeros(1, 1, 8, 8)
        >>> bar[..., 2:6] = 1  # its edges run upright: gradients to the right and to the left
        >>> stroke_directions(bar, bins=4)
        tensor([[0.2500, 0.0000, 0.2500, 0.0000]])
    """
    across = F.pad(ink[..., 2:] - ink[..., :-2], (1, 1, 0, 0))
    down = F.pad(ink[..., 2:, :] - ink[..., :-2, :], (0, 0, 1, 1))
    length = torch.hypot(across, down).flatten(1)
    place = torch.atan2(down, across).flatten(1) / (2 * torch.pi) * bins % bins
    first, share = place.floor().long() % bins, place - place.floor()
    histogram = torch.zeros(len(ink), bins)
    histogram.scatter_add_(1, first, length * (1 - share))
    return histogram.scatter_add_(1, (first + 1) % bins, length * share) / length.shape[1]


def stroke_figures(ink: Tensor) -> Tensor:
    """The figures of `shape_style` and of `stroke_directions`, four and sixteen: (B, 1, S, S) → (B, 20)."""
    return torch.cat([shape_style(ink), stroke_directions(ink)], dim=1)


@final
@dataclass(frozen=True)
class Verifier:
    """A linear map from a character to a vector that says who wrote it.

    Attributes:
        means: the mean figures of each class, (K, 20).
        map: from deviations to vectors, (20, D).

    Example:
        >>> x = torch.rand(40, 1, 28, 28, generator=torch.Generator().manual_seed(0))
        >>> labels, writers = torch.arange(40) % 4, torch.arange(40) // 4
        >>> Verifier.fit(x, labels, writers).embed(x, labels).shape
        torch.Size([40, 16])
    """

    means: Tensor
    map: Tensor

    @classmethod
    def fit(cls, ink: Tensor, labels: Tensor, writers: Tensor) -> Self:
        """Fisher's discriminant between writers, every one of whom wrote every class.

        Args:
            ink: pictures in [0, 1], (N, 1, S, S).
            labels, writers: (N,).
        """
        figures = stroke_figures(ink)
        scale = figures.std(dim=0).clamp_min(1e-6)
        means = class_means(figures, labels, int(labels.max()) + 1)
        deviations = (figures - means[labels]) / scale
        numbers, who = writers.unique(return_inverse=True)
        hands = class_means(deviations, who, len(numbers))
        rest = deviations - hands[who]
        within = rest.T @ rest / len(rest)
        within = within + RIDGE * within.diagonal().mean() * torch.eye(len(within))
        whiten = _inverse_root(within)
        spread, directions = torch.linalg.eigh(whiten @ (hands.T @ hands / len(numbers)) @ whiten)
        chosen = (directions * spread.clamp_min(0).sqrt())[:, -KEPT:]
        return cls(means, whiten @ chosen / scale[:, None])

    def embed(self, ink: Tensor, labels: Tensor) -> Tensor:
        """Pictures (B, 1, S, S) in [0, 1] of known classes (B,) → vectors (B, D), compared by the cosine."""
        return (stroke_figures(ink) - self.means[labels]) @ self.map


def _inverse_root(matrix: Tensor) -> Tensor:
    """The symmetric inverse square root of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.rsqrt() @ vectors.T
