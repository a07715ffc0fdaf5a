"""A learned hand: what a person's every character is in latent space, and with what accent the decoder draws it.

    hand = learn(model, pictures, labels)        # a few characters or all of them, seconds
    pictures = hand.write("Hello 62")            # (8, 1, 28, 28), the space an empty one
    hand.blend(general(model), 0.5).write("Hello 62")
    again = from_bytes(to_bytes(hand), model)    # the file that a visitor takes home

Characters that were never seen are expected by `core.handwriting.writer_prior`; the decoder is fine-tuned by
`core.handwriting.finetuning`. Hands of one model blend: latents and weights are both linear, so that half-way is a
hand too.
"""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any, final

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from core.data.characters import CLASSES
from core.handwriting.finetuning import FEWEST, Cancelled, Progress, accent, fine_tune, with_accent
from core.handwriting.writer_prior import HandPrior, load_prior
from core.latent.encoding import decode_set
from core.models.base import Autoencoder

EPOCHS = 5
VERSION = 1
MAX_BYTES = 3_000_000  # of a hand's file
MAX_HEADER = 100_000
MAX_CHARACTERS = 1_000  # that a hand is learned from
MAX_TEXT = 200
MAX_LATENT = 100.0  # a hundred deviations of the prior
MAX_ACCENT = 10.0  # change of a weight
LEAST, MOST = -0.5, 1.0  # of a blend: below zero, what is one's own is exaggerated
ACCENT = "accent."
DTYPES = {"F16": 2, "I16": 2}  # bytes a number


@final
@dataclass(frozen=True, eq=False)
class Hand:
    """Someone's handwriting.

    Attributes:
        model: the autoencoder it was learned with.
        z: the latent of each class in this hand, (K, Z).
        seen: how many characters of each class it was learned from, (K,) int64.
        differences: of the decoder's weights from the model's, in half precision, by name.

    Example:
        >>> from core.registry.store import load
        >>> hand = general(load("chars62-infovae-32").autoencoder)
        >>> hand.write("Hello 62").shape, hand.write("a€")
        Traceback (most recent call last):
        ValueError: expected digits, letters from A to Z and spaces, got '€'
    """

    model: Autoencoder
    z: Tensor
    seen: Tensor
    differences: dict[str, Tensor] = field(default_factory=dict)

    @cached_property
    def spoken(self) -> Autoencoder:
        """The model with this hand's accent."""
        return with_accent(self.model, self.differences) if self.differences else self.model

    def write(self, text: str, *, sigma: float = 0.0, seed: int = 0) -> Tensor:
        """A text, picture by picture.

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
        drawn = decode_set(self.spoken, self.z[classes.clamp_min(0)] + sigma * noise)
        return drawn * (classes >= 0)[:, None, None, None]

    def blend(self, other: "Hand", share: float) -> "Hand":
        r"""The hand $(1 - \lambda)$ this one and λ the other.

        Args:
            other: a hand of the same model; `general` gives everyone's.
            share: λ in [-0.5, 1]; below zero the difference between both is exaggerated.
        """
        if other.model is not self.model and fingerprint(other.model) != fingerprint(self.model):
            raise ValueError("expected two hands of one model, got hands of different models")
        if not LEAST <= share <= MOST:
            raise ValueError(f"expected a share in [{LEAST}, {MOST:g}], got {share}")
        names = self.differences.keys() | other.differences.keys()
        mixed = {name: _mix(self.differences.get(name), other.differences.get(name), share) for name in sorted(names)}
        return Hand(self.model, torch.lerp(self.z, other.z, share), self.seen, mixed)


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


def general(model: Autoencoder, prior: HandPrior | None = None) -> Hand:
    """The hand that is nobody's: the class means."""
    prior = _fitting(model, prior)
    return Hand(model, prior.means, torch.zeros(len(prior.means), dtype=torch.int64), prior.crisp)


def known(model: Autoencoder, writer: int, prior: HandPrior | None = None) -> Hand:
    """The hand of one of the known writers, 0 … W − 1 (35 in chars62), every character as they wrote it."""
    prior = _fitting(model, prior)
    if not 0 <= writer < len(prior.known):
        raise ValueError(f"expected a writer from 0 to {len(prior.known) - 1}, got {writer}")
    return Hand(model, prior.known[writer], torch.ones(len(prior.means), dtype=torch.int64), prior.crisp)


def learn(
    model: Autoencoder,
    pictures: Tensor,
    labels: Tensor,
    *,
    epochs: int = EPOCHS,
    seed: int = 0,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    prior: HandPrior | None = None,
) -> Hand:
    """Learn a hand from labelled characters.

    The decoder is fine-tuned first; then what was seen is encoded, and what was not is expected.

    Args:
        model: an unconditional autoencoder over the 62 characters.
        pictures: through the model's own preprocessing, (N, 1, S, S) in [0, 1]; 3 to 1,000.
        labels: their classes, (N,); several of one class are averaged.
        epochs: of the decoder's fine-tuning at most, 0 to 10; 0 leaves it as it is in everyone's hand.
        seed: of every draw.
        progress: is told each epoch, from 1, and the loss of the held-out characters.
        cancelled: is asked before each step; if it says yes, `core.handwriting.finetuning.Cancel` is raised.
        prior: what is known of hands; that of chars62-infovae-32 by default.

    Raises:
        ValueError: in one sentence for the visitor.
    """
    prior = _fitting(model, prior)
    check_characters(pictures, labels, len(prior.means))
    differences = prior.crisp
    if epochs:
        start = with_accent(model, differences)
        tuned = fine_tune(
            start, pictures, part="decoder", epochs=epochs, seed=seed, progress=progress, cancelled=cancelled
        )
        differences = accent(model, tuned.model)
    with torch.inference_mode():
        z = torch.cat([model.encode(rows).mean for rows in pictures.split(256)]).clone()
    return Hand(model, prior.expect(z, labels), torch.bincount(labels, minlength=len(prior.means)), differences)


def check_characters(pictures: Tensor, labels: Tensor, classes: int) -> None:
    """A `ValueError` for characters that no hand can be learned from."""
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


def _fitting(model: Autoencoder, prior: HandPrior | None) -> HandPrior:
    prior = prior or load_prior()
    if model.latent != prior.means.shape[1]:
        raise ValueError(f"expected a model of {prior.means.shape[1]} latent dimensions, got one of {model.latent}")
    return prior


# The file that a visitor takes home


def fingerprint(model: Autoencoder) -> str:
    """The sha256 of a model's weights, in hexadecimal: a hand fits the model it was learned with and no other."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode() + tensor.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()


def to_bytes(hand: Hand) -> bytes:
    """A hand as a safetensors file, under 3 MB."""
    tensors = {"z": hand.z.half().contiguous(), "seen": hand.seen.short().contiguous()}
    tensors |= {ACCENT + name: d.contiguous() for name, d in hand.differences.items()}
    return save(tensors, metadata={"hand": json.dumps({"version": VERSION, "weights": fingerprint(hand.model)})})


def from_bytes(data: bytes, model: Autoencoder, prior: HandPrior | None = None) -> Hand:
    """A stranger's hand file, checked before a tensor is made of it.

    Args:
        data: of the file, at most 3 MB.
        model: the autoencoder that the hand was learned with.
        prior: tells how many characters there are; that of chars62-infovae-32 by default.

    Raises:
        ValueError: in one sentence for the visitor, if the file is too large, damaged, of another model, or holds
            anything but a hand.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"expected a hand file of at most {MAX_BYTES // 10**6} MB, got {len(data) / 1e6:.1f} MB")
    header = _header(data)
    _check_metadata(header.pop("__metadata__", None), model)
    classes = len(_fitting(model, prior).means)
    expected = _expected(model, classes)
    for name, entry in header.items():
        _check_entry(name, entry, expected)
    if not {"z", "seen"} <= header.keys():
        raise ValueError("expected a hand file with the tensors z and seen, got one without")
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise ValueError("expected a whole hand file, got one that is damaged or cut short") from error
    differences = {name.removeprefix(ACCENT): t for name, t in tensors.items() if name.startswith(ACCENT)}
    _check_numbers(tensors["z"], tensors["seen"], differences)
    return Hand(model, tensors["z"].float(), tensors["seen"].long(), differences)


def _header(data: bytes) -> dict[str, Any]:
    """What a safetensors file says of itself."""
    size = int.from_bytes(data[:8], "little")
    if not 2 <= size <= min(MAX_HEADER, len(data) - 8):
        raise ValueError("expected a hand file (safetensors), got something else")
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError) as error:
        raise ValueError("expected a hand file (safetensors), got something else") from error
    if not isinstance(header, dict):
        raise ValueError("expected a hand file (safetensors), got something else")
    return header


def _check_metadata(metadata: Any, model: Autoencoder) -> None:
    try:
        told = json.loads(metadata["hand"])
        version, weights = told["version"], told["weights"]
    except (TypeError, KeyError, ValueError, RecursionError) as error:
        raise ValueError("expected a file that was saved here as a hand, got another safetensors file") from error
    if version != VERSION:
        raise ValueError(f"expected a hand file of version {VERSION}, got {str(version)[:20]!r}")
    if weights != fingerprint(model):
        raise ValueError("expected a hand of the model that is shown here, got one of another model")


def _expected(model: Autoencoder, classes: int) -> dict[str, tuple[str, list[int]]]:
    """The tensors that a hand may hold: type and shape by name."""
    weights = {
        ACCENT + name: ("F16", list(tensor.shape))
        for name, tensor in model.state_dict().items()
        if name.startswith("decoder.") and tensor.is_floating_point() and ".running_" not in name
    }
    return {"z": ("F16", [classes, model.latent]), "seen": ("I16", [classes])} | weights


def _check_entry(name: str, entry: Any, expected: dict[str, tuple[str, list[int]]]) -> None:
    """A `ValueError` unless a tensor is one of those expected, in its type and shape, and as long as that makes it."""
    if name not in expected:
        raise ValueError(f"expected the tensors of a hand, got another one named {name[:60]!r}")
    dtype, shape = expected[name]
    if not isinstance(entry, dict) or entry.get("dtype") != dtype or entry.get("shape") != shape:
        told = (entry.get("dtype"), entry.get("shape")) if isinstance(entry, dict) else entry
        raise ValueError(f"expected {name} as {dtype} of shape {shape}, got {str(told)[:60]}")
    match entry.get("data_offsets"):
        case [int(start), int(end)] if end - start == DTYPES[dtype] * prod(shape):
            return
        case _:
            raise ValueError("expected a whole hand file, got one that is damaged or cut short")


def _check_numbers(z: Tensor, seen: Tensor, differences: dict[str, Tensor]) -> None:
    if not z.isfinite().all() or z.abs().max() > MAX_LATENT or seen.min() < 0:
        raise ValueError("expected a hand of finite, moderate numbers, got others")
    if any(not d.isfinite().all() or d.abs().max() > MAX_ACCENT for d in differences.values()):
        raise ValueError("expected an accent of finite, moderate numbers, got others")
