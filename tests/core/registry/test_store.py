"""The registry and what it names: every mistake has one clear message, every record of the repository holds."""

import ast
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from core.imaging.preprocess import from_record
from core.models.vae import VAE
from core.registry.load import build_model, load
from core.registry.schema import Asset, Hub
from core.registry.store import (
    REGISTRY,
    ROOT,
    bundled_folder,
    get_record,
    read_registry,
    read_tensors,
    save_weights,
    sha256_of,
    update_record,
    write_atomically,
)

RECORD: dict[str, Any] = {
    "model": "vae.VAE",
    "config": {"latent": 2, "architecture": "paper", "width": 4},
    "file": "no-such-file.safetensors",
    "recipe": {"data": "digits", "epochs": 1, "batch": 2, "lr": 0.1},
    "licence": "Apache-2.0",
    "paper": "Kingma and Welling, 2014",
}
SHA256 = 64 * "0"
RECORDS = read_registry()
ASSETS = [
    (name, asset)
    for name, record in RECORDS.items()
    for asset in (record.weights, *record.derived.values())
    if asset.sha256
]
MAX_BYTES = 15_000_000  # of one file; a model of paintings has 12 at most, their atlas 15
SOURCES = sorted((ROOT / "core").rglob("*.py"))


def write_registry(folder: Path, **changes: Any) -> Path:
    """A registry with one record, `tiny`; a change to None leaves the field out."""
    fields = {key: value for key, value in (RECORD | changes).items() if value is not None}
    path = folder / "checkpoints.yaml"
    path.write_text(yaml.safe_dump({"tiny": fields}), encoding="utf-8")
    return path


def test_a_plain_record_is_read_with_its_defaults(tmp_path: Path) -> None:
    record = get_record("tiny", write_registry(tmp_path))
    assert record.weights == Asset(file="no-such-file.safetensors", on_hub="model.safetensors")
    assert (record.hub, record.atlas, record.results) == (None, None, {})


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"colour": "red"}, "colour"),
        ({"recipe": RECORD["recipe"] | {"epoch": 3}}, "recipe.epoch"),
        ({"recipe": RECORD["recipe"] | {"epochs": 0}}, "recipe.epochs"),
        ({"recipe": RECORD["recipe"] | {"lr": -1}}, "recipe.lr"),
        ({"sha256": "abc"}, "sha256"),
        ({"sha256": 64 * "A"}, "sha256"),
        ({"sha256": SHA256 + "\n"}, "sha256"),
        ({"bytes": 0}, "bytes"),
        ({"file": None}, "file"),
        ({"licence": None}, "licence"),
        ({"recipe": None}, "recipe"),
        ({"file": "../secret.safetensors"}, "file"),
        ({"file": "weights.pt"}, "file"),
        ({"model": "os.path.join"}, "model"),
        ({"model": "VAE"}, "model"),
        ({"hub": {"repo_id": "user/name", "revision": "main"}}, "hub.revision"),
        ({"hub": {"repo_id": "name", "revision": 40 * "0"}}, "hub.repo_id"),
        ({"atlas": {"file": "atlas.npz"}}, "atlas.file"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named_with_its_record(changes: dict[str, Any], where: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"^record tiny: {re.escape(where)}: .*, got .*$"):
        read_registry(write_registry(tmp_path, **changes))


@pytest.mark.parametrize("text", ["tiny: [", "- tiny", "tiny", "tiny: \xff"], ids=repr)
def test_an_unreadable_registry_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=rf"^expected .*{re.escape(str(path))}.*$"):
        read_registry(path)


def test_a_missing_registry_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"^expected a readable registry at {re.escape(str(tmp_path / 'none'))}"):
        read_registry(tmp_path / "none")


def test_an_unknown_record_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected a record out of tiny, got 'huge'"):
        load("huge", write_registry(tmp_path))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "vae.NoSuchModel"}, "expected a model of core.models, got 'vae.NoSuchModel'"),
        ({"model": "nowhere.VAE"}, "expected a model of core.models, got 'nowhere.VAE'"),
        ({"model": "base.Posterior"}, "expected a model of core.models, got 'base.Posterior'"),
        ({"model": "base.Autoencoder"}, "expected constructor arguments of base.Autoencoder"),
        ({"config": {"latents": 2}}, "expected constructor arguments of vae.VAE, got {'latents': 2}"),
        ({"config": {"latent": -1}}, "expected constructor arguments of vae.VAE, got {'latent': -1}"),
        ({"config": {"architecture": "none"}}, "expected constructor arguments of vae.VAE"),
        ({"preprocess": {"colour": "red"}}, "expected fields of Preprocess, got {'colour': 'red'}"),
        ({}, "untrained: run `stylescape train tiny` first"),
    ],
    ids=str,
)
def test_a_record_that_cannot_be_loaded_says_why(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"^record tiny\b.*{re.escape(message)}"):
        load("tiny", write_registry(tmp_path, **changes))


def test_weights_that_are_nowhere_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"^record tiny: expected a whole no-such-file\.safetensors in"):
        load("tiny", write_registry(tmp_path, sha256=SHA256, bytes=1))


def test_weights_made_with_another_configuration_are_refused(tmp_path: Path) -> None:
    registry, model = write_registry(tmp_path), VAE(**RECORD["config"])
    save_weights("tiny", model.state_dict(), registry=registry)
    update_record("tiny", registry, config=RECORD["config"] | {"beta": 4.0})
    with pytest.raises(ValueError, match=r"^record tiny: expected weights made with .*'beta': 4.0.*, got {[^}]*}$"):
        load("tiny", registry)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    registry, model = write_registry(tmp_path), VAE(**RECORD["config"] | {"latent": 3})
    save_weights("tiny", model.state_dict(), registry=registry)
    with pytest.raises(ValueError, match=r"^record tiny: the weights do not fit the model: .*size mismatch"):
        load("tiny", registry)


def test_saved_weights_are_loaded_again_in_half_precision(tmp_path: Path) -> None:
    registry, model = write_registry(tmp_path), VAE(**RECORD["config"])
    record = save_weights("tiny", model.state_dict(), registry=registry)
    assert record == get_record("tiny", registry)
    assert record.sha256 == sha256_of(tmp_path / "checkpoints" / record.file)
    assert record.bytes == (tmp_path / "checkpoints" / record.file).stat().st_size
    loaded = load("tiny", registry).model
    assert not loaded.training
    for key, tensor in loaded.state_dict().items():
        torch.testing.assert_close(tensor, model.state_dict()[key].half().float(), rtol=0, atol=0)


def test_update_record_changes_only_what_it_is_told(tmp_path: Path) -> None:
    registry = write_registry(tmp_path)
    before = get_record("tiny", registry)
    hub = {"repo_id": "user/name", "revision": 40 * "a"}
    results = {"elbo": {"value": -90.5, "data": "digits", "split": "test"}}
    after = update_record("tiny", registry, sha256=SHA256, bytes=10, hub=hub, results=results)
    assert after == get_record("tiny", registry)
    assert after == before.model_copy(
        update={"sha256": SHA256, "bytes": 10, "hub": Hub.model_validate(hub), "results": results}
    )


def test_update_record_writes_the_same_registry_twice(tmp_path: Path) -> None:
    registry = tmp_path / "checkpoints.yaml"
    registry.write_bytes(REGISTRY.read_bytes())
    name = next(iter(RECORDS))
    update_record(name, registry)
    once = registry.read_bytes()
    update_record(name, registry)
    assert registry.read_bytes() == once
    assert read_registry(registry) == RECORDS


def test_updates_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    names = [f"tiny-{i}" for i in range(8)]
    path = tmp_path / "checkpoints.yaml"
    path.write_text(yaml.safe_dump(dict.fromkeys(names, RECORD)), encoding="utf-8")
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: update_record(name, path, results={"val": {"n": 1}}), names))
    assert all(record.results == {"val": {"n": 1}} for record in read_registry(path).values())


def test_update_record_refuses_a_wrong_change_and_leaves_the_file(tmp_path: Path) -> None:
    registry = write_registry(tmp_path)
    before = registry.read_bytes()
    with pytest.raises(ValueError, match="record tiny: sha256"):
        update_record("tiny", registry, sha256="wrong")
    assert registry.read_bytes() == before


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
def test_a_damaged_safetensors_file_is_named(damage: Any, tmp_path: Path) -> None:
    save_weights("tiny", {"w": torch.ones(9)}, registry=write_registry(tmp_path))
    path = tmp_path / "checkpoints" / RECORD["file"]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"^expected a whole safetensors file at {re.escape(str(path))}: "):
        read_tensors(path)


def test_a_missing_safetensors_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a whole safetensors file at .*none: "):
        read_tensors(tmp_path / "none")


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_builds_its_model_and_its_preprocessing(name: str) -> None:
    record = RECORDS[name]
    assert sum(parameter.numel() for parameter in build_model(record).parameters()) > 0
    assert from_record(record.preprocess).size > 0


@pytest.mark.parametrize("name", [name for name, record in RECORDS.items() if record.sha256])
def test_every_trained_record_loads(name: str) -> None:
    checkpoint = load(name)
    assert not checkpoint.model.training
    assert all(torch.isfinite(tensor).all() for tensor in checkpoint.model.state_dict().values())


@pytest.mark.parametrize(("name", "asset"), ASSETS, ids=[asset.file for _, asset in ASSETS])
def test_every_bundled_file_is_the_one_of_its_record(name: str, asset: Asset) -> None:
    path = bundled_folder() / asset.file
    assert path.is_file(), f"record {name} names {asset.file}, which is not in checkpoints/"
    assert (sha256_of(path), path.stat().st_size) == (asset.sha256, asset.bytes)
    assert path.stat().st_size <= MAX_BYTES


def test_every_bundled_file_belongs_to_a_record() -> None:
    assert {path.name for path in bundled_folder().glob("*.safetensors")} <= {asset.file for _, asset in ASSETS}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_imports_no_app_and_no_user_interface(path: Path) -> None:
    assert imported_packages(path.read_text(encoding="utf-8")).isdisjoint({"apps", "gradio", "streamlit"})


def imported_packages(source: str) -> set[str]:
    """The top-level packages that a source file imports, anywhere in it."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    members = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | members}


@pytest.mark.parametrize(
    "source", ["import gradio as gr", "from apps.ui.components import pad", "def f():\n    import gradio.blocks"]
)
def test_such_an_import_would_be_found(source: str) -> None:
    assert imported_packages(source) & {"apps", "gradio"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_unpickles_nothing(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert imported_packages(source).isdisjoint(
        {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
    )
    assert not re.search(r"torch\.load\(|allow_pickle\s*=\s*True|read_pickle|yaml\.(unsafe_|full_)?load\(", source)
