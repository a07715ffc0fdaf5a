"""The atlas of paintings: the latents of several models for the same pictures, in one file that holds no picture.

stylescape atlas art-ae                                    # every model of the gallery, one process
accelerate launch --num_processes 2 -m apps.__main__ atlas art-ae   # the same file, the encoding shared
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
from core.registry.store import REGISTRY, bundled_folder, get_record, read_tensors, update_record, write_asset

MODELS = ("art-ae", "art-vae", "art-betavae", "art-tvae", "art-aae")
MOST = 5_000  # pictures
BATCH = 64  # pictures encoded together: the same whoever encodes them, so that every bit is the same
CLUSTERS = (4, 5, 6, 7, 8)


@dataclass(frozen=True)
class Wall:
    """One model's view of the pictures of a gallery.

    Attributes:
        z: posterior means, (N, Z).
        error: squared error of each reconstruction, mean over pixels, (N,).
        maps: places in the unit square by projection, each (N, 2).
        clusters: by method and number, such as "k-means-4", each (N,).
    """

    z: Tensor
    error: Tensor
    maps: dict[str, Tensor]
    clusters: dict[str, Tensor]


@dataclass(frozen=True)
class Gallery:
    """What the app knows of a collection without its pictures.

    Attributes:
        works: what is known of each of the N pictures.
        labels: their styles, positions in `STYLES`, (N,).
        unseen: whether the models did not learn from a picture, (N,).
        walls: each model's view, by the name of its record.
    """

    works: tuple[Artwork, ...]
    labels: Tensor
    unseen: Tensor
    walls: dict[str, Wall]

    def __len__(self) -> int:
        return len(self.works)

    def tensors(self) -> dict[str, Tensor]:
        """Compact tensors by name, as stored: half precision, bytes for numbers of clusters."""
        stored = {"unseen": self.unseen}
        for name, wall in self.walls.items():
            stored |= {f"{name}/z": wall.z.half(), f"{name}/error": wall.error.half()}
            stored |= {f"{name}/map/{method}": xy.half() for method, xy in wall.maps.items()}
            stored |= {f"{name}/clusters/{method}": found.byte() for method, found in wall.clusters.items()}
        return {key: tensor.contiguous() for key, tensor in stored.items()}

    def catalogue(self) -> str:
        """What is known of the pictures as JSON: a column a field, for that is shorter than a row a picture."""
        fields = ("file", "style", "artist", "title", "year")
        return json.dumps(
            {field: [getattr(work, field) for work in self.works] for field in fields}, ensure_ascii=False
        )

    @classmethod
    def read(cls, path: Path) -> "Gallery":
        """A gallery from its safetensors file; one that is damaged or lacks something is a `ValueError`."""
        tensors, metadata = read_tensors(path)
        try:
            columns = json.loads(metadata["catalogue"])
            works = tuple(
                Artwork(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)
            )
            labels = torch.tensor([STYLES.index(work.style) for work in works])
            names = dict.fromkeys(key.partition("/")[0] for key in tensors if key.endswith("/z"))
            walls = {name: _wall(tensors, name) for name in sorted(names, key=_rank)}
            return cls(works, labels, tensors["unseen"], walls)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"expected a whole gallery in {path}, got one without {error}") from error

    def thumbnails(self, name: str, rows: Sequence[int], registry: Path = REGISTRY) -> Tensor:
        """Pictures decoded from one model's latents: (R, 3, S, S) float32 in [0, 1]."""
        return decode_set(load(name, registry).autoencoder, self.walls[name].z[list(rows)])


def _rank(name: str) -> tuple[int, str]:
    return (MODELS.index(name) if name in MODELS else len(MODELS), name)


def _wall(tensors: dict[str, Tensor], name: str) -> Wall:
    def under(kind: str) -> dict[str, Tensor]:
        prefix = f"{name}/{kind}/"
        return {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}

    return Wall(
        z=tensors[f"{name}/z"].float(),
        error=tensors[f"{name}/error"].float(),
        maps={method: xy.float() for method, xy in under("map").items()},
        clusters={method: found.long() for method, found in under("clusters").items()},
    )


def choose_works(root: Path, most: int = MOST, seed: int = 0) -> tuple[list[Artwork], np.ndarray]:
    """The pictures of a gallery: all that the models did not learn from, then others drawn by a seed, at most `most`.

    Returns:
        The works ordered by file, and whether each is unseen, (N,).
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
    """Posterior means and reconstruction errors of uint8 pictures, every process taking every n-th batch.

    Args:
        model: an autoencoder in evaluation mode.
        pictures: (N, C, S, S) uint8, all of them in every process.

    Returns:
        (N, Z) and (N,), in every process, with the same bits however many there are.
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


def hang(z: Tensor, error: Tensor, cache: Path | None = None) -> Wall:
    """Maps and clusters of one model's latents; they are computed from what is stored, halves."""
    stored = z.half().float()
    maps = {method: projected(method, stored, cache=cache) for method in PROJECTIONS}
    found = {f"{method}-{k}": METHODS[method](stored, k) for method in METHODS for k in CLUSTERS}
    return Wall(stored, error, maps, found)


def build_gallery(
    names: Sequence[str] = MODELS,
    *,
    root: Path | None = None,
    registry: Path = REGISTRY,
    cache: Path | None = None,
    most: int = MOST,
) -> Record:
    """Encode a collection by several models and write the atlas that all of their records name.

    Args:
        names: records with the same preprocessing, each with the same `atlas` file.
        root: the data root; see `core.data.data_root`.
        registry: the registry.
        cache: a folder where projections are kept; see `core.latent.projection.projected`.
        most: the largest number of pictures.

    Returns:
        The first record, updated.

    Raises:
        ValueError: if a record has no place for an atlas, or their files or preprocessing differ.
    """
    from accelerate import PartialState

    state, checkpoints = PartialState(), [load(name, registry) for name in names]
    file = _shared_file(checkpoints)
    works, unseen = choose_works(data_root(root), most)
    pictures = read_pictures(data_root(root), works).tensors(checkpoints[0].preprocess)[0]
    encoded = {checkpoint.name: encode_shared(checkpoint.autoencoder, pictures) for checkpoint in checkpoints}
    if not state.is_main_process:
        return checkpoints[0].record
    labels = torch.tensor([STYLES.index(work.style) for work in works])
    walls = {name: hang(*parts, cache=cache) for name, parts in encoded.items()}
    gallery = Gallery(tuple(works), labels, torch.from_numpy(unseen), walls)
    asset = write_asset(bundled_folder(registry) / file, gallery.tensors(), {"catalogue": gallery.catalogue()})
    for name in names:
        update_record(name, registry, atlas=asset.model_dump())
    return get_record(names[0], registry)


def _shared_file(checkpoints: Sequence[Checkpoint]) -> str:
    """The one atlas file that all of the records name."""
    if len({checkpoint.preprocess for checkpoint in checkpoints}) != 1:
        raise ValueError("expected models that see pictures the same way, got several ways of preprocessing")
    files = {checkpoint.record.atlas.file if checkpoint.record.atlas else None for checkpoint in checkpoints}
    file = files.pop()
    if files or file is None:
        raise ValueError(f"expected records with one atlas file for all, got {', '.join(c.name for c in checkpoints)}")
    return file


@lru_cache(maxsize=2)
def load_gallery(registry: Path = REGISTRY) -> Gallery:
    """The bundled gallery, verified like weights; loaded once a process."""
    from core.registry.sources import locate

    record = get_record(MODELS[0], registry)
    if record.atlas is None:
        raise ValueError(f"expected a record with an atlas, got {MODELS[0]}")
    return Gallery.read(locate(MODELS[0], record.atlas, record.hub, bundled_folder(registry)))
