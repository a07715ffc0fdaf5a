"""How soon does the picture follow the pen and the slider, beside the same page whose server computes nothing?"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.report import Row

ROOT = Path(__file__).resolve().parent.parent
STROKES = 15
STEPS = 40
LIMIT = 120.0
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")

OURS = """
from apps import handwriting as app
from apps.ui.server import launch
launch(app.demo, server_port={port}, quiet=True)
"""
# The same page and the same wiring; the view holds one-pixel pictures, and echoes λ to be told from the one before.
REFERENCE = """
import itertools
import numpy as np
from apps import handwriting as app
from apps.ui.server import launch
from core import figures
dots = itertools.cycle([figures.inline(np.full((1, 1), grey, np.uint8)) for grey in (60, 200)])
app.view_of = lambda state: dict(message="no-op", kind="hint", query="", top=[["A", 1.0]] * 5, target="A", way="",
                                 lam=state.lam, result=next(dots))
app.surroundings_of = lambda state: dict(strip=next(dots), samples=next(dots))
launch(app.demo, server_port={port}, quiet=True)
"""
# Notes when the pen was lifted or a slider moved, and when the result that followed was on screen (two frames later).
WATCH = """
window.seen = {lifted: [], moved: [], shown: []};
document.addEventListener("pointerup", () => seen.lifted.push(performance.now()), true);
document.addEventListener("input", (e) => {
  if (e.target.type === "range") seen.moved.push([performance.now(), Number(e.target.value)]);
}, true);
document.addEventListener("stylescape:view", async (e) => {
  const lam = e.detail.lam;
  await document.querySelector(".stage .result img").decode().catch(() => {});
  requestAnimationFrame(() => seen.shown.push([performance.now(), lam]));
});
"""


def measure() -> list[Row]:
    """Strokes and slider steps in headless Chromium; the two apps take turns, stroke by stroke."""
    with (
        served(OURS) as ours,
        served(REFERENCE) as theirs,
        sync_playwright() as playwright,
    ):
        browser = open_browser(playwright)
        pages = [_open(browser, address) for address in (ours, theirs)]
        pen = [[], []]
        for number in range(STROKES + 1):
            for page, times in zip(pages, pen, strict=True):
                times.append(pen_latency(page, number))
        drag = [slider_latencies(page) for page in pages]
        browser.close()
    pen_ours, pen_theirs = (median(times[1:]) for times in pen)
    return [
        Row("pointer-up to new picture", pen_ours, "no-op app", pen_theirs, "≤ 50 ms, ≤ 2"),
        Row("slider step to new picture", median(drag[0]), "no-op app", median(drag[1]), "≤ 40 ms"),
    ]


def pen_latency(page: Page, number: int) -> float:
    """Draw one short stroke; milliseconds from lifting the pen to the last picture that follows."""
    box = page.locator("canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + 40 + 10 * (number % 16), box["y"] + 40 + 9 * (number // 2 % 16)
    page.evaluate("seen.lifted = []; seen.shown = []")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(x + 8 * (number % 3), y + 10 * (step + 1))
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(350)
    lifted, shown = page.evaluate("[seen.lifted, seen.shown]")
    assert shown, "expected a picture after the stroke, got none"
    return shown[-1][0] - lifted[-1]


def slider_latencies(page: Page) -> list[float]:
    """Drag λ in small steps at 30 a second; for every picture shown, milliseconds since its value was set.

    Fails if the last picture is not that of the last value.
    """
    slider = page.locator("input[type=range][aria-label*='λ'], #lam input[type=range]").first
    box = slider.bounding_box()
    assert box is not None
    page.evaluate("seen.moved = []; seen.shown = []")
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.4 * step / STEPS), middle)
        page.wait_for_timeout(33)
    page.mouse.up()
    page.wait_for_timeout(400)
    moved, shown = page.evaluate("[seen.moved, seen.shown]")
    assert shown[-1][1] == moved[-1][1], f"expected the picture of λ {moved[-1][1]}, got a stale one of {shown[-1][1]}"
    return [
        min(t - at for at, value in moved if value == lam and at <= t) for t, lam in shown if _was_set(moved, lam, t)
    ]


def _was_set(moved: list[Any], lam: float, until: float) -> bool:
    return any(value == lam and at <= until for at, value in moved)


def open_browser(playwright: Playwright) -> Browser:
    """Debian's Chromium without a window, and without calls of its own to the network."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))


def _open(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.add_init_script(WATCH)
    page.goto(address)
    page.locator("canvas").first.wait_for()
    page.wait_for_timeout(1500)
    return page


@contextmanager
def served(program: str) -> Iterator[str]:
    """The address of a server started by a Python program with a `{port}` in it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    server = subprocess.Popen(
        [sys.executable, "-c", program.format_map({"port": address.rpartition(":")[2]})], cwd=ROOT
    )
    try:
        wait_for(address)
        yield address
    finally:
        server.kill()
        server.wait()


def wait_for(address: str) -> None:
    """Ask until the page is there."""
    start = time.perf_counter()
    while time.perf_counter() - start < LIMIT:
        try:
            httpx.get(address, timeout=LIMIT).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.02)
    raise TimeoutError(f"expected an answer from {address} within {LIMIT:.0f} s, got none")
