"""The tab *Your hand* in a browser: from the printed sheet to a text in one's own hand, and nothing left of it."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load

from core.data import load as load_data
from core.data.characters import CLASSES
from core.handwriting.session import load_session
from core.handwriting.worksheets.layout import layouts
from core.handwriting.worksheets.uploads import read_pages
from core.handwriting.writer_style import known_writer
from core.handwriting.writer_style_file import MAX_BYTES
from core.imaging import rendering
from tests.e2e.visits import NARROW, WIDE, expect, nameless, visit, weak_text
from tests.photographs import Camera, filled, photograph

APP = "handwriting"
READY = ".matrix[style*='data:image/png']"
# Gradio counts its queue with parts of pandas that pandas gives up; as an error this would stop Gradio's own cleaning.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio.queueing")
WRITER = 7
CAMERA = Camera(turn=-6, tilt=0.05, bend=0.005, shadow=0.25, blur=0.7, grain=3, quality=85, pixels=2000)
INK = """canvas => { const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let dark = 0; for (let i = 3; i < data.length; i += 4) dark += data[i] > 127; return dark; }"""
PIXELS = "canvas => canvas.toDataURL()"


def drawn_glyphs() -> dict[str, np.ndarray]:
    """A known writer's glyphs as the model draws them."""
    hand = known_writer(load_session().autoencoder, WRITER)
    return dict(zip(CLASSES, rendering.to_array(hand.write("".join(CLASSES))), strict=True))


def written_glyphs(root: Path) -> dict[str, np.ndarray]:
    """The same as a writer wrote them who took no part in what the model knows of hands."""
    pictures = load_data("chars62", "val", root)
    mine = np.flatnonzero(pictures.writers == pictures.writers.max())
    return {CLASSES[pictures.labels[i]]: pictures.images[i] for i in mine}


def photographs(glyphs: dict[str, np.ndarray], numbers: tuple[int, ...] = (0, 3)) -> list[dict]:
    """Pages filled in and photographed, as files to choose."""
    pages = [layouts("letter")[number] for number in numbers]
    contents = [photograph(filled(page, [glyphs[label] for label in page.text]), CAMERA) for page in pages]
    return [{"name": f"page-{i}.jpg", "mimeType": "image/jpeg", "buffer": each} for i, each in enumerate(contents)]


@pytest.fixture(scope="module")
def sheets() -> list[dict]:
    return photographs(drawn_glyphs())


def enter(page):
    page.get_by_role("tab", name="Your hand").click()
    expect(page.get_by_role("combobox", name="A known writer").locator("option")).to_have_count(36)


def give_sheets(page, files: list[dict]) -> None:
    page.get_by_label("Photographs, scans or PDF of your sheets").set_input_files(files)
    expect(page.locator(".intake .message")).not_to_have_text("Reading the pages…")


def told(page):
    return page.locator(".learner .message")


def learn(page) -> None:
    page.get_by_role("button", name="Learn this hand").click()
    expect(told(page)).to_contain_text("Learned from", timeout=120_000)


def take_writer(page, number: int = WRITER) -> None:
    page.get_by_role("combobox", name="A known writer").select_option(str(number))
    expect(page.locator(".cells ol li")).to_have_count(62)


def own(page) -> str:
    return page.locator(".own canvas").evaluate(PIXELS)


def saved(page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("source", ["drawn", pytest.param("written", marks=pytest.mark.data)])
def test_from_the_printed_sheet_to_a_hand_that_writes(page, source: str, request: pytest.FixtureRequest) -> None:
    enter(page)
    assert len(read_pages(saved(page, "US Letter"))) == 6
    assert len(read_pages(saved(page, "A4"))) == 6
    glyphs = written_glyphs(request.getfixturevalue("real_root")) if source == "written" else drawn_glyphs()
    give_sheets(page, photographs(glyphs))
    expect(page.locator(".intake .message")).to_contain_text("2 pages")
    expect(page.locator(".cells ol li")).to_have_count(72)
    assert page.locator(".cells ol li[data-status=ok]").count() >= 65
    learn(page)
    line = page.locator(".own canvas")
    expect(line).to_have_attribute("aria-label", "Hello 62 in your hand")
    assert line.evaluate(INK) > 1000
    expect(page.locator(".general canvas")).to_be_visible()
    expect(page.locator(".original canvas")).to_be_visible()
    mine = own(page)
    file = saved(page, "Hand file")
    assert load(file).keys() >= {"z", "seen"}
    page.get_by_role("button", name="Delete everything").click()
    expect(told(page)).to_contain_text("Deleted")
    expect(page.locator(".cells ol li")).to_have_count(0)
    expect(page.get_by_role("button", name="Hand file", exact=True)).to_be_disabled()
    assert own(page) != mine
    page.get_by_label("Hand file", exact=True).last.set_input_files(
        {"name": "hand.safetensors", "mimeType": "application/octet-stream", "buffer": file}
    )
    expect(told(page)).to_contain_text("A hand learned from")
    expect(line).to_have_attribute("aria-label", "Hello 62 in your hand")
    again = own(page)
    assert page.evaluate(DIFFERENCE, [mine, again]) < 0.02
    page.get_by_role("button", name="Delete everything").click()
    expect(line).to_have_attribute("aria-label", "Nothing yet")


# The share of pixels that two pictures of the same size do not share.
DIFFERENCE = """async ([one, other]) => {
    const pixels = async (address) => {
        const image = Object.assign(new Image(), { src: address });
        await image.decode();
        const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
        canvas.getContext('2d').drawImage(image, 0, 0);
        return canvas.getContext('2d').getImageData(0, 0, image.width, image.height).data;
    };
    const [a, b] = [await pixels(one), await pixels(other)];
    if (a.length !== b.length) return 1;
    let off = 0;
    for (let i = 3; i < a.length; i += 4) off += Math.abs(a[i] - b[i]) > 64;
    return (4 * off) / a.length;
}"""


def test_the_text_follows_typing_and_the_blend_follows_lambda(page):
    enter(page)
    take_writer(page)
    learn(page)
    first = own(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Text to write").fill("Good day 7")
    expect(page.locator(".own canvas")).to_have_attribute("aria-label", "Good day 7 in your hand")
    second = own(page)
    assert second != first
    page.get_by_label("λ: from your hand to the other").fill("1")
    expect(page.locator(".own canvas")).to_have_attribute(
        "aria-label", "Good day 7 in your hand, λ 1 towards the general hand"
    )
    assert own(page) != second
    assert [url for url in asked if not url.startswith(("data:", "blob:")) and "heartbeat" not in url] == []
    general = own(page)
    page.get_by_label("Blend with").select_option("3")
    expect(page.locator(".own canvas")).to_have_attribute("aria-label", "Good day 7 in your hand, λ 1 towards writer 4")
    expect(told(page)).to_contain_text("A hand learned from")
    page.wait_for_function("before => document.querySelector('.own canvas').toDataURL() !== before", arg=general)
    before = own(page)
    page.get_by_label("Text to write").fill("schön")
    expect(page.locator(".trouble")).to_have_text("Expected digits, letters from A to Z and spaces, got “ö”.")
    assert own(page) == before
    picture = Image.open(BytesIO(saved(page, "PNG")))
    lightest_and_darkest = picture.convert("L").getextrema()
    assert lightest_and_darkest[0] < 40
    assert lightest_and_darkest[1] == 255


def test_cells_are_renamed_left_out_drawn_again_and_undone(page, sheets):
    enter(page)
    give_sheets(page, sheets[:1])
    cells = page.locator(".cells ol li")
    expect(cells).to_have_count(36)
    usable = int(page.locator(".count").text_content().split()[0])

    def can_be_used(count: int) -> None:
        expect(page.locator(".count")).to_contain_text(f"{count} of 36")

    cells.nth(0).click()
    expect(cells.nth(0)).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Leave out").click()
    can_be_used(usable - 1)
    expect(cells.nth(0)).to_have_attribute("aria-label", "a, left out")
    page.get_by_role("button", name="Undo").click()
    can_be_used(usable)
    page.get_by_role("listbox", name="Cells of your sheets").focus()
    page.keyboard.press("ArrowRight")
    expect(cells.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Q")
    expect(cells.nth(1)).to_have_attribute("aria-label", "Q")
    page.keyboard.press("Delete")
    can_be_used(usable - 1)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(cells.nth(1)).to_have_attribute("aria-label", "b")
    before = cells.nth(1).locator("canvas").evaluate(PIXELS)
    box = page.get_by_label("Pad for one character").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 110, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Replace").click()
    page.wait_for_function(
        "before => document.querySelectorAll('.cells ol li canvas')[1].toDataURL() !== before", arg=before
    )
    page.get_by_role("button", name="New one").click()
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 110, steps=8)
    page.mouse.up()
    page.get_by_label("Which character it is").fill("I")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(cells).to_have_count(37)
    page.locator(".flat summary").click()
    expect(page.get_by_alt_text("Page 1, flattened")).to_be_visible()


def test_a_bad_file_is_told_and_nothing_is_lost(page, sheets):
    enter(page)
    give_sheets(page, sheets[:1])
    expect(page.locator(".cells ol li")).to_have_count(36)
    text = {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear all"}
    give_sheets(page, [text])
    expect(page.locator(".intake .message")).to_contain_text("Expected a photograph or scan")
    give_sheets(page, [{"name": "large.pdf", "mimeType": "application/pdf", "buffer": bytes(10_000_001)}])
    expect(page.locator(".intake .message")).to_contain_text("at most 10 MB")
    expect(page.locator(".cells ol li")).to_have_count(36)
    chosen = page.get_by_label("Hand file", exact=True).last
    for content, message in ((b"Dear all", "Expected a hand file"), (bytes(MAX_BYTES + 1), "at most 3 MB")):
        chosen.set_input_files({"name": "x.safetensors", "mimeType": "application/octet-stream", "buffer": content})
        expect(told(page)).to_contain_text(message)
    expect(page.get_by_role("button", name="Learn this hand")).to_be_enabled()


def test_learning_can_be_cancelled(page):
    enter(page)
    take_writer(page)
    page.get_by_role("button", name="Learn this hand").click()
    expect(page.get_by_role("progressbar", name="Learning")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(told(page)).to_have_text("Cancelled: nothing was learned.")
    learn(page)
    expect(page.locator(".own canvas")).to_have_attribute("aria-label", "Hello 62 in your hand")


def test_deleting_everything_ends_a_reading(page, sheets):
    enter(page)
    take_writer(page)
    page.get_by_label("Photographs, scans or PDF of your sheets").set_input_files(3 * sheets)
    page.wait_for_function("document.querySelector('.intake progress').value > 0")
    page.get_by_role("button", name="Delete everything").click()
    page.wait_for_timeout(5000)
    expect(page.locator(".cells ol li")).to_have_count(0)
    give_sheets(page, sheets[:1])
    expect(page.locator(".intake .message")).to_contain_text("1 page:")
    expect(page.locator(".cells ol li")).to_have_count(36)


# How far to the right there is ink, as a share of the pad.
REACH = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const inked = [...data.keys()].filter((i) => i % 4 === 3 && data[i] > 0);
    return Math.max(...inked.map((i) => ((i >> 2) % width) / width));
}"""


def test_a_second_finger_leaves_the_stroke_alone(phone):
    enter(phone)
    pad = phone.get_by_label("Pad for one character")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    session = phone.context.new_cdp_session(phone)

    def touch(kind, *places):
        points = [{"x": box["x"] + x, "y": box["y"] + y, "id": i} for i, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (20, 20))
    touch("touchMove", (20, 50))
    touch("touchStart", (20, 50), (100, 100))
    touch("touchMove", (20, 80), (110, 100))
    touch("touchEnd")
    assert 0 < pad.evaluate(REACH) < 0.5


def test_it_fits_a_phone(phone):
    enter(phone)
    take_writer(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert nameless(phone) == []


def test_every_control_has_a_name(page):
    enter(page)
    take_writer(page)
    assert nameless(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_paper(browser, address, theme):
    for page in visit(browser, f"{address}?__theme={theme}", READY, viewport=WIDE):
        enter(page)
        take_writer(page)
        texts = [
            ".handwork h2",
            ".count",
            ".intake label",
            ".cells-legend li",
            ".which",
            ".learner .honesty",
            ".cells small",
        ]
        weak = weak_text(page, texts)
        assert weak == {}, json.dumps(weak)
