"""StyleApp's session: two models, their preprocessing and an atlas, loaded once and used by every request."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from core.data.characters import CLASSES, merge_lookalikes
from core.imaging import rendering
from core.imaging.preprocess import Preprocess
from core.latent.atlas import Atlas, load_atlas
from core.latent.encoding import decode_set
from core.latent.interpolation import linear
from core.latent.sampling import sample_around
from core.models.base import SURE, Autoencoder, Classifier
from core.registry.load import load

SAMPLES = 16
STEPS = 10  # from a glyph to its target


class Prediction(NamedTuple):
    """The likeliest characters with their probabilities, and how sure the first one is.

    `state` is "sure" if its own probability reaches `SURE`, "alike" if only its look-alikes together do (O, o and 0 are
    one shape once cropped), else "unsure".
    """

    top: list[tuple[str, float]]
    state: Literal["sure", "alike", "unsure"]

    @classmethod
    def of(cls, probabilities: Tensor, top: int = 5) -> Self:
        """The prediction of class probabilities (K,).

        Example:
            >>> Prediction.of(torch.nn.functional.one_hot(torch.tensor(10), 62).float(), top=1)
            Prediction(top=[('A', 1.0)], state='sure')
        """
        ranked = probabilities.topk(top)
        family = merge_lookalikes(torch.arange(len(probabilities)))
        together = probabilities[family == family[ranked.indices[0]]].sum().item()
        named = [(CLASSES[i], float(p)) for i, p in zip(ranked.indices, ranked.values, strict=True)]
        return cls(named, "sure" if named[0][1] >= SURE else "alike" if together >= SURE else "unsure")


class Restyling(NamedTuple):
    r"""One character restyled: $z = z_{pad} + \lambda (z_{target} - z_{pad})$, latents of shape (Z,).

    Attributes:
        ink: the preprocessed glyph, (1, 1, S, S) in [0, 1].
        z_pad: its latent mean.
        prediction: its class.
        target: the character that it is pulled to.
        z_target: the latent of that character.
        z: the restyled latent.
    """

    ink: Tensor
    z_pad: Tensor
    prediction: Prediction
    target: str
    z_target: Tensor
    z: Tensor

    def samples(self, sigma: float, seed: int) -> Tensor:
        """Draws from N(z, σ²I), (16, Z)."""
        return sample_around(self.z, sigma, SAMPLES, seed)

    def latents(self, sigma: float, seed: int) -> dict[str, np.ndarray]:
        """Arrays by name: `z_pad`, `z_target` and `z`, (Z,), and `samples`, (16, Z)."""
        named = {"z_pad": self.z_pad, "z_target": self.z_target, "z": self.z, "samples": self.samples(sigma, seed)}
        return {name: tensor.numpy() for name, tensor in named.items()}


@dataclass(frozen=True)
class Session:
    """The models and data with which characters are read and restyled.

    Attributes:
        autoencoder, classifier: the models, in evaluation mode.
        preprocess: the preprocessing both were trained with.
        atlas: class means, writer styles and map of the autoencoder's latents.
        version: the first eight digits of the sha256 of the autoencoder's weights.
    """

    autoencoder: Autoencoder
    classifier: Classifier
    preprocess: Preprocess
    atlas: Atlas
    version: str

    @property
    def writers(self) -> int:
        """The number of known writers."""
        return len(self.atlas.writer_styles)

    def example(self, character: str, turn: int = 0) -> np.ndarray:
        """A glyph (28, 28) uint8 of a character in the style of a writer, another one each turn."""
        if character not in CLASSES or type(turn) is not int:
            raise ValueError(f"expected a character out of 0-9, A-Z and a-z, got {str(character)[:20]!r}")
        z = self.target(character, turn * 7 % self.writers)  # seven apart: the next example looks different
        return self.glyphs(z[None])[0]

    def target(self, character: str, writer: int | None) -> Tensor:
        r"""The class mean $z_\mu$ of a character, or with one writer's style, $z_\mu + s_w$: (Z,).

        For a glyph with style $s = z - z_\mu$, the second is $z - s + s_w$: the character stays and the style changes.
        """
        mean = self.atlas.means[CLASSES.index(character)]
        return mean if writer is None else mean + self.atlas.writer_styles[writer]

    @torch.inference_mode()
    def restyle(self, ink: Tensor, target: str, writer: int | None, lam: float) -> Restyling:
        """Ink (1, 1, S, S) encoded, classified, and pulled towards a character by λ; "" follows the prediction."""
        z_pad = self.autoencoder.encode(ink).mean[0]
        prediction = Prediction.of(self.classifier.probabilities(ink)[0])
        target = target or prediction.top[0][0]
        z_target = self.target(target, writer)
        return Restyling(ink, z_pad, prediction, target, z_target, torch.lerp(z_pad, z_target, lam))

    def surroundings(self, restyling: Restyling, sigma: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Glyphs from z_pad to z_target, (11, 28, 28) uint8, and of draws from N(z, σ²I), (16, 28, 28)."""
        line = linear(restyling.z_pad, restyling.z_target, STEPS)
        glyphs = self.glyphs(torch.cat([line, restyling.samples(sigma, seed)]))
        return glyphs[: STEPS + 1], glyphs[STEPS + 1 :]

    def glyphs(self, z: Tensor) -> np.ndarray:
        """Decoded latents (N, Z) as glyphs, (N, 28, 28) uint8."""
        return rendering.to_array(decode_set(self.autoencoder, z))


@lru_cache(maxsize=4)
def load_session(autoencoder: str = "chars62-infovae-32", classifier: str = "chars62-classifier") -> Session:
    """The session of two records, loaded once a process.

    Raises:
        ValueError, FileNotFoundError: as `core.registry.load.load` says.
    """
    checkpoint = load(autoencoder)
    return Session(
        checkpoint.autoencoder,
        load(classifier).classifier,
        checkpoint.preprocess,
        load_atlas(autoencoder),
        (checkpoint.record.sha256 or "")[:8],
    )
