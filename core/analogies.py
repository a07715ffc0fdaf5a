"""The workbench of the Analogies app: a digit's style, in all ten digits.

"Generative Models and Applications in Style Transfer with Interaction" (Chandra, Drelich, Scholl and Wortsman, 2018),
section 3.2: z ~ q(z | x, y) is the style of a digit, and G(z, 0) … G(z, 9) are its analogies.

Latents live on a grid of 1/64: the text of a link holds them exactly, and with them every pixel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core import figures
from core.checkpoint import load
from core.latent import Atlas, analogies, decode_set, interpolate, load_atlas
from core.models.base import Autoencoder, Classifier
from core.preprocess import Preprocess
from core.style import STYLE, shape_style

DIGITS = 10
GRID = 64  # steps in one unit of a latent
REACH = 4  # the largest latent
STEPS = 11  # pictures of a morph
SURE = 0.7  # the least probability with which a digit is named
TELLING = 0.4  # the least correlation by which a dimension gets a name
EXAMPLE_SEEDS = 1_000_000  # the examples are random styles by seeds from here on
TRIES = 8  # random styles among which a legible one is looked for


class Work(NamedTuple):
    """A style on its way.

    Attributes:
        probabilities: what the drawing reads as, (10,); None without a drawing.
        digit: what it is taken as; None without a drawing.
        own: its style, or the one chosen in its place, (Z,).
        z: the same with the visitor's changes.
        target: where it is morphed to.
        shown: how far it has come, z + λ (target − z).
    """

    probabilities: Tensor | None
    digit: int | None
    own: Tensor
    z: Tensor
    target: Tensor
    shown: Tensor


@dataclass(frozen=True)
class Bench:
    """What it takes to read a digit and to carry its style over.

    Attributes:
        autoencoder: a conditional model of ten classes, in evaluation mode.
        judge: a classifier of digits that took no part in its training.
        preprocess: the preprocessing both were trained with.
        atlas: latents of real digits to take examples from, if there are any.
        version: the first letters of the sha256 of the autoencoder's weights.
    """

    autoencoder: Autoencoder
    judge: Classifier
    preprocess: Preprocess
    atlas: Atlas | None
    version: str

    @torch.inference_mode()
    def read(self, ink: Tensor) -> Tensor:
        """The judge's probabilities of the ten digits, (10,), for ink (1, 1, S, S)."""
        return self.judge.probabilities(ink)[0]

    @torch.inference_mode()
    def style(self, ink: Tensor, digit: int) -> Tensor:
        """The posterior mean of ink (1, 1, S, S) that shows a digit: its style, (Z,)."""
        return quantised(self.autoencoder.encode(ink, torch.tensor([digit])).mean[0])

    def random_style(self, seed: int) -> Tensor:
        """A draw from N(0, I), (Z,)."""
        return quantised(torch.randn(self.autoencoder.latent, generator=torch.Generator().manual_seed(seed)))

    def example_style(self, digit: int, turn: int = 0) -> Tensor:
        """The style of an example of a digit, another one each turn: a real one's if there is an atlas, else random."""
        if self.atlas is None:
            return self._legible_style(digit, EXAMPLE_SEEDS + (turn % EXAMPLE_SEEDS * DIGITS + digit) * TRIES)
        members = self.atlas.z[self.atlas.labels == digit]
        return quantised(members[turn * 7 % len(members)])  # seven apart: the next example looks different

    @torch.inference_mode()
    def _legible_style(self, digit: int, seed: int) -> Tensor:
        """The first of a few random styles in which the judge reads the digit as what it is."""
        z = torch.stack([self.random_style(seed + further) for further in range(TRIES)])
        drawn = self.autoencoder.decode(z, torch.full((TRIES,), digit))
        return z[int((self.judge.logits(drawn).argmax(dim=1) == digit).int().argmax())]

    def example(self, key: str, turn: int = 0) -> np.ndarray:
        """A glyph (S, S) uint8 of a typed digit, as the model draws it; another one each turn."""
        if key not in tuple("0123456789") or type(turn) is not int:
            raise ValueError(f"expected a digit from 0 to 9, got {str(key)[:20]!r}")
        return self.glyphs(self.example_style(int(key), turn)[None])[0, int(key)]

    def glyphs(self, z: Tensor) -> np.ndarray:
        """The ten digits in each style: (N, Z) → (N, 10, S, S) uint8."""
        return figures.to_array(analogies(self.autoencoder, z))

    def film(self, done: Work) -> np.ndarray:
        """The ten digits on the way to the target, (11, 10, S, S) uint8."""
        return self.glyphs(interpolate(done.z, done.target, STEPS))

    def work(
        self,
        ink: Tensor | None,
        target: Tensor,
        lam: float,
        *,
        digit: int | None = None,
        style: int | None = None,
        edits: Mapping[int, float] | None = None,
    ) -> Work:
        """Read a digit, take its style, change it, and move it towards another.

        Args:
            ink: (1, 1, S, S), or None if nothing is drawn: the style is then the middle of the prior.
            target: the other style, (Z,).
            lam: λ in [0, 1].
            digit: what the visitor says the ink shows, or None to follow the judge.
            style: seed of a random style that takes the place of the digit's, or None.
            edits: the latents that the visitor has set, by dimension.
        """
        probabilities = None if ink is None else self.read(ink)
        if probabilities is not None and digit is None:
            digit = int(probabilities.argmax())
        own = self._own_style(ink, digit, style)
        z = own.clone()
        for dimension, value in (edits or {}).items():
            z[dimension] = value
        return Work(probabilities, None if ink is None else digit, own, z, target, torch.lerp(z, target, lam))

    def _own_style(self, ink: Tensor | None, digit: int | None, style: int | None) -> Tensor:
        if style is not None:
            return self.random_style(style)
        if ink is None or digit is None:
            return torch.zeros(self.autoencoder.latent)
        return self.style(ink, digit)


@lru_cache(maxsize=4)
def load_bench(autoencoder: str = "mnist-cvae", judge: str = "mnist-classifier") -> Bench:
    """The bench over two records, loaded once a process.

    Raises:
        ValueError, FileNotFoundError: as `core.checkpoint.load` says.
    """
    checkpoint = load(autoencoder)
    record = checkpoint.record
    atlas = load_atlas(autoencoder) if record.atlas and record.atlas.sha256 else None
    version = (record.sha256 or "")[:8]
    return Bench(checkpoint.autoencoder, load(judge).classifier, checkpoint.preprocess, atlas, version)


def quantised(z: Tensor) -> Tensor:
    """Latents on the grid of 1/64, within ±4.

    Example:
        >>> quantised(torch.tensor([0.1, -9.0]))
        tensor([ 0.0938, -4.0000])
    """
    return z.mul(GRID).round().clamp(-REACH * GRID, REACH * GRID) / GRID


class Dimension(NamedTuple):
    """What one latent dimension does to the pictures.

    Attributes:
        number: which one it is, from 0.
        effect: root mean square change of a pixel, in [0, 1], when it moves by one.
        measure: the measure of `core.style` it goes with most, "boldness" for the stroke; "shape" if with none.
        correlation: Pearson's r with that measure, the strongest there is even if it has no name.
    """

    number: int
    effect: float
    measure: str
    correlation: float


@lru_cache(maxsize=8)
@torch.inference_mode()
def dimension_profile(model: Autoencoder, samples: int = 500, seed: int = 0) -> tuple[Dimension, ...]:
    """What each latent dimension does, the strongest first, from decodings of draws from the prior.

    Effect: $\\sqrt{E (G(z + e_d / 2) - G(z - e_d / 2))^2}$ over pixels, for the unit vector $e_d$ of the dimension.
    Correlation: of $z_d$ with slant, width, height and boldness, each less the mean of its class.

    Args:
        model: in evaluation mode, conditional or not.
        samples: number of draws.
        seed: of the draws.
    """
    z = torch.randn((samples, model.latent), generator=torch.Generator().manual_seed(seed))
    labels = torch.arange(samples) % max(1, model.classes)
    told = labels if model.classes else None
    style = _less_class_means(shape_style(decode_set(model, z, told)), labels)
    r = _correlations(z, style)
    few, some = z[:100], None if told is None else told[:100]
    effects = [_effect(model, few, some, step) for step in torch.eye(model.latent)]
    found = [_dimension(number, effects[number], r[number]) for number in range(model.latent)]
    return tuple(sorted(found, key=lambda dimension: -dimension.effect))


def _effect(model: Autoencoder, z: Tensor, labels: Tensor | None, step: Tensor) -> float:
    change = decode_set(model, z + step / 2, labels) - decode_set(model, z - step / 2, labels)
    return float(change.square().mean().sqrt())


def _dimension(number: int, effect: float, r: Tensor) -> Dimension:
    best = int(r.abs().argmax())
    name = {"stroke": "boldness"}.get(STYLE[best], STYLE[best])
    return Dimension(number, effect, name if abs(r[best]) >= TELLING else "shape", float(r[best]))


def _less_class_means(values: Tensor, labels: Tensor) -> Tensor:
    means = torch.zeros(int(labels.max()) + 1, values.shape[1]).index_add_(0, labels, values)
    return values - (means / torch.bincount(labels)[:, None])[labels]


def _correlations(a: Tensor, b: Tensor) -> Tensor:
    """Pearson's r of each column of (N, A) with each of (N, B): (A, B); 0 where one does not vary."""
    a, b = a - a.mean(dim=0), b - b.mean(dim=0)
    return a.T @ b / (a.norm(dim=0)[:, None] * b.norm(dim=0)).clamp_min(1e-6)


class Redrawn(NamedTuple):
    """A digit's style in all ten digits by one model, `glyphs` (10, S, S) uint8, and what the judge reads them as."""

    glyphs: np.ndarray
    read: list[int]

    @property
    def right(self) -> int:
        """How many of the ten show what they should."""
        return sum(read == asked for asked, read in enumerate(self.read))


@torch.inference_mode()
def redraw(model: Autoencoder, judge: Classifier, ink: Tensor, digit: int) -> Redrawn:
    """Carry the style of ink (1, 1, S, S) that shows a digit over to all ten by another model (figure 10)."""
    drawn = analogies(model, model.encode(ink, torch.tensor([digit])).mean)[0]
    return Redrawn(figures.to_array(drawn), judge.logits(drawn).argmax(dim=1).tolist())
