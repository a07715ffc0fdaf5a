"""Clusters of handwritten characters that no label had a part in, from pixels to names.

Section 4.5 of Hu, Thompson and Tsoi, "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer": clusters
are fitted on training characters, named after the commonest class in each, and asked about characters that were not
there. Labels give the names and count the errors; they fit nothing.

A pipeline says how characters become points, whether those are brought onto a manifold first, and what clusters them:

    features      pixels, latents of a record, oriented gradients; of the glyph as it is or deskewed
    sphere        points are divided by their length, so that k-means compares directions
    dimensions    of a UMAP embedding, 0 for none; unseen characters are laid into it afterwards
    method, k     see `core.latent.clustering.FITTED`
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from core import metrics
from core.data import load as load_data
from core.data.dataset import as_ink
from core.handwriting.experiments.hog import deskewed, oriented_gradients
from core.imaging.preprocess import Preprocess
from core.imaging.rendering import to_bytes
from core.latent.clustering import FITTED, Clustering
from core.latent.encoding import encode_set
from core.latent.pca import principal_components
from core.metrics import majority_names
from core.registry.load import load
from core.registry.store import REGISTRY

CLASSES = 62
DATA = "chars62"
EXEMPLARS_FROM = 2_500  # characters that affinity propagation is fitted on: every pair of them sends messages
NEIGHBOURS = 15  # of a point on the manifold
COMPONENTS = 50  # principal ones that are left of more dimensions before neighbours are looked for


@dataclass(frozen=True)
class Pipeline:
    """One way from characters to clusters; see the module.

    Attributes:
        features: "pixels", "gradients", or the name of an autoencoder's record, whose posterior means are meant.
        upright: whether glyphs are deskewed first.
        sphere, dimensions, method, k: as the module says; k = None lets affinity propagation find its own.
        labelled: whether labels took part in training the features, which then prove nothing; told with the figures.
    """

    features: str
    upright: bool = False
    sphere: bool = False
    dimensions: int = 0
    method: str = "k-means"
    k: int | None = CLASSES
    labelled: bool = False


# All were trained without labels but the last, the app's own, which a classifier guided.
INFOVAE, BETAVAE = "chars62-infovae-32-clusters", "chars62-betavae-16"
PAPERS, PLAIN, GUIDED = "chars62-infovae-32-paper", "chars62-infovae-32-unlabelled", "chars62-infovae-32"
PIPELINES = {
    "pixels": Pipeline("pixels"),
    "betavae": Pipeline(BETAVAE),
    "infovae": Pipeline(INFOVAE),
    "infovae-paper": Pipeline(PAPERS),
    "infovae-unlabelled": Pipeline(PLAIN),
    "infovae-guided": Pipeline(GUIDED, labelled=True),
    "pixels-exemplars": Pipeline("pixels", method="affinity propagation"),
    "betavae-exemplars": Pipeline(BETAVAE, method="affinity propagation"),
    "infovae-exemplars": Pipeline(INFOVAE, method="affinity propagation"),
    "infovae-exemplars-own-k": Pipeline(INFOVAE, method="affinity propagation", k=None),
    "pixels-upright": Pipeline("pixels", upright=True),
    "infovae-upright": Pipeline(INFOVAE, upright=True),
    "infovae-upright-sphere": Pipeline(INFOVAE, upright=True, sphere=True),
    "infovae-manifold": Pipeline(INFOVAE, upright=True, dimensions=10, method="mixture"),
    "gradients": Pipeline("gradients"),
    "gradients-upright": Pipeline("gradients", upright=True),
    "gradients-manifold-kmeans": Pipeline("gradients", upright=True, dimensions=10),
    "gradients-manifold": Pipeline("gradients", upright=True, dimensions=10, method="mixture"),
    "gradients-manifold-124": Pipeline("gradients", upright=True, dimensions=10, method="mixture", k=124),
    "gradients-manifold-248": Pipeline("gradients", upright=True, dimensions=10, method="mixture", k=248),
}


@dataclass(frozen=True)
class Characters:
    """Characters of one split: uint8 ink (N, 1, S, S) and their labels (N,)."""

    ink: Tensor
    labels: Tensor

    @classmethod
    def of(cls, split: str, root: Path | None = None) -> "Characters":
        return cls(*load_data(DATA, split, root).tensors(Preprocess()))


@dataclass(frozen=True)
class Clustered:
    """What a pipeline made of two sets of characters.

    Attributes:
        fitted: clusters of those it was fitted on, (M,).
        unseen: clusters that the others were assigned to, (N,).
        names: the commonest class of each cluster among the fitted, (k,).
        seconds: of everything from ink to clusters.
    """

    fitted: Tensor
    unseen: Tensor
    names: Tensor
    seconds: float


@dataclass(frozen=True)
class Bench:
    """Characters to fit on and others to ask about; points that several pipelines share are found once.

    Attributes:
        fitted, unseen: the characters.
        split: what the unseen are called.
        registry: where the records of autoencoders are.
        kept: points of both by what they are, and the seconds they took.
    """

    fitted: Characters
    unseen: Characters
    split: str = "val"
    registry: Path = REGISTRY
    kept: dict[Any, tuple[Tensor, Tensor, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, split: str, root: Path | None = None, registry: Path = REGISTRY) -> Self:
        """The training part of chars62 to fit on, and another part; see `core.data.load` for what may be wrong."""
        if split == "train":
            raise ValueError("expected the unseen characters of val or test, got those of train")
        return cls(Characters.of("train", root), Characters.of(split, root), split, registry)

    def points(self, pipeline: Pipeline, seed: int = 0) -> tuple[Tensor, Tensor, float]:
        """Both sets as a pipeline compares them, (M, D) and (N, D), and the seconds since there was only ink."""
        flat = replace(pipeline, dimensions=0)
        key = (
            pipeline.features,
            pipeline.upright,
            pipeline.sphere,
            pipeline.dimensions,
            bool(pipeline.dimensions) * seed,
        )
        if key not in self.kept:
            known, new, before = (
                self.points(flat, seed) if pipeline.dimensions else (self.fitted.ink, self.unseen.ink, 0.0)
            )
            begun = perf_counter()
            if pipeline.dimensions:
                known, new = manifold(known, new, pipeline.dimensions, seed=seed)
            else:
                known, new = (features(pipeline, ink, registry=self.registry) for ink in (known, new))
            self.kept[key] = (known, new, before + perf_counter() - begun)
        return self.kept[key]

    def run(self, pipeline: Pipeline, *, seed: int = 0) -> Clustered:
        """Fit a pipeline on some characters and assign the others; their labels give names, and nothing else."""
        known, new, seconds = self.points(pipeline, seed)
        begun = perf_counter()
        clustering = fit(pipeline, known, seed=seed)
        clusters, others = clustering.assign(known), clustering.assign(new)
        names = majority_names(clusters, self.fitted.labels, clustering.k)
        return Clustered(clusters, others, names, seconds + perf_counter() - begun)

    def figures(self, clustered: Clustered) -> dict[str, Any]:
        """What is told of a clustering, ready for JSON.

        Returns:
            `k`; `names`, how many different classes the clusters are named after; `majority_accuracy_train`, which is
            the paper's figure; of the unseen characters `majority_accuracy`, `hungarian_accuracy`, `nmi` and `ari`;
            and `seconds`.
        """
        clusters, labels = clustered.unseen, self.unseen.labels
        fitted = metrics.majority_accuracy(clustered.fitted, self.fitted.labels, clustered.names)
        return {
            "k": len(clustered.names),
            "names": len(clustered.names.unique()),
            "majority_accuracy_train": fitted,
            "majority_accuracy": metrics.majority_accuracy(clusters, labels, clustered.names),
            "hungarian_accuracy": metrics.hungarian_accuracy(clusters, labels),
            "nmi": metrics.nmi(clusters, labels),
            "ari": metrics.ari(clusters, labels),
            "seconds": clustered.seconds,
        }


def features(pipeline: Pipeline, ink: Tensor, *, registry: Path = REGISTRY) -> Tensor:
    """The points a pipeline compares: uint8 ink (N, 1, S, S) → (N, D)."""
    seen = deskewed(as_ink(ink)) if pipeline.upright else as_ink(ink)
    known: dict[str, Callable[[Tensor], Tensor]] = {"pixels": lambda x: x.flatten(1), "gradients": oriented_gradients}
    if pipeline.features in known:
        points = known[pipeline.features](seen)
    else:
        model = load(pipeline.features, registry).autoencoder
        points = encode_set(model, to_bytes(seen)).mean
    return normalize(points, dim=1) if pipeline.sphere else points


def fit(pipeline: Pipeline, z: Tensor, *, seed: int = 0) -> Clustering:
    """The clusters of a pipeline's points; affinity propagation sees at most 2,500 of them, drawn by the seed."""
    if pipeline.method == "affinity propagation":
        order = torch.randperm(len(z), generator=torch.Generator().manual_seed(seed))
        z = z[order[:EXEMPLARS_FROM]]
    return FITTED[pipeline.method](z, pipeline.k, seed=seed)


def manifold(z: Tensor, others: Tensor, dimensions: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    """UMAP of points into a few dimensions, and others laid into the same space (McInnes, Healy and Melville, 2018).

    Neighbours are looked for among the 50 first principal components, points may lie as close as they like, and one
    thread does it all, so that a seed means one result.

    Args:
        z: points that the embedding is fitted on, (M, D), more than the number of neighbours.
        others: points that find their place by their neighbours among those, (N, D).
        dimensions: of the embedding.
        seed: of the embedding.

    Returns:
        (M, dimensions) and (N, dimensions).
    """
    from umap import UMAP  # many seconds to import and compile, needed only where clusters are fitted

    if len(z) <= NEIGHBOURS:
        raise ValueError(f"expected more than {NEIGHBOURS} points for as many neighbours, got {len(z)}")
    before = principal_components(z)
    kept = before.directions[:COMPONENTS]
    first, second = ((points - before.mean) @ kept.T for points in (z, others))
    model = UMAP(n_components=dimensions, n_neighbors=NEIGHBOURS, min_dist=0.0, random_state=seed, n_jobs=1)
    fitted = model.fit_transform(first.float().numpy())
    return _tensor(fitted), _tensor(model.transform(second.float().numpy()))


def measure(names: Sequence[str], bench: Bench, *, seeds: int = 1) -> list[dict[str, Any]]:
    """The figures of pipelines by name, as means over seeds.

    Args:
        names: keys of `PIPELINES`.
        bench: what they are fitted on and asked about.
        seeds: how many runs of each, with seeds 0, 1, …

    Returns:
        Of each: name, data, split, n, seeds, `labelled`, the means of `Bench.figures`, and `majority_accuracy_spread`,
        the standard deviation over the seeds.

    Raises:
        ValueError: for an unknown pipeline.
    """
    unknown = [name for name in names if name not in PIPELINES]
    if unknown:
        raise ValueError(f"expected pipelines out of {', '.join(PIPELINES)}, got {', '.join(unknown)}")
    head = {"data": DATA, "split": bench.split, "n": len(bench.unseen.ink), "seeds": seeds}
    return [{"name": name} | head | over_seeds(bench, PIPELINES[name], seeds) for name in names]


def over_seeds(bench: Bench, pipeline: Pipeline, seeds: int) -> dict[str, Any]:
    """Means of the figures of one pipeline, and how far the accuracy of unseen characters varies."""
    rows = [bench.figures(bench.run(pipeline, seed=seed)) for seed in range(seeds)]
    means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    spread = float(np.std([row["majority_accuracy"] for row in rows]))
    return {"labelled": pipeline.labelled} | means | {"majority_accuracy_spread": spread}


def _tensor(embedding: Any) -> Tensor:
    return torch.from_numpy(np.asarray(embedding)).float()
