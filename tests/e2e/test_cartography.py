"""Cartography in a browser: what is chosen on one map shows on the other, links reopen views, files are answered."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from apps.ui.server.serving import APPS
from tests.e2e.visits import NARROW, WIDE, expect, visit
from tests.paintings import hang_paintings
from tests.serving import streamlit_served

APP = "cartography"
READY = "ul.plates img"
SIDE, MARGIN = 460, 0.03  # of a map on a wide screen, as `apps.cartography` and its charts have it
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture(scope="module")
def address(tiny_root, tmp_path_factory):
    registry = hang_paintings(tmp_path_factory.mktemp("paintings"), tiny_root)
    with streamlit_served(["tests.paintings", str(registry)], APPS / "cartography.py") as url:
        yield url


def visitor(browser, url, **options):
    """A fresh visitor in front of the maps."""
    for page in visit(browser, url, READY, **options):
        expect(page.get_by_text("Nearest in").first).to_be_visible()
        yield page


def maps(page):
    return page.get_by_test_id("stVegaLiteChart").first.locator("canvas")


@pytest.fixture
def page(browser, address):
    yield from visitor(browser, address, viewport=WIDE | {"height": 1200})


@pytest.fixture
def phone(browser, address):
    yield from visitor(browser, address, viewport=NARROW, has_touch=True, is_mobile=True, user_agent=PHONE)


def seen(page, side):
    """The pixels of the left or right map."""
    picture = Image.open(BytesIO(maps(page).screenshot()))
    half = picture.width // 2
    box = (0, 0, half, picture.height) if side == "left" else (half, 0, picture.width, picture.height)
    return np.asarray(picture.crop(box).convert("RGB")).astype(int)


def drag(page, start, end):
    """From one place to another on the left map, in shares of its side from the lower left."""
    box = maps(page).bounding_box()
    bottom = box["y"] + box["height"] * 0.93

    def at(place):
        return box["x"] + 5 + place[0] * SIDE, bottom - 40 - place[1] * SIDE

    page.mouse.move(*at(start))
    page.mouse.down()
    page.mouse.move(*at(end), steps=8)
    page.mouse.up()


def test_a_box_on_one_map_pales_the_other(page):
    before = seen(page, "right")
    drag(page, (0.02, 0.02), (0.45, 0.85))
    expect(page.get_by_text("paintings inside the box")).to_be_visible()
    page.wait_for_function("() => location.search.includes('box=a')")
    assert (np.abs(seen(page, "right") - before) > 20).mean() > 1e-4


@pytest.mark.journey
def test_a_click_on_a_point_chooses_it_on_both_maps(page):
    chosen = page.get_by_role("textbox", name="First painting: click a point")
    begun, before = chosen.input_value(), seen(page, "right")
    for x, y in points_of(seen(page, "left"), maps(page).bounding_box()):
        page.mouse.click(x, y)
        page.wait_for_timeout(700)
        if chosen.input_value() != begun:
            break
    assert chosen.input_value() != begun
    page.wait_for_function("() => location.search.includes('work=')")
    assert (np.abs(seen(page, "right") - before) > 20).any()


def points_of(pixels, box):
    """Some places on the page where the left map has a saturated point."""
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    rows, columns = np.nonzero(spread[30 : SIDE - 20, 20 : SIDE - 20] > 90)
    for i in np.linspace(0, len(rows) - 1, 12).round().astype(int):
        yield float(box["x"] + 20 + columns[i]), float(box["y"] + 30 + rows[i])


def test_a_link_reopens_the_view(page, browser, address):
    page.get_by_role("combobox", name="Colour by").click()
    page.get_by_role("option", name="k-means-5").click()
    page.wait_for_function("() => location.search.includes('colour=')")
    page.wait_for_timeout(2000)  # the maps are drawn anew
    drag(page, (0.02, 0.02), (0.45, 0.85))
    page.wait_for_function("() => location.search.includes('box=a')")
    told = page.get_by_text("paintings inside the box").inner_text()
    for other in visitor(browser, page.url, viewport=WIDE | {"height": 1200}):
        expect(other.get_by_text(told)).to_be_visible()
        assert other.get_by_role("combobox", name="Colour by").input_value() == "k-means-5"


def test_a_painting_is_placed_and_a_broken_file_answered(page):
    page.get_by_role("tab", name="Your picture").click()
    chooser = page.get_by_test_id("stFileUploaderDropzoneInput").first
    file = BytesIO()
    Image.new("RGB", (300, 200), "orange").save(file, "JPEG")
    chooser.set_input_files({"name": "sun.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()})
    expect(page.get_by_text("as it remembers it").first).to_be_visible()
    chooser.set_input_files({"name": "sun.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()[:200]})
    expect(
        page.get_by_text("Expected a whole picture file").or_(page.get_by_text("Expected a picture file"))
    ).to_be_visible()


def test_trajectories_of_five_models_are_drawn(page):
    page.get_by_role("tab", name="Trajectory").click()
    expect(page.get_by_text("AAE, dissolve")).to_be_visible()
    expect(page.locator("ul.strips img")).to_have_count(10)
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)


def test_a_phone_has_one_map_above_the_other_and_no_sideways_scroll(phone):
    box = maps(phone).bounding_box()
    assert box["height"] > 1.5 * box["width"]
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
