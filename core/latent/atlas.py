"""Build what an app needs to know of a data set: latents, class means, writer styles and a map, in one small file."""

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from core.data import load as load_data
from core.latent.class_means import class_means, writer_styles
from core.latent.encoding import encode_set
from core.latent.projection import tsne, within_square
from core.registry.load import load
from core.registry.schema import Record
from core.registry.sources import locate_derived
from core.registry.store import REGISTRY, place_of, read_tensors, save_derived

STORED_AS = {"writer_styles": "hands"}  # names of tensors in files, where they differ from those of the fields
MOST = 10_000  # pictures; of more, this many drawn by a seed


@dataclass(frozen=True)
class Atlas:
    """What an app knows of a data set without its pictures: latents, their map, class means and writer styles.

    Attributes:
        z: latent means of the training part, (N, Z).
        labels: classes, (N,).
        xy: t-SNE embedding of `z`, (N, 2), scaled into [0, 1]².
        means: class means, (K, Z).
        writers: numbers of the known writers, (W,).
        writer_styles: their styles, (W, Z); see `core.latent.class_means.writer_styles`.
    """

    z: Tensor
    labels: Tensor
    xy: Tensor
    means: Tensor
    writers: Tensor
    writer_styles: Tensor

    def tensors(self) -> dict[str, Tensor]:
        """Compact tensors by name, as stored: half precision, small integers."""
        stored = {STORED_AS.get(field.name, field.name): getattr(self, field.name) for field in fields(self)}
        return {
            name: (tensor.half() if tensor.is_floating_point() else tensor.short()).contiguous()
            for name, tensor in stored.items()
        }

    @classmethod
    def read(cls, path: Path) -> Self:
        """An atlas from its safetensors file."""
        tensors, _ = read_tensors(path)
        names = {field.name: STORED_AS.get(field.name, field.name) for field in fields(cls)}
        missing = set(names.values()) - tensors.keys()
        if missing:
            raise ValueError(f"expected an atlas with {', '.join(sorted(missing))} in {path}")
        stored = {field: tensors[name] for field, name in names.items()}
        return cls(**{name: t.float() if t.is_floating_point() else t.long() for name, t in stored.items()})

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


def build_atlas(name: str, *, root: Path | None = None, registry: Path = REGISTRY) -> Record:
    """Encode the training part of a record's data set, or 10,000 pictures of it, and write its atlas without pictures.

    Raises:
        ValueError: if the record has no place for an atlas, or is no autoencoder.
    """
    place_of(name, "atlas", registry)
    checkpoint = load(name, registry)
    pictures = load_data(checkpoint.record.recipe.data, "train", root)
    if len(pictures) > MOST:
        pictures = pictures.take(np.random.default_rng(0).permutation(len(pictures))[:MOST])
    ink, labels = pictures.tensors(checkpoint.preprocess)
    z = encode_set(checkpoint.autoencoder, ink, labels).mean
    atlas = make_atlas(z, labels, torch.from_numpy(pictures.writers), len(pictures.classes))
    return save_derived(name, "atlas", atlas.tensors(), {"weights": checkpoint.record.sha256 or ""}, registry)


def make_atlas(z: Tensor, labels: Tensor, writers: Tensor, classes: int) -> Atlas:
    """The atlas of latents (N, Z) of classes and writers (N,); two dimensions are their own map."""
    means = class_means(z, labels, classes)
    numbers, styles = writer_styles(z, labels, writers, means)
    xy = within_square(z) if z.shape[1] == 2 else tsne(z)
    return Atlas(z=z, labels=labels, xy=xy, means=means, writers=numbers, writer_styles=styles)


@lru_cache(maxsize=8)
def load_atlas(name: str, registry: Path = REGISTRY) -> Atlas:
    """The atlas of a record, verified like its weights; loaded once a process."""
    return Atlas.read(locate_derived(name, "atlas", registry))
