"""StyleApp's workbench: two models, their preprocessing and an atlas, loaded once and used by every request."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.data.characters import CLASSES, merge_lookalikes
from core.imaging import rendering
from core.imaging.preprocess import Preprocess
from core.latent.atlas import Atlas, load_atlas
from core.latent.encoding import decode_set
from core.latent.interpolation import interpolate
from core.latent.sampling import sample_around
from core.models.base import SURE, Autoencoder, Classifier
from core.registry.load import load

SAMPLES = 16


class Reading(NamedTuple):
    """What the models make of one glyph: its latent mean `z`, (Z,), and its class `probabilities`, (K,)."""

    z: Tensor
    probabilities: Tensor


class Verdict(NamedTuple):
    """The likeliest characters with their probabilities, and how much they are worth.

    `state` is "sure" if the first one alone has `SURE`, "alike" if only together with its look-alikes (O, o and 0 are
    one shape once cropped), else "unsure".
    """

    top: list[tuple[str, float]]
    state: Literal["sure", "alike", "unsure"]


class Work(NamedTuple):
    """One character on its way: its ink, what it reads as, where it is pulled to, and how far it has come."""

    ink: Tensor
    reading: Reading
    named: Verdict
    target: str
    z_target: Tensor
    z: Tensor


@dataclass(frozen=True)
class Studio:
    """What it takes to read a character and to restyle it.

    Attributes:
        autoencoder, classifier: the models, in evaluation mode.
        preprocess: the preprocessing both were trained with.
        atlas: class means, hands and map of the autoencoder's latents.
        version: the first letters of the sha256 of the autoencoder's weights.
    """

    autoencoder: Autoencoder
    classifier: Classifier
    preprocess: Preprocess
    atlas: Atlas
    version: str

    @property
    def hands(self) -> int:
        """The number of writers' hands."""
        return len(self.atlas.hands)

    def example(self, character: str, turn: int = 0) -> np.ndarray:
        """A glyph (28, 28) uint8 of a character in one of the hands, another one each turn."""
        if character not in CLASSES or type(turn) is not int:
            raise ValueError(f"expected a character out of 0-9, A-Z and a-z, got {str(character)[:20]!r}")
        z = self.target(character, turn * 7 % self.hands)  # seven apart: the next example looks different
        return self.glyphs(z[None])[0]

    def target(self, character: str, hand: int | None) -> Tensor:
        r"""Where to pull a glyph: the class mean $z_\mu$, or the same in one writer's hand, $z_\mu + s_w$, (Z,).

        For a glyph with style $s = z - z_\mu$, the second is $z - s + s_w$: the character stays and the hand changes.
        """
        mean = self.atlas.means[CLASSES.index(character)]
        return mean if hand is None else mean + self.atlas.hands[hand]

    def work(self, ink: Tensor, target: str, hand: int | None, lam: float) -> Work:
        """Read ink (1, 1, S, S), and pull it towards a character by λ; "" follows what it reads as."""
        reading = read(ink, self.autoencoder, self.classifier)
        named = verdict(reading.probabilities)
        target = target or named.top[0][0]
        z_target = self.target(target, hand)
        return Work(ink, reading, named, target, z_target, pull(reading.z, z_target, lam))

    def result(self, done: Work) -> np.ndarray:
        """The decoded z as a glyph, (1, 28, 28) uint8."""
        return self.glyphs(done.z[None])

    def surroundings(self, done: Work, sigma: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """The way to the target, (11, 28, 28) uint8, and draws from N(z, σ²I), (16, 28, 28)."""
        samples = sample_around(done.z, sigma, SAMPLES, seed)
        way, drawn = surroundings(self.autoencoder, done.reading.z, done.z_target, samples)
        return rendering.to_array(way), rendering.to_array(drawn)

    def glyphs(self, z: Tensor) -> np.ndarray:
        """Decoded latents (N, Z) as glyphs, (N, 28, 28) uint8."""
        return rendering.to_array(decode_set(self.autoencoder, z))


@lru_cache(maxsize=4)
def load_studio(autoencoder: str = "chars62-infovae-32", classifier: str = "chars62-classifier") -> Studio:
    """The studio over two records, loaded once a process.

    Raises:
        ValueError, FileNotFoundError: as `core.registry.load.load` says.
    """
    checkpoint = load(autoencoder)
    return Studio(
        checkpoint.autoencoder,
        load(classifier).classifier,
        checkpoint.preprocess,
        load_atlas(autoencoder),
        (checkpoint.record.sha256 or "")[:8],
    )


def latents(done: Work, sigma: float, seed: int) -> dict[str, np.ndarray]:
    """The latents of a work by name: `z_pad`, `z_target` and `z`, (Z,), and the `samples`, (M, Z)."""
    samples = sample_around(done.z, sigma, SAMPLES, seed)
    named = {"z_pad": done.reading.z, "z_target": done.z_target, "z": done.z, "samples": samples}
    return {name: tensor.numpy() for name, tensor in named.items()}


@torch.inference_mode()
def read(ink: Tensor, autoencoder: Autoencoder, classifier: Classifier) -> Reading:
    """Encode and classify one preprocessed glyph, (1, 1, S, S) in [0, 1]."""
    return Reading(autoencoder.encode(ink).mean[0], classifier.probabilities(ink)[0])


def verdict(probabilities: Tensor, top: int = 5) -> Verdict:
    """Rank the class probabilities (K,) and say how sure the first name is.

    Example:
        >>> verdict(torch.nn.functional.one_hot(torch.tensor(10), 62).float(), top=1)
        Verdict(top=[('A', 1.0)], state='sure')
    """
    ranked = probabilities.topk(top)
    family = merge_lookalikes(torch.arange(len(probabilities)))
    best = int(ranked.indices[0])
    together = float(probabilities[family == family[best]].sum())
    named = [(CLASSES[i], float(p)) for i, p in zip(ranked.indices, ranked.values, strict=True)]
    return Verdict(named, "sure" if named[0][1] >= SURE else "alike" if together >= SURE else "unsure")


def pull(z_pad: Tensor, z_target: Tensor, lam: float) -> Tensor:
    r"""$z = z_{pad} + \lambda (z_\mu - z_{pad})$, latents of shape (Z,).

    Example:
        >>> pull(torch.tensor([0.0, 4.0]), torch.tensor([2.0, 0.0]), 0.5)
        tensor([1., 2.])
    """
    return torch.lerp(z_pad, z_target, lam)


@torch.inference_mode()
def surroundings(
    model: Autoencoder, z_pad: Tensor, z_target: Tensor, z_samples: Tensor, steps: int = 11
) -> tuple[Tensor, Tensor]:
    """The way from a glyph to its target in `steps` pictures, both ends included, and samples; decoded in one batch.

    Args:
        z_pad, z_target: (Z,).
        z_samples: (M, Z).
        steps: number of pictures.

    Returns:
        Pictures in [0, 1], (steps, 1, S, S) and (M, 1, S, S).
    """
    latents = torch.cat([interpolate(z_pad, z_target, steps), z_samples])
    way, samples = model.decode(latents).split([steps, len(z_samples)])
    return way, samples
