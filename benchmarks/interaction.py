"""How soon does the picture follow the pen and the slider, beside the same page whose server computes nothing?"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.report import Row
from tests.serving import free_port

ROOT = Path(__file__).resolve().parent.parent
STROKES = 15
STEPS = 40
LIMIT = 120.0
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


class App(NamedTuple):
    """An app to measure: how to serve it and the same page without computation, and which slider is dragged.

    `echo` is what a view says of that slider's value, as an expression of JavaScript.
    """

    ours: str
    reference: str
    slider: str
    echo: str


OURS = """
from apps import handwriting as app
from apps.ui.server.launching import launch
launch(app.demo, server_port={port}, quiet=True)
"""
# The same page and the same wiring; the view holds one-pixel pictures, and echoes λ to be told from the one before.
REFERENCE = """
import itertools
import numpy as np
from apps import handwriting as app
from apps.ui.server.launching import launch
from core import figures
dots = itertools.cycle([figures.inline(np.full((1, 1), grey, np.uint8)) for grey in (60, 200)])
app.view_of = lambda state: dict(message="no-op", kind="hint", query="", top=[["A", 1.0]] * 5, target="A", way="",
                                 lam=state.lam, result=next(dots))
app.surroundings_of = lambda state: dict(strip=next(dots), samples=next(dots))
launch(app.demo, server_port={port}, quiet=True)
"""
STYLEAPP = App(OURS, REFERENCE, "input[type=range][aria-label*='λ']", "view.lam")
# The slider of the first dimension; its view says the latents, and the reference echoes them.
TEN_DIGITS = App(
    OURS.replace("handwriting", "analogies"),
    """
import itertools
import numpy as np
from apps import analogies as app
from apps.ui.server.launching import launch
from core import figures
dots = itertools.cycle([figures.inline(np.full((1, 1), grey, np.uint8)) for grey in (60, 200)])
app.view_of = lambda state: dict(message="no-op", kind="hint", query="", source=state.source, digits=[0.1] * 10,
                                 digit=1, z=[dict(state.edits).get(i, 0) for i in range(16)], way="", lam=0, around="",
                                 result=next(dots))
app.film_of = lambda state: dict(strip=next(dots))
launch(app.demo, server_port={port}, quiet=True)
""",
    ".dials input[aria-label$='dimension 1']",
    "view.z?.[0]",
)
# Notes when the pen was lifted or a slider moved, and when the result that followed was on screen (two frames later).
WATCH = """
window.seen = {lifted: [], moved: [], shown: []};
document.addEventListener("pointerup", () => seen.lifted.push(performance.now()), true);
document.addEventListener("input", (e) => {
  if (e.target.type === "range") seen.moved.push([performance.now(), Number(e.target.value)]);
}, true);
document.addEventListener("stylescape:view", async ({detail: view}) => {
  const value = ECHO;
  await document.querySelector(".stage .result img").decode().catch(() => {});
  requestAnimationFrame(() => seen.shown.push([performance.now(), value]));
});
"""


def measure() -> list[Row]:
    """Strokes and slider steps in headless Chromium; an app and its reference take turns, stroke by stroke."""
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        pen, drag = latencies(browser, STYLEAPP)
        _, ten = latencies(browser, TEN_DIGITS)
        browser.close()
    return [
        Row("pointer-up to new picture", pen[0], "no-op app", pen[1], "≤ 50 ms, ≤ 2"),
        Row("slider step to new picture", drag[0], "no-op app", drag[1], "≤ 40 ms"),
        Row("slider step to new sheet of ten", ten[0], "no-op app", ten[1], "≤ 50 ms"),
    ]


def latencies(browser: Browser, app: App) -> tuple[list[float], list[float]]:
    """Medians in milliseconds of the app and of its reference: after a stroke, and after a step of its slider."""
    with served(app.ours) as ours, served(app.reference) as theirs:
        pages = [_open(browser, address, app) for address in (ours, theirs)]
        pen: list[list[float]] = [[], []]
        for number in range(STROKES + 1):
            for page, times in zip(pages, pen, strict=True):
                times.append(pen_latency(page, number))
        drag = [slider_latencies(page, app.slider) for page in pages]
        for page in pages:
            page.close()
    return [median(times[1:]) for times in pen], [median(times) for times in drag]


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


def slider_latencies(page: Page, selector: str) -> list[float]:
    """Drag a slider in small steps at 30 a second; for every picture shown, milliseconds since its value was set.

    Fails if the last picture is not that of the last value.
    """
    slider = page.locator(selector).first
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
    assert shown[-1][1] == moved[-1][1], f"expected the picture of {moved[-1][1]}, got a stale one of {shown[-1][1]}"
    return [
        min(t - at for at, value in moved if value == told and at <= t) for t, told in shown if _was_set(moved, told, t)
    ]


def _was_set(moved: list[Any], told: float, until: float) -> bool:
    return any(value == told and at <= until for at, value in moved)


def open_browser(playwright: Playwright) -> Browser:
    """Debian's Chromium without a window, and without calls of its own to the network."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))


def _open(browser: Browser, address: str, app: App) -> Page:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.add_init_script(WATCH.replace("ECHO", app.echo))
    page.goto(address)
    page.locator("canvas").first.wait_for()
    page.locator(app.slider).first.wait_for()
    page.wait_for_timeout(1500)
    return page


@contextmanager
def served(program: str) -> Iterator[str]:
    """The address of a server started by a Python program with a `{port}` in it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([sys.executable, "-c", program.format_map({"port": port})], cwd=ROOT)
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
