"""A checkpoint name → measured results, each under the name of its function in `core.metrics`.

Figures depend on the name, the data set, the split and nothing else: every random draw is seeded here.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core import metrics
from core.cartography.latent_report import art_figures
from core.data.artworks import STYLES
from core.data.dataset import as_ink
from core.fashion.garments import wardrobe
from core.fashion.shape_transfer import fashion_figures
from core.latent.class_means import class_means
from core.latent.encoding import analogies, decode_set, encode_set
from core.metrics.backbone_agreement import agreement
from core.metrics.rounded import rounded
from core.models.base import Autoencoder, Backbone, Classifier
from core.registry.load import load
from core.registry.roles import JUDGES
from core.registry.store import REGISTRY, get_record, update_record
from core.style.backbones import TEACHER, backbone
from core.training.training_data import examples

CHARACTER_CLASSES = 62
GARMENTS = 30  # of each kind, drawn by the project itself: no data set is needed
PRIOR_SAMPLES = 1_000  # of each class
STYLE_SOURCES = 1_000  # skeletons take a millisecond each, and each source has an analogy in every class


def evaluate(name: str, *, root: Path | None = None, split: str = "val", registry: Path = REGISTRY) -> dict[str, Any]:
    """Figures of a record on one split of the data set its recipe names.

    Args:
        name: a record with weights.
        root: the data root; see `core.data.data_root`.
        split: "train", "val" or "test".
        registry: the registry.

    Returns:
        name, data, split, n, and the metrics of that kind of model; ready for JSON.

    Raises:
        ValueError, FileNotFoundError: as `core.registry.load.load` and `core.data.load` say.
    """
    checkpoint = load(name, registry)
    data = checkpoint.record.recipe.data
    ink, labels = examples(checkpoint.record, split, root=root, registry=registry)
    if isinstance(checkpoint.model, Classifier):
        figures = classifier_figures(checkpoint.model, ink, labels)
    elif isinstance(checkpoint.model, Backbone):
        figures = agreement(checkpoint.model, backbone(TEACHER, root), as_ink(ink))
    elif data == "artworks":
        figures = art_figures(checkpoint.autoencoder, ink, labels, STYLES)
    else:
        model, judge = checkpoint.autoencoder, load(JUDGES[data], registry).classifier
        further = conditional_figures if model.classes else unconditional_figures
        figures = autoencoder_figures(model, ink, labels) | further(model, judge, ink, labels)
        if model.classes:
            figures |= fashion_figures(checkpoint, judge, list(wardrobe(GARMENTS)[0]))
    return {"name": name, "data": data, "split": split, "n": len(ink)} | figures


@torch.inference_mode()
def classifier_figures(model: Classifier, ink: Tensor, labels: Tensor) -> dict[str, float]:
    """Accuracy over the classes, and over EMNIST's merged ones where there are 62."""
    predicted = model.predict(as_ink(ink))
    figures = {"accuracy": metrics.accuracy(predicted, labels)}
    if int(labels.max()) >= 10:
        figures["accuracy_47"] = metrics.accuracy_47(predicted, labels)
    return figures


@torch.inference_mode()
def autoencoder_figures(model: Autoencoder, ink: Tensor, labels: Tensor) -> dict[str, Any]:
    """Reconstruction error, ELBO and distance from the prior, of any autoencoder."""
    x, posterior = as_ink(ink), encode_set(model, ink, labels)
    return {
        "reconstruction_mse": metrics.reconstruction_mse(decode_set(model, posterior.mean, labels), x),
        "elbo": metrics.elbo(model, x, labels, generator=_generator()),
        "posterior_mmd": metrics.posterior_mmd(posterior.sample(_generator()), generator=_generator(1)),
    }


def unconditional_figures(model: Autoencoder, judge: Classifier, ink: Tensor, labels: Tensor) -> dict[str, Any]:
    """Whether midpoints between pictures of a class, and class means, are recognised: for unconditional models."""
    z = encode_set(model, ink).mean
    figures: dict[str, Any] = {
        "midpoint_accuracy": metrics.midpoint_accuracy(model, judge, z, labels, generator=_generator())
    }
    if int(labels.max()) >= 10:
        means = class_means(z, labels, CHARACTER_CLASSES)
        figures["class_means_recognised"] = metrics.class_means_recognised(model, judge, means)
    return figures


def conditional_figures(model: Autoencoder, judge: Classifier, ink: Tensor, labels: Tensor) -> dict[str, Any]:
    """Content accuracy, leakage of the label into the latent, and style consistency: for conditional models."""
    z = encode_set(model, ink, labels).mean
    labelled = torch.arange(model.classes).repeat_interleave(PRIOR_SAMPLES)
    samples = decode_set(model, torch.randn((len(labelled), model.latent), generator=_generator()), labelled)
    some = torch.randperm(len(ink), generator=_generator())[:STYLE_SOURCES]
    return {
        "content_accuracy": metrics.content_accuracy(model, judge, z),
        "prior_accuracy": metrics.prior_accuracy(judge, samples, labelled),
        "within_class_cosine": metrics.within_class_cosine(samples, labelled),
        "linear_leakage": metrics.linear_leakage(z, labels),
        "mlp_leakage": metrics.mlp_leakage(z, labels),
        "style_consistency": metrics.style_consistency(as_ink(ink[some]), labels[some], analogies(model, z[some])),
    }


def save_results(figures: dict[str, Any], registry: Path = REGISTRY) -> None:
    """Write the figures of `evaluate` into the record's JSON, under their split, with today's date."""
    name, split = figures["name"], figures["split"]
    rest = {key: rounded(value) for key, value in figures.items() if key not in ("name", "split")}
    measured = rest | {"date": datetime.now(UTC).date().isoformat()}
    update_record(name, registry, results=get_record(name, registry).results | {split: measured})


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
