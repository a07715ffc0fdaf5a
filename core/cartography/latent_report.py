"""Figures of the cartography paper for one model: loss terms, principal components, clusters and distances.

Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic Style", 2021: tables 5.2, 6.1, 6.2 and 7.1,
figures 6.1 to 6.10.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from core import metrics
from core.data.dataset import as_ink
from core.latent.clustering import METHODS, composition, silhouette
from core.latent.encoding import decode_set, encode_set
from core.latent.pca import centroid_offsets, class_variance_shares, first_component_angles, variance_shares
from core.metrics.trajectory_shape import distances
from core.models.base import Autoencoder

COUNTS = (4, 5, 6, 7, 8)  # of clusters
BATCH = 128


@torch.inference_mode()
def art_figures(model: Autoencoder, pictures: Tensor, labels: Tensor, classes: Sequence[str]) -> dict[str, Any]:
    """Measures of chapters 5 to 7 for one model, ready for JSON.

    Latents are posterior means, as on the map, except in `posterior_mmd`, which uses samples.

    Args:
        model: an autoencoder in evaluation mode.
        pictures: uint8, (N, C, S, S), more than dimensions of the latent space.
        labels: classes, (N,).
        classes: their names.

    Returns:
        `reconstruction_mse`; `loss`, the terms of the model's loss; `prior_wasserstein`, and that of as many draws of
        N(0, I); `posterior_mmd`; `pca`; `clustering`, by method and number of clusters; `distances`.
    """
    posterior = encode_set(model, pictures)
    z = posterior.mean
    normal = torch.randn(z.shape, generator=_generator(2))
    return {
        "reconstruction_mse": metrics.reconstruction_mse(decode_set(model, z), as_ink(pictures)),
        "loss": loss_terms(model, pictures, labels),
        "posterior_mmd": metrics.posterior_mmd(posterior.sample(_generator()), generator=_generator(1)),
        "prior_wasserstein": metrics.prior_wasserstein(z),
        "prior_wasserstein_of_normal": metrics.prior_wasserstein(normal),
        "pca": pca_figures(z, labels, classes),
        "clustering": {method: cluster_figures(z, labels, classes, method) for method in METHODS},
        "distances": _by_class(classes, torch.tensor([*distances(z, labels, classes).values()], dtype=torch.float64)),
    }


@torch.inference_mode()
def loss_terms(model: Autoencoder, pictures: Tensor, labels: Tensor) -> dict[str, float]:
    """Mean terms of a model's loss, without the total, over shuffled batches of 128; an incomplete batch is dropped."""
    order = torch.randperm(len(pictures), generator=_generator())
    rows = [part for part in order.split(BATCH) if len(part) == min(BATCH, len(pictures))]
    sums: dict[str, float] = defaultdict(float)
    for part in rows:
        terms = model.loss(as_ink(pictures[part]), labels[part], generator=_generator())
        for name in terms.keys() - {"total"}:
            sums[name] += terms[name].item() / len(rows)
    return {name: sums[name] for name in sorted(sums)}


def pca_figures(z: Tensor, labels: Tensor, classes: Sequence[str]) -> dict[str, Any]:
    """Shares of variance, class offsets, and angles in degrees (figures 6.1 to 6.7, tables 6.1 and 6.2)."""
    k = len(classes)
    return {
        "variance_shares": variance_shares(z).tolist(),
        "class_variance_shares": _by_class(classes, class_variance_shares(z, labels, k)),
        "centroid_offsets": _by_class(classes, centroid_offsets(z, labels, k)),
        "relative_centroid_offsets": _by_class(classes, centroid_offsets(z, labels, k, relative=True)),
        "first_component_angles": _by_class(classes, first_component_angles(z, labels, k)),
    }


def cluster_figures(z: Tensor, labels: Tensor, classes: Sequence[str], method: str) -> dict[str, Any]:
    """Scores and composition of clusters, by their number (figures 6.8 to 6.10)."""
    figures: dict[str, Any] = {}
    for k in COUNTS:
        clusters = METHODS[method](z, k)
        made_of = composition(clusters, labels, len(classes))
        figures[str(k)] = {
            "silhouette": silhouette(z, clusters),
            "purity": metrics.purity(clusters, labels),
            "nmi": metrics.nmi(clusters, labels),
            "ari": metrics.ari(clusters, labels),
            "composition": [dict(zip(classes, row, strict=True)) for row in made_of.tolist()],
        }
    return figures


def _by_class(classes: Sequence[str], values: Tensor) -> dict[str, Any]:
    """Values or rows by class name; None where undefined."""

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(part) for part in value]
        return value if math.isfinite(value) else None

    return {name: plain(value) for name, value in zip(classes, values.tolist(), strict=True)}


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
