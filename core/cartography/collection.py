"""Collection of paintings: latents of several models for the same pictures, in one file without pictures.

stylescape atlas art-ae                                    # all models, one process
accelerate launch --num_processes 2 -m apps.__main__ atlas art-ae   # the same file, encoded by two
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.data import data_root
from core.data.artworks import STYLES, Artwork, read_pictures, works_of_split
from core.data.dataset import as_ink
from core.latent.clustering import METHODS
from core.latent.encoding import decode_set
from core.latent.projection import PROJECTIONS, projected
from core.models.base import Autoencoder
from core.registry.load import Checkpoint, load
from core.registry.schema import Record
from core.registry.sources import locate_derived
from core.registry.store import REGISTRY, get_record, read_tensors, save_derived

MODELS = ("art-ae", "art-vae", "art-betavae", "art-tvae", "art-aae")
MOST = 5_000  # pictures
BATCH = 64  # pictures encoded together, in the same batches by any number of processes, for equal bits
CLUSTERS = (4, 5, 6, 7, 8)


@dataclass(frozen=True)
class LatentSpace:
    """One model's latents of a collection, with their maps and clusters.

    Attributes:
        z: posterior means, (N, Z).
        error: squared error of each reconstruction, mean over pixels, (N,).
        maps: projections into the unit square, by method, each (N, 2).
        clusters: cluster numbers, by method and count such as "k-means-4", each (N,).
    """

    z: Tensor
    error: Tensor
    maps: dict[str, Tensor]
    clusters: dict[str, Tensor]


@dataclass(frozen=True)
class Collection:
    """Metadata and latent spaces of N pictures.

    Attributes:
        works: metadata of the pictures.
        labels: their styles, positions in `STYLES`, (N,).
        unseen: whether a picture is outside the training data, (N,).
        spaces: latent spaces by record.
    """

    works: tuple[Artwork, ...]
    labels: Tensor
    unseen: Tensor
    spaces: dict[str, LatentSpace]

    walls = property(lambda self: self.spaces)

    def __len__(self) -> int:
        return len(self.works)

    def tensors(self) -> dict[str, Tensor]:
        """Tensors by name, as stored: float16 values, uint8 cluster numbers."""
        stored = {"unseen": self.unseen}
        for name, space in self.spaces.items():
            stored |= {f"{name}/z": space.z.half(), f"{name}/error": space.error.half()}
            stored |= {f"{name}/map/{method}": xy.half() for method, xy in space.maps.items()}
            stored |= {f"{name}/clusters/{method}": found.byte() for method, found in space.clusters.items()}
        return {key: tensor.contiguous() for key, tensor in stored.items()}

    def catalogue(self) -> str:
        """Metadata of the pictures as JSON, a column a field."""
        fields = ("file", "style", "artist", "title", "year")
        return json.dumps(
            {field: [getattr(work, field) for work in self.works] for field in fields}, ensure_ascii=False
        )

    @classmethod
    def read(cls, path: Path) -> "Collection":
        """Collection from a safetensors file; a `ValueError` if it is incomplete."""
        tensors, metadata = read_tensors(path)
        try:
            columns = json.loads(metadata["catalogue"])
            works = tuple(
                Artwork(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)
            )
            labels = torch.tensor([STYLES.index(work.style) for work in works])
            names = dict.fromkeys(key.partition("/")[0] for key in tensors if key.endswith("/z"))
            spaces = {name: _latent_space(tensors, name) for name in sorted(names, key=_rank)}
            return cls(works, labels, tensors["unseen"], spaces)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"expected a whole collection in {path}, got one without {error}") from error

    def thumbnails(self, name: str, rows: Sequence[int], registry: Path = REGISTRY) -> Tensor:
        """Decoded latents of some pictures in one model: (R, 3, S, S) float32 in [0, 1]."""
        return decode_set(load(name, registry).autoencoder, self.spaces[name].z[list(rows)])


def _rank(name: str) -> tuple[int, str]:
    return (MODELS.index(name) if name in MODELS else len(MODELS), name)


def _latent_space(tensors: dict[str, Tensor], name: str) -> LatentSpace:
    def under(kind: str) -> dict[str, Tensor]:
        prefix = f"{name}/{kind}/"
        return {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}

    return LatentSpace(
        z=tensors[f"{name}/z"].float(),
        error=tensors[f"{name}/error"].float(),
        maps={method: xy.float() for method, xy in under("map").items()},
        clusters={method: found.long() for method, found in under("clusters").items()},
    )


def choose_works(root: Path, most: int = MOST, seed: int = 0) -> tuple[list[Artwork], np.ndarray]:
    """Pictures of a collection: all unseen by the models, then others drawn by a seed, at most `most`.

    Returns:
        Works sorted by file, and whether each is unseen, (N,).
    """
    parts = {split: _of_split(root, split) for split in ("train", "val", "test")}
    seen = {work.file for work in parts["train"]}
    unseen = list(
        {work.file: work for split in ("val", "test") for work in parts[split] if work.file not in seen}.values()
    )
    rng = np.random.default_rng(seed)
    fresh = [unseen[row] for row in rng.permutation(len(unseen))[:most]]
    old = [parts["train"][row] for row in rng.permutation(len(parts["train"]))[: most - len(fresh)]]
    works = sorted(fresh + old, key=lambda work: work.file)
    return works, np.array([work.file not in seen for work in works])


def _of_split(root: Path, split: str) -> list[Artwork]:
    try:
        return works_of_split(root, split)  # pyright: ignore[reportArgumentType]
    except FileNotFoundError:
        return []


@torch.inference_mode()
def encode_shared(model: Autoencoder, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Posterior means and reconstruction errors of uint8 pictures, batches shared among processes.

    Args:
        model: an autoencoder in evaluation mode.
        pictures: (N, C, S, S) uint8, the same in every process.

    Returns:
        (N, Z) and (N,), in every process; bits do not depend on the number of processes.
    """
    from accelerate import PartialState  # needed only where an atlas is built
    from accelerate.utils import gather_object

    state = PartialState()
    own: list[tuple[int, Tensor, Tensor]] = []
    batches = pictures.split(BATCH)
    for i in range(state.process_index, len(batches), state.num_processes):
        x = as_ink(batches[i])
        z = model.encode(x).mean
        own.append((i, z, (model.decode(z) - x).square().flatten(1).mean(dim=1)))
    parts = sorted(gather_object(own), key=lambda part: part[0])
    return torch.cat([z for _, z, _ in parts]), torch.cat([error for _, _, error in parts])


def build_space(z: Tensor, error: Tensor, cache: Path | None = None) -> LatentSpace:
    """Latent space with maps and clusters, computed from latents in the stored half precision."""
    stored = z.half().float()
    maps = {method: projected(method, stored, cache=cache) for method in PROJECTIONS}
    found = {f"{method}-{k}": METHODS[method](stored, k) for method in METHODS for k in CLUSTERS}
    return LatentSpace(stored, error, maps, found)


def build_collection(
    names: Sequence[str] = MODELS,
    *,
    root: Path | None = None,
    registry: Path = REGISTRY,
    cache: Path | None = None,
    most: int = MOST,
) -> Record:
    """The first record, updated, after encoding a collection by several models into their common atlas file.

    Args:
        names: records with the same preprocessing, each with the same `atlas` file.
        root: the data root; see `core.data.data_root`.
        registry: the registry.
        cache: folder for projections; see `core.latent.projection.projected`.
        most: maximum number of pictures.

    Raises:
        ValueError: if records have no atlas file, or differ in file or preprocessing.
    """
    from accelerate import PartialState

    state, checkpoints = PartialState(), [load(name, registry) for name in names]
    _check_shared(checkpoints)
    works, unseen = choose_works(data_root(root), most)
    pictures = read_pictures(data_root(root), works).tensors(checkpoints[0].preprocess)[0]
    encoded = {checkpoint.name: encode_shared(checkpoint.autoencoder, pictures) for checkpoint in checkpoints}
    if not state.is_main_process:
        return checkpoints[0].record
    labels = torch.tensor([STYLES.index(work.style) for work in works])
    spaces = {name: build_space(*parts, cache=cache) for name, parts in encoded.items()}
    collection = Collection(tuple(works), labels, torch.from_numpy(unseen), spaces)
    for name in names:
        save_derived(name, "atlas", collection.tensors(), {"catalogue": collection.catalogue()}, registry)
    return get_record(names[0], registry)


def _check_shared(checkpoints: Sequence[Checkpoint]) -> None:
    """Refuse records that differ in preprocessing or in their atlas file."""
    if len({checkpoint.preprocess for checkpoint in checkpoints}) != 1:
        raise ValueError("expected models with the same preprocessing, got several")
    files = {checkpoint.record.atlas.file if checkpoint.record.atlas else None for checkpoint in checkpoints}
    if len(files) > 1 or None in files:
        raise ValueError(f"expected records with one atlas file for all, got {', '.join(c.name for c in checkpoints)}")


@lru_cache(maxsize=2)
def load_collection(registry: Path = REGISTRY) -> Collection:
    """The bundled collection, verified by sha256 and cached."""
    return Collection.read(locate_derived(MODELS[0], "atlas", registry))


Gallery = Collection
load_gallery = load_collection
