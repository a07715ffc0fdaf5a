"""Publishing with the real client to a Hub of this machine, and back: publish → empty cache → pull → evaluate."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import torch
import yaml
from huggingface_hub import constants
from huggingface_hub.utils import close_session
from PIL import Image

from core.evaluate import evaluate
from core.publishing.records import CARD, DATA_LICENCES, SAMPLES, flat, listing, metadata, prepare, publish
from core.registry.load import build_model, from_hub, load, load_version
from core.registry.sources import pull
from core.registry.store import (
    ROOT,
    bundled_folder,
    get_record,
    read_registry,
    save_weights,
    sha256_of,
    update_record,
    written_file,
)
from tests.core.hub_server import HubServer, connect, serve_hub
from tests.core.upload_server import TOKEN, UploadServer
from tests.serving import free_port

# The client uploads large files in a way that its own transport calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

PUBLISH = """
import pathlib, sys
from core.publishing.records import publish
print(publish("digits-vae", "someone", registry=pathlib.Path(sys.argv[1])).revision)
"""


@pytest.fixture(scope="module")
def olah(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubServer]:
    with serve_hub(tmp_path_factory.mktemp("published")) as server:
        yield server


@pytest.fixture
def server(olah: HubServer) -> Iterator[UploadServer]:
    """A Hub that takes uploads, into the folder that olah serves; empty at first."""
    for kind in ("models", "spaces"):
        shutil.rmtree(olah.folder / "mirrors" / kind, ignore_errors=True)
        (olah.folder / "mirrors" / kind).mkdir()
    with UploadServer(olah.folder).running() as server:
        yield server


@pytest.fixture
def registry(workshop) -> Path:
    """A registry of tiny records with the weights that they start training with."""
    for name in ("digits-vae", "digits-cvae", "digits-style-cvae", "mnist-classifier"):
        torch.manual_seed(0)
        save_weights(name, build_model(get_record(name, workshop.registry)).state_dict(), registry=workshop.registry)
    return workshop.registry


@pytest.fixture(autouse=True)
def own_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The client with a token and an empty cache."""
    close_session()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)


@pytest.fixture
def online(server: UploadServer, monkeypatch: pytest.MonkeyPatch) -> UploadServer:
    """The client connected to the Hub that takes uploads."""
    connect(monkeypatch, server.endpoint)
    return server


def empty_bundle(registry: Path) -> None:
    for path in bundled_folder(registry).glob("*.safetensors"):
        path.unlink()
    load_version.cache_clear()


def test_what_the_client_sends_is_what_was_prepared(online: UploadServer, registry: Path) -> None:
    ready = prepare("digits-cvae", "someone", registry)
    hub = publish("digits-cvae", "someone", private=True, registry=registry)
    (created,) = online.stored.requests_for("/api/repos/create")
    assert created.body == {
        "name": "digits-cvae",
        "organization": "someone",
        "visibility": "private",
        "type": "model",
    }
    assert online.stored.files("someone/digits-cvae") == {
        name: content if isinstance(content, bytes) else content.read_bytes() for name, content in ready.files.items()
    }
    (commit,) = online.stored.requests_for("/commit/")
    assert {line["key"] for line in commit.body} == {"header", "file", "lfsFile"}
    assert hub.revision == online.stored.commits("someone/digits-cvae")[0]


def test_the_commit_is_pinned_in_the_registry(online: UploadServer, registry: Path) -> None:
    before, text = read_registry(registry), registry.read_bytes()
    hub = publish("digits-vae", "someone", registry=registry)
    after = read_registry(registry)
    assert registry.read_bytes() == text
    assert after == before | {"digits-vae": before["digits-vae"].model_copy(update={"hub": hub})}


def test_publishing_twice_changes_nothing(online: UploadServer, registry: Path) -> None:
    first = publish("digits-vae", "someone", registry=registry)
    commits, written = online.stored.commits("someone/digits-vae"), written_file("digits-vae", registry).read_bytes()
    assert publish("digits-vae", "someone", registry=registry) == first
    assert online.stored.commits("someone/digits-vae") == commits
    assert len(online.stored.requests_for("/commit/")) == 1
    assert written_file("digits-vae", registry).read_bytes() == written


def test_new_figures_make_a_new_commit_of_the_card_alone(online: UploadServer, registry: Path) -> None:
    first = publish("digits-vae", "someone", registry=registry)
    update_record("digits-vae", registry, results={"val": {"data": "mnist", "n": 24, "elbo": -100.5}})
    second = publish("digits-vae", "someone", registry=registry)
    assert second.revision != first.revision
    _, change = online.stored.requests_for("/commit/")
    assert [line["value"].get("path") for line in change.body] == [None, CARD]
    assert b"-100.5" in online.stored.files("someone/digits-vae")[CARD]


@pytest.mark.slow
def test_published_pulled_and_evaluated_the_figures_are_the_same(
    online: UploadServer, olah: HubServer, registry: Path, tiny_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "digits-style-cvae"
    before = evaluate(name, root=tiny_root, split="train", registry=registry)
    for each in (name, "mnist-classifier"):
        publish(each, "someone", registry=registry)
    empty_bundle(registry)
    connect(monkeypatch, olah.endpoint)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(constants, "HF_HUB_OFFLINE", True)
        with pytest.raises(FileNotFoundError, match=f"record {name}"):
            evaluate(name, root=tiny_root, split="train", registry=registry)
    for each in (name, "mnist-classifier"):
        assert [sha256_of(path) for path in pull(each, registry)] == [
            asset.sha256 for asset in get_record(each, registry).assets
        ]
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert evaluate(name, root=tiny_root, split="train", registry=registry) == before


def test_the_recipe_of_the_card_loads_the_model(
    online: UploadServer, olah: HubServer, registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = publish("mnist-classifier", "someone", registry=registry)
    expected = load("mnist-classifier", registry).model.state_dict()
    connect(monkeypatch, olah.endpoint)
    model, preprocess = from_hub(hub.repo_id)
    assert (preprocess.size, model.training) == (28, False)
    assert all(torch.equal(model.state_dict()[key], value) for key, value in expected.items())


def test_a_refused_token_is_one_sentence(online: UploadServer, registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = written_file("digits-vae", registry).read_bytes()
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(ValueError, match=r"^someone/digits-vae was not published: [^\n]*401[^\n]*$"):
        publish("digits-vae", "someone", registry=registry)
    assert written_file("digits-vae", registry).read_bytes() == written


def test_a_hub_that_is_not_there_is_one_sentence(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ValueError, match=r"^someone/digits-vae was not published: [^\n]*$"):
        publish("digits-vae", "someone", registry=registry)


def test_the_environment_alone_selects_the_hub(server: UploadServer, registry: Path, tmp_path: Path) -> None:
    own = {"HF_HOME": str(tmp_path / "home"), "HF_ENDPOINT": server.endpoint, "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PUBLISH, str(registry)],
        cwd=ROOT,
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == server.stored.commits("someone/digits-vae")[0]


def test_an_untrained_record_is_not_published(registry: Path) -> None:
    with pytest.raises(ValueError, match="record tiny-untrained has no weights"):
        prepare("tiny-untrained", "someone", registry)


@pytest.mark.parametrize("name", [name for name, record in read_registry().items() if record.sha256])
def test_every_record_has_its_card(name: str) -> None:
    record = get_record(name)
    front = yaml.safe_load(metadata(name, record, None))
    figures = {
        metric["name"].replace(" ", "_"): metric["value"]
        for part in front.get("model-index", [{"results": []}])[0]["results"]
        if part["dataset"]["split"] == "val"
        for metric in part["metrics"]
    }
    measured = flat(record.results.get("val", {}))
    assert figures == {key.replace(" ", "_"): value for key, value in measured.items() if key not in ("n", "data")}
    assert front["license"] == record.licence.lower()


def test_the_card_has_what_a_reader_needs() -> None:
    ready = prepare("mnist-cvae", "someone")
    _, _, text = ready.card.split("---\n", 2)
    record = get_record("mnist-cvae")
    for part in (
        "someone/mnist-cvae",
        record.sha256,
        record.paper,
        record.data_note,
        DATA_LICENCES["mnist"],
        "## Limits",
        f"]({SAMPLES})",
    ):
        assert part and part in text
    assert "$" not in text
    picture = ready.files[SAMPLES]
    assert isinstance(picture, bytes)
    assert Image.open(BytesIO(picture)).size[0] > 500
    assert [line.split()[1] for line in listing(ready.files)] == list(ready.files)
    assert list(ready.files)[-1] == CARD
