"""Fixtures of a Hub: a tiny record published on a real server of this machine."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import save

from core.models.vae import VAE
from core.registry.schema import WEIGHTS_ON_HUB
from core.registry.store import update_record
from tests.core.hub_server import FaultyProxy, HubServer, serve_hub

REPO_ID = "stylescape/tiny"
CONFIG = {"latent": 2, "architecture": "paper", "width": 4}
RECORD = {
    "model": "vae.VAE",
    "config": CONFIG,
    "recipe": {"data": "digits", "epochs": 1, "batch": 2, "lr": 0.1},
    "licence": "Apache-2.0",
    "paper": "Kingma and Welling, 2014",
}


@dataclass(frozen=True)
class Published:
    """A tiny model on a Hub, at one commit as it should be and at another with one byte changed."""

    server: HubServer
    files: dict[str, bytes]
    commit: str
    spoiled_commit: str

    def write_registry(self, folder: Path, **changes: Any) -> Path:
        """A registry with the one record `tiny`, with changes to what machines wrote about it."""
        registry = folder / "registry.yaml"
        registry.write_text(yaml.safe_dump({"tiny": RECORD | {"atlas": {}}}))
        weights, atlas = (
            {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for content in self.files.values()
        )
        hub = {"repo_id": REPO_ID, "revision": self.commit}
        update_record("tiny", registry, **weights | {"hub": hub, "atlas": atlas} | changes)
        return registry


@pytest.fixture(scope="session")
def tiny_files() -> dict[str, bytes]:
    """The weights of a tiny model with their configuration, and an atlas, as safetensors."""
    weights = save(VAE(**CONFIG).state_dict(), metadata={"config": json.dumps(CONFIG)})
    return {WEIGHTS_ON_HUB: weights, "tiny-atlas.safetensors": save({"latents": torch.zeros(5, 2)})}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, tiny_files: dict[str, bytes]) -> Iterator[Published]:
    """A running Hub with the tiny model on it."""
    with serve_hub(tmp_path_factory.mktemp("hub")) as server:
        commit = server.commit(REPO_ID, tiny_files)
        spoiled = {name: content[:-1] + bytes([content[-1] ^ 1]) for name, content in tiny_files.items()}
        yield Published(server, tiny_files, commit, server.commit(REPO_ID, spoiled))


@pytest.fixture
def proxy(published: Published) -> Iterator[FaultyProxy]:
    """A proxy before that Hub, whose `faults` a test sets."""
    with FaultyProxy(published.server.port).running() as proxy:
        yield proxy
