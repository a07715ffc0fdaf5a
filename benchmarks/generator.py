"""How soon does a sheet of 100 digits with two verdicts each follow θ? What does generating cost beside decoding?"""

from statistics import median

import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks.interaction import open_browser, served
from benchmarks.report import Row, in_turn
from core.generator import generate, load_generators
from core.registry.load import load

NAME = "mnist-mmd-10"
PICTURES = 2_000
BATCH = 500
STEPS = 40

OURS = """
from apps import generator as app
from apps.ui.server.launching import launch
launch(app.demo, server_port={port}, quiet=True)
"""
# The same page, the same wiring and the same marks; the sheet is one of two pictures made beforehand.
REFERENCE = """
import itertools
from apps import generator as app
from apps.ui.server.launching import launch
from apps.views.generator.state import State, default_setting, knobs_of
from apps.views.generator.view import view_of
views = itertools.cycle([view_of(State(default_setting(), seed=seed)) for seed in (0, 1)])
app.view_of = lambda state: next(views) | dict(query="", knobs=knobs_of(state.setting))
launch(app.demo, server_port={port}, quiet=True)
"""
# Notes when θ moved, and when the sheet of that θ was on screen, marks and all: a task after its frame was painted.
WATCH = """
window.seen = {moved: [], shown: []};
document.addEventListener("input", (e) => {
  if (e.target.name === "theta") seen.moved.push([performance.now(), Number(e.target.value)]);
}, true);
document.addEventListener("stylescape:shown", (e) => {
  const theta = e.detail.knobs?.theta;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => seen.shown.push([performance.now(), theta]);
  requestAnimationFrame(() => port2.postMessage(null));
});
"""


def measure() -> list[Row]:
    """Drag θ in headless Chromium, then generate and decode in turn."""
    with served(OURS) as ours, served(REFERENCE) as theirs, sync_playwright() as playwright:
        browser = open_browser(playwright)
        drags = [median(sheet_latencies(_open(browser.new_page(), address))) for address in (ours, theirs)]
        browser.close()
    question = "θ to a sheet of 100 digits with two verdicts each"
    return [Row(question, drags[0], "the same page, nothing computed", drags[1], "≤ 80 ms"), generation()]


def sheet_latencies(page: Page) -> list[float]:
    """Move θ in small steps at ten a second; milliseconds from each to its sheet.

    Fails if the last sheet is not that of the last θ.
    """
    slider = page.locator(".making input[name=theta]")
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, middle)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(box["x"] + box["width"] * (0.2 + 0.6 * step / STEPS), middle)
        page.wait_for_timeout(100)
    page.mouse.up()
    page.wait_for_timeout(1000)
    moved, shown = page.evaluate("[seen.moved, seen.shown]")
    assert shown[-1][1] == moved[-1][1], f"expected the sheet of θ {moved[-1][1]}, got a stale one of {shown[-1][1]}"
    waits = [[t - at for at, value in moved if value == theta and at <= t] for t, theta in shown]
    return [min(each) for each in waits if each]


def generation() -> Row:
    """Latents by Medium-2 and their decoding, beside the decoder alone on latents that are there already."""
    torch.set_num_threads(1)
    model, latents = load(NAME).autoencoder, load_generators(NAME)["medium-2"]
    asked = torch.arange(10).repeat_interleave(PICTURES // 10)
    drawn = latents.sample(asked, generator=torch.Generator().manual_seed(0)).split(BATCH)

    def ours() -> None:
        random = torch.Generator().manual_seed(0)
        for rows in asked.split(BATCH):
            generate(model, latents, rows, generator=random)

    @torch.inference_mode()
    def bare() -> None:
        for z in drawn:
            model.decode(z)

    mine, theirs = in_turn(ours, bare, runs=15)
    return Row(f"generate {PICTURES:,} digits", mine, "the bare decoder", theirs, "≤ 1.25")


def _open(page: Page, address: str) -> Page:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.add_init_script(WATCH)
    page.goto(address)
    page.locator('.making .digit-sheet[data-empty="false"]').wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    return page
