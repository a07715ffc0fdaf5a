"""How soon is the map of paintings there, do neighbours follow a click, and are five models' trajectories drawn?"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import torch
from playwright.sync_api import Page, sync_playwright

from apps.cartography import WIDE
from apps.views.cartography import view as views
from benchmarks.interaction import open_browser
from benchmarks.report import Row, in_turn
from core.cartography.collection import MODELS
from core.latent.interpolation import linear
from core.metrics.trajectory_shape import frames
from tests.serving import streamlit_served

ROOT = Path(__file__).resolve().parent.parent
VISITS, CLICKS, STEPS, CORES, LIMIT = 5, 12, 10, 2, 120.0
BARE = "import streamlit as st\nst.altair_chart(__import__('altair').Chart().mark_point())\n"


def measure() -> list[Row]:
    """In the browser, then the computation alone with the share of the models in it."""
    return [*page_rows(), neighbours_row(), trajectory_row()]


def page_rows() -> list[Row]:
    """From opening the page to its maps, beside Streamlit with one empty chart; from a click to neighbours."""
    with sync_playwright() as playwright, streamlit_served(["streamlit"], ROOT / "apps" / "cartography.py") as ours:
        browser = open_browser(playwright)
        page = browser.new_page(viewport={"width": 1366, "height": 1200})
        opened = [first_map(page, ours) for _ in range(VISITS + 1)][1:]
        follow, echo = clicks(page)
        with streamlit_served(["streamlit"], _bare()) as theirs:
            bare = [first_map(page, theirs) for _ in range(VISITS + 1)][1:]
        browser.close()
    points = len(views.collection())
    return [
        Row(f"first map of {points} paintings", median(opened), "Streamlit, one empty chart", median(bare), "≤ 2 s"),
        Row("click to neighbours", median(follow), "the models alone", echo, "≤ 150 ms"),
    ]


def first_map(page: Page, address: str) -> float:
    """Milliseconds from asking for the page to a chart that is drawn."""
    start = time.perf_counter()
    page.goto(address)
    page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg.marks)").first.wait_for(timeout=LIMIT * 1000)
    return 1000 * (time.perf_counter() - start)


def clicks(page: Page) -> tuple[list[float], float]:
    """Milliseconds from choosing another painting to its neighbours on the page, and what decoding them takes."""
    page.locator("ul.plates img").first.wait_for(timeout=LIMIT * 1000)
    box = page.get_by_test_id("stVegaLiteChart").first.locator("canvas").bounding_box()
    assert box
    seen = []
    for x, y in places(box["x"], box["y"]):
        before = page.locator("ul.plates").first.inner_html()
        start = page.evaluate("performance.now()")
        page.mouse.click(x, y)
        if changed(page, before):
            seen.append(page.evaluate("performance.now()") - start)
    rows = [0, *(row for row, _ in views.neighbours(MODELS[0], 0))]
    decode, _ = in_turn(lambda: [views.decoded(name, rows) for name in (MODELS[0], MODELS[-1])], lambda: None, 7)
    return seen, decode


def changed(page: Page, before: str) -> bool:
    """Waits until the first list of pictures is another one; one click that misses a point waits in vain."""
    script = "old => document.querySelector('ul.plates')?.innerHTML !== old"
    try:
        page.wait_for_function(script, arg=before, timeout=3000, polling="raf")
    except Exception:
        return False
    return True


def places(left: float, top: float) -> Iterator[tuple[float, float]]:
    """Where some points of the first map lie on the page, whose chart has its corner at `left` and `top`."""
    table = views.points((MODELS[0], MODELS[-1]), views.projections()[0], "style")
    for row in range(0, len(table), max(1, len(table) // CLICKS)):
        x, y = table[["x_a", "y_a"]].to_numpy()[row].tolist()
        yield left + 5 + WIDE * (x + 0.03) / 1.06, top + 27 + WIDE * (1.03 - y) / 1.06


def neighbours_row() -> Row:
    """The computation of a click: neighbours and their pictures in two models, beside decoding as many latents."""
    names = (MODELS[0], MODELS[-1])
    latents = [views.collection().spaces[name].z[: views.NEIGHBOURS + 1] for name in names]

    def ours() -> None:
        for name in names:
            views.decoded(name, [5, *(row for row, _ in views.neighbours(name, 5))])

    ours_ms, theirs = in_turn(ours, decoding(names, latents), 15)
    return Row("neighbours in two models, without the page", ours_ms, "decoding alone", theirs, "as it is")


def decoding(names: tuple[str, ...], latents: list[torch.Tensor]) -> Callable[[], None]:
    """Nothing but the decoders."""

    def decode() -> None:
        with torch.inference_mode():
            for name, z in zip(names, latents, strict=True):
                views.model(name).decode(z)

    return decode


def trajectory_row() -> Row:
    """Linear ways and dissolves of five models with their style loss, beside the decoding in it."""
    torch.set_num_threads(CORES)
    first, second = views.first_works()
    spaces = views.collection().spaces

    def ours() -> None:
        views.trajectories_between.cache_clear()
        views.walks(((first,), (second,)), STEPS, ("linear", "dissolve"))

    def theirs() -> None:
        for name, space in spaces.items():
            frames(linear(space.z[first], space.z[second], STEPS), views.model(name).decode)

    ours_ms, theirs_ms = in_turn(ours, theirs, 7)
    return Row(f"five models' trajectories, {STEPS} steps, with null", ours_ms, "decoding alone", theirs_ms, "≤ 1 s")


def _bare() -> Path:
    """A script with one empty chart, in the temporary folder."""
    import tempfile

    path = Path(tempfile.mkdtemp()) / "bare.py"
    path.write_text(BARE, encoding="utf-8")
    return path
