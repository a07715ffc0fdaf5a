"""Reading and writing records: every damage has one clear message, and no write loses anything."""

import json
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from core.registry.schema import Hub
from core.registry.store import (
    REGISTRY,
    WIDTH,
    bundled_folder,
    get_record,
    place_of,
    read_registry,
    read_tensors,
    registry_subset,
    save_derived,
    save_weights,
    sha256_of,
    update_record,
    write_atomically,
    written_file,
)
from tests.core.conftest import RECORD

SHA256 = 64 * "0"


def copy_of_ours(folder: Path) -> Path:
    """The repository's registry with all that machines wrote, without weights."""
    (folder / "checkpoints").mkdir()
    for path in bundled_folder().glob("*.json"):
        shutil.copy(path, folder / "checkpoints")
    return Path(shutil.copy(REGISTRY, folder))


# Reading


@pytest.mark.parametrize("text", ["tiny: [", "- tiny", "tiny", "tiny: \xff"], ids=repr)
def test_an_unreadable_registry_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=rf"^expected .*{re.escape(str(path))}.*$"):
        read_registry(path)


def test_a_missing_registry_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"^expected a readable registry at {re.escape(str(tmp_path / 'none'))}"):
        read_registry(tmp_path / "none")


@pytest.mark.parametrize("text", ["{", "[]", "\xff"], ids=repr)
def test_damaged_json_is_named(text: str, write_registry) -> None:
    registry = write_registry()
    written_file("tiny", registry).parent.mkdir()
    written_file("tiny", registry).write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"^record tiny: expected .*"):
        get_record("tiny", registry)


def test_a_record_that_is_no_mapping_is_named(tmp_path: Path) -> None:
    registry = tmp_path / "checkpoints.yaml"
    registry.write_text("tiny: 3", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^record tiny: expected fields by name, got 3$"):
        read_registry(registry)


def test_an_unknown_record_lists_the_known_ones(write_registry) -> None:
    with pytest.raises(ValueError, match="expected a record out of tiny, got 'huge'"):
        get_record("huge", write_registry())


def test_shared_anchors_are_no_record_and_a_subset_needs_none(tmp_path: Path) -> None:
    registry = tmp_path / "checkpoints.yaml"
    fields = "".join(f"  {line}\n" for line in yaml.safe_dump(RECORD | {"paper": "P"}).splitlines())
    registry.write_text(f"shared:\n  common: &common {{paper: 'Äther'}}\nfirst:\n{fields}second:\n  <<: *common\n")
    text = registry.read_text() + "".join(line + "\n" for line in fields.splitlines() if "paper" not in line)
    registry.write_text(text, encoding="utf-8")
    records = read_registry(registry)
    assert [record.paper for record in records.values()] == ["P", "Äther"]
    registry.write_text(registry_subset(["second"], registry), encoding="utf-8")
    assert read_registry(registry) == {"second": records["second"]}


# Writing


def test_an_update_changes_only_what_it_names_and_never_the_registry(write_registry) -> None:
    registry = write_registry()
    text, before = registry.read_bytes(), get_record("tiny", registry)
    hub = {"repo_id": "user/name", "revision": 40 * "a"}
    results = {"test": {"elbo": -90.5, "date": "2026-11-21"}}
    after = update_record("tiny", registry, sha256=SHA256, bytes=10, hub=hub, results=results)
    assert after == get_record("tiny", registry)
    changes = {"sha256": SHA256, "bytes": 10, "hub": Hub.model_validate(hub), "results": results}
    assert after == before.model_copy(update=changes)
    assert update_record("tiny", registry, sha256=None, bytes=None, hub=None, results={}) == before
    assert registry.read_bytes() == text


def test_json_is_stable_and_short(tmp_path: Path) -> None:
    registry = copy_of_ours(tmp_path)
    for path in bundled_folder().glob("*.json"):
        update_record(path.stem, registry)
        assert written_file(path.stem, registry).read_bytes() == path.read_bytes()
        assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= WIDTH
    assert read_registry(registry) == read_registry()


def test_updates_at_the_same_time_lose_nothing(write_registry) -> None:
    registry = write_registry()
    with ThreadPoolExecutor(8) as pool:
        changes = [{"sha256": SHA256}, {"bytes": 1}, {"epochs": 2}, {"results": {"val": {"n": 1}}}]
        list(pool.map(lambda each: update_record("tiny", registry, **each), changes))
    record = get_record("tiny", registry)
    assert (record.sha256, record.bytes, record.epochs, record.results) == (SHA256, 1, 2, {"val": {"n": 1}})


@pytest.mark.parametrize("change", [{"sha256": "wrong"}, {"licence": "MIT"}], ids=str)
def test_a_wrong_update_is_refused_and_leaves_the_files(change: dict[str, Any], write_registry) -> None:
    registry = write_registry()
    update_record("tiny", registry, bytes=1)
    before = written_file("tiny", registry).read_bytes()
    with pytest.raises(ValueError, match=f"record tiny: {next(iter(change))}"):
        update_record("tiny", registry, **change)
    assert written_file("tiny", registry).read_bytes() == before


def test_new_weights_drop_what_was_made_of_the_old(write_registry) -> None:
    registry = write_registry(atlas={})
    save_weights("tiny", {"w": torch.ones(9)}, registry=registry, epochs=2)
    record = save_derived("tiny", "atlas", {"z": torch.zeros(2)}, {}, registry)
    update_record("tiny", registry, results={"val": {"n": 1}})
    path = bundled_folder(registry) / "tiny-atlas.safetensors"
    assert record.atlas and (record.atlas.sha256, record.atlas.bytes) == (sha256_of(path), path.stat().st_size)
    fresh = save_weights("tiny", {"w": torch.zeros(9)}, registry=registry)
    assert fresh.atlas and (fresh.atlas.sha256, fresh.results, fresh.epochs) == (None, {}, None)
    assert list(json.loads(written_file("tiny", registry).read_text())) == ["sha256", "bytes"]


def test_a_record_without_a_place_for_a_derived_file_says_so(write_registry) -> None:
    with pytest.raises(ValueError, match="record tiny has no place for hands"):
        place_of("tiny", "hands", write_registry())


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError("No space left on device")])
def test_an_interrupted_write_leaves_the_old_file_alone(
    step: str, interruption: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: object) -> None:
        raise interruption

    target = tmp_path / "weights.safetensors"
    write_atomically(target, b"old")
    monkeypatch.setattr(step, interrupt)
    with pytest.raises((KeyboardInterrupt, OSError)):
        write_atomically(target, b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("weights.safetensors", b"old")]


def test_write_atomically_makes_folders_and_a_readable_file(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "file"
    write_atomically(target, b"content")
    assert target.read_bytes() == b"content"
    assert os.name != "posix" or target.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("damage", [lambda whole: whole[:-9], lambda whole: b"", lambda whole: b"\xff" * len(whole)])
def test_a_damaged_safetensors_file_is_named(damage: Any, write_registry) -> None:
    registry = write_registry()
    path = bundled_folder(registry) / save_weights("tiny", {"w": torch.ones(9)}, registry=registry).file
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"^expected a whole safetensors file at {re.escape(str(path))}: "):
        read_tensors(path)


def test_a_missing_safetensors_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a whole safetensors file at .*none: "):
        read_tensors(tmp_path / "none")


# The records of this repository

RECORDS = read_registry()
ASSETS = {asset.file: asset for record in RECORDS.values() for asset in record.assets if asset.sha256}
MAX_BYTES = 15_000_000  # of one file


@pytest.mark.parametrize("file", ASSETS)
def test_every_bundled_file_is_the_one_of_its_record(file: str) -> None:
    path = bundled_folder() / file
    assert (sha256_of(path), path.stat().st_size) == (ASSETS[file].sha256, ASSETS[file].bytes)
    assert path.stat().st_size <= MAX_BYTES


def test_every_bundled_file_belongs_to_a_record() -> None:
    assert {path.name for path in bundled_folder().glob("*.safetensors")} == ASSETS.keys()
    assert {path.stem for path in bundled_folder().glob("*.json")} <= RECORDS.keys()
