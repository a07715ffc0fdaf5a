"""Tools of the latent space: encode sets, class means, hands, interpolation, traversal and sampling.

Every function is pure: latents in, latents out; only `encode_set` runs a model.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import NamedTuple, Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from core.checkpoint import REGISTRY, bundled_folder, get_record, read_tensors
from core.data.pictures import as_ink
from core.models.base import Autoencoder, Posterior


@torch.inference_mode()
def encode_set(model: Autoencoder, ink: Tensor, labels: Tensor | None = None, batch: int = 512) -> Posterior:
    """The posteriors of many pictures: uint8 ink (N, C, S, S), and their labels (N,) → mean and log_var, both (N, Z).

    Labels matter to a conditional model alone.
    """
    parts = [model.encode(as_ink(rows), told) for rows, told in _batches(ink, labels, batch)]
    return Posterior(torch.cat([p.mean for p in parts]), torch.cat([p.log_var for p in parts]))


@torch.inference_mode()
def decode_set(model: Autoencoder, z: Tensor, labels: Tensor | None = None, batch: int = 512) -> Tensor:
    """Decodings of many latents: (N, Z), and the labels (N,) to draw them as → (N, C, S, S) float32 in [0, 1]."""
    return torch.cat([model.decode(rows, told) for rows, told in _batches(z, labels, batch)])


def _batches(rows: Tensor, labels: Tensor | None, batch: int) -> Iterator[tuple[Tensor, Tensor | None]]:
    told = repeat(None) if labels is None else labels.split(batch)
    return zip(rows.split(batch), told, strict=False)


def analogies(model: Autoencoder, z: Tensor) -> Tensor:
    """Every class in the style of each latent (Chandra et al., section 3.2): (N, Z) → (N, K, C, S, S) in [0, 1].

    Example:
        >>> from core.models.cvae import CVAE
        >>> analogies(CVAE(latent=2).eval(), torch.zeros(3, 2)).shape
        torch.Size([3, 10, 1, 28, 28])
    """
    if not model.classes:
        raise ValueError(
            f"expected a conditional model, got {type(model).__name__}, which has no classes to choose from"
        )
    drawn = decode_set(model, z.repeat_interleave(model.classes, dim=0), torch.arange(model.classes).repeat(len(z)))
    return drawn.unflatten(0, (len(z), model.classes))


def class_means(z: Tensor, labels: Tensor, classes: int) -> Tensor:
    r"""Mean latent of each class, $z_\mu$ of the StyleApp paper (section 4.3).

    Args:
        z: latents, (N, Z).
        labels: classes 0 … K − 1, (N,).
        classes: K.

    Returns:
        (K, Z); a class without members is a row of NaN.

    Example:
        >>> class_means(torch.tensor([[0.0], [2.0], [5.0]]), torch.tensor([0, 0, 1]), 2)
        tensor([[1.], [5.]])
    """
    sums = torch.zeros(classes, z.shape[1]).index_add_(0, labels, z.float())
    return sums / torch.bincount(labels, minlength=classes)[:, None]


def hand_styles(z: Tensor, labels: Tensor, writers: Tensor, means: Tensor) -> tuple[Tensor, Tensor]:
    r"""The style of each known writer: the mean over their characters of $z - z_\mu$.

    Added to a latent, it changes the hand and keeps the character, as far as style and content are additive.

    Args:
        z: latents, (N, Z).
        labels: classes, (N,).
        writers: who wrote each, (N,); negative where unknown.
        means: class means, (K, Z).

    Returns:
        The writers' numbers in order, (W,), and their styles, (W, Z).

    Example:
        >>> z = torch.tensor([[0.0], [2.0]])
        >>> hand_styles(z, torch.tensor([0, 0]), torch.tensor([7, -1]), torch.tensor([[1.0]]))
        (tensor([7]), tensor([[-1.]]))
    """
    known = writers >= 0
    numbers, position = writers[known].unique(return_inverse=True)
    return numbers, class_means((z - means[labels])[known], position, len(numbers))


def interpolate(start: Tensor, end: Tensor, steps: int) -> Tensor:
    r"""Points on the straight line $z_0 + \lambda (z_1 - z_0)$ for λ from 0 to 1, both ends included.

    Args:
        start, end: latents, (Z,).
        steps: number of points, at least 2.

    Returns:
        (steps, Z).

    Example:
        >>> interpolate(torch.tensor([0.0]), torch.tensor([1.0]), 3).flatten()
        tensor([0.0000, 0.5000, 1.0000])
    """
    if steps < 2:
        raise ValueError(f"expected at least 2 steps, got {steps}")
    return torch.lerp(start[None], end[None], torch.linspace(0, 1, steps)[:, None])


def traverse(z: Tensor, values: Tensor) -> Tensor:
    """Each dimension of a latent set to each value in turn: (Z,) and (V,) → (Z, V, Z).

    Example:
        >>> traverse(torch.zeros(2), torch.tensor([-1.0, 1.0]))[1, 0]
        tensor([ 0., -1.])
    """
    grid = z.repeat(len(z), len(values), 1)
    diagonal = torch.arange(len(z))
    grid[diagonal, :, diagonal] = values
    return grid


def sample_around(z: Tensor, sigma: float, n: int, seed: int) -> Tensor:
    """Draws from N(z, σ²I): (Z,) → (n, Z); the same seed draws the same noise whatever σ is.

    Example:
        >>> sample_around(torch.zeros(2), 0.0, 3, seed=1)
        tensor([[0., 0.], [0., 0.], [0., 0.]])
    """
    return z + sigma * torch.randn((n, len(z)), generator=torch.Generator().manual_seed(seed))


class Neighbours(NamedTuple):
    """The rows of the nearest points to each query, nearest first, and their distances, both (Q, k)."""

    rows: Tensor
    distances: Tensor


def nearest(z: Tensor, queries: Tensor, k: int, *, metric: str = "euclidean") -> Neighbours:
    """The k points of a set nearest to each query; a query that is in the set finds itself first.

    Args:
        z: the set, (N, Z).
        queries: (Q, Z).
        k: how many; at most N are found.
        metric: "euclidean" distance, or "cosine": one minus the cosine of the angle, in [0, 2].

    Returns:
        Rows and distances, (Q, min(k, N)); of points equally near, the first comes first.

    Example:
        >>> nearest(torch.tensor([[0.0], [5.0], [2.0]]), torch.tensor([[1.9]]), k=2).rows
        tensor([[2, 0]])
    """
    if metric not in ("euclidean", "cosine"):
        raise ValueError(f"expected the metric euclidean or cosine, got {metric!r}")
    if z.ndim != 2 or queries.ndim != 2 or z.shape[1] != queries.shape[1] or k < 1:
        raise ValueError(
            f"expected points (N, Z), queries (Q, Z) and k ≥ 1, got {tuple(z.shape)}, {tuple(queries.shape)} and {k}"
        )
    if metric == "cosine":
        distances = 1 - normalize(queries.float(), dim=1) @ normalize(z.float(), dim=1).T
    else:
        distances = torch.cdist(queries.float(), z.float(), compute_mode="donot_use_mm_for_euclid_dist")
    rows = distances.argsort(dim=1, stable=True)[:, :k]
    return Neighbours(rows, distances.gather(1, rows))


@dataclass(frozen=True)
class Atlas:
    """What an app knows of a data set without its pictures: latents, their map, class means and hands.

    Attributes:
        z: latent means of the training part, (N, Z).
        labels: classes, (N,).
        xy: t-SNE embedding of `z`, (N, 2), scaled into [0, 1]².
        means: class means, (K, Z).
        writers: numbers of the known writers, (W,).
        hands: their styles, (W, Z); see `hand_styles`.
    """

    z: Tensor
    labels: Tensor
    xy: Tensor
    means: Tensor
    writers: Tensor
    hands: Tensor

    def tensors(self) -> dict[str, Tensor]:
        """Compact tensors by name, as stored: half precision, small integers."""
        stored = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: (tensor.half() if tensor.is_floating_point() else tensor.short()).contiguous()
            for name, tensor in stored.items()
        }

    @classmethod
    def read(cls, path: Path) -> Self:
        """An atlas from its safetensors file."""
        tensors, _ = read_tensors(path)
        missing = {field.name for field in fields(cls)} - tensors.keys()
        if missing:
            raise ValueError(f"expected an atlas with {', '.join(sorted(missing))} in {path}")
        return cls(**{name: t.float() if t.is_floating_point() else t.long() for name, t in tensors.items()})

    def place(self, z: Tensor, neighbours: int = 8) -> Tensor:
        """Where a new latent (Z,) lies on the map, (2,): amid those of its nearest neighbours that share a class.

        The class with the most nearness counts: an average over several would fall between the map's islands.
        """
        distance = torch.cdist(z[None], self.z)[0]
        nearest = distance.topk(min(neighbours, len(self.z)), largest=False)
        labels = self.labels[nearest.indices]
        nearness = torch.softmax(-4 * nearest.values / nearest.values.mean().clamp_min(1e-6), dim=0)
        winner = torch.bincount(labels, weights=nearness).argmax()
        weight = nearness * (labels == winner)
        return (weight[:, None] * self.xy[nearest.indices]).sum(dim=0) / weight.sum()


@lru_cache(maxsize=8)
def load_atlas(name: str, registry: Path = REGISTRY) -> Atlas:
    """The atlas of a record, verified like its weights; loaded once a process."""
    from core.hub import locate

    record = get_record(name, registry)
    if record.atlas is None:
        raise ValueError(f"expected a record with an atlas, got {name}")
    return Atlas.read(locate(name, record.atlas, record.hub, bundled_folder(registry)))
