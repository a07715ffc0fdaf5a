"""A checkpoint name → measured results, each under the name of its function in `core.metrics`.

Figures depend on the name, the data set, the split and nothing else: every random draw is seeded here.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core import metrics
from core.checkpoint import REGISTRY, Checkpoint, get_record, load, update_record
from core.data import load as load_data
from core.data.pictures import as_ink
from core.latent import class_means, decode_set, encode_set
from core.models.base import Classifier

JUDGE = "chars62-classifier"
CHARACTER_CLASSES = 62


def evaluate(name: str, *, root: Path | None = None, split: str = "val", registry: Path = REGISTRY) -> dict[str, Any]:
    """Measure a record on one split of the data set its recipe names.

    Args:
        name: a trained record.
        root: the data root; see `core.data.data_root`.
        split: "train", "val" or "test".
        registry: the registry.

    Returns:
        name, data, split, n, and the metrics of that kind of model; ready for JSON.

    Raises:
        ValueError, FileNotFoundError: as `core.checkpoint.load` and `core.data.load` say.
    """
    checkpoint = load(name, registry)
    data = checkpoint.record.recipe.data
    pictures = load_data(data, split, root)
    ink, labels = pictures.tensors(checkpoint.preprocess)
    if isinstance(checkpoint.model, Classifier):
        figures = classifier_figures(checkpoint.model, ink, labels)
    else:
        judge = load(JUDGE, registry).classifier if len(pictures.classes) == CHARACTER_CLASSES else None
        figures = autoencoder_figures(checkpoint, judge, ink, labels)
    return {"name": name, "data": data, "split": split, "n": len(pictures)} | figures


@torch.inference_mode()
def classifier_figures(model: Classifier, ink: Tensor, labels: Tensor) -> dict[str, float]:
    """Accuracy over the classes, and over EMNIST's merged ones where there are 62."""
    logits = torch.cat([model.logits(as_ink(rows)) for rows in ink.split(512)])
    predicted = logits.argmax(dim=1)
    figures = {"accuracy": metrics.accuracy(predicted, labels)}
    if logits.shape[1] == CHARACTER_CLASSES:
        figures["accuracy_47"] = metrics.accuracy_47(predicted, labels)
    return figures


@torch.inference_mode()
def autoencoder_figures(
    checkpoint: Checkpoint, judge: Classifier | None, ink: Tensor, labels: Tensor
) -> dict[str, float]:
    """Reconstruction, bound and closeness to the prior; with a judge, also how well one walks between glyphs."""
    model, x = checkpoint.autoencoder, as_ink(ink)
    posterior = encode_set(model, ink)
    z = posterior.mean
    figures = {
        "reconstruction_mse": metrics.reconstruction_mse(decode_set(model, z), x),
        "elbo": metrics.elbo(model, x, generator=_generator()),
        "posterior_mmd": metrics.posterior_mmd(posterior.sample(_generator()), generator=_generator(1)),
    }
    if judge:
        figures["midpoint_accuracy"] = metrics.midpoint_accuracy(model, judge, z, labels, generator=_generator())
        means = class_means(z, labels, CHARACTER_CLASSES)
        figures["class_means_recognised"] = metrics.class_means_recognised(model, judge, means)
    return figures


def save_results(figures: dict[str, Any], registry: Path = REGISTRY) -> None:
    """Write the figures of `evaluate` into the record's `results`, under their split, with today's date."""
    name, split = figures["name"], figures["split"]
    rounded = {key: round(value, 5) if isinstance(value, float) else value for key, value in figures.items()}
    rest = {key: value for key, value in rounded.items() if key not in ("name", "split")}
    measured = rest | {"date": datetime.now(UTC).date().isoformat()}
    update_record(name, registry, results=get_record(name, registry).results | {split: measured})


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
