"""Clusterings of latents, and what they are made of.

Chapter 6.3 of Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic Style", 2021; section 4.5 of
Hu, Thompson and Tsoi, "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer". Clusters are numbered by
size, largest first, so that a number means the same from run to run. Those that are fitted on some latents and assign
others come as a `Clustering`.
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from core.latent.class_means import class_means

SILHOUETTE_POINTS = 4_000  # of more, this many drawn by a seed: every pair has a distance

AP_ROUNDS = 300  # of messages
SEARCH_STEPS = 8  # for a preference


def kmeans(z: Tensor, k: int, *, seed: int = 0) -> Tensor:
    """k-means (Lloyd, 1982), the best of four k-means++ starts.

    Args:
        z: latents, (N, Z), at least k of them.
        k: number of clusters.
        seed: random state of the starts.

    Returns:
        The cluster of each point, (N,) int64.

    Example:
        >>> kmeans(torch.tensor([[0.0], [0.1], [0.2], [9.0], [9.1]]), k=2)
        tensor([0, 0, 0, 1, 1])
    """
    from sklearn.cluster import KMeans  # needed only where clusters are computed, not where they are shown

    _check(z, k)
    clusters = KMeans(k, n_init=4, random_state=seed)  # pyright: ignore[reportArgumentType]
    return by_size(torch.from_numpy(clusters.fit_predict(z.double().numpy())))


def spectral(z: Tensor, k: int, *, neighbours: int = 10, seed: int = 0) -> Tensor:
    """Spectral clustering on the graph of nearest neighbours (Ng, Jordan and Weiss, "On Spectral Clustering", 2002).

    Args:
        z: latents, (N, Z), more than `neighbours` of them.
        k: number of clusters.
        neighbours: degree of the graph.
        seed: random state of the eigenvectors' solver and of k-means among them.

    Returns:
        The cluster of each point, (N,) int64.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components
    from sklearn.cluster import SpectralClustering
    from sklearn.neighbors import kneighbors_graph

    _check(z, max(k, neighbours + 1))
    graph = csr_matrix(kneighbors_graph(z.double().numpy(), neighbours, include_self=True))
    affinity = 0.5 * (graph + graph.T)
    parts, piece = connected_components(affinity, directed=False)
    if parts > k:
        raise ValueError(f"expected at most {k} separate parts of the neighbours' graph, got {parts}: add neighbours")
    if parts == k:  # the cut is there already, and the eigenvectors of several zeros are anyone's
        return by_size(torch.from_numpy(piece).long())
    solver = SpectralClustering(k, affinity="precomputed", assign_labels="kmeans", random_state=seed)
    return by_size(torch.from_numpy(solver.fit_predict(affinity)))


class Clustering(Protocol):
    """Clusters that were fitted on some latents, and to which others can be assigned; `k` is their number."""

    @property
    def k(self) -> int: ...

    def assign(self, z: Tensor) -> Tensor:
        """The cluster of each latent: (N, Z) → (N,) int64 in 0 … k − 1."""
        ...


@dataclass(frozen=True)
class Centres:
    """Clusters of which each is what lies nearest to its centre, (k, Z).

    Example:
        >>> Centres(torch.tensor([[0.0], [10.0]])).assign(torch.tensor([[4.0], [6.0]]))
        tensor([0, 1])
    """

    points: Tensor

    @property
    def k(self) -> int:
        return len(self.points)

    def assign(self, z: Tensor) -> Tensor:
        return torch.cdist(z.double(), self.points.double()).argmin(dim=1)


@dataclass(frozen=True)
class Mixture:
    r"""Clusters that are Gaussians: $\arg\max_j \log \pi_j - \tfrac12 \log |\Sigma_j| - \tfrac12 d_j^2(z)$.

    Attributes:
        weights: π, (k,).
        means: (k, Z).
        factors: lower Cholesky factors of the covariances Σ, (k, Z, Z).

    Example:
        >>> wide_and_tight = torch.tensor([[[5.0]], [[0.1]]])
        >>> Mixture(torch.full((2,), 0.5), torch.tensor([[0.0], [1.0]]), wide_and_tight).assign(torch.tensor([[1.5]]))
        tensor([0])
    """

    weights: Tensor
    means: Tensor
    factors: Tensor

    @property
    def k(self) -> int:
        return len(self.weights)

    def assign(self, z: Tensor) -> Tensor:
        gaussians = torch.distributions.MultivariateNormal(self.means.double(), scale_tril=self.factors.double())
        return (gaussians.log_prob(z.double()[:, None]) + self.weights.double().log()).argmax(dim=1)


def fit_kmeans(z: Tensor, k: int, *, seed: int = 0) -> Centres:
    """`kmeans` as centres, the means of its clusters: (N, Z) → k of them.

    Example:
        >>> fit_kmeans(torch.tensor([[0.0], [0.2], [0.1], [9.0]]), k=2).points.round(decimals=1)
        tensor([[0.1000],
                [9.0000]])
    """
    return Centres(class_means(z, kmeans(z, k, seed=seed), k))


def fit_exemplars(z: Tensor, k: int | None = None, *, damping: float = 0.8, seed: int = 0) -> Centres:
    """Affinity propagation (Frey and Dueck, "Clustering by Passing Messages Between Data Points", 2007).

    It finds its own number of clusters: the higher the preference of every point to be an exemplar, the more. Memory
    grows with N², 32 bytes a pair.

    Args:
        z: latents, (N, Z), at least two of them.
        k: about how many clusters are wanted, found to a twentieth by halving the range of preferences; None leaves the
            preference at the median similarity, as the authors propose.
        damping: share of the former message in each new one, in [0.5, 1).
        seed: of the noise that breaks ties.

    Returns:
        The exemplars, which are latents of the set, as centres.

    Raises:
        ValueError: if no preference tried has settled on exemplars.

    Example:
        >>> points = torch.tensor([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2]])
        >>> fit_exemplars(points).points.flatten()
        tensor([0.1000, 9.1000])
    """
    _check(z, max(k or 2, 2))
    similarity = -torch.cdist(z.double(), z.double()).square()
    settle = partial(_exemplars, similarity, damping=damping, seed=seed)
    middle = similarity[~torch.eye(len(z), dtype=torch.bool)].median().item()
    rows = settle(middle) if k is None else _about(k, middle, settle)
    if not len(rows):
        raise ValueError("expected points that settle on exemplars, got some that do not: raise the damping")
    sizes = similarity[:, rows].argmax(dim=1).bincount(minlength=len(rows))
    return Centres(z[rows[sizes.argsort(descending=True, stable=True)]])


def _about(k: int, middle: float, settle: Callable[[float], Tensor]) -> Tensor:
    """The exemplars nearest to k in number, from a search over preferences between the median's 1/100 and 100 times."""
    low, high = math.log(0.01), math.log(100.0)  # of the factor; the larger, the fewer exemplars
    best = torch.empty(0, dtype=torch.long)
    for _ in range(SEARCH_STEPS):
        factor = (low + high) / 2
        rows = settle(math.exp(factor) * middle)
        if abs(len(rows) - k) < abs(len(best) - k):
            best = rows
        if abs(len(best) - k) <= k / 20:
            break
        low, high = (factor, high) if len(rows) > k else (low, factor)
    return best


def _exemplars(similarity: Tensor, preference: float, *, damping: float, seed: int) -> Tensor:
    from sklearn.cluster import affinity_propagation
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # what has not settled has no exemplars, see below
        found = affinity_propagation(
            similarity.numpy(), preference=preference, damping=damping, max_iter=AP_ROUNDS, random_state=seed
        )
    return torch.from_numpy(np.asarray(found[0], dtype=np.int64))


def fit_mixture(z: Tensor, k: int, *, seed: int = 0) -> Mixture:
    """A mixture of k Gaussians with full covariances, by expectation and maximisation, the best of three starts.

    Args:
        z: latents, (N, Z), at least k of them; a ridge of 10⁻³ of their mean variance is added to every covariance.
        k: number of clusters.
        seed: random state of the starts, which are k-means.

    Returns:
        The mixture, its Gaussians by falling weight.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    _check(z, k)
    ridge = max(1e-3 * z.double().var(dim=0).mean().item(), 1e-9)
    model = GaussianMixture(k, reg_covar=ridge, n_init=3, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last rounds move little
        model.fit(z.double().numpy())
    fitted = (model.weights_, model.means_, model.covariances_)
    weights, means, covariances = (torch.from_numpy(np.asarray(array)) for array in fitted)
    order = weights.argsort(descending=True, stable=True)
    return Mixture(weights[order], means[order], torch.linalg.cholesky(covariances[order]))


FITTED: dict[str, Callable[..., Clustering]] = {
    "k-means": fit_kmeans,
    "affinity propagation": fit_exemplars,
    "mixture": fit_mixture,
}
METHODS: dict[str, Callable[..., Tensor]] = {"k-means": kmeans, "spectral": spectral}


def by_size(clusters: Tensor) -> Tensor:
    """The same clusters numbered by size, largest first; of equals, the one that comes first.

    Example:
        >>> by_size(torch.tensor([2, 0, 0, 1, 0, 1]))
        tensor([2, 0, 0, 1, 0, 1])
        >>> by_size(torch.tensor([0, 1, 1]))
        tensor([1, 0, 0])
    """
    order = torch.bincount(clusters.long()).argsort(descending=True, stable=True)
    return order.argsort()[clusters.long()]


def silhouette(z: Tensor, clusters: Tensor, *, seed: int = 0) -> float:
    """Mean silhouette (Rousseeuw, "Silhouettes", 1987): how much nearer points are to their own cluster than the next.

    Args:
        z: latents, (N, Z).
        clusters: (N,), at least two different ones.
        seed: of more than 4,000 points, which count.

    Returns:
        A number in [−1, 1]: 1 for tight and distant clusters, 0 for overlapping ones.

    Example:
        >>> round(silhouette(torch.tensor([[0.0], [0.1], [9.0], [9.1]]), torch.tensor([0, 0, 1, 1])), 2)
        0.99
    """
    from sklearn.metrics import silhouette_score

    if len(clusters.unique()) < 2:
        raise ValueError("expected at least two clusters, got one")
    some = SILHOUETTE_POINTS if len(z) > SILHOUETTE_POINTS else None
    return float(silhouette_score(z.double().numpy(), clusters.numpy(), sample_size=some, random_state=seed))


def composition(clusters: Tensor, labels: Tensor, classes: int | None = None, k: int | None = None) -> Tensor:
    """Number of pictures of each class in each cluster (figures 6.8 to 6.10), (k, K).

    Args:
        clusters: (N,) int64.
        labels: classes, (N,) int64.
        classes, k: K and k; by default one more than the largest label and cluster.

    Raises:
        ValueError: if there are none, or the shapes differ.

    Example:
        >>> composition(torch.tensor([0, 0, 1]), torch.tensor([1, 1, 0]))
        tensor([[0, 2],
                [1, 0]])
    """
    if clusters.shape != labels.shape or not len(labels):
        raise ValueError(f"expected as many clusters as labels, got {tuple(clusters.shape)} and {tuple(labels.shape)}")
    classes, k = classes or int(labels.max()) + 1, k or int(clusters.max()) + 1
    return torch.bincount(clusters * classes + labels, minlength=k * classes).view(k, classes)


def _check(z: Tensor, least: int) -> None:
    if z.ndim != 2 or len(z) < least:
        raise ValueError(f"expected latents (N, Z) of at least {least} points, got {tuple(z.shape)}")
