"""Session of the Analogies app: a digit's style, in all ten digits.

"Generative Models and Applications in Style Transfer with Interaction" (Chandra, Drelich, Scholl and Wortsman, 2018),
section 3.2: z ~ q(z | x, y) is the style of a digit, and G(z, 0) … G(z, 9) are its analogies.

Latents lie on a grid of 1/64, so that a link reproduces them, and with them every pixel, exactly.
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
from core.latent.interpolation import linear
from core.models.base import SURE as SURE  # for the views
from core.models.base import Autoencoder, Classifier
from core.registry.load import load

DIGITS = 10
GRID = 64  # steps in one unit of a latent
REACH = 4  # the largest latent
STEPS = 11  # pictures of a morph
EXAMPLE_SEEDS = 1_000_000  # first seed of the random styles that serve as examples
TRIES = 8  # random styles tried for a legible example


class Restyling(NamedTuple):
    """A drawing's recognised digit and style, and the style shown.

    Attributes:
        probabilities: of the digits, (10,); None without a drawing.
        digit: recognised or given; None without a drawing.
        own: style of the drawing, or the one chosen instead, (Z,).
        z: own style with the visitor's edits, (Z,).
        target: style to morph towards, (Z,).
        shown: z + λ (target − z), (Z,).
    """

    probabilities: Tensor | None
    digit: int | None
    own: Tensor
    z: Tensor
    target: Tensor
    shown: Tensor


@dataclass(frozen=True)
class Session:
    """Models that recognise a digit and draw its style in all ten digits.

    Attributes:
        autoencoder: a conditional model of ten classes, in evaluation mode.
        judge: a classifier of digits, independent of its training.
        preprocess: of both models.
        atlas: latents of real digits as examples, or None.
        version: first letters of the sha256 of the autoencoder's weights.
    """

    autoencoder: Autoencoder
    judge: Classifier
    preprocess: Preprocess
    atlas: Atlas | None
    version: str

    @torch.inference_mode()
    def read(self, ink: Tensor) -> Tensor:
        """Probabilities of the ten digits, (10,), for ink (1, 1, S, S)."""
        return self.judge.probabilities(ink)[0]

    @torch.inference_mode()
    def style(self, ink: Tensor, digit: int) -> Tensor:
        """Style (Z,) of ink (1, 1, S, S) that shows a digit: its posterior mean, quantised."""
        return quantised(self.autoencoder.encode(ink, torch.tensor([digit])).mean[0])

    def random_style(self, seed: int) -> Tensor:
        """Draw from N(0, I), quantised, (Z,)."""
        return quantised(torch.randn(self.autoencoder.latent, generator=torch.Generator().manual_seed(seed)))

    def example_style(self, digit: int, turn: int = 0) -> Tensor:
        """Style of an example of a digit, another each turn: from the atlas if there is one, else random, (Z,)."""
        if self.atlas is None:
            return self._legible_style(digit, EXAMPLE_SEEDS + (turn % EXAMPLE_SEEDS * DIGITS + digit) * TRIES)
        members = self.atlas.z[self.atlas.labels == digit]
        return quantised(members[turn * 7 % len(members)])  # seven apart: the next example looks different

    @torch.inference_mode()
    def _legible_style(self, digit: int, seed: int) -> Tensor:
        """First of `TRIES` random styles in which the digit is recognised, (Z,)."""
        z = torch.stack([self.random_style(seed + further) for further in range(TRIES)])
        drawn = self.autoencoder.decode(z, torch.full((TRIES,), digit))
        return z[int((self.judge.predict(drawn) == digit).int().argmax())]

    def example(self, key: str, turn: int = 0) -> np.ndarray:
        """Glyph (S, S) uint8 of a typed digit, drawn by the model; another each turn."""
        if key not in tuple("0123456789") or type(turn) is not int:
            raise ValueError(f"expected a digit from 0 to 9, got {str(key)[:20]!r}")
        return self.glyphs(self.example_style(int(key), turn)[None])[0, int(key)]

    def glyphs(self, z: Tensor) -> np.ndarray:
        """Ten digits in each style: (N, Z) → (N, 10, S, S) uint8."""
        return rendering.to_array(analogies(self.autoencoder, z))

    def film(self, restyling: Restyling) -> np.ndarray:
        """Ten digits along the line to the target, (11, 10, S, S) uint8."""
        return self.glyphs(linear(restyling.z, restyling.target, STEPS - 1))

    def restyle(
        self,
        ink: Tensor | None,
        target: Tensor,
        lam: float,
        *,
        digit: int | None = None,
        style: int | None = None,
        edits: Mapping[int, float] | None = None,
    ) -> Restyling:
        """Digit and style of a drawing, with edits, moved towards another style.

        Args:
            ink: (1, 1, S, S), or None for the style at the mean of the prior.
            target: style to move towards, (Z,).
            lam: λ in [0, 1].
            digit: label given by the visitor, or None for the recognised digit.
            style: seed of a random style instead of the drawing's, or None.
            edits: latents set by the visitor, by dimension.
        """
        probabilities = None if ink is None else self.read(ink)
        if probabilities is not None and digit is None:
            digit = int(probabilities.argmax())
        own = self._own_style(ink, digit, style)
        z = own.clone()
        for dimension, value in (edits or {}).items():
            z[dimension] = value
        return Restyling(probabilities, None if ink is None else digit, own, z, target, torch.lerp(z, target, lam))

    def _own_style(self, ink: Tensor | None, digit: int | None, style: int | None) -> Tensor:
        if style is not None:
            return self.random_style(style)
        if ink is None or digit is None:
            return torch.zeros(self.autoencoder.latent)
        return self.style(ink, digit)


@lru_cache(maxsize=4)
def load_session(autoencoder: str = "mnist-cvae", judge: str = "mnist-classifier") -> Session:
    """Session of two records, cached.

    Raises:
        ValueError, FileNotFoundError: as `core.registry.load.load` says.
    """
    checkpoint = load(autoencoder)
    record = checkpoint.record
    atlas = load_atlas(autoencoder) if record.atlas and record.atlas.sha256 else None
    version = (record.sha256 or "")[:8]
    return Session(checkpoint.autoencoder, load(judge).classifier, checkpoint.preprocess, atlas, version)


def quantised(z: Tensor) -> Tensor:
    """Latents rounded to multiples of 1/64 and clamped to ±4.

    Example:
        >>> quantised(torch.tensor([0.1, -9.0]))
        tensor([ 0.0938, -4.0000])
    """
    return z.mul(GRID).round().clamp(-REACH * GRID, REACH * GRID) / GRID


class Redrawn(NamedTuple):
    """Ten digits in one style, `glyphs` (10, S, S) uint8, and the judge's predictions, `read`."""

    glyphs: np.ndarray
    read: list[int]

    @property
    def right(self) -> int:
        """Number of the ten predicted as intended."""
        return sum(read == asked for asked, read in enumerate(self.read))


@torch.inference_mode()
def redraw(model: Autoencoder, judge: Classifier, ink: Tensor, digit: int) -> Redrawn:
    """Ten digits in the style of ink (1, 1, S, S) that shows a digit, by any conditional model (figure 10)."""
    drawn = analogies(model, model.encode(ink, torch.tensor([digit])).mean)[0]
    return Redrawn(rendering.to_array(drawn), judge.predict(drawn).tolist())
