"""Analogies in a browser, as a visitor uses it."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.visits import (
    CALM_MS,
    NARROW,
    PIXELS,
    WIDE,
    draw,
    expect,
    finger_draws,
    give,
    nameless,
    open_page,
    photo,
    settled,
    visit,
    weak_text,
)

APP = "analogies"
READY = ".dials li"
SEVEN = [[(70, 60), (180, 60), (110, 210)]]
ONE = [[(140, 40), (125, 215)]]


def sheet(page) -> str:
    return page.locator(".result img").get_attribute("src")


def changed(page, before: str) -> str:
    """The sheet's address once it is another one."""
    expect(page.locator(".result img")).not_to_have_attribute("src", before)
    return sheet(page)


def reads(page, digit: int) -> None:
    expect(page.locator(f".digits input[value='{digit}']")).to_be_checked()


def begin(page) -> str:
    """Draw a seven; the address of its sheet."""
    draw(page, SEVEN)
    reads(page, 7)
    return sheet(page)


def dial(page, row: int = 0):
    return page.locator(".dials li input").nth(row)


def slide(slider, value: int) -> None:
    """Move a slider as a hand does: `input` while it moves, `change` when it is let go."""
    slider.evaluate(
        """(slider, value) => { slider.value = value; for (const name of ['input', 'change'])
        slider.dispatchEvent(new Event(name, {bubbles: true})); }""",
        value,
    )


def resting(page, slider) -> str:
    """The sheet's address once it is that of the slider's place."""
    settled(page, f".{slider.input_value()}&")
    return sheet(page)


@pytest.mark.journey
def test_a_drawn_digit_is_read_and_its_style_given_to_all_ten(page):
    expect(page.locator(".status")).to_contain_text("Nothing drawn yet")
    begin(page)
    expect(page.locator(".status")).to_contain_text("Read as 7")
    expect(page.locator(".names li[data-own]")).to_have_text("7")
    for picture in page.locator(".stage img").all():
        expect(picture).to_be_visible()


def test_the_sheet_follows_an_unfinished_stroke(page):
    box = page.get_by_label("Drawing pad").bounding_box()
    page.mouse.move(box["x"] + 130, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 130, box["y"] + 150, steps=10)
    page.wait_for_timeout(200)
    page.mouse.move(box["x"] + 130, box["y"] + 220, steps=10)
    expect(page.locator(".result img")).to_be_visible()
    page.mouse.up()


def test_the_visitor_has_the_last_word_on_the_digit(page):
    before = begin(page)
    page.locator(".digits label", has_text="1").click()
    expect(page.locator(".status")).to_contain_text("Taken as 1, as you say")
    expect(page.locator(".names li[data-own]")).to_have_text("1")
    changed(page, before)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".status")).to_contain_text("Taken as 2")
    page.locator(".digits label", has_text="7").click()
    expect(page.locator(".status")).to_contain_text("Read as 7")
    expect(page.locator(".result img")).to_have_attribute("src", before)
    page.locator(".digits label", has_text="1").click()
    expect(page.locator(".status")).to_contain_text("Taken as 1")
    draw(page, ONE)
    expect(page.locator(".status")).not_to_contain_text("as you say")


def test_sliders_change_the_style_by_mouse_and_by_keys(page):
    first = begin(page)
    box = dial(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + box["height"] / 2, steps=6)
    page.mouse.up()
    second = resting(page, dial(page))
    assert second != first
    page.keyboard.press("ArrowLeft")
    third = resting(page, dial(page))
    assert third != second
    page.get_by_role("button", name=re.compile("Put dimension")).first.click()
    expect(page.locator(".result img")).to_have_attribute("src", first)
    page.get_by_role("button", name="Undo a change of style").click()
    expect(page.locator(".result img")).to_have_attribute("src", third)
    dial(page).dblclick(position={"x": 20, "y": 8})
    expect(page.locator(".result img")).to_have_attribute("src", first)


def test_a_finger_slides(phone):
    draw(phone, SEVEN)
    reads(phone, 7)
    before = sheet(phone)
    slider = dial(phone)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    phone.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    changed(phone, before)


def test_a_random_style_undo_redo_and_back(page):
    own = begin(page)
    page.get_by_role("button", name="Random", exact=True).click()
    rolled = changed(page, own)
    expect(page.get_by_label("Seed of the random style")).not_to_have_value("")
    settled(page, "&style=")
    page.get_by_label("Seed of the random style").fill("7")
    page.keyboard.press("Tab")
    seventh = changed(page, rolled)
    expect(page.locator(".result figcaption")).to_contain_text("random style 7")
    slide(dial(page), 200)
    changed(page, seventh)
    for _ in range(2):
        page.keyboard.press("Control+z")
    expect(page.locator(".result img")).to_have_attribute("src", rolled)
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator(".result img")).to_have_attribute("src", seventh)
    page.get_by_role("button", name="Back to my digit").click()
    expect(page.locator(".result img")).to_have_attribute("src", own)
    expect(page.get_by_role("button", name="Back to my digit")).to_be_disabled()
    draw(page, ONE)
    expect(page.get_by_role("button", name="Undo a change of style")).to_be_disabled()


def test_a_style_needs_no_drawing(page):
    page.get_by_role("button", name="Random", exact=True).click()
    expect(page.locator(".result img")).to_be_visible()
    expect(page.locator(".status")).to_contain_text("Random style")
    expect(page.locator(".names li[data-own]")).to_have_count(0)


def test_the_morph_goes_to_a_random_style_or_to_an_example(page):
    first = begin(page)
    page.get_by_label("range slider for λ").fill("1")
    second = changed(page, first)
    film = page.locator(".strip img").get_attribute("src")
    page.get_by_label("Seed", exact=True).fill("5")
    third = changed(page, second)
    expect(page.locator(".strip img")).not_to_have_attribute("src", film)
    page.get_by_role("radio", name="2, 1", exact=True).click()
    changed(page, third)
    expect(page.locator(".result figcaption")).to_have_text("from your 7 to the style of example 2, 1")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="3, 1", exact=True)).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="A random style")).to_be_checked()
    expect(page.locator(".result img")).to_have_attribute("src", third)


def test_the_film_plays_without_the_server(page):
    begin(page)
    expect(page.locator(".strip img")).to_be_visible()
    page.wait_for_timeout(CALM_MS)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    button = page.get_by_role("button", name="Play the morph")
    button.click()
    cell = page.locator(".film div").nth(4)
    seen = {cell.evaluate("cell => cell.style.backgroundPosition") for _ in range(8) if not page.wait_for_timeout(120)}
    button.click()
    expect(page.locator(".film")).to_be_hidden()
    assert len(seen) >= 4
    assert [url for url in asked if not url.startswith("data:") and "heartbeat" not in url] == []


def test_examples_by_click_and_by_key(page):
    page.get_by_role("button", name="Example of 5, 2").click()
    reads(page, 5)
    settled(page, "glyph=")
    page.get_by_label("Drawing pad").focus()
    page.keyboard.press("3")
    reads(page, 3)
    page.keyboard.press("Control+z")
    reads(page, 5)


def test_a_photo_is_read_and_a_bad_file_told(page):
    give(page, "letter.png", "image/png", photo())
    expect(page.locator(".result img")).to_be_visible()
    settled(page, "glyph=")
    before = sheet(page)
    give(page, "drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    expect(page.locator(".status")).to_contain_text("Expected a picture file")
    give(page, "black.png", "image/png", photo(0, 0))
    expect(page.locator(".status")).to_contain_text("empty or even picture")
    assert sheet(page) == before
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".status")).to_contain_text("Nothing drawn yet")
    expect(page.locator(".result img")).to_be_hidden()


def test_a_link_reopens_the_identical_view_in_a_fresh_page(page, browser):
    begin(page)
    page.locator(".digits label", has_text="1").click()
    expect(page.locator(".status")).to_contain_text("Taken as 1")
    slide(dial(page), 120)
    slide(dial(page, 3), -96)
    page.get_by_role("radio", name="2, 1", exact=True).click()
    page.get_by_label("range slider for λ").fill("0.37")
    page.get_by_label("Seed", exact=True).fill("11")
    settled(page, "to=2&lambda=0.37&seed=11")
    page.wait_for_timeout(CALM_MS)
    fresh = browser.new_context(viewport=WIDE).new_page()
    open_page(fresh, page.url, READY)
    expect(fresh.locator(".strip img")).to_be_visible()
    for part in (".result img", ".strip img"):
        expect(fresh.locator(part)).to_have_attribute("src", page.locator(part).get_attribute("src"))
    for part in (".result img", ".pad canvas"):
        assert fresh.evaluate(PIXELS, part) == page.evaluate(PIXELS, part)
    reads(fresh, 1)
    expect(fresh.get_by_role("radio", name="2, 1", exact=True)).to_be_checked()
    expect(fresh.get_by_label("range slider for λ")).to_have_value("0.37")
    expect(dial(fresh)).to_have_value("120")
    fresh.get_by_role("button", name="Back to my digit").click()
    changed(fresh, sheet(page))
    fresh.context.close()


def test_a_damaged_link_says_what_was_wrong(page, address):
    page.goto(f"{address}?lambda=9&strokes=!!&z=%3Cb%3E&digit=77&model=00000000")
    for told in ("λ was 9, shown with 1", "expected a drawing", "expected latents", "the digit was 77", "00000000"):
        expect(page.locator(".status")).to_contain_text(told)
    page.wait_for_timeout(CALM_MS)
    begin(page)


def test_models_stand_side_by_side(page):
    page.get_by_role("tab", name="Side by side").click()
    expect(page.locator(".comparison .hint")).to_contain_text("Write a digit in the first tab")
    page.get_by_role("tab", name="Ten digits").click()
    begin(page)
    page.get_by_role("tab", name="Side by side").click()
    expect(page.locator(".models section")).to_have_count(4)
    expect(page.locator(".models")).to_contain_text("10 of 10 are read as what they should be")
    ours = page.locator(".models section").last
    expect(ours.locator("li")).to_have_text(["yours", *"0123456789"])


def test_the_map_decodes_under_the_pointer_and_keeps_its_choice(page, browser):
    begin(page)
    page.get_by_role("tab", name="The map").click()
    grid = page.locator(".map-grid .frame > img")
    expect(grid).to_be_visible()
    expect(page.locator(".map-grid .you")).to_be_visible()
    grid.hover(position={"x": 100, "y": 100})
    lens = page.locator(".map-grid .lens")
    expect(lens.locator("img")).to_have_attribute("src", re.compile("^data:image/png"))
    told = lens.locator("figcaption").text_content()
    grid.focus()
    page.keyboard.press("ArrowRight")
    expect(lens.locator("figcaption")).not_to_have_text(told)
    first = grid.get_attribute("src")
    page.locator(".spaces label", has_text="6").click()
    expect(grid).not_to_have_attribute("src", first)
    settled(page, "map=6")
    fresh = browser.new_context(viewport=WIDE).new_page()
    open_page(fresh, page.url, READY)
    fresh.get_by_role("tab", name="The map").click()
    expect(fresh.locator(".map-grid .frame > img")).to_have_attribute("src", grid.get_attribute("src"))
    expect(fresh.get_by_label("CVAE, drawing a 6")).to_be_checked()
    fresh.context.close()


@pytest.mark.parametrize(("kind", "head"), [("PNG", b"\x89PNG"), ("GIF", b"GIF89a"), ("JSON", b"{"), ("npz", b"PK")])
def test_files_are_saved(page, kind, head):
    begin(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save {kind}").click()
    assert download.value.suggested_filename == f"analogies.{kind.lower()}"
    assert Path(download.value.path()).read_bytes().startswith(head)


def test_the_records_speak_for_the_models(page):
    page.get_by_role("tab", name="About").click()
    for told in ("mnist-cvae", "mnist-vae-2", "mnist-classifier", "Where your drawing goes"):
        expect(page.locator(".about")).to_contain_text(told)


def test_the_main_interplay_fits_a_wide_screen(page):
    begin(page)
    assert page.evaluate("document.documentElement.scrollHeight") <= WIDE["height"]
    parts = (".pad canvas", ".digits", ".examples", ".result", ".strip", ".choice", ".dials", ".share-bar")
    for part in parts:
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= WIDE["height"], part
        assert box["x"] + box["width"] <= WIDE["width"], part


def test_a_phone_scrolls_down_only(phone):
    finger_draws(phone, SEVEN[0])
    reads(phone, 7)
    for tab in ("Ten digits", "Side by side", "The map", "About"):
        phone.get_by_role("tab", name=tab).click()
        phone.wait_for_timeout(CALM_MS)
        assert phone.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], tab


@pytest.mark.parametrize("tab", ["Ten digits", "Side by side", "The map"])
def test_every_control_has_a_name(page, tab):
    begin(page)
    page.get_by_role("tab", name=tab).click()
    page.wait_for_timeout(CALM_MS)
    assert nameless(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_paper(browser, address, theme):
    texts = [".masthead h1", ".masthead p", ".status", "h2", ".pad-hint", ".names li", "figcaption", ".digits b"]
    for page in visit(browser, f"{address}?__theme={theme}", READY, viewport=WIDE):
        weak = weak_text(page, [*texts, ".dials li span", ".dials output", ".see label span"])
        assert weak == {}, json.dumps(weak)
