"""A name in `checkpoints.yaml` → verified weights → (model, preprocess).

The registry is the one list of models. Each record names its class, its constructor arguments, its preprocessing, its
recipe and its measured results; weights are safetensors whose sha256 the record holds. Nothing is ever unpickled.
"""

import hashlib
import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.registry.schema import Asset, Record

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "checkpoints.yaml"
HEADER = (
    "# The registry of models. `stylescape train` fills in the weights, `stylescape evaluate --save` the results.\n"
)


def bundled_folder(registry: Path = REGISTRY) -> Path:
    """The folder of embedded files, which lies beside its registry."""
    return registry.parent / "checkpoints"


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
