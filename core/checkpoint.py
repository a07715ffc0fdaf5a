"""A name in `checkpoints.yaml` → verified weights → (model, preprocess).

The registry is the one list of models. Each record names its class, its constructor arguments, its preprocessing, its
recipe and its measured results; weights are safetensors whose sha256 the record holds. Nothing is ever unpickled.
"""

import hashlib
import importlib
import json
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import torch
import yaml
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.models.base import Autoencoder, Classifier, Model
from core.preprocess import Preprocess, from_record

ROOT = Path(__file__).resolve().parent.parent
REGISTRY = ROOT / "checkpoints.yaml"
WEIGHTS_ON_HUB = "model.safetensors"
HEADER = (
    "# The registry of models. `stylescape train` fills in the weights, `stylescape evaluate --save` the results.\n"
)


def bundled_folder(registry: Path = REGISTRY) -> Path:
    """The folder of embedded files, which lies beside its registry."""
    return registry.parent / "checkpoints"


Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*\.safetensors$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hub(_Strict):
    """Where a record's files lie on the Hugging Face Hub: a repository at one full commit sha."""

    repo_id: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(pattern="^[0-9a-f]{40}$")


class Asset(_Strict):
    """One file of tensors, named by its content: `sha256` and size in `bytes`; both absent until it is made.

    `on_hub` is its name in a repository of the Hub, where that is another.
    """

    file: FileName
    on_hub: FileName | None = None
    sha256: Sha256 | None = None
    bytes: int | None = Field(default=None, gt=0)


class Recipe(_Strict):
    """Everything training needs beside the model: data set, length, optimiser, augmentation and seed."""

    data: str
    epochs: int = Field(gt=0)
    batch: int = Field(gt=1)
    lr: float = Field(gt=0)
    optimiser: str = Field(default="adamw", pattern="^(adam|adamw)$")
    weight_decay: float = Field(default=0.0, ge=0)
    warmup: float = Field(default=0.0, ge=0, lt=1, description="share of the steps in which the rate rises")
    schedule: str = Field(default="cosine", pattern="^(constant|cosine)$")
    average: float = Field(default=0.0, ge=0, lt=1, description="decay of the weights' moving average; 0: none")
    precision: str = Field(default="bf16", pattern="^(bf16|no)$")
    augment: dict[str, float] = {}
    keep: str = Field(
        default="best", pattern="^(best|last)$", description="which epoch's weights, by validation or age"
    )
    oversize: int = Field(default=1, ge=1, le=4, description="training pictures are that much larger, to be cropped")
    start: str | None = Field(default=None, description="record whose weights to start from")
    guide: str | None = Field(default=None, description="record of the frozen classifier that guides the training")
    through: str | None = Field(default=None, description="record of the autoencoder to see the pictures through")
    seed: int = 0


class Architecture(_Strict):
    """What it takes to build a model and to feed it; see its class and `core.preprocess.Preprocess` for the fields."""

    model: str = Field(pattern=r"^[a-z_]+\.[A-Za-z]+$")
    config: dict[str, Any] = {}
    preprocess: dict[str, Any] = {}


class Record(Architecture):
    """One model of the registry."""

    file: FileName
    sha256: Sha256 | None = None
    bytes: int | None = Field(default=None, gt=0)
    atlas: Asset | None = None
    generators: Asset | None = None
    hands: Asset | None = None
    hub: Hub | None = None
    recipe: Recipe
    licence: str
    paper: str
    data_note: str = ""
    results: dict[str, dict[str, Any]] = {}
    generated: dict[str, dict[str, dict[str, Any]]] = {}  # results of its generators: by split, then by generator

    @property
    def weights(self) -> Asset:
        """The weights as an asset: file, sha256 and bytes; on the Hub they have the name that every program expects."""
        return Asset(file=self.file, on_hub=WEIGHTS_ON_HUB, sha256=self.sha256, bytes=self.bytes)

    @property
    def derived(self) -> dict[str, Asset]:
        """The files made from the weights, by the name of their field."""
        assets = {"atlas": self.atlas, "generators": self.generators, "hands": self.hands}
        return {kind: asset for kind, asset in assets.items() if asset is not None}

    @property
    def assets(self) -> list[Asset]:
        """The weights, and what was derived from them so far."""
        return [self.weights, *(asset for asset in self.derived.values() if asset.sha256 is not None)]


@dataclass(frozen=True)
class Checkpoint:
    """A loaded record: the model in evaluation mode, the preprocessing it was trained with, its class names."""

    name: str
    record: Record
    model: Model
    preprocess: Preprocess

    @property
    def autoencoder(self) -> Autoencoder:
        """The model, if it is an autoencoder; a `ValueError` otherwise."""
        if not isinstance(self.model, Autoencoder):
            raise ValueError(f"expected an autoencoder, got {self.name}, which is a {self.record.model}")
        return self.model

    @property
    def classifier(self) -> Classifier:
        """The model, if it is a classifier; a `ValueError` otherwise."""
        if not isinstance(self.model, Classifier):
            raise ValueError(f"expected a classifier, got {self.name}, which is a {self.record.model}")
        return self.model


def read_registry(path: Path = REGISTRY) -> dict[str, Record]:
    """All records by name, validated.

    Raises:
        ValueError: names the first record and field that is wrong, missing or unknown.
    """
    try:
        return dict(_records(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"expected a readable registry at {path}: {' '.join(str(error).split())}") from error


@lru_cache(maxsize=8)
def _records(text: str) -> dict[str, Record]:
    """The records of a registry's text, read once: an app asks for them at every visit."""
    raw = yaml.safe_load(text) or {}
    if not isinstance(raw, dict):
        raise yaml.YAMLError(f"expected records by name, got a {type(raw).__name__}")
    return {name: _record(name, fields) for name, fields in raw.items()}


def _record(name: str, fields: Any) -> Record:
    try:
        return Record.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the record"
        raise ValueError(f"record {name}: {where}: {first['msg'].lower()}, got {first['input']!r}") from None


def get_record(name: str, registry: Path = REGISTRY) -> Record:
    """One record; an unknown name is a `ValueError` that lists the known ones."""
    records = read_registry(registry)
    if name not in records:
        raise ValueError(f"expected a record out of {', '.join(records)}, got {name!r}")
    return records[name]


def update_record(name: str, registry: Path = REGISTRY, **changes: Any) -> Record:
    """Write changed fields of one record back to the registry, atomically, and return the new record.

    Processes that end at the same time wait for each other.
    """
    with FileLock(f"{registry}.lock"):
        records = read_registry(registry)
        records[name] = _record(name, get_record(name, registry).model_dump() | changes)
        write_atomically(registry, registry_text(records).encode())
    load.cache_clear()
    return records[name]


def registry_text(records: dict[str, Record]) -> str:
    """Records as `checkpoints.yaml` holds them."""
    raw = {key: record.model_dump(exclude_defaults=True) for key, record in records.items()}
    return HEADER + yaml.safe_dump(raw, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def save_weights(name: str, tensors: dict[str, Tensor], *, registry: Path = REGISTRY, **changes: Any) -> Record:
    """Store a record's weights in half precision, with its configuration, and their sha256 in the registry.

    What was derived from former weights, the atlas, the generators, the hands and the results, no longer holds and is
    dropped.
    """
    record = get_record(name, registry)
    stored = {key: (t.half() if t.is_floating_point() else t).contiguous() for key, t in tensors.items()}
    asset = write_asset(bundled_folder(registry) / record.file, stored, {"config": json.dumps(record.config)})
    emptied = {kind: {"file": old.file} for kind, old in record.derived.items()}
    fresh = {"sha256": asset.sha256, "bytes": asset.bytes, "hub": None, "results": {}, "generated": {}} | emptied
    return update_record(name, registry, **fresh, **changes)


def write_asset(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> Asset:
    """Write a safetensors file atomically and describe it.

    One entry of metadata at most: safetensors writes several in any order, and equal weights would differ in sha256.
    """
    content = save(tensors, metadata=metadata)
    write_atomically(path, content)
    return Asset(file=path.name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then moved there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as partial:
        try:
            partial.write(content)
            partial.flush()
            os.fsync(partial.fileno())
            Path(partial.name).chmod(0o644)
            Path(partial.name).replace(path)
        except BaseException:
            Path(partial.name).unlink(missing_ok=True)
            raise


def sha256_of(path: Path) -> str:
    """The sha256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a safetensors file; a damaged one is a `ValueError` that names it."""
    try:
        with safe_open(path, framework="pt") as file:
            names = file.keys()  # the open file itself cannot be iterated over
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise ValueError(f"expected a whole safetensors file at {path}: {error}") from error


def build_model(record: Architecture) -> Model:
    """The record's model with fresh weights, looked up in `core.models` only."""
    module_name, class_name = record.model.split(".")
    try:
        model_class = getattr(importlib.import_module(f"core.models.{module_name}"), class_name)
    except (ImportError, AttributeError):
        raise ValueError(f"expected a model of core.models, got {record.model!r}") from None
    if not (isinstance(model_class, type) and issubclass(model_class, Model)):
        raise ValueError(f"expected a model of core.models, got {record.model!r}")
    try:
        return model_class(**record.config)
    except (TypeError, KeyError, ValueError, RuntimeError) as error:
        raise ValueError(f"expected constructor arguments of {record.model}, got {record.config}: {error}") from None


@lru_cache(maxsize=16)
def load(name: str, registry: Path = REGISTRY) -> Checkpoint:
    """Load a record's model, ready for evaluation; loaded once a process.

    Raises:
        ValueError: for an unknown or untrained record, or weights that do not fit it.
        FileNotFoundError: if no source has the weights.

    Example:
        >>> checkpoint = load("chars62-infovae-32")
        >>> checkpoint.model.training, checkpoint.preprocess.size
        (False, 28)
    """
    from core.hub import locate  # the Hub's client is needed only where the bundled file is not there

    record = get_record(name, registry)
    try:
        model, preprocess = build_model(record), from_record(record.preprocess)
    except ValueError as error:
        raise ValueError(f"record {name}: {error}") from None
    tensors, metadata = read_tensors(locate(name, record.weights, record.hub, bundled_folder(registry)))
    if json.loads(metadata.get("config", "{}")) != record.config:
        raise ValueError(f"record {name}: expected weights made with {record.config}, got {metadata.get('config')}")
    try:
        return Checkpoint(name, record, with_weights(model, tensors), preprocess)
    except ValueError as error:
        raise ValueError(f"record {name}: {error}") from None


def with_weights(model: Model, tensors: dict[str, Tensor]) -> Model:
    """The model with these weights, in full precision, ready for evaluation."""
    try:
        model.load_state_dict({key: t.float() if t.is_floating_point() else t for key, t in tensors.items()})
    except RuntimeError as error:
        raise ValueError(f"the weights do not fit the model: {' '.join(str(error).split())}") from None
    model.eval().requires_grad_(False)
    model.to(memory_format=torch.channels_last)  # a third faster on CPUs  # pyright: ignore[reportCallIssue]
    return model
