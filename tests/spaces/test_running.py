"""Each Space in a fresh environment, started the way Spaces do and driven in a browser.

Minutes and gigabytes: only where STYLESCAPE_SPACES is set, as `make spaces` does.
"""

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.publishing.spaces import app_names, build, write
from tests.spaces.machine import Machine, lock_up, make_machine, open_port, unlock

pytestmark = [
    pytest.mark.space,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif("STYLESCAPE_SPACES" not in os.environ, reason="STYLESCAPE_SPACES is not set"),
]

PICTURES = """() => [...document.querySelectorAll("img, [style*='data:image']")].filter((each) => each.offsetParent)
    .map((each) => each.src || each.getAttribute("style")).filter((text) => text.includes("data:image"))"""


@pytest.fixture(scope="session")
def outside() -> Iterator[Path]:
    """A folder outside the repository that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="spaces-"))
    folder.chmod(0o755)
    yield folder
    for each in folder.iterdir():
        unlock(each)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def machines() -> dict[bytes, Machine]:
    """Environments by their requirements; apps with the same requirements share one."""
    return {}


def deployed(app: str, folder: Path) -> Path:
    """A Space as it lies on the Hub's machine."""
    write(build(app, "someone"), folder)
    lock_up(folder)
    return folder


@pytest.mark.parametrize("app", app_names())
def test_a_space_runs_by_itself_and_its_links_outlive_it(app, browser, outside, machines) -> None:
    from tests.e2e.visits import WIDE, draw, visit

    visits = importlib.import_module(f"tests.e2e.test_{app}")
    first, second = (deployed(app, outside / f"{app}-{turn}") for turn in (1, 2))
    requirements = first / "requirements.txt"
    key = requirements.read_bytes()
    if key not in machines:
        (outside / f"machine-{len(machines)}").mkdir()
        machines[key] = make_machine(requirements, outside / f"machine-{len(machines)}")
    machine = machines[key]
    docker = (first / "Dockerfile").is_file()
    port = open_port(8501 if docker else 7860)
    command, health = start_of(machine, app, port, docker=docker)
    with machine.running(first, command, port, health) as address:
        for page in visit(browser, address, visits.READY, viewport=WIDE):
            if page.get_by_label("Drawing pad").count():
                draw(page, [[(90, 40), (90, 200), (180, 200)]])
                page.wait_for_function("location.search.includes('strokes=')", timeout=60_000)
            page.wait_for_timeout(3000)
            link, shown = page.url, page.evaluate(PICTURES)
    assert shown
    with machine.running(second, command, port, health):
        for page in visit(browser, link, visits.READY, viewport=WIDE):
            page.wait_for_timeout(3000)
            assert page.evaluate(PICTURES) == shown


def start_of(machine: Machine, app: str, port: int, *, docker: bool) -> tuple[list[str], str]:
    """What a Space runs, and the path that says that it is there."""
    if not docker:
        return [str(machine.python), "app.py"], "/"
    flags = [f"--server.port={port}", "--server.headless=true"]
    return [str(machine.python), "-m", "streamlit", "run", f"apps/{app}.py", *flags], "/_stcore/health"
