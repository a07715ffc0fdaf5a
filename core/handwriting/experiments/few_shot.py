"""Does a generated character of an unseen class look like the writer's? The trials behind `docs/hands.md`.

Every writer of the split has written one of each class. A quarter of the classes, another one for each writer, is held
out; of the others a method sees 5, 20 or all, and is asked for the held-out ones: class means of the general hand,
taken into the writer's. Three judges that nothing was fitted to: the classifier says whether it is the right character,
the verifier, fitted to the training writers, whose it is, and the pixels how far it is from what the writer wrote.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from core import metrics
from core.data import load as load_data
from core.data.dataset import as_ink
from core.handwriting.experiments.affine_maps import (
    AffineMap,
    low_rank_map,
    offset_map,
    procrustes_map,
    transport_map,
)
from core.handwriting.experiments.joint_transform import learn_jointly
from core.handwriting.experiments.writer_verifier import Verifier
from core.handwriting.finetuning import PARTS, fine_tune, with_delta
from core.handwriting.writer_prior import WriterPrior, by_writer, load_prior
from core.handwriting.writer_style import learn
from core.latent.encoding import decode_set, encode_set
from core.models.base import Autoencoder, Classifier
from core.registry.load import Checkpoint, load
from core.registry.roles import JUDGES

NAME = "chars62-infovae-32"
SEEN = (5, 20, 0)  # characters of a writer that a method sees; 0: all that are not held out
QUARTERS = 4
EPOCHS = 5  # of fine-tuning, at most
EXAGGERATION = 1.5  # of the deviations from the class means, in one row


class Split(NamedTuple):
    """The classes of one writer in one trial: asked for, and seen."""

    held: Tensor
    seen: Tensor


@dataclass(frozen=True, eq=False)
class Writers:
    """The known writers of a split, and everything that judges them.

    Attributes:
        checkpoint: of the autoencoder.
        judge: the classifier.
        verifier: fitted to the training writers.
        prior: of hands, fitted to the training writers.
        x: their characters, (W, K, 1, S, S) in [0, 1].
        z: their latents, (W, K, Z).
        reference: characters of the training writers, (V, K, 1, S, S), to be paired with.
        seed: of every draw.
    """

    checkpoint: Checkpoint
    judge: Classifier
    verifier: Verifier
    prior: WriterPrior
    x: Tensor
    z: Tensor
    reference: Tensor
    seed: int = 0

    @property
    def model(self) -> Autoencoder:
        """The general network."""
        return self.checkpoint.autoencoder

    @property
    def classes(self) -> int:
        """K."""
        return self.x.shape[1]

    def split(self, writer: int, quarter: int, seen: int) -> Split:
        """A quarter of the classes, in an order that is the writer's own, and some of the others."""
        order = torch.randperm(self.classes, generator=torch.Generator().manual_seed(1000 * self.seed + writer))
        held = order[quarter::QUARTERS]
        rest = order[~torch.isin(order, held)]
        return Split(held, rest[: seen or len(rest)])

    def pairs(self, seen: Tensor, seed: int) -> Tensor:
        """A training character of each class, by a writer drawn for each: (N, 1, S, S)."""
        generator = torch.Generator().manual_seed(seed)
        return self.reference[torch.randint(len(self.reference), (len(seen),), generator=generator), seen]


def gather(split: str = "val", root: Path | None = None, name: str = NAME) -> Writers:
    """The known writers of a split; the verifier is fitted to those of the training part.

    Raises:
        ValueError, FileNotFoundError: as `core.registry.load.load` and `core.data.load` say.
    """
    checkpoint = load(name)
    judge = load(JUDGES[checkpoint.record.recipe.data]).classifier
    train, _ = _known(checkpoint, "train", root)
    x, z = _known(checkpoint, split, root)
    labels = torch.arange(train.shape[1]).repeat(len(train))
    verifier = Verifier.fit(train.flatten(0, 1), labels, torch.arange(len(train)).repeat_interleave(train.shape[1]))
    return Writers(checkpoint, judge, verifier, load_prior(name), x, z, train)


def _known(checkpoint: Checkpoint, split: str, root: Path | None) -> tuple[Tensor, Tensor]:
    """Pictures and latents of the known writers of a split, (W, K, 1, S, S) and (W, K, Z)."""
    pictures = load_data(checkpoint.record.recipe.data, split, root)
    known = pictures.take(np.flatnonzero(pictures.writers >= 0))
    ink, labels = known.tensors(checkpoint.preprocess)
    z = encode_set(checkpoint.autoencoder, ink).mean
    writers, classes = torch.from_numpy(known.writers), len(pictures.classes)
    return by_writer(as_ink(ink), labels, writers, classes), by_writer(z, labels, writers, classes)


# From the general hand into a writer's


@dataclass(frozen=True, eq=False)
class Transfer:
    """A way from the latents of the general hand into a writer's, and back.

    Attributes:
        there: latents (N, Z) and their classes (N,) → latents of the hand, (N, Z).
        back: the way back; None where there is none.
        model: encodes and decodes the hand.
    """

    there: Callable[[Tensor, Tensor], Tensor]
    back: Callable[[Tensor, Tensor], Tensor] | None
    model: Autoencoder
    condition: float = 1.0


Method = Callable[[Writers, int, Split], Transfer]


def by_map(fitted: AffineMap, model: Autoencoder) -> Transfer:
    """A transfer that knows nothing of classes."""
    condition = fitted.condition
    inverse = fitted.inverse() if condition < 1e6 else None
    return Transfer(lambda z, _: fitted(z), inverse and (lambda z, _: inverse(z)), model, condition)


def by_class(deviations: Tensor, model: Autoencoder) -> Transfer:
    """A transfer by an offset for each class, (K, Z)."""
    return Transfer(lambda z, y: z + deviations[y], lambda z, y: z - deviations[y], model)


def unadapted(of: Writers, *_: object) -> Transfer:
    """The general hand for everyone."""
    return by_class(torch.zeros_like(of.prior.means), of.model)


def joint(identity: bool) -> Method:
    """The paper's S and A."""

    def method(of: Writers, writer: int, split: Split) -> Transfer:
        reference = of.pairs(split.seen, of.seed + writer)
        learned = learn_jointly(of.model, reference, of.x[writer, split.seen], seed=of.seed, identity=identity)
        return by_map(learned.map, learned.style)

    return method


def mapped(fit: Callable[[Tensor, Tensor], AffineMap]) -> Method:
    """A map fitted to the class means of what was seen, and what was seen."""

    def method(of: Writers, writer: int, split: Split) -> Transfer:
        return by_map(fit(of.prior.means[split.seen], of.z[writer, split.seen]), of.model)

    return method


def transported(of: Writers, writer: int, split: Split) -> Transfer:
    """Gaussian transport from all class means onto what was seen; covariances drawn to that of the means."""
    shared = torch.cov(of.prior.means.T)
    return by_map(transport_map(of.prior.means[split.seen], of.z[writer, split.seen], shared), of.model)


def expected(gain: float) -> Method:
    """What the prior expects of the unseen, the deviations times a gain."""

    def method(of: Writers, writer: int, split: Split) -> Transfer:
        hand = of.prior.expect(of.z[writer, split.seen], split.seen)
        return by_class(gain * (hand - of.prior.means), of.model)

    return method


def served(of: Writers, writer: int, split: Split) -> Transfer:
    """What `core.handwriting.writer_style.learn` gives a visitor: the same expectation, drawn by a decoder fine-tuned
    to what was seen.
    """
    hand = learn(of.model, of.x[writer, split.seen], split.seen, prior=of.prior)
    return by_class(hand.z - of.prior.means, with_delta(of.model, hand.delta))


METHODS: dict[str, Method] = {
    "no adaptation": unadapted,
    "the paper's A (joint loss)": joint(identity=False),
    "the same, A from the identity": joint(identity=True),
    "offset of the means": mapped(offset_map),
    "orthogonal Procrustes": mapped(procrustes_map),
    "Gaussian transport": transported,
    "low-rank affine": mapped(low_rank_map),
    "kriging over characters": expected(1.0),
    f"kriging, exaggerated × {EXAGGERATION:g}": expected(EXAGGERATION),
    "kriging and fine-tuning, as served": served,
}
TRAINED = {"the paper's A (joint loss)", "the same, A from the identity"}  # on one quarter: they take seconds each
ONCE = "the same, A from the identity"  # and this one with all that may be seen


def transfer_rows(of: Writers, seen: Iterable[int] = SEEN) -> list[dict[str, Any]]:
    """Every method at every number of characters seen, judged on the held-out ones; the writers' own come last."""
    rows = []
    for count in seen:
        for name, method in METHODS.items():
            if name == ONCE and count:
                continue
            started = time.perf_counter()
            quarters = 1 if name in TRAINED else QUARTERS
            trials = [judged_transfer(of, method, quarter, count) for quarter in range(quarters)]
            spent = time.perf_counter() - started
            rows.append({"method": name, "seen": count, **_mean(trials), "seconds": spent})
    return [*rows, {"method": "the writers' own", "seen": 0, **own_characters(of)}]


def judged_transfer(of: Writers, method: Method, quarter: int, seen: int) -> dict[str, float]:
    """One quarter of every writer's classes, generated and judged."""
    pictures, again, asked, conditions = [], [], [], []
    for writer in range(len(of.x)):
        split = of.split(writer, quarter, seen)
        transfer = method(of, writer, split)
        start = of.prior.means[split.held]
        pictures.append(decode_set(transfer.model, transfer.there(start, split.held)))
        again.append(round_trip(of, transfer, pictures[-1], split.held))
        asked.append(split.held)
        conditions.append(transfer.condition)
    figures = judged(of, pictures, asked)
    lost = [float(error) for error in again if error is not None]
    spread = torch.cat(pictures).var(dim=0).sum() / _general(of, asked).var(dim=0).sum()
    return figures | {
        "round_trip_mse": sum(lost) / len(lost) if lost else float("nan"),
        "spread": spread.item(),
        "condition": float(np.median(conditions)),
    }


def _general(of: Writers, asked: list[Tensor]) -> Tensor:
    return decode_set(of.model, of.prior.means[torch.cat(asked)])


def round_trip(of: Writers, transfer: Transfer, pictures: Tensor, labels: Tensor) -> float | None:
    """Pictures in a hand, encoded, taken back to the general hand and decoded: mean squared error against its own."""
    if transfer.back is None:
        return None
    with torch.inference_mode():
        z = transfer.back(transfer.model.encode(pictures).mean, labels)
    return metrics.reconstruction_mse(decode_set(of.model, z), decode_set(of.model, of.prior.means[labels]))


def judged(of: Writers, pictures: list[Tensor], asked: list[Tensor]) -> dict[str, float]:
    """Right character, right writer, right pixels: pictures (N, 1, S, S) of classes (N,) for each writer in turn."""
    x, y = torch.cat(pictures), torch.cat(asked)
    real = torch.cat([of.x[writer, labels] for writer, labels in enumerate(asked)])
    read = of.judge.predict(x)
    return {
        "n": len(x),
        "class_accuracy": metrics.accuracy(read, y),
        "accuracy_47": metrics.accuracy_47(read, y),
        "writer_identification": identified(of, x, y, asked),
        "mse": metrics.reconstruction_mse(x, real),
    }


def identified(of: Writers, x: Tensor, labels: Tensor, asked: list[Tensor]) -> float:
    """`writer_identification` by the verifier, of pictures in the order of the writers."""
    every = torch.arange(of.classes)
    real = torch.stack([of.verifier.embed(own, every) for own in of.x])
    writers = torch.arange(len(asked)).repeat_interleave(torch.tensor([len(held) for held in asked]))
    return metrics.writer_identification(of.verifier.embed(x, labels), labels, writers, real)


def own_characters(of: Writers) -> dict[str, float]:
    """What the judges say of the writers' real characters: what no method is expected to pass."""
    everyone = [torch.arange(of.classes)] * len(of.x)
    return judged(of, list(of.x), everyone)


def _mean(trials: list[dict[str, float]]) -> dict[str, float]:
    """The means of the figures; what was judged is counted together."""
    means = {key: float(np.nanmean([trial[key] for trial in trials])) for key in trials[0]}
    return means | {"n": int(sum(trial["n"] for trial in trials))}


# From one writer's hand into another's, and back, and on to a third


Fit = Callable[[Writers, int, int, Tensor], AffineMap | Tensor]


def fitted_map(fit: Callable[[Tensor, Tensor], AffineMap]) -> Fit:
    """A map fitted to the characters that both writers are known by."""
    return lambda of, a, b, seen: fit(of.z[a, seen], of.z[b, seen])


def expected_offsets(of: Writers, a: int, b: int, seen: Tensor) -> Tensor:
    """How the prior expects every class of the one to differ from the other's, (K, Z)."""
    first, second = (of.prior.expect(of.z[writer, seen], seen) for writer in (a, b))
    return second - first


CHAINS: dict[str, Fit] = {
    "no adaptation": lambda of, *_: torch.zeros_like(of.prior.means),
    "offset of the means": fitted_map(offset_map),
    "orthogonal Procrustes": fitted_map(procrustes_map),
    "Gaussian transport": fitted_map(transport_map),
    "low-rank affine": fitted_map(low_rank_map),
    "kriging over characters": expected_offsets,
}


def chain_rows(of: Writers, quarters: int = QUARTERS) -> list[dict[str, Any]]:
    """Held-out characters of each writer A taken to the next one B, back by a map of its own, and on to C."""
    return [
        {"method": name, **_mean([judged_chain(of, fit, quarter) for quarter in range(quarters)])}
        for name, fit in CHAINS.items()
    ]


def judged_chain(of: Writers, fit: Fit, quarter: int) -> dict[str, float]:
    """A → B judged as B's, A → B → A against A, A → B → C judged as C's and against A → C, over all writers in turn."""
    count = len(of.x)
    drawn: dict[str, list[Tensor]] = {"b": [], "a": [], "start": [], "c": [], "direct": []}
    asked = []
    for a in range(count):
        held, seen = of.split(a, quarter, 0)
        b, c = (a + 1) % count, (a + 2) % count
        z = of.z[a, held]
        at_b = _moved(fit(of, a, b, seen), z, held)
        places = {
            "start": z,
            "b": at_b,
            "a": _moved(fit(of, b, a, seen), at_b, held),
            "c": _moved(fit(of, b, c, seen), at_b, held),
            "direct": _moved(fit(of, a, c, seen), z, held),
        }
        for key, place in places.items():
            drawn[key].append(decode_set(of.model, place))
        asked.append(held)
    there = judged(of, drawn["b"][-1:] + drawn["b"][:-1], asked[-1:] + asked[:-1])
    beyond = judged(of, drawn["c"][-2:] + drawn["c"][:-2], asked[-2:] + asked[:-2])
    whole = {key: torch.cat(pictures) for key, pictures in drawn.items()}
    return {
        "n": there["n"],
        "class_accuracy": there["class_accuracy"],
        "writer_identification": there["writer_identification"],
        "round_trip_mse": metrics.reconstruction_mse(whole["a"], whole["start"]),
        "chained_class_accuracy": beyond["class_accuracy"],
        "chained_identification": beyond["writer_identification"],
        "chain_mse": metrics.reconstruction_mse(whole["c"], whole["direct"]),
    }


def _moved(way: AffineMap | Tensor, z: Tensor, labels: Tensor) -> Tensor:
    return z + way[labels] if isinstance(way, Tensor) else way(z)


# Fine-tuning, and crisper edges


def tuning_rows(of: Writers, seen: Iterable[int] = SEEN) -> list[dict[str, Any]]:
    """Reconstruction of held-out characters, before and after fine-tuning each part on what was seen."""
    rows = []
    for count in seen:
        splits = [of.split(writer, 0, count) for writer in range(len(of.x))]
        before = [_reconstructed(of.model, of.x[writer, split.held]) for writer, split in enumerate(splits)]
        rows.append({"part": "no fine-tuning", "seen": count, **_mean(before), "epochs": 0.0, "seconds": 0.0})
        rows += [{"part": part, "seen": count, **_mean(tuned_trials(of, splits, part))} for part in PARTS]
    return rows


def tuned_trials(of: Writers, splits: list[Split], part: str) -> list[dict[str, float]]:
    """One writer after the other."""
    trials = []
    for writer, (held, seen) in enumerate(splits):
        started = time.perf_counter()
        tuned = fine_tune(of.model, of.x[writer, seen], part=part, epochs=EPOCHS, seed=of.seed)
        spent = time.perf_counter() - started
        figures = _reconstructed(tuned.model, of.x[writer, held])
        trials.append(figures | {"epochs": float(tuned.best), "seconds": spent})
    return trials


@torch.inference_mode()
def _reconstructed(model: Autoencoder, x: Tensor) -> dict[str, float]:
    drawn = model.decode(model.encode(x).mean)
    return {
        "n": len(x),
        "mse": metrics.reconstruction_mse(drawn, x),
        "edge_sharpness": metrics.edge_sharpness(drawn, x),
    }


def crisp_rows(of: Writers, ink: Tensor) -> list[dict[str, Any]]:
    """Reconstructions of a whole split, uint8 ink (N, 1, S, S), as the decoder draws them and with its crisper end."""
    x, z = as_ink(ink), encode_set(of.model, ink).mean
    rows = []
    for name, model in (("decoder", of.model), ("crisper decoder", with_delta(of.model, of.prior.sharp))):
        drawn = decode_set(model, z)
        mse, sharpness = metrics.reconstruction_mse(drawn, x), metrics.edge_sharpness(drawn, x)
        rows.append({"decoder": name, "n": len(x), "mse": mse, "edge_sharpness": sharpness})
    return rows
