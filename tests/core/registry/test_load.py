"""A name becomes a model with its preprocessing, or one clear message."""

from pathlib import Path
from typing import Any

import pytest
import torch

from core.imaging.preprocess import from_record
from core.models.vae import VAE
from core.registry.load import build_model, load
from core.registry.roles import JUDGES, recon_judge
from core.registry.store import bundled_folder, get_record, read_registry, save_weights, sha256_of, update_record
from tests.core.conftest import CONFIG

RECORDS = read_registry()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "vae.NoSuchModel"}, "expected a model out of aae.AAE, .*, got 'vae.NoSuchModel'"),
        ({"model": "base.Autoencoder"}, "expected a model out of aae.AAE, .*, got 'base.Autoencoder'"),
        ({"config": {"latents": 2}}, "expected constructor arguments of vae.VAE, got {'latents': 2}"),
        ({"config": {"latent": -1}}, "expected constructor arguments of vae.VAE, got {'latent': -1}"),
        ({"config": {"architecture": "none"}}, "expected constructor arguments of vae.VAE"),
        ({"preprocess": {"colour": "red"}}, "expected fields of Preprocess, got {'colour': 'red'}"),
        ({}, "has no weights: run `stylescape train tiny` first, which makes tiny.safetensors"),
    ],
    ids=str,
)
def test_a_record_that_cannot_be_loaded_says_why(changes: dict[str, Any], message: str, write_registry) -> None:
    with pytest.raises(ValueError, match=rf"^record tiny\b.*{message}"):
        load("tiny", write_registry(**changes))


def test_weights_that_are_nowhere_are_named(write_registry) -> None:
    registry = write_registry()
    update_record("tiny", registry, sha256=64 * "0", bytes=1)
    with pytest.raises(FileNotFoundError, match=r"^record tiny: expected a whole tiny\.safetensors in"):
        load("tiny", registry)


def test_weights_made_with_another_configuration_are_refused(write_registry) -> None:
    save_weights("tiny", VAE(**CONFIG).state_dict(), registry=write_registry())
    registry = write_registry(config=CONFIG | {"beta": 4.0})
    with pytest.raises(ValueError, match=r"^record tiny: expected weights made with .*'beta': 4.0.*, got {[^}]*}$"):
        load("tiny", registry)


def test_weights_of_another_shape_are_refused(write_registry) -> None:
    registry, model = write_registry(), VAE(**CONFIG | {"latent": 3})
    save_weights("tiny", model.state_dict(), registry=registry)
    with pytest.raises(ValueError, match=r"^record tiny: the weights do not fit the model: .*size mismatch"):
        load("tiny", registry)


def test_saved_weights_are_loaded_again_in_half_precision(write_registry) -> None:
    registry, model = write_registry(), VAE(**CONFIG)
    record = save_weights("tiny", model.state_dict(), registry=registry)
    path = bundled_folder(registry) / record.file
    assert (record.sha256, record.bytes) == (sha256_of(path), path.stat().st_size)
    checkpoint = load("tiny", registry)
    assert checkpoint.record == record == get_record("tiny", registry)
    assert checkpoint.autoencoder is checkpoint.model and not checkpoint.model.training
    for key, tensor in checkpoint.model.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[key].half().float())


def test_a_model_of_another_kind_is_named(write_registry) -> None:
    registry = write_registry()
    save_weights("tiny", VAE(**CONFIG).state_dict(), registry=registry)
    with pytest.raises(ValueError, match=r"^expected a classifier, got tiny, which is a vae\.VAE$"):
        _ = load("tiny", registry).classifier
    with pytest.raises(ValueError, match=r"^expected an autoencoder, got mnist-guide"):
        _ = load("mnist-guide").autoencoder


def test_a_changed_record_is_loaded_anew(write_registry) -> None:
    registry = write_registry()
    for value in (0.25, 0.5):
        weights = {key: torch.full_like(tensor, value) for key, tensor in VAE(**CONFIG).state_dict().items()}
        save_weights("tiny", weights, registry=registry)
        assert all((tensor == value).all() for tensor in load("tiny", registry).model.state_dict().values())


# The records of this repository


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_builds_its_model_and_loads_what_weights_it_has(name: str) -> None:
    record = RECORDS[name]
    assert from_record(record.preprocess).size > 0
    model = load(name).model if record.sha256 else build_model(record)
    assert model.training == (record.sha256 is None)
    assert all(torch.isfinite(tensor).all() for tensor in model.state_dict().values())


def test_roles_are_filled_by_records() -> None:
    assert all(RECORDS[judge].model == "classifier.CharacterClassifier" for judge in JUDGES.values())
    assert recon_judge("mnist-mmd-10") == "mnist-recon-classifier-mmd-10"
    assert recon_judge("mnist-vae-2") is None


def test_core_unpickles_nothing() -> None:
    forbidden = ("torch.load(", "allow_pickle=True", "read_pickle", "yaml.unsafe_load(", "yaml.full_load(")
    for path in (Path(__file__).parents[3] / "core").rglob("*.py"):
        assert not [call for call in forbidden if call in path.read_text(encoding="utf-8")], path
