"""Reading and writing records and their files.

People write `checkpoints.yaml`: model, configuration, preprocessing, recipe, licence, paper. Machines write
`checkpoints/<name>.json` beside the weights: sha256, bytes, place on the Hub, derived files, results. A `Record` is
both. Weights are safetensors; nothing is unpickled.
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

from core.registry.schema import DERIVED, WRITTEN, Asset, Record

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "checkpoints.yaml"
SHARED = "shared"  # the section of a registry that holds anchors, no record
WIDTH = 120  # of a line of JSON


def bundled_folder(registry: Path = REGISTRY) -> Path:
    """The folder of a registry's bundled files, which lies beside it."""
    return registry.parent / "checkpoints"


def written_file(name: str, registry: Path = REGISTRY) -> Path:
    """The JSON file of what machines write about a record."""
    return bundled_folder(registry) / f"{name}.json"


# Reading


def read_registry(path: Path = REGISTRY) -> dict[str, Record]:
    """All records by name, validated.

    Raises:
        ValueError: names the first record and field that is wrong, missing or unknown.
    """
    text = _read(path)
    return {name: _merged(name, text, _written(name, path)) for name in _entries(text)}


def get_record(name: str, registry: Path = REGISTRY) -> Record:
    """One record; an unknown name is a `ValueError` that lists the known ones."""
    text = _read(registry)
    if name not in _entries(text):
        raise ValueError(f"expected a record out of {', '.join(_entries(text))}, got {name!r}")
    return _merged(name, text, _written(name, registry))


def registry_subset(names: list[str], registry: Path = REGISTRY) -> str:
    """The hand-written part of some records as a registry of its own, its anchors resolved."""
    entries = _entries(_read(registry))
    chosen = {name: entries[name] for name in entries if name in names}
    return yaml.dump(chosen, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=None)


class _Plain(yaml.SafeDumper):
    """Writes values that several records share in full for each."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _read(path: Path) -> str:
    """The text of a registry that holds records by name."""
    try:
        text = path.read_text(encoding="utf-8")
        _entries(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"expected a readable registry at {path}: {' '.join(str(error).split())}") from error
    return text


@lru_cache(maxsize=8)
def _entries(text: str) -> dict[str, Any]:
    """The records of a registry as they stand there; parsed once a text, for apps ask at every visit."""
    entries = yaml.safe_load(text) or {}
    if not isinstance(entries, dict):
        raise yaml.YAMLError(f"expected records by name, got a {type(entries).__name__}")
    return {name: entry for name, entry in entries.items() if name != SHARED}


def _written(name: str, registry: Path) -> str:
    """The JSON that machines wrote about a record; of an empty object before they wrote any."""
    path = written_file(name, registry)
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else "{}"
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"record {name}: expected readable JSON at {path}: {error}") from error


@lru_cache(maxsize=1024)
def _merged(name: str, registry: str, written: str) -> Record:
    """A record out of the registry's text and the JSON that machines wrote about it."""
    entry = _entries(registry)[name]
    try:
        found = json.loads(written)
    except json.JSONDecodeError as error:
        raise ValueError(f"record {name}: expected JSON in checkpoints/{name}.json: {error}") from error
    for part in (entry, found):
        if not isinstance(part, dict):
            raise ValueError(f"record {name}: expected fields by name, got {part!r}")
    for key in entry.keys() & set(WRITTEN) - DERIVED.keys():
        raise ValueError(f"record {name}: {key}: expected in checkpoints/{name}.json, got it in checkpoints.yaml")
    for key in found.keys() - set(WRITTEN):
        raise ValueError(f"record {name}: {key}: expected in checkpoints.yaml, got it in checkpoints/{name}.json")
    fields = {"file": f"{name}.safetensors"} | entry | found
    for kind in DERIVED.keys() & entry.keys():
        if isinstance(entry[kind], dict):
            fields[kind] = {"file": f"{name}-{kind}.safetensors"} | entry[kind] | found.get(kind, {})
    try:
        return Record.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the record"
        raise ValueError(f"record {name}: {where}: {first['msg'].lower()}, got {first['input']!r}") from None


# Writing


def update_record(name: str, registry: Path = REGISTRY, **changes: Any) -> Record:
    """Change what machines write about a record, atomically; the new record.

    Processes that end at the same time wait for each other.

    Args:
        name: a record.
        registry: the registry.
        changes: fields out of `WRITTEN`; None or an empty value removes one.
    """
    with FileLock(f"{registry}.lock"):
        get_record(name, registry)
        found = json.loads(_written(name, registry)) | changes
        text = pretty({key: found[key] for key in sorted(found, key=_rank) if found[key]}) + "\n"
        record = _merged(name, _read(registry), text)
        write_atomically(written_file(name, registry), text.encode())
    return record


def _rank(key: str) -> int:
    return WRITTEN.index(key) if key in WRITTEN else len(WRITTEN)


def pretty(value: Any, indent: int = 0, before: int = 0) -> str:
    """JSON in which whatever fits on a line of 120 letters stands on one, except the whole.

    Args:
        value: what `json.dumps` takes.
        indent: spaces before the lines inside.
        before: letters that stand on the first line already.

    Example:
        >>> print(pretty({"bytes": 662690, "results": {"val": {"n": 1912, "accuracy": 0.92}}}))
        {
          "bytes": 662690,
          "results": {"val": {"n": 1912, "accuracy": 0.92}}
        }
    """
    line = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or (before and before + len(line) < WIDTH):
        return line
    margin = " " * (indent + 2)
    if isinstance(value, dict):
        opened = [(f"{margin}{json.dumps(str(key))}: ", each) for key, each in value.items()]
    else:
        opened = [(margin, each) for each in value]
    inside = ",\n".join(start + pretty(each, indent + 2, len(start)) for start, each in opened)
    return "\n".join([line[0], inside, " " * indent + line[-1]])


def save_weights(name: str, tensors: dict[str, Tensor], *, registry: Path = REGISTRY, **changes: Any) -> Record:
    """Store a record's weights in half precision, with its configuration as metadata; the new record.

    The results and derived files of former weights no longer hold and are dropped.
    """
    record = get_record(name, registry)
    stored = {key: (t.half() if t.is_floating_point() else t).contiguous() for key, t in tensors.items()}
    asset = write_asset(bundled_folder(registry) / record.file, stored, {"config": json.dumps(record.config)})
    return update_record(name, registry, **dict.fromkeys(WRITTEN) | asset.content | changes)


def save_derived(
    name: str, kind: str, tensors: dict[str, Tensor], metadata: dict[str, str], registry: Path = REGISTRY
) -> Record:
    """Store a file derived from a record's weights; the new record.

    Args:
        name: a record with a place for it; several records may name one file, and each is to be updated.
        kind: "atlas", "generators" or "hands".
        tensors, metadata: its content; see `write_asset`.
        registry: the registry.
    """
    asset = write_asset(bundled_folder(registry) / place_of(name, kind, registry).file, tensors, metadata)
    return update_record(name, registry, **{kind: asset.content})


def place_of(name: str, kind: str, registry: Path = REGISTRY) -> Asset:
    """A record's derived file, made or not; a `ValueError` if it has no place for one."""
    place = get_record(name, registry).derived.get(kind)
    if place is None:
        raise ValueError(f"record {name} has no place for {kind}: expected `{kind}` in checkpoints.yaml")
    return place


def write_asset(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> Asset:
    """Write a safetensors file atomically, and describe it.

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


# Files


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
