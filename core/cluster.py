"""Clusterings of latents, and what they are made of.

Chapter 6.3 of Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic Style", 2021. Clusters are
numbered by size, largest first, so that a number means the same from run to run.
"""

from collections.abc import Callable

import torch
from torch import Tensor

SILHOUETTE_POINTS = 4_000  # of more, this many drawn by a seed: every pair has a distance


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


def composition(clusters: Tensor, labels: Tensor, classes: int) -> Tensor:
    """How many pictures of each class each cluster holds (figures 6.8 to 6.10): (N,), (N,) → counts (k, K).

    Example:
        >>> composition(torch.tensor([0, 0, 1]), torch.tensor([1, 1, 0]), classes=2)
        tensor([[0, 2],
                [1, 0]])
    """
    k = int(clusters.max()) + 1
    return torch.bincount(clusters * classes + labels, minlength=k * classes).view(k, classes)


def _check(z: Tensor, least: int) -> None:
    if z.ndim != 2 or len(z) < least:
        raise ValueError(f"expected latents (N, Z) of at least {least} points, got {tuple(z.shape)}")
