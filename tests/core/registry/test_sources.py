"""Pulling from a real Hub server: what is found where, and what happens when something on the way is broken."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from huggingface_hub.utils import close_session

from core.registry import sources
from core.registry.load import load
from core.registry.schema import WEIGHTS_ON_HUB
from core.registry.sources import locate, locate_derived, pull, trained
from core.registry.store import ROOT, get_record
from tests.core.conftest import REPO_ID, Published
from tests.core.hub_server import FaultyProxy, connect, wait_until
from tests.serving import free_port

PULL = """
import logging, os, pathlib, resource, sys
from core.registry.sources import pull
if "LARGEST_FILE" in os.environ:
    resource.setrlimit(resource.RLIMIT_FSIZE, 2 * [int(os.environ["LARGEST_FILE"])])
logging.basicConfig(level=logging.WARNING)
print(*pull("tiny", pathlib.Path(sys.argv[1])), sep="\\n")
"""


@pytest.fixture(autouse=True)
def own_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the client an empty cache and a Hub that nobody serves; `connect` points it at one that runs."""
    close_session()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", True)
    monkeypatch.setattr(sources, "RETRY_AFTER", 0.01)
    connect(monkeypatch, f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def registry(published: Published, tmp_path: Path) -> Path:
    return published.write_registry(tmp_path)


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, proxy: FaultyProxy) -> FaultyProxy:
    """The client connected to the Hub through the proxy."""
    connect(monkeypatch, proxy.endpoint)
    return proxy


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own pauses between attempts, half a minute in all, cut to nothing."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def start_pull(registry: Path, tmp_path: Path, **environment: str) -> subprocess.Popen[str]:
    """`pull` in a process of its own, set up by environment variables alone."""
    home = {"HF_HOME": str(tmp_path / "home"), "HF_HUB_CACHE": constants.HF_HUB_CACHE}
    variables = os.environ | home | {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"} | environment
    command = [sys.executable, "-c", PULL, str(registry)]
    return subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def cached_files(tmp_path: Path) -> list[Path]:
    """Every file of the cache that carries content."""
    return [path for path in (tmp_path / "home").rglob("blobs/*") if path.is_file()]


def test_an_empty_cache_is_filled_and_the_model_loads(
    online: FaultyProxy, registry: Path, published: Published
) -> None:
    paths = pull("tiny", registry)
    assert [path.read_bytes() for path in paths] == list(published.files.values())
    checkpoint = load("tiny", registry)
    assert checkpoint.autoencoder.encode(torch.zeros(1, 1, 28, 28)).mean.shape == (1, 2)


def test_a_full_cache_asks_the_hub_nothing(online: FaultyProxy, registry: Path) -> None:
    first = pull("tiny", registry)
    online.requests.clear()
    assert pull("tiny", registry) == first
    assert online.requests == []


def test_an_atlas_that_was_never_made_is_left_out(online: FaultyProxy, published: Published, tmp_path: Path) -> None:
    registry = published.write_registry(tmp_path, atlas=None)
    assert [path.name for path in pull("tiny", registry)] == [WEIGHTS_ON_HUB]


def test_a_derived_file_is_located_like_weights_once_it_is_made(
    online: FaultyProxy, published: Published, tmp_path: Path
) -> None:
    registry = published.write_registry(tmp_path)
    assert trained(registry) == ["tiny"]
    assert locate_derived("tiny", "atlas", registry) == pull("tiny", registry)[1]
    published.write_registry(tmp_path, sha256=None, atlas=None)
    assert trained(registry) == []
    with pytest.raises(ValueError, match="record tiny has no atlas yet: run `stylescape atlas tiny` first"):
        locate_derived("tiny", "atlas", registry)


def test_the_bundled_file_comes_first(
    published: Published, registry: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    record = get_record("tiny", registry)
    (tmp_path / record.file).write_bytes(published.files[WEIGHTS_ON_HUB])
    assert locate("tiny", record.weights, record.hub, tmp_path) == tmp_path / record.file
    assert not caplog.records


def test_a_damaged_bundled_file_is_named_and_the_hub_asked(
    online: FaultyProxy, published: Published, registry: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    record = get_record("tiny", registry)
    (tmp_path / record.file).write_bytes(b"damaged")
    path = locate("tiny", record.weights, record.hub, tmp_path)
    assert path.read_bytes() == published.files[WEIGHTS_ON_HUB]
    assert f"record tiny: {tmp_path / record.file} is damaged" in caplog.text


def test_an_unpublished_record_needs_its_bundled_file(registry: Path, tmp_path: Path) -> None:
    record = get_record("tiny", registry)
    with pytest.raises(FileNotFoundError, match=r"record tiny: expected a whole tiny\.safetensors in "):
        locate("tiny", record.weights, None, tmp_path)


def test_an_record_without_weights_says_how_to_train_it(published: Published, tmp_path: Path) -> None:
    registry = published.write_registry(tmp_path, sha256=None)
    with pytest.raises(ValueError, match="record tiny has no weights: run `stylescape train tiny`"):
        pull("tiny", registry)


def test_offline_a_full_cache_is_enough(online: FaultyProxy, registry: Path, tmp_path: Path) -> None:
    paths = pull("tiny", registry)
    process = start_pull(registry, tmp_path, HF_HUB_OFFLINE="1")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert output.split() == list(map(str, paths))


def truncate(path: Path) -> None:
    path.resolve().write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.resolve().write_bytes(b"")


def flip_a_bit(path: Path) -> None:
    content = path.read_bytes()
    path.resolve().write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def replace_link(path: Path) -> None:
    """A damaged file in the link's place, as in the cache of a file system without links."""
    path.unlink()
    path.write_bytes(b"damaged")


DAMAGES = [truncate, empty, flip_a_bit, replace_link]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cached_file_is_named_and_fetched_again(
    damage, online: FaultyProxy, registry: Path, published: Published, caplog: pytest.LogCaptureFixture
) -> None:
    path = pull("tiny", registry)[0]
    damage(path)
    assert pull("tiny", registry)[0].read_bytes() == published.files[path.name]
    assert f"record tiny: {path} is damaged" in caplog.text
    caplog.clear()
    assert pull("tiny", registry)[0] == path
    assert not caplog.records


def test_offline_a_damaged_cached_file_is_not_used(
    online: FaultyProxy, registry: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = pull("tiny", registry)[0]
    flip_a_bit(path)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for _ in range(2):
        with pytest.raises(FileNotFoundError, match=r"record tiny: found no tiny\.safetensors .* offline mode"):
            pull("tiny", registry)
    assert f"record tiny: {path} is damaged" in caplog.text


def test_wrong_content_on_the_hub_is_refused_every_time(
    online: FaultyProxy, published: Published, tmp_path: Path
) -> None:
    spoiled = {"repo_id": REPO_ID, "revision": published.spoiled_commit}
    registry = published.write_registry(tmp_path, hub=spoiled)
    expected = get_record("tiny", registry).sha256
    for _ in range(2):
        message = (
            rf"^record tiny: expected tiny\.safetensors of sha256 {expected} from {REPO_ID} at .*, got [0-9a-f]{{64}}$"
        )
        with pytest.raises(ValueError, match=message):
            pull("tiny", registry)
        assert cached_files(tmp_path) == []


def test_a_missing_revision_is_named(
    online: FaultyProxy, published: Published, tmp_path: Path, impatient: None
) -> None:
    registry = published.write_registry(tmp_path, hub={"repo_id": REPO_ID, "revision": "0" * 40})
    with pytest.raises(FileNotFoundError, match=r"^record tiny: found no tiny\.safetensors .*at 0{40}: .*$"):
        pull("tiny", registry)


def test_a_404_is_not_tried_again(online: FaultyProxy, registry: Path) -> None:
    online.faults = [("HEAD", 404)]
    with pytest.raises(FileNotFoundError, match=r"^record tiny: found no tiny\.safetensors .*404.*$"):
        pull("tiny", registry)
    assert online.requests == ["HEAD"]


def test_without_a_server_the_missing_file_is_named(registry: Path, impatient: None) -> None:
    with pytest.raises(FileNotFoundError, match=r"^record tiny: found no tiny\.safetensors .*refused$"):
        pull("tiny", registry)


def test_offline_with_an_empty_cache_the_missing_file_is_named(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(FileNotFoundError, match=r"^record tiny: found no tiny\.safetensors .*HF_HUB_OFFLINE.*$"):
        pull("tiny", registry)


@pytest.mark.parametrize(
    "fault", [("HEAD", "reset"), ("HEAD", 500), ("GET", "reset"), ("GET", 500), ("GET", 503), ("GET", "cut")], ids=str
)
def test_a_passing_failure_does_no_harm(
    fault: tuple[str, str | int], online: FaultyProxy, registry: Path, published: Published, impatient: None
) -> None:
    online.faults = [fault]
    assert [path.read_bytes() for path in pull("tiny", registry)] == list(published.files.values())
    assert online.faults == []
    assert len(online.requests) <= 6  # two files of HEAD and GET, and at most one of each again


def test_a_lasting_failure_is_named_after_two_attempts(
    online: FaultyProxy, registry: Path, caplog: pytest.LogCaptureFixture
) -> None:
    online.faults = [("GET", 500)] * 9
    with pytest.raises(FileNotFoundError, match=r"^record tiny: found no tiny\.safetensors .*500.*$"):
        pull("tiny", registry)
    assert online.requests.count("GET") == 2
    assert "fetching tiny.safetensors failed" in caplog.text


def test_a_pull_that_was_killed_leaves_nothing_half_written(
    online: FaultyProxy, registry: Path, published: Published, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    online.faults = [("GET", "stall")]
    process = start_pull(registry, tmp_path, HF_ENDPOINT=online.endpoint)
    try:
        assert online.stalled.wait(60)
    finally:
        process.kill()
        process.communicate(timeout=10)
    online.resume.set()
    assert not [path for path in cached_files(tmp_path) if path.suffix != ".incomplete"]
    assert [path.read_bytes() for path in pull("tiny", registry)] == list(published.files.values())
    assert not caplog.records


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the quota and the folder that this test needs")
@pytest.mark.parametrize(
    ("environment", "reason"),
    [({"LARGEST_FILE": "100"}, "File too large"), ({"HF_HUB_CACHE": "/sys/hub"}, "not permitted|ermission|Read-only")],
    ids=["disk full", "read-only cache"],
)
def test_a_cache_that_cannot_be_written_is_named_and_nothing_half_written_used(
    environment: dict[str, str], reason: str, online: FaultyProxy, registry: Path, published: Published, tmp_path: Path
) -> None:
    process = start_pull(registry, tmp_path, HF_ENDPOINT=online.endpoint, **environment)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert re.search(rf"record tiny: found no tiny\.safetensors .*({reason})", errors), errors
    assert not [path for path in cached_files(tmp_path) if path.suffix != ".incomplete"]
    assert [path.read_bytes() for path in pull("tiny", registry)] == list(published.files.values())


def test_two_programs_that_start_together_fetch_once(online: FaultyProxy, registry: Path, tmp_path: Path) -> None:
    online.faults = [("GET", "stall")]
    processes = [start_pull(registry, tmp_path, HF_ENDPOINT=online.endpoint) for _ in range(2)]
    try:
        wait_until(lambda: online.requests.count("HEAD") == 2 and online.stalled.is_set(), seconds=60)
        online.resume.set()
        answers = [process.communicate(timeout=60) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0], answers
    assert online.requests.count("GET") == 2  # the weights and the atlas


def test_the_client_is_imported_only_where_it_is_used() -> None:
    source = Path(sources.__file__).read_text(encoding="utf-8")
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not any("hugging" in ast.unparse(node) or "httpx" in ast.unparse(node) for node in imports)
