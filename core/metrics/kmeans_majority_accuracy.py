"""Can k-means find the classes in a latent space that was never told them?"""

from torch import Tensor

from core.latent.clustering import fit_kmeans
from core.metrics.majority_accuracy import majority_accuracy, majority_names


def kmeans_majority_accuracy(
    fitted: Tensor, fitted_labels: Tensor, z: Tensor, labels: Tensor, *, k: int, seed: int = 0
) -> float:
    """`majority_accuracy` of k-means: centres and names from some latents, asked of others.

    Args:
        fitted: latents that the centres are fitted on, (M, Z), at least k of them.
        fitted_labels: their classes, (M,), which name the clusters and take no part in fitting them.
        z: latents to assign to the nearest centre, (N, Z).
        labels: their classes, (N,).
        k: number of clusters; the number of classes in the paper.
        seed: of the starts, see `core.latent.clustering.kmeans`.

    Returns:
        A number in [0, 1].

    Example:
        >>> import torch
        >>> line = torch.tensor([[0.0], [0.1], [0.2], [9.0], [9.1]])
        >>> kmeans_majority_accuracy(line, torch.tensor([3, 3, 3, 7, 7]), line + 1, torch.tensor([3, 3, 7, 7, 7]), k=2)
        0.8
    """
    centres = fit_kmeans(fitted, k, seed=seed)
    names = majority_names(centres.assign(fitted), fitted_labels, centres.k)
    return majority_accuracy(centres.assign(z), labels, names)
