"""StyleApp in a browser, as a visitor uses it."""

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

APP = "handwriting"
READY = ".matrix[style*='data:image/png']"
ELL = [[(80, 40), (80, 205), (185, 205)]]
TEE = [[(50, 50), (210, 50)], [(130, 50), (130, 215)]]
SCRIBBLE = [(60, 60), (200, 80), (70, 130), (190, 150), (90, 210), (130, 40)]


def result(page) -> str:
    return page.locator(".result img").get_attribute("src")


def changed(page, before: str) -> str:
    """The result's address once it is another one."""
    expect(page.locator(".result img")).not_to_have_attribute("src", before)
    return result(page)


def slide(page, label: str, value: float) -> None:
    page.get_by_label(f"range slider for {label}").fill(str(value))


def reads(page, character: str) -> None:
    expect(page.locator(".recognition li").first.locator("b")).to_have_text(character)


@pytest.mark.journey
def test_a_drawn_character_is_read_and_restyled(page):
    expect(page.locator(".status")).to_contain_text("Nothing drawn yet")
    draw(page, ELL)
    reads(page, "L")
    expect(page.locator(".status")).to_contain_text("Read as L")
    for picture in page.locator(".stage img").all():
        expect(picture).to_be_visible()


def test_style_loss_is_shown_beside_interpolation(page):
    draw(page, ELL)
    reads(page, "L")
    page.get_by_role("tab", name="Beside style loss").click()
    expect(page.locator(".comparison h3")).to_have_text(["Style loss", "Interpolation"])
    for picture in page.locator(".comparison img").all():
        expect(picture).to_be_visible()


def test_the_result_follows_an_unfinished_stroke(page):
    box = page.get_by_label("Drawing pad").bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 150, steps=10)
    page.wait_for_timeout(200)
    page.mouse.move(box["x"] + 80, box["y"] + 200, steps=10)
    expect(page.locator(".result img")).to_be_visible()
    page.mouse.up()


def test_lambda_and_sigma_change_what_they_should(page):
    draw(page, ELL)
    reads(page, "L")
    before = result(page)
    slide(page, "λ", 1)
    at_target = changed(page, before)
    samples = page.locator(".samples img").get_attribute("src")
    slide(page, "σ", 1.2)
    expect(page.locator(".samples img")).not_to_have_attribute("src", samples)
    assert result(page) == at_target
    samples = page.locator(".samples img").get_attribute("src")
    page.get_by_label("Seed").fill("7")
    expect(page.locator(".samples img")).not_to_have_attribute("src", samples)


def test_another_target_is_chosen_by_click_and_by_keys(page):
    draw(page, ELL)
    reads(page, "L")
    follow, cell = (
        page.get_by_role("radio", name="Follow the recognition"),
        lambda name: page.get_by_role("radio", name=name, exact=True),
    )
    expect(cell("L")).to_have_attribute("data-followed", "true")
    first = result(page)
    cell("S").click()
    expect(cell("S")).to_be_checked()
    second = changed(page, first)
    page.keyboard.press("ArrowRight")
    expect(cell("T")).to_be_checked()
    expect(cell("T")).to_be_focused()
    third = changed(page, second)
    page.keyboard.press("ArrowDown")
    expect(cell("g")).to_be_checked()
    changed(page, third)
    page.keyboard.press("ArrowUp")
    expect(cell("T")).to_be_checked()
    page.keyboard.press("Escape")
    expect(follow).to_be_checked()
    settled(page, "strokes=")
    expect(page.locator(".result img")).to_have_attribute("src", first)
    cell("S").click()
    cell("S").click()
    expect(follow).to_be_checked()


def test_another_hand_keeps_the_character(page):
    draw(page, ELL)
    reads(page, "L")
    before = result(page)
    page.get_by_role("radio", name="Hand 5", exact=True).click()
    changed(page, before)
    expect(page.locator(".result figcaption")).to_have_text("from your L to L in hand 5")


def test_a_link_reopens_the_identical_view_in_a_fresh_page(page, browser):
    draw(page, ELL)
    reads(page, "L")
    page.get_by_role("radio", name="S", exact=True).click()
    page.get_by_role("radio", name="Hand 3", exact=True).click()
    slide(page, "λ", 0.37)
    slide(page, "σ", 0.8)
    page.get_by_label("Seed").fill("11")
    settled(page, "target=S&hand=2&lambda=0.37&sigma=0.8&seed=11")
    expect(page.locator(".samples figcaption")).to_have_text("16 samples around it")
    page.wait_for_timeout(CALM_MS)
    fresh = browser.new_context(viewport=WIDE).new_page()
    open_page(fresh, page.url, READY)
    expect(fresh.locator(".samples img")).to_be_visible()
    for part in (".result img", ".strip img", ".samples img"):
        expect(fresh.locator(part)).to_have_attribute("src", page.locator(part).get_attribute("src"))
    for part in (".result img", ".pad canvas"):
        assert fresh.evaluate(PIXELS, part) == page.evaluate(PIXELS, part)
    expect(fresh.get_by_role("radio", name="S", exact=True)).to_be_checked()
    expect(fresh.get_by_role("radio", name="Hand 3", exact=True)).to_be_checked()
    expect(fresh.get_by_label("range slider for λ")).to_have_value("0.37")
    fresh.context.close()


def test_a_damaged_link_says_what_was_wrong(page, address):
    page.goto(f"{address}?lambda=9&strokes=!!&target=%3Cb%3E&model=00000000")
    for told in ("λ was 9, shown with 1", "expected a drawing", "expected a target", "version 00000000"):
        expect(page.locator(".status")).to_contain_text(told)
    draw(page, ELL)
    reads(page, "L")


def test_undo_redo_and_clear(page):
    undo, redo, clear = (page.get_by_role("button", name=name) for name in ("Undo", "Redo", "Clear"))
    expect(undo).to_be_disabled()
    draw(page, TEE)
    reads(page, "T")
    undo.click()
    settled(page, "strokes=")
    expect(page.locator(".recognition li").first.locator("b")).not_to_have_text("T")
    redo.click()
    reads(page, "T")
    clear.click()
    expect(page.locator(".status")).to_contain_text("Nothing drawn yet")
    expect(page.locator(".result img")).to_be_hidden()
    expect(clear).to_be_disabled()
    page.get_by_label("Drawing pad").focus()
    page.keyboard.press("Control+z")
    reads(page, "T")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".status")).to_contain_text("Nothing drawn yet")
    page.keyboard.press("Control+z")
    reads(page, "T")
    page.keyboard.press("Delete")
    expect(page.locator(".status")).to_contain_text("Nothing drawn yet")
    page.wait_for_function("location.search === ''")


def test_a_typed_key_loads_an_example_and_again_another(page):
    page.get_by_label("Drawing pad").focus()
    page.keyboard.press("R")
    expect(page.locator(".result img")).to_be_visible()
    settled(page, "glyph=")
    first = page.url
    page.keyboard.press("R")
    page.wait_for_function("url => location.href !== url", arg=first)
    assert "glyph=" in page.url


def test_a_photo_is_read_and_a_bad_file_told(page):
    give(page, "letter.png", "image/png", photo())
    reads(page, "L")
    settled(page, "glyph=")
    before = result(page)
    give(page, "drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    expect(page.locator(".status")).to_contain_text("Expected a picture file")
    give(page, "black.png", "image/png", photo(0, 0))
    expect(page.locator(".status")).to_contain_text("empty or even picture")
    give(page, "large.png", "image/png", bytes(10_000_001))
    expect(page.locator(".status")).to_contain_text("at most 10 MB")
    assert result(page) == before
    draw(page, TEE)
    reads(page, "T")


def test_a_photo_may_be_dropped_or_pasted(page):
    make = """([name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], 'letter.png', {type: 'image/png'}));
        const canvas = document.querySelector('.pad canvas');
        const how = {bubbles: true, cancelable: true};
        if (name === 'drop') canvas.dispatchEvent(new DragEvent('drop', {dataTransfer: data, ...how}));
        else document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, ...how}));
    }"""
    for way in ("drop", "paste"):
        page.evaluate(make, [way, list(photo())])
        reads(page, "L")
        page.get_by_role("button", name="Clear").click()
        expect(page.locator(".status")).to_contain_text("Nothing drawn yet")


def test_the_strip_plays_without_the_server(page):
    draw(page, ELL)
    reads(page, "L")
    page.get_by_role("radio", name="S", exact=True).click()
    expect(page.locator(".result figcaption")).to_contain_text("to S")
    page.wait_for_timeout(CALM_MS)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    button = page.get_by_role("button", name="Play the way to the target")
    button.click()
    seen = {
        page.locator(".film div").evaluate("cell => cell.style.backgroundPosition")
        for _ in range(8)
        if not page.wait_for_timeout(120)
    }
    button.click()
    expect(page.locator(".film")).to_be_hidden()
    assert len(seen) >= 4
    assert [url for url in asked if not url.startswith("data:") and "heartbeat" not in url] == []


@pytest.mark.parametrize(("kind", "head"), [("PNG", b"\x89PNG"), ("GIF", b"GIF89a"), ("JSON", b"{"), ("npz", b"PK")])
def test_files_are_saved(page, kind, head):
    draw(page, ELL)
    reads(page, "L")
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save {kind}").click()
    assert download.value.suggested_filename == f"styleapp-L.{kind.lower()}"
    assert Path(download.value.path()).read_bytes().startswith(head)


def test_the_link_is_copied(browser, address):
    for page in visit(browser, address, READY, viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]):
        draw(page, ELL)
        reads(page, "L")
        settled(page, "strokes=")
        page.get_by_role("button", name="Copy link").click()
        expect(page.locator(".status")).to_contain_text("The link is copied")
        assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_the_map_opens_and_knows_where_the_character_lies(page):
    draw(page, ELL)
    reads(page, "L")
    page.get_by_role("tab", name="The map").click()
    expect(page.locator(".map-scatter .wait")).to_be_hidden()
    expect(page.locator(".map-grid img")).to_be_visible()
    expect(page.locator(".map-grid .you")).to_be_visible()
    expect(page.locator(".rows img")).to_have_count(4)
    box = page.locator(".map-scatter canvas").bounding_box()
    for step in range(2, 19):
        page.mouse.move(box["x"] + box["width"] * step / 20, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
        if page.locator(".lens").is_visible():
            break
    expect(page.locator(".lens img")).to_have_attribute("src", re.compile("^data:image/png"))
    page.get_by_role("button", name="Q", exact=True).click()
    expect(page.get_by_role("button", name="Q", exact=True)).to_have_attribute("aria-pressed", "true")


def test_the_records_speak_for_the_models(page):
    page.get_by_role("tab", name="About").click()
    for told in ("chars62-infovae-32", "chars62-classifier", "Apache-2.0", "Where your drawing goes", "Nowhere."):
        expect(page.locator(".about")).to_contain_text(told)


def test_the_main_interplay_fits_a_wide_screen(page):
    draw(page, ELL)
    reads(page, "L")
    assert page.evaluate("document.documentElement.scrollHeight") <= WIDE["height"]
    for part in (".pad canvas", ".recognition", ".matrix", ".hands", ".result", ".samples", ".strip", ".share-bar"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= WIDE["height"], part
        assert box["x"] + box["width"] <= WIDE["width"], part


def test_a_phone_scrolls_down_only(phone):
    for tab in ("Write", "The map", "About"):
        phone.get_by_role("tab", name=tab).click()
        phone.wait_for_timeout(300)
        assert phone.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], tab


def test_a_finger_draws(phone):
    finger_draws(phone, ELL[0])
    reads(phone, "L")
    assert phone.evaluate("scrollY") == 0


def test_the_pad_stays_under_the_finger(phone):
    pad = phone.get_by_label("Drawing pad")
    before = pad.bounding_box()
    finger_draws(phone, ELL[0])
    reads(phone, "L")
    assert pad.bounding_box() == before
    phone.get_by_role("button", name="Clear").click()
    finger_draws(phone, SCRIBBLE)
    expect(phone.locator(".status")).to_contain_text("Not sure")
    assert pad.bounding_box() == before


@pytest.mark.parametrize("tab", ["Write", "The map"])
def test_every_control_has_a_name(page, tab):
    page.get_by_role("tab", name=tab).click()
    page.wait_for_timeout(300)
    assert nameless(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_paper(browser, address, theme):
    texts = [".masthead h1", ".masthead p", ".status", "h2", ".pad-hint", ".glyphs small", "figcaption"]
    for page in visit(browser, f"{address}?__theme={theme}", READY, viewport=WIDE):
        weak = weak_text(page, [*texts, ".see label span"])
        assert weak == {}, json.dumps(weak)
