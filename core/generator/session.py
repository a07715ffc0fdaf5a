"""The dispenser of the Generator app: digits on demand, from a VAE and the statistics of its latent space.

"Statistical generation of hand-written digits via analysis of learned latent representations" (Vargas Aguilar, Gu and
Lee): a class and noise make a latent, the decoder draws it, and two judges say what they read.
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
from core.generator.fast_inference import Verdict, verdict
from core.generator.theta import theta_of
from core.latent.encoding import decode_set
from core.metrics import within_class_cosine
from core.models.base import Autoencoder, Classifier
from core.registry.load import load
from core.registry.roles import recon_judge
from core.registry.schema import Record
from core.registry.store import REGISTRY, get_record, read_registry

JUDGE, GUIDE = "mnist-classifier", "mnist-guide"  # the guide rejects, and is never asked for a verdict
MOST_DIGITS = 400
MOST_TEXT = 4_000  # characters that are looked at
SEPARATORS = " \t\r\n-‐‑‒–—−.,/()+"
DRAWS = (1, 2, 3, 5)  # the paper's n
CORES = 2
BENCH = ThreadPoolExecutor(CORES, "judge")  # where the judges sit
GRID = 100  # steps in one unit of θ
BY_HAND = {"simple": "one", "medium-1": "each", "full": "one"}  # how θ can be set, beside as it was fitted


# What is asked for


def digits_of(text: str) -> tuple[list[int], int]:
    """The digits of a text, and how many spaces and dashes were left out.

    Raises:
        ValueError: for anything else in it, or more than 400 digits.

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
    """So many of each class, class after class, (len(classes) · count,).

    Example:
        >>> each_of([2, 7], 3)
        tensor([2, 2, 2, 7, 7, 7])
    """
    return torch.tensor(classes, dtype=torch.long).repeat_interleave(count)


@dataclass(frozen=True)
class Setting:
    """How digits are made.

    Attributes:
        vae: name of the record.
        generator: one of `core.generator.GENERATORS`.
        form: where θ comes from: "fitted", "one" for all dimensions, or "each" dimension its own.
        theta: θ, where it is one.
        edits: θ in hundredths by dimension, pairs in order, where each has its own; the others are as fitted.
        n: draws that are averaged, where θ is not as fitted.
        temperature: factor of the noise.
        guided: does the guide reject what it doubts?
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
    """Where the θ of a generator can come from.

    Example:
        >>> forms_of("simple"), forms_of("flow")
        (('fitted', 'one'), ('fitted',))
    """
    return ("fitted", BY_HAND[generator]) if generator in BY_HAND else ("fitted",)


# What makes it


class Batch(NamedTuple):
    """Digits that were made: classes asked for (N,), latents (N, Z), and pictures (N, 1, S, S) in [0, 1]."""

    asked: Tensor
    z: Tensor
    pictures: Tensor


class Tally(NamedTuple):
    """What digits are worth: the accuracy by each judge, and their mean cosine, None without two of a class."""

    accuracy: dict[str, float]
    cosine: float | None


@dataclass(frozen=True, eq=False)
class Dispenser:
    """What it takes to make digits on demand with one VAE, and to judge them.

    Attributes:
        model: the VAE, in evaluation mode.
        generators: what was fitted in its latent space.
        judges: by the name of their record, the independent one first; then the paper's, which learned from the VAE's
            own reconstructions, if it is there.
        guide: rejects for a guided generator.
        version: first letters of the sha256 of the weights and of the generators.
    """

    model: Autoencoder
    generators: Generators
    judges: Mapping[str, Classifier]
    guide: Classifier
    version: str

    def latents(self, setting: Setting) -> LatentGenerator:
        """The generator of latents of a setting.

        Raises:
            ValueError: for a generator that was not fitted, a θ that does not apply to it, or one out of bounds.
        """
        fitted = self.generators[setting.generator]
        if setting.form not in forms_of(setting.generator):
            raise ValueError(
                f"expected θ of {setting.generator} as {' or '.join(forms_of(setting.generator))}, got {setting.form!r}"
            )
        made = fitted if setting.form == "fitted" else self._by_hand(setting, fitted)
        return Rejected(made, self.model, self.guide) if setting.guided else made

    def _by_hand(self, setting: Setting, fitted: LatentGenerator) -> LatentGenerator:
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
        """The digits that are asked for, (N,), batch after batch; equal seeds and batches make equal digits."""
        latents, random = self.latents(setting), torch.Generator().manual_seed(seed)
        for rows in asked.split(batch):
            z = latents.sample(rows, generator=random, temperature=setting.temperature)
            yield Batch(rows, z, decode_set(self.model, z, rows))

    def judged(self, pictures: Tensor) -> dict[str, Verdict]:
        """Every judge's verdict on pictures, by the name of its record; each core has its share of the pictures."""
        shares = pictures.chunk(CORES) if len(pictures) else (pictures,)
        said = list(BENCH.map(lambda share: [verdict(judge, share) for judge in self.judges.values()], shares))
        whole = (Verdict(*map(torch.cat, zip(*parts, strict=True))) for parts in zip(*said, strict=True))
        return dict(zip(self.judges, whole, strict=True))


def tally(batch: Batch, verdicts: Mapping[str, Verdict]) -> Tally:
    """Accuracy by each judge and mean cosine similarity within the classes of a batch."""
    accuracy = {name: (said.read == batch.asked).float().mean().item() for name, said in verdicts.items()}
    several = int(batch.asked.bincount().max()) > 1
    return Tally(accuracy, within_class_cosine(batch.pictures, batch.asked) if several else None)


# What there is


def shelf(registry: Path = REGISTRY) -> dict[str, Record]:
    """The records that have a place for generators, by name; see `is_ready`."""
    return {name: record for name, record in read_registry(registry).items() if record.generators}


def is_ready(record: Record) -> bool:
    """Is it trained, and are its generators fitted?"""
    return bool(record.sha256 and record.generators and record.generators.sha256)


@lru_cache(maxsize=16)
def load_dispenser(name: str, registry: Path = REGISTRY) -> Dispenser:
    """The dispenser over one record, loaded once a process.

    Raises:
        ValueError: for a record that has no generators, or none that were fitted.
        FileNotFoundError: if no source has a file.
    """
    records = shelf(registry)
    if name not in records:
        raise ValueError(f"expected a VAE out of {', '.join(records)}, got {name[:40]!r}")
    record = records[name]
    if not is_ready(record):
        missing = "generators: run `stylescape fit" if record.sha256 else "weights: run `stylescape train"
        raise ValueError(f"{name} has no {missing} {name}`")
    own = recon_judge(name, registry)
    judges = [JUDGE, own] if own and get_record(own, registry).sha256 else [JUDGE]
    version = f"{(record.sha256 or '')[:4]}{(record.generators.sha256 or '')[:4]}" if record.generators else ""
    return Dispenser(
        load(name, registry).autoencoder,
        load_generators(name, registry),
        {judge: load(judge, registry).classifier for judge in judges},
        load(GUIDE, registry).classifier,
        version,
    )
