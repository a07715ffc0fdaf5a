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

from core.imaging import rendering
from core.imaging.preprocess import Preprocess
from core.latent.atlas import Atlas, load_atlas
from core.latent.encoding import analogies
from core.latent.interpolation import interpolate
from core.models.base import Autoencoder, Classifier
from core.registry.load import load

DIGITS = 10
GRID = 64  # steps in one unit of a latent
REACH = 4  # the largest latent
STEPS = 11  # pictures of a morph
SURE = 0.7  # the least probability with which a digit is named
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
        return rendering.to_array(analogies(self.autoencoder, z))

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
        ValueError, FileNotFoundError: as `core.registry.load.load` says.
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
    return Redrawn(rendering.to_array(drawn), judge.logits(drawn).argmax(dim=1).tolist())
