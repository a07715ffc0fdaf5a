"""Projections of latents onto a plane, seeded."""

import torch
from torch import Tensor


def tsne(z: Tensor, *, perplexity: int = 30, seed: int = 0) -> Tensor:
    """t-SNE embedding in the plane, scaled into [0, 1]² with its aspect kept.

    Van der Maaten and Hinton, "Visualizing Data using t-SNE", 2008, as openTSNE computes it (PCA initialisation, so
    that the seed matters little).

    Args:
        z: points, (N, Z), N above three times the perplexity.
        perplexity: effective number of neighbours.
        seed: random state.

    Returns:
        (N, 2).
    """
    from openTSNE import TSNE  # seconds to import, needed only where an atlas is built

    if len(z) <= 3 * perplexity:
        raise ValueError(f"expected more than {3 * perplexity} points for perplexity {perplexity}, got {len(z)}")
    embedding = TSNE(perplexity=perplexity, random_state=seed, n_jobs=2).fit(z.double().numpy())
    return within_square(torch.from_numpy(embedding.__array__()).float())


def within_square(xy: Tensor) -> Tensor:
    """Points (N, 2) moved and scaled into [0, 1]², their aspect kept.

    Example:
        >>> within_square(torch.tensor([[-1.0, 3.0], [1.0, 4.0]]))
        tensor([[0.0000, 0.0000],
                [1.0000, 0.5000]])
    """
    low = xy.amin(dim=0)
    return (xy - low) / (xy.amax(dim=0) - low).max().clamp_min(1e-9)
