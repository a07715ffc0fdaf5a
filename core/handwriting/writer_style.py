"""Writer style: per-class latents and a decoder weight delta.

    style = learn(model, pictures, labels)        # a few characters or all of them, seconds
    pictures = style.write("Hello 62")            # (8, 1, 28, 28), the space an empty one
    style.blend(average_writer(model), 0.5).write("Hello 62")

Characters that were never seen are predicted by `core.handwriting.writer_prior`; the decoder is fine-tuned by
`core.handwriting.finetuning`; `core.handwriting.writer_style_file` reads and writes files. Styles of one model blend,
for latents and weights are both linear.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import final

import torch
from torch import Tensor

from core.data.characters import CLASSES
from core.handwriting.finetuning import FEWEST, Cancelled, Progress, fine_tune, weight_delta, with_delta
from core.handwriting.writer_prior import WriterPrior, load_prior
from core.latent.encoding import decode_set
from core.models.base import Autoencoder

EPOCHS = 5
MAX_CHARACTERS = 1_000  # that a style is learned from
MAX_TEXT = 200
LEAST, MOST = -0.5, 1.0  # of a blend: below zero, what is one's own is exaggerated


@final
@dataclass(frozen=True, eq=False)
class WriterStyle:
    """A writer's latents of every class, and the decoder that draws them.

    Attributes:
        model: the autoencoder it was learned with.
        z: the latent of each class, (K, Z).
        seen: how many characters of each class it was learned from, (K,) int64.
        delta: differences of the decoder's weights from the model's, in half precision, by name.

    Example:
        >>> from core.registry.load import load
        >>> style = average_writer(load("chars62-infovae-32").autoencoder)
        >>> style.write("Hello 62").shape, style.write("a€")
        Traceback (most recent call last):
        ValueError: expected digits, letters from A to Z and spaces, got '€'
    """

    model: Autoencoder
    z: Tensor
    seen: Tensor
    delta: dict[str, Tensor] = field(default_factory=dict)

    @cached_property
    def adapted(self) -> Autoencoder:
        """The model with this writer's decoder."""
        return with_delta(self.model, self.delta) if self.delta else self.model

    def write(self, text: str, *, sigma: float = 0.0, seed: int = 0) -> Tensor:
        """The characters of a text in this style, (N, 1, S, S).

        Args:
            text: digits, letters A to Z in either case, and spaces; 1 to 200 of them.
            sigma: deviation of the latents, in [0, 2], so that no two e are the same.
            seed: of their draws.

        Returns:
            (N, 1, S, S) in [0, 1], ink 1 on paper 0; a space is an empty picture.

        Raises:
            ValueError: in one sentence for the visitor.
        """
        classes = text_classes(text)
        if not 0 <= sigma <= 2:
            raise ValueError(f"expected a deviation in [0, 2], got {sigma}")
        noise = torch.randn((len(text), self.z.shape[1]), generator=torch.Generator().manual_seed(seed))
        drawn = decode_set(self.adapted, self.z[classes.clamp_min(0)] + sigma * noise)
        return drawn * (classes >= 0)[:, None, None, None]

    def blend(self, other: "WriterStyle", share: float) -> "WriterStyle":
        r"""The style $(1 - \lambda)$ this one and λ the other.

        Args:
            other: a style of the same model, such as `average_writer`.
            share: λ in [-0.5, 1]; below zero the difference between both is exaggerated.
        """
        if other.model is not self.model and fingerprint(other.model) != fingerprint(self.model):
            raise ValueError("expected two hands of one model, got hands of different models")
        if not LEAST <= share <= MOST:
            raise ValueError(f"expected a share in [{LEAST}, {MOST:g}], got {share}")
        names = self.delta.keys() | other.delta.keys()
        mixed = {name: _mix(self.delta.get(name), other.delta.get(name), share) for name in sorted(names)}
        return WriterStyle(self.model, torch.lerp(self.z, other.z, share), self.seen, mixed)


def _mix(own: Tensor | None, others: Tensor | None, share: float) -> Tensor:
    """(1 − λ) times the one plus λ times the other, in half precision; what is missing is zero."""
    parts = [weight * d.float() for weight, d in ((1 - share, own), (share, others)) if d is not None]
    return torch.stack(parts).sum(dim=0).half()


def text_classes(text: str) -> Tensor:
    """The class of each character, -1 for a space: (N,).

    Example:
        >>> text_classes("a 1")
        tensor([36, -1,  1])
    """
    if not 1 <= len(text) <= MAX_TEXT:
        raise ValueError(f"expected a text of 1 to {MAX_TEXT} characters, got {len(text)}")
    unknown = [character for character in text if character != " " and character not in CLASSES]
    if unknown:
        raise ValueError(f"expected digits, letters from A to Z and spaces, got {unknown[0]!r}")
    return torch.tensor([-1 if character == " " else CLASSES.index(character) for character in text])


def average_writer(model: Autoencoder, prior: WriterPrior | None = None) -> WriterStyle:
    """Average writer: the class means."""
    prior = checked_prior(model, prior)
    return WriterStyle(model, prior.means, torch.zeros(len(prior.means), dtype=torch.int64), prior.sharp)


def known_writer(model: Autoencoder, writer: int, prior: WriterPrior | None = None) -> WriterStyle:
    """The style of one of the known writers, 0 … W − 1 (35 in chars62), every character as they wrote it."""
    prior = checked_prior(model, prior)
    if not 0 <= writer < len(prior.known):
        raise ValueError(f"expected a writer from 0 to {len(prior.known) - 1}, got {writer}")
    return WriterStyle(model, prior.known[writer], torch.ones(len(prior.means), dtype=torch.int64), prior.sharp)


def learn(
    model: Autoencoder,
    pictures: Tensor,
    labels: Tensor,
    *,
    epochs: int = EPOCHS,
    seed: int = 0,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    prior: WriterPrior | None = None,
) -> WriterStyle:
    """The style learned from labelled characters of one writer.

    The decoder is fine-tuned first; then the characters are encoded, and the latents of classes not seen are predicted.

    Args:
        model: an unconditional autoencoder over the 62 characters.
        pictures: through the model's own preprocessing, (N, 1, S, S) in [0, 1]; 3 to 1,000.
        labels: their classes, (N,); several of one class are averaged.
        epochs: of the decoder's fine-tuning at most, 0 to 10; 0 leaves it as it is for the average writer.
        seed: of every draw.
        progress: called after each step, see `core.handwriting.finetuning.Progress`.
        cancelled: called before each step; if it returns true, `core.handwriting.finetuning.Cancel` is raised.
        prior: the prior of styles; that of chars62-infovae-32 by default.

    Raises:
        ValueError: in one sentence for the visitor.
    """
    prior = checked_prior(model, prior)
    _check_characters(pictures, labels, len(prior.means))
    delta = prior.sharp
    if epochs:
        start = with_delta(model, delta)
        tuned = fine_tune(
            start, pictures, part="decoder", epochs=epochs, seed=seed, progress=progress, cancelled=cancelled
        )
        delta = weight_delta(model, tuned.model)
    with torch.inference_mode():
        z = torch.cat([model.encode(rows).mean for rows in pictures.split(256)]).clone()
    return WriterStyle(model, prior.expect(z, labels), torch.bincount(labels, minlength=len(prior.means)), delta)


def _check_characters(pictures: Tensor, labels: Tensor, classes: int) -> None:
    if pictures.ndim != 4 or labels.shape != pictures.shape[:1]:
        raise ValueError(
            f"expected pictures (N, 1, S, S) and labels (N,), got {tuple(pictures.shape)} and {tuple(labels.shape)}"
        )
    if not FEWEST <= len(pictures) <= MAX_CHARACTERS:
        raise ValueError(f"expected {FEWEST} to {MAX_CHARACTERS:,} characters to learn from, got {len(pictures)}")
    if not (pictures.isfinite().all() and pictures.min() >= 0 and pictures.max() <= 1):
        raise ValueError("expected pictures with ink in [0, 1], got other numbers")
    if not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        raise ValueError(f"expected labels from 0 to {classes - 1}, got {int(labels.min())} to {int(labels.max())}")


def checked_prior(model: Autoencoder, prior: WriterPrior | None) -> WriterPrior:
    """The prior, by default that of chars62-infovae-32; a `ValueError` if it is of another model."""
    prior = prior or load_prior()
    if model.latent != prior.means.shape[1]:
        raise ValueError(f"expected a model of {prior.means.shape[1]} latent dimensions, got one of {model.latent}")
    return prior


def fingerprint(model: Autoencoder) -> str:
    """The sha256 of a model's weights, in hexadecimal: a style fits the model it was learned with and no other."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode() + tensor.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()
