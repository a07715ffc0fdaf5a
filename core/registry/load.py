"""A name in `checkpoints.yaml` → verified weights → model and preprocessing."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from core.imaging.preprocess import Preprocess, from_record
from core.models import MODELS
from core.models.base import Autoencoder, Classifier, Model
from core.registry.schema import WEIGHTS_ON_HUB, Architecture, Record
from core.registry.sources import CONFIG, locate
from core.registry.store import (
    REGISTRY,
    bundled_folder,
    get_record,
    read_tensors,
)


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


def build_model(record: Architecture) -> Model:
    """The record's model with fresh weights.

    Raises:
        ValueError: if `core.models.MODELS` lacks it, or its class refuses the configuration.
    """
    if record.model not in MODELS:
        raise ValueError(f"expected a model out of {', '.join(MODELS)}, got {record.model!r}")
    try:
        return MODELS[record.model](**record.config)
    except (TypeError, KeyError, ValueError, RuntimeError) as error:
        raise ValueError(f"expected constructor arguments of {record.model}, got {record.config}: {error}") from None


def load(name: str, registry: Path = REGISTRY) -> Checkpoint:
    """A record's model with its preprocessing, in evaluation mode; loaded once a process, and again if it changes.

    Raises:
        ValueError: for an unknown record, one without weights, or weights that do not fit it.
        FileNotFoundError: if no source has the weights.

    Example:
        >>> checkpoint = load("chars62-infovae-32")
        >>> checkpoint.model.training, checkpoint.preprocess.size
        (False, 28)
    """
    return load_version(name, registry, get_record(name, registry).model_dump_json())


@lru_cache(maxsize=16)
def load_version(name: str, registry: Path, content: str) -> Checkpoint:
    """The checkpoint of a record, cached by the record's content as JSON."""
    record = Record.model_validate_json(content)
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


def from_hub(repo_id: str, revision: str | None = None) -> tuple[Model, Preprocess]:
    """A published model and its preprocessing, from a repository's `config.json` and weights, without a registry.

    Raises:
        ValueError: if the repository's files are not those of a model of `core.models`.
        OSError: if the Hub or its cache does not have them.
    """
    from huggingface_hub import hf_hub_download

    config, weights = (hf_hub_download(repo_id, name, revision=revision) for name in (CONFIG, WEIGHTS_ON_HUB))
    try:
        architecture = Architecture.model_validate_json(Path(config).read_bytes())
        tensors, _ = read_tensors(Path(weights))
        return with_weights(build_model(architecture), tensors), from_record(architecture.preprocess)
    except ValueError as error:
        raise ValueError(f"expected a published model in {repo_id}: {error}") from None
