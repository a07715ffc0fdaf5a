"""The files of Spaces: found from the source, pinned, equal for equal trees, and uploaded as they were built."""

import ast
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from huggingface_hub import SpaceHardware, constants
from huggingface_hub.utils import close_session

from core.imaging.preprocess import MAX_BYTES
from core.publishing.imports import constants_of, imports_of, module_files, reach
from core.publishing.requirements import declared, distributions, pins
from core.publishing.spaces import SUITE, Space, app_names, build, deploy, preloaded, space_id, write
from core.registry.schema import Hub
from core.registry.store import ROOT, get_record, read_registry, sha256_of, update_record
from tests.core.hub_server import connect
from tests.core.upload_server import TOKEN, UploadServer

APPS = app_names()
SETTINGS = {"title", "colorFrom", "colorTo", "emoji", "sdk", "license", "short_description", "suggested_hardware"}


@pytest.fixture(scope="module")
def spaces() -> dict[str, Space]:
    """The Spaces of all apps and the suite."""
    return {app: build(app, "someone") for app in [*APPS, SUITE]}


def text_of(space: Space, name: str) -> str:
    content = space.files[name]
    return content.decode() if isinstance(content, bytes) else content.read_text(encoding="utf-8")


def front_of(space: Space) -> dict:
    return yaml.safe_load(text_of(space, "README.md").split("---\n")[1])


def test_an_unchanged_tree_builds_byte_identical_spaces(spaces: dict[str, Space], tmp_path: Path) -> None:
    app = APPS[0]
    for name, space in (("first", spaces[app]), ("second", build(app, "someone"))):
        write(space, tmp_path / name)
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "first", tmp_path / "second")
    )
    assert first == second
    assert sorted(map(str, first)) == list(spaces[app].files)


@pytest.mark.parametrize("app", APPS)
def test_every_import_of_a_space_is_in_it_or_pinned(spaces: dict[str, Space], app: str) -> None:
    files = spaces[app].files
    assert all("==" in line for line in pins(text_of(spaces[app], "requirements.txt")).values())
    for name in (name for name in files if name.endswith(".py") and name != "app.py"):
        for module in {each.module for each in imports_of(text_of(spaces[app], name))}:
            wanted = {path.relative_to(ROOT).as_posix() for path in module_files(module, ROOT)}
            assert module.split(".")[0] not in ("core", "apps") or (wanted and wanted <= set(files)), (name, module)


@pytest.mark.parametrize("app", APPS)
def test_apps_start_with_what_the_project_declares(app: str) -> None:
    reached = reach([ROOT / "apps" / f"{app}.py"], ROOT)
    lock = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert distributions(reached.needed, lock) <= declared(ROOT / "pyproject.toml")


@pytest.mark.parametrize("app", APPS)
def test_a_space_has_the_records_that_its_app_names_and_their_files(spaces: dict[str, Space], app: str) -> None:
    files = spaces[app].files
    records = {name: get_record(name) for name in yaml.safe_load(text_of(spaces[app], "checkpoints.yaml"))}
    assert records
    named = {text for name in files if name.endswith(".py") for text in constants_of(text_of(spaces[app], name))}
    assert {name for name in read_registry() if name in named} <= set(records)
    for record in records.values():
        for asset in record.assets if record.sha256 else []:
            path = files[f"checkpoints/{asset.file}"]
            assert isinstance(path, Path)
            assert sha256_of(path) == asset.sha256


@pytest.mark.parametrize("app", [*APPS, SUITE])
def test_the_front_matter_is_what_the_hub_takes(spaces: dict[str, Space], app: str) -> None:
    front, space = front_of(spaces[app]), spaces[app]
    assert set(front) >= SETTINGS - ({"suggested_hardware"} if app == SUITE else set())
    assert front["sdk"] == space.sdk
    assert len(front["short_description"]) <= 60
    if space.sdk == "gradio":
        pinned = pins(text_of(space, "requirements.txt"))
        assert front["app_file"] in space.files
        assert pinned["gradio"] == f"gradio=={front['sdk_version']}"
        assert front["suggested_hardware"] in set(SpaceHardware)
        assert pinned["torch"] == "torch==2.11.0"  # what both ZeroGPU and `pyproject.toml` allow
    if app != SUITE:
        assert front["thumbnail"].endswith(f"/{space_id(app, 'someone')}/resolve/main/thumbnail.png")


def test_a_published_record_is_preloaded_at_its_revision() -> None:
    record = get_record("chars62-infovae-32").model_copy(
        update={"hub": Hub(repo_id="someone/chars62-infovae-32", revision="a" * 40)}
    )
    assert preloaded(record) == (
        "someone/chars62-infovae-32 model.safetensors,chars62-infovae-32-atlas.safetensors,"
        f"chars62-infovae-32-hands.safetensors {'a' * 40}"
    )


def test_published_records_are_not_embedded(tmp_path: Path) -> None:
    registry = Path(shutil.copy(ROOT / "checkpoints.yaml", tmp_path))
    shutil.copytree(ROOT / "checkpoints", tmp_path / "checkpoints")
    hub = {"repo_id": "someone/mnist-cvae", "revision": "b" * 40}
    update_record("mnist-cvae", registry, hub=hub)
    space = build("fashion", "someone", registry)
    embedded = [name for name in space.files if name.startswith("checkpoints/")]
    assert embedded == [
        "checkpoints/mnist-classifier.json",
        "checkpoints/mnist-classifier.safetensors",
        "checkpoints/mnist-cvae.json",
    ]
    assert front_of(space)["models"] == ["someone/mnist-cvae"]
    assert front_of(space)["preload_from_hub"] == [preloaded(read_registry(registry)["mnist-cvae"])]


def test_the_suite_shows_every_app(spaces: dict[str, Space]) -> None:
    page = text_of(spaces[SUITE], "index.html")
    for app in APPS:
        assert f"https://huggingface.co/spaces/{space_id(app, 'someone')}" in page
    for picture in re.findall('src="([^"]+)"', page):
        assert picture in spaces[SUITE].files


def test_an_unknown_app_and_a_full_folder_are_refused(spaces: dict[str, Space], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^expected an app out of .*handwriting.*suite, got 'core'$"):
        build("core", "someone")
    (tmp_path / "something").touch()
    with pytest.raises(ValueError, match="expected an empty folder to build into"):
        write(spaces[SUITE], tmp_path)


def test_a_space_asks_for_a_gpu_only_on_zero_gpu() -> None:
    tree = ast.parse((ROOT / "spaces" / "gradio" / "app.py").read_text(encoding="utf-8"))
    guarded = [node for node in tree.body if isinstance(node, ast.If) and "SPACES_ZERO_GPU" in ast.unparse(node.test)]
    assert [node for node in ast.walk(tree) if isinstance(node, ast.Import) and node.names[0].name == "spaces"] == [
        node for part in guarded for node in part.body if isinstance(node, ast.Import)
    ]
    own = [place for place, node in enumerate(tree.body) if isinstance(node, ast.ImportFrom)]
    assert tree.body.index(guarded[0]) < own[-1]  # `spaces` comes before whatever imports torch


# The Docker variant, step by step, as there is no engine to run it


def docker_steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, continued lines joined."""
    text = (ROOT / "spaces" / "docker" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return [(line.split(" ")[0], line.partition(" ")[2]) for line in lines]


def test_the_docker_space_runs_as_user_1000_on_port_8501() -> None:
    steps = docker_steps()
    verbs = [verb for verb, _ in steps]
    assert verbs[0] == "FROM"
    assert steps[1] == ("RUN", "useradd --create-home --uid 1000 user")
    assert steps[2] == ("USER", "user")  # everything after is done as this user
    assert verbs.index("COPY") > verbs.index("USER")
    assert ("EXPOSE", "8501") in steps
    command = next(rest for verb, rest in steps if verb == "CMD")
    assert "--server.port=8501" in command
    assert "--server.address=0.0.0.0" in command
    health = next(rest for verb, rest in steps if verb == "HEALTHCHECK")
    assert "http://127.0.0.1:8501/_stcore/health" in health


def test_the_docker_space_copies_what_is_built_and_keeps_its_secrets() -> None:
    steps = docker_steps()
    copies = [rest for verb, rest in steps if verb == "COPY"]
    assert copies == ["--chown=user requirements.txt .", "--chown=user . ."]
    installed = next(rest for verb, rest in steps if verb == "RUN" and "pip" in rest)
    assert installed.endswith("--requirement requirements.txt")


def test_a_space_of_streamlit_runs_its_app_with_its_settings(spaces: dict[str, Space]) -> None:
    for app in (app for app in APPS if spaces[app].sdk == "docker"):
        assert f'"apps/{app}.py"' in text_of(spaces[app], "Dockerfile")
        settings = tomllib.loads(text_of(spaces[app], ".streamlit/config.toml"))
        assert settings["browser"]["gatherUsageStats"] is False
        assert settings["client"]["showErrorDetails"] == "none"
        assert settings["server"]["maxUploadSize"] == MAX_BYTES // 10**6


# Uploading


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UploadServer]:
    close_session()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    with UploadServer(tmp_path).running() as server:
        connect(monkeypatch, server.endpoint)
        yield server


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_a_deployed_space_is_what_was_built_and_nothing_else(server: UploadServer, spaces: dict[str, Space]) -> None:
    revision = deploy(SUITE, "someone")
    held = server.stored.files("someone/stylescape", "space")
    built = spaces[SUITE].files
    assert held == {name: text if isinstance(text, bytes) else text.read_bytes() for name, text in built.items()}
    assert server.stored.requests_for("/api/repos/create")[0].body["sdk"] == "static"
    assert deploy(SUITE, "someone") == revision
    stale = server.stored.repository("someone/stylescape", "space") / "stale.txt"
    stale.write_text("of a former version")
    server.stored.add_all("someone/stylescape", "space")
    assert deploy(SUITE, "someone") != revision
    assert server.stored.files("someone/stylescape", "space") == held


def test_a_tag_deploys_by_the_same_command() -> None:
    text = (ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow[True] == {"push": {"tags": ["v*"]}}  # YAML reads the key `on` as true
    commands = [step.get("run", "") for step in workflow["jobs"]["deploy"]["steps"]]
    assert 'stylescape deploy --namespace "$HF_NAMESPACE"' in commands
