"""Session of the Generator app: digits of given classes, and two classifiers' predictions for them.

"Statistical generation of hand-written digits via analysis of learned latent representations" (Vargas Aguilar, Gu and
Lee): class and noise give a latent, the decoder draws it, and two classifiers read the result.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from core.generator import Diagonal, FullCovariance, Generators, LatentGenerator, Rejected, load_generators
from core.generator.fast_inference import Prediction, predict
from core.generator.theta import theta_of
from core.latent.encoding import decode_set
from core.metrics import within_class_cosine
from core.models.base import Autoencoder, Classifier
from core.registry.load import load
from core.registry.roles import recon_judge
from core.registry.schema import Record
from core.registry.store import REGISTRY, get_record, read_registry

JUDGE, GUIDE = "mnist-classifier", "mnist-guide"  # the guide rejects and does not judge
MOST_DIGITS = 400
MOST_TEXT = 4_000  # characters
SEPARATORS = " \t\r\n-‐‑‒–—−.,/()+"
DRAWS = (1, 2, 3, 5)  # the paper's n
CORES = 2
POOL = ThreadPoolExecutor(CORES, "judge")
GRID = 100  # steps in one unit of θ
EDITABLE = {"simple": "one", "medium-1": "each", "full": "one"}  # the form in which θ can be set


# Requests


def digits_of(text: str) -> tuple[list[int], int]:
    """Digits of a text, and the number of separators removed from it.

    Raises:
        ValueError: for other characters, or more than 400 digits.

    Example:
        >>> digits_of("555-12 34")
        ([5, 5, 5, 1, 2, 3, 4], 2)
        >>> digits_of("2o26")
        Traceback (most recent call last):
        ValueError: expected digits from 0 to 9, got 'o'
    """
    if len(text) > MOST_TEXT:
        raise ValueError(f"expected at most {MOST_DIGITS} digits, got a text of {len(text):,} characters")
    bare = text.translate(dict.fromkeys(map(ord, SEPARATORS)))
    if strange := next((letter for letter in bare if letter not in "0123456789"), ""):
        raise ValueError(f"expected digits from 0 to 9, got {strange!r}")
    if len(bare) > MOST_DIGITS:
        raise ValueError(f"expected at most {MOST_DIGITS} digits, got {len(bare):,}")
    return [int(letter) for letter in bare], len(text) - len(bare)


def each_of(classes: Sequence[int], count: int) -> Tensor:
    """Labels for `count` samples per class, grouped by class, (len(classes) · count,).

    Example:
        >>> each_of([2, 7], 3)
        tensor([2, 2, 2, 7, 7, 7])
    """
    return torch.tensor(classes, dtype=torch.long).repeat_interleave(count)


@dataclass(frozen=True)
class Setting:
    """Settings of a generator.

    Attributes:
        vae: name of the record.
        generator: one of `core.generator.GENERATORS`.
        form: origin of θ: "fitted", "one" for all dimensions, or "each" dimension its own.
        theta: θ of the form "one".
        edits: sorted pairs of dimension and θ in hundredths, of the form "each"; other dimensions are as fitted.
        n: averaged draws, unless θ is as fitted.
        temperature: factor of the noise.
        guided: whether the guide rejects samples.
    """

    vae: str
    generator: str = "simple"
    form: str = "fitted"
    theta: float = 0.6
    edits: tuple[tuple[int, int], ...] = ()
    n: int = 1
    temperature: float = 1.0
    guided: bool = False


def forms_of(generator: str) -> tuple[str, ...]:
    """Forms of θ that a generator allows.

    Example:
        >>> forms_of("simple"), forms_of("flow")
        (('fitted', 'one'), ('fitted',))
    """
    return ("fitted", EDITABLE[generator]) if generator in EDITABLE else ("fitted",)


# Generation


class Batch(NamedTuple):
    """Generated digits: requested classes (N,), latents (N, Z), and pictures (N, 1, S, S) in [0, 1]."""

    asked: Tensor
    z: Tensor
    pictures: Tensor


class Tally(NamedTuple):
    """Accuracy of digits by classifier, and their mean cosine; None without two digits of a class."""

    accuracy: dict[str, float]
    cosine: float | None


@dataclass(frozen=True, eq=False)
class Session:
    """One VAE with its fitted generators and the classifiers of their digits.

    Attributes:
        model: the VAE, in evaluation mode.
        generators: fitted in its latent space.
        judges: classifiers by record: the independent one, then the paper's, trained on the VAE's reconstructions, if
            there is one.
        guide: classifier for rejection sampling.
        version: first letters of the sha256 of the weights and of the generators.
    """

    model: Autoencoder
    generators: Generators
    judges: Mapping[str, Classifier]
    guide: Classifier
    version: str

    def latents(self, setting: Setting) -> LatentGenerator:
        """Latent generator of a setting.

        Raises:
            ValueError: for a generator that was not fitted, a form it does not allow, or a θ out of bounds.
        """
        fitted = self.generators[setting.generator]
        if setting.form not in forms_of(setting.generator):
            raise ValueError(
                f"expected θ of {setting.generator} as {' or '.join(forms_of(setting.generator))}, got {setting.form!r}"
            )
        made = fitted if setting.form == "fitted" else self._edited(setting, fitted)
        return Rejected(made, self.model, self.guide) if setting.guided else made

    def _edited(self, setting: Setting, fitted: LatentGenerator) -> LatentGenerator:
        statistics = self.generators.statistics
        if setting.generator == "full":
            return FullCovariance(statistics, setting.theta)
        if setting.form == "one":
            return Diagonal(statistics, setting.theta, setting.n)
        theta = torch.as_tensor(theta_of(fitted), dtype=torch.float32).expand(statistics.latent).clone()
        for dimension, hundredths in setting.edits:
            theta[dimension] = hundredths / GRID
        return Diagonal(statistics, theta, setting.n)

    def stream(self, asked: Tensor, setting: Setting, seed: int, batch: int = MOST_DIGITS) -> Iterator[Batch]:
        """Batches of digits of the requested classes (N,); equal seeds and batch sizes give equal digits."""
        latents, random = self.latents(setting), torch.Generator().manual_seed(seed)
        for rows in asked.split(batch):
            z = latents.sample(rows, generator=random, temperature=setting.temperature)
            yield Batch(rows, z, decode_set(self.model, z, rows))

    def predict(self, pictures: Tensor) -> dict[str, Prediction]:
        """Predictions of pictures (N, 1, S, S) by each judge, by record, in two threads."""
        shares = pictures.chunk(CORES) if len(pictures) else (pictures,)
        parts = list(POOL.map(lambda share: [predict(judge, share) for judge in self.judges.values()], shares))
        whole = (Prediction(*map(torch.cat, zip(*each, strict=True))) for each in zip(*parts, strict=True))
        return dict(zip(self.judges, whole, strict=True))


def tally(batch: Batch, predictions: Mapping[str, Prediction]) -> Tally:
    """Accuracy by each judge, and mean cosine similarity within the classes of a batch."""
    accuracy = {name: (found.classes == batch.asked).float().mean().item() for name, found in predictions.items()}
    several = int(batch.asked.bincount().max()) > 1
    return Tally(accuracy, within_class_cosine(batch.pictures, batch.asked) if several else None)


# Available models


def available_models(registry: Path = REGISTRY) -> dict[str, Record]:
    """Records with a `generators` file, by name; see `is_ready`."""
    return {name: record for name, record in read_registry(registry).items() if record.generators}


def is_ready(record: Record) -> bool:
    """Whether a record is trained and its generators are fitted."""
    return bool(record.sha256 and record.generators and record.generators.sha256)


@lru_cache(maxsize=16)
def load_session(name: str, registry: Path = REGISTRY) -> Session:
    """Session of one record, cached.

    Raises:
        ValueError: for a record without fitted generators.
        FileNotFoundError: if no source has a file.
    """
    records = available_models(registry)
    if name not in records:
        raise ValueError(f"expected a VAE out of {', '.join(records)}, got {name[:40]!r}")
    record = records[name]
    if not is_ready(record):
        missing = "generators: run `stylescape fit" if record.sha256 else "weights: run `stylescape train"
        raise ValueError(f"{name} has no {missing} {name}`")
    own = recon_judge(name, registry)
    judges = [JUDGE, own] if own and get_record(own, registry).sha256 else [JUDGE]
    version = f"{(record.sha256 or '')[:4]}{(record.generators.sha256 or '')[:4]}" if record.generators else ""
    return Session(
        load(name, registry).autoencoder,
        load_generators(name, registry),
        {judge: load(judge, registry).classifier for judge in judges},
        load(GUIDE, registry).classifier,
        version,
    )
