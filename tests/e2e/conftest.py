"""A served app and a real browser.

A module of tests says which app it visits, `APP`, and what is on its page once it can be used, the selector `READY`.
"""

import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import served

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser; all but one journey an app is left to `make test-all`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("journey") is None:
                item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The module's app on a free port of this machine."""
    with served(importlib.import_module(f"apps.{request.module.APP}").demo) as url:
        yield url


@pytest.fixture
def page(browser, address, request) -> Iterator:
    """A fresh visitor on a wide screen."""
    from tests.e2e.visits import WIDE, visit

    yield from visit(browser, address, request.module.READY, viewport=WIDE)


@pytest.fixture
def phone(browser, address, request) -> Iterator:
    """A fresh visitor with a narrow screen and a finger."""
    from tests.e2e.visits import PHONE, visit

    yield from visit(browser, address, request.module.READY, **PHONE)


@pytest.fixture(scope="module")
def browser():
    """A Chromium or Chrome found on this machine."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is on the path")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chromium
        chromium.close()
