"""Metrics of a record's fitted generators, keyed by function name in `core.metrics`.

Results are determined by record, generator and split: every random draw is seeded here.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core import metrics
from core.data.dataset import as_ink
from core.generator import LatentGenerator, Rejected, generate, load_generators
from core.generator.theta import draws_of, theta_of
from core.metrics.rounded import rounded
from core.models.classifier import CharacterClassifier
from core.registry.load import Checkpoint, load
from core.registry.roles import JUDGES, recon_judge
from core.registry.store import REGISTRY, get_record, update_record
from core.training.training_data import examples

GUIDES = {"mnist": "mnist-guide"}  # of each data set, for rejection; never a judge
GUIDED = "-guided"
MEMBERS = 2_000  # generated digits of each class
COMPARED = 1_000  # pictures whose nearest neighbour is looked for


def evaluate_generator(
    name: str, generator: str, *, root: Path | None = None, split: str = "val", registry: Path = REGISTRY
) -> dict[str, Any]:
    """Metrics of a fitted generator, beside those of the real pictures of a split, ready for JSON.

    Args:
        name: a trained record with fitted generators.
        generator: one of them; with the suffix "-guided", rejection sampling by the guide classifier.
        root: the data root; see `core.data.data_root`.
        split: "train", "val" or "test".
        registry: the registry.

    Returns:
        name, data, split, n (real pictures), generator, theta (range, and n of averaged draws), generated (their
        number), and the metrics.

    Raises:
        ValueError, FileNotFoundError: as `core.registry.load.load`, `load_generators` and `core.data.load` say.
    """
    checkpoint = load(name, registry)
    latents = chosen(checkpoint, generator, registry)
    data = checkpoint.record.recipe.data
    ink, labels = examples(checkpoint.record, split, root=root, registry=registry)
    asked = torch.arange(latents.classes).repeat_interleave(MEMBERS)
    drawn = generate(checkpoint.autoencoder, latents, asked, generator=torch.Generator().manual_seed(0))
    head: dict[str, Any] = {"name": name, "data": data, "split": split, "n": len(ink), "generator": generator}
    head |= summary_of(latents) | {"generated": len(asked)}
    if own := recon_judge(name, registry):
        head["recon_judge_accuracy"] = metrics.recon_judge_accuracy(load(own, registry).classifier, drawn, asked)
    figures = figures_of(drawn, asked, as_ink(ink), labels, load(JUDGES[data], registry))
    return head | figures | memory(checkpoint, drawn, as_ink(ink), root, registry)


def chosen(checkpoint: Checkpoint, generator: str, registry: Path = REGISTRY) -> LatentGenerator:
    """Fitted generator of a record by name, wrapped in `Rejected` if the name ends in "-guided"."""
    latents = load_generators(checkpoint.name, registry)[generator.removesuffix(GUIDED)]
    if not generator.endswith(GUIDED):
        return latents
    guide = load(GUIDES[checkpoint.record.recipe.data], registry).classifier
    return Rejected(latents, checkpoint.autoencoder, guide)


def figures_of(drawn: Tensor, asked: Tensor, real: Tensor, labels: Tensor, judge: Checkpoint) -> dict[str, Any]:
    """Diversity, accuracy, and distances to real pictures in the judge's features, with the same of real pictures."""
    network = judge.model
    if not isinstance(network, CharacterClassifier):
        raise ValueError(f"expected a judge with features, got {judge.name}, which is a {judge.record.model}")
    with torch.inference_mode():
        features, of_real = (torch.cat([network.features(rows) for rows in part.split(512)]) for part in (drawn, real))
    return {
        "mean_cosine": metrics.mean_cosine(drawn, asked),
        "judge_accuracy": metrics.judge_accuracy(network, drawn, asked),
        "classification_accuracy_score": metrics.classification_accuracy_score(drawn, asked, real, labels),
        "classifier_fid": metrics.classifier_fid(features, of_real),
        "classifier_kid": metrics.classifier_kid(features, of_real),
        "real": {
            "mean_cosine": metrics.mean_cosine(real, labels),
            "judge_accuracy": metrics.judge_accuracy(network, real, labels),
        },
    }


def memory(
    checkpoint: Checkpoint, drawn: Tensor, real: Tensor, root: Path | None, registry: Path
) -> dict[str, dict[str, float]]:
    """Nearest-neighbour distances to the training set; empty without the data."""
    try:
        train, _ = examples(checkpoint.record, "train", root=root, registry=registry)
    except FileNotFoundError:
        return {}
    some, few = (
        part[torch.randperm(len(part), generator=torch.Generator().manual_seed(0))[:COMPARED]] for part in (drawn, real)
    )
    return {"nearest_neighbour": metrics.nearest_neighbour(some, few, as_ink(train))}


def summary_of(latents: LatentGenerator) -> dict[str, dict[str, float]]:
    """Minimum, mean and maximum of θ, and n; empty for generators without θ."""
    theta = theta_of(latents)
    if theta is None:
        return {}
    values = torch.as_tensor(theta)
    span = {"min": values.min().item(), "mean": values.mean().item(), "max": values.max().item()}
    return {"theta": span | {"n": draws_of(latents) or 1}}


def save_generated(figures: dict[str, Any], registry: Path = REGISTRY) -> None:
    """Store the results of `evaluate_generator` in the record, dated, under split and generator."""
    name, split, generator = (figures[key] for key in ("name", "split", "generator"))
    rest = {key: rounded(value) for key, value in figures.items() if key not in ("name", "split", "generator")}
    measured = rest | {"date": datetime.now(UTC).date().isoformat()}
    former = get_record(name, registry).generated
    update_record(name, registry, generated=former | {split: former.get(split, {}) | {generator: measured}})
