"""Build what an app needs to know of a data set: latents, class means, hands and a map, in one small file."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.checkpoint import REGISTRY, Record, bundled_folder, get_record, load, update_record, write_asset
from core.data import load as load_data
from core.latent import Atlas, class_means, encode_set, hand_styles
from core.projection import tsne, within_square

MOST = 10_000  # pictures; of more, this many drawn by a seed


def build_atlas(name: str, *, root: Path | None = None, registry: Path = REGISTRY) -> Record:
    """Encode the training part of a record's data set, or 10,000 pictures of it, and write its atlas without pictures.

    Raises:
        ValueError: if the record has no place for an atlas, or is no autoencoder.
    """
    record = get_record(name, registry)
    if record.atlas is None:
        raise ValueError(f"record {name} has no atlas: expected one with an `atlas` file")
    checkpoint = load(name, registry)
    pictures = load_data(record.recipe.data, "train", root)
    if len(pictures) > MOST:
        pictures = pictures.take(np.random.default_rng(0).permutation(len(pictures))[:MOST])
    ink, labels = pictures.tensors(checkpoint.preprocess)
    z = encode_set(checkpoint.autoencoder, ink, labels).mean
    atlas = make_atlas(z, labels, torch.from_numpy(pictures.writers), len(pictures.classes))
    path = bundled_folder(registry) / record.atlas.file
    asset = write_asset(path, atlas.tensors(), {"weights": record.sha256 or ""})
    return update_record(name, registry, atlas=asset.model_dump())


def make_atlas(z: Tensor, labels: Tensor, writers: Tensor, classes: int) -> Atlas:
    """Class means, hands and map of latents (N, Z) of classes and writers (N,); two dimensions are their own map."""
    means = class_means(z, labels, classes)
    numbers, hands = hand_styles(z, labels, writers, means)
    xy = within_square(z) if z.shape[1] == 2 else tsne(z)
    return Atlas(z=z, labels=labels, xy=xy, means=means, writers=numbers, hands=hands)
