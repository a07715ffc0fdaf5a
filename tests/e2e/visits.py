"""What visitors of every app do: open its page, draw, hand in photos, look around."""

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = api.expect
expect.set_options(timeout=30_000)  # patience for a busy machine; what is there already costs none

CALM_MS = 400  # after this, the answer to the last stroke is there
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PHONE = {"viewport": NARROW, "has_touch": True, "is_mobile": True}

PIXELS = """part => { const from = document.querySelector(part); const to = document.createElement('canvas');
    to.width = to.height = 200; to.getContext('2d').drawImage(from, 0, 0, 200, 200); return to.toDataURL(); }"""
NAMELESS = """() => [...document.querySelectorAll('button, input, canvas, img, [role=radio]')]
    .filter(each => each.offsetParent !== null || each.type === 'file')
    .filter(each => !(each.ariaLabel || each.alt || each.textContent.trim() || each.labels?.length))
    .map(each => each.outerHTML.slice(0, 120))"""
CONTRAST = """(names) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const level = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => linear(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const paper = level(getComputedStyle(document.querySelector('.gradio-container')).backgroundColor);
    const ratio = (name) => {
        const ink = level(getComputedStyle(document.querySelector(name)).color);
        return Math.max(ink, paper) / Math.min(ink, paper);
    };
    return Object.fromEntries(names.map((name) => [name, ratio(name)]));
}"""


def visit(browser, address: str, ready: str, **options) -> Iterator:
    """A fresh visitor; what the console complains about fails the test.

    `ready` selects what is there once the page can be used; `options` are those of the browser's context.
    """
    context = browser.new_context(**options)
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_page(page, address, ready)
    yield page
    context.close()
    assert complaints == [], complaints


def open_page(page, address: str, ready: str) -> None:
    page.goto(address, timeout=60_000)
    page.locator(ready).first.wait_for()
    if page.locator(".status").count():  # every app of Gradio has one
        expect(page.locator(".status")).not_to_be_empty()


def draw(page, strokes) -> None:
    """Strokes of points on the pad of 256 × 256, by mouse."""
    box = page.get_by_label("Drawing pad").bounding_box()
    for points in strokes:
        (x, y), *others = [(box["x"] + x * box["width"] / 256, box["y"] + y * box["height"] / 256) for x, y in points]
        page.mouse.move(x, y)
        page.mouse.down()
        for x, y in others:
            page.mouse.move(x, y, steps=8)
        page.mouse.up()
    page.wait_for_timeout(CALM_MS)


def finger_draws(page, points) -> None:
    """One stroke of points on the pad of 256 × 256, by touch."""
    box = page.get_by_label("Drawing pad").bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind, *places):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in places]})

    placed = [(box["x"] + x * box["width"] / 256, box["y"] + y * box["height"] / 256) for x, y in points]
    touch("touchStart", placed[0])
    for (x0, y0), (x1, y1) in pairwise(placed):
        for step in range(1, 11):
            touch("touchMove", (x0 + (x1 - x0) * step / 10, y0 + (y1 - y0) * step / 10))
    touch("touchEnd")


def settled(page, query: str) -> None:
    """Wait until the address bar says it."""
    page.wait_for_function("text => location.search.includes(text)", arg=query)


def photo(ink: int = 0, paper: int = 255) -> bytes:
    """A picture file of an L."""
    sheet = Image.new("L", (200, 200), paper)
    sheet.paste(ink, (60, 30, 80, 170))
    sheet.paste(ink, (60, 150, 150, 170))
    file = BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def give(page, name: str, media: str, content: bytes) -> None:
    """Choose a file at the pad's button."""
    page.locator(".pad input[type=file]").set_input_files({"name": name, "mimeType": media, "buffer": content})


def nameless(page) -> list[str]:
    """Controls that a screen reader could not name."""
    return page.evaluate(NAMELESS)


def weak_text(page, selectors: list[str]) -> dict[str, float]:
    """Texts with a contrast to the paper below 4.5 (WCAG 2.2, 1.4.3), by selector."""
    return {name: ratio for name, ratio in page.evaluate(CONTRAST, selectors).items() if ratio < 4.5}
