"""Projections of latents onto a plane, seeded, and kept once computed."""

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.latent.pca import principal_components
from core.registry.store import read_tensors, write_asset


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
    embedding = TSNE(perplexity=perplexity, random_state=seed, n_jobs=1).fit(z.double().numpy())
    return within_square(torch.from_numpy(embedding.__array__()).float())


def umap(z: Tensor, *, neighbours: int = 15, min_distance: float = 0.1, seed: int = 0) -> Tensor:
    """UMAP embedding in the plane, scaled into [0, 1]² with its aspect kept.

    McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction", 2018,
    as umap-learn computes it, in one thread so that a seed means one result.

    Args:
        z: points, (N, Z), N above the number of neighbours.
        neighbours: how many make up a point's surroundings.
        min_distance: how near points may come to each other on the map.
        seed: random state.

    Returns:
        (N, 2).
    """
    from umap import UMAP  # many seconds to import and compile, needed only where an atlas is built

    if len(z) <= neighbours:
        raise ValueError(f"expected more than {neighbours} points for as many neighbours, got {len(z)}")
    model = UMAP(n_neighbors=neighbours, min_dist=min_distance, random_state=seed, n_jobs=1)
    return within_square(torch.from_numpy(np.asarray(model.fit_transform(z.float().numpy()))).float())


def plane_of_components(z: Tensor) -> Tensor:
    """The first two principal components, scaled into [0, 1]² with their aspect kept: (N, Z) → (N, 2), Z ≥ 2."""
    components = principal_components(z)
    return within_square((z - components.mean) @ components.directions[:2].T)


PROJECTIONS: dict[str, Callable[..., Tensor]] = {"t-SNE": tsne, "UMAP": umap, "PCA": plane_of_components}
VERSIONS = {"t-SNE": "openTSNE", "UMAP": "umap-learn", "PCA": "torch"}


def projected(method: str, z: Tensor, *, cache: Path | None = None, **arguments: Any) -> Tensor:
    """Projection by name, (N, 2), cached in a folder.

    Args:
        method: a key of `PROJECTIONS`.
        z: points, (N, Z).
        cache: the folder; what is kept there is found by latents, arguments and the library's version. None keeps
            nothing.
        arguments: those of the method.

    Returns:
        (N, 2) in [0, 1]².

    Raises:
        ValueError: for an unknown method, or too few points.
    """
    if method not in PROJECTIONS:
        raise ValueError(f"expected a projection out of {', '.join(PROJECTIONS)}, got {method!r}")
    if cache is None:
        return PROJECTIONS[method](z, **arguments)
    made_by = {"method": method, "version": version(VERSIONS[method]), "shape": list(z.shape), **arguments}
    content = z.float().contiguous().numpy().tobytes() + json.dumps(made_by, sort_keys=True).encode()
    path = cache / f"{method.lower()}-{hashlib.sha256(content).hexdigest()[:32]}.safetensors"
    if path.is_file():
        return read_tensors(path)[0]["xy"]
    xy = PROJECTIONS[method](z, **arguments)
    write_asset(path, {"xy": xy.contiguous()}, {"made_by": json.dumps(made_by)})
    return xy


def within_square(xy: Tensor) -> Tensor:
    """Points (N, 2) moved and scaled into [0, 1]², their aspect kept.

    Example:
        >>> within_square(torch.tensor([[-1.0, 3.0], [1.0, 4.0]]))
        tensor([[0.0000, 0.0000],
                [1.0000, 0.5000]])
    """
    low = xy.amin(dim=0)
    return (xy - low) / (xy.amax(dim=0) - low).max().clamp_min(1e-9)
