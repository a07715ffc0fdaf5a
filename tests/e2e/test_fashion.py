"""Fashion → digits in a browser, as a visitor uses it."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.fashion.garments import garment
from tests.e2e.visits import (
    CALM_MS,
    NARROW,
    WIDE,
    draw,
    expect,
    finger_draws,
    give,
    nameless,
    open_page,
    settled,
    visit,
    weak_text,
)

APP = "fashion"
READY = '.tens[data-empty="false"]'

SKIRT = [[(90, 60), (165, 60), (220, 205), (36, 205), (90, 60)]]
STRENGTH = re.compile("range slider for How far they follow it")
DRAG = """async (steps) => {
    const slider = document.querySelector('input[type=range][aria-label*="How far"]');
    const shown = [];
    document.addEventListener('stylescape:shown', ({ detail }) => shown.push(detail.strength));
    for (let i = 0; i <= steps; i++) {
        slider.value = (0.3 + i / 50).toFixed(2);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((next) => setTimeout(next, 40));
    }
    while (shown.at(-1) !== Number(slider.value)) await new Promise((next) => setTimeout(next, 20));
    return shown;
}"""


def sheet(page) -> str:
    return page.locator(".tens").evaluate("tens => tens.style.getPropertyValue('--sheet-picture')")


def changed(page, before: str) -> str:
    """The sheet's address once it is another one."""
    page.wait_for_function(
        "before => document.querySelector('.tens').style.getPropertyValue('--sheet-picture') !== before", arg=before
    )
    return sheet(page)


def wear(page, kind: str) -> None:
    page.get_by_role("radio", name=kind, exact=True).check(force=True)


def titled(page, title: str) -> None:
    expect(page.locator(".worn figcaption")).to_have_text(title)


def photo() -> bytes:
    """A red boot before a grey wall."""
    cloth = np.pad(garment("ankle boot", 5), 30)[..., None] > 40
    file = BytesIO()
    Image.fromarray(np.where(cloth, (170, 40, 50), (190, 195, 200)).astype(np.uint8)).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.journey
def test_a_garment_is_worn_at_once_and_another_by_choice(page):
    titled(page, "sneaker 0")
    expect(page.get_by_role("radio", name="sneaker", exact=True)).to_be_checked()
    expect(page.locator(".status")).to_contain_text("silhouettes agree")
    expect(page.locator(".tens li")).to_have_count(10)
    expect(page.locator(".tens li b").first).to_have_text(re.compile(r"0\.\d\d"))
    before = sheet(page)
    wear(page, "bag")
    titled(page, "bag 0")
    changed(page, before)
    settled(page, "garment=bag")


def test_arrow_keys_move_and_choose(page):
    page.get_by_role("radio", name="sneaker", exact=True).focus()
    page.keyboard.press("ArrowRight")
    titled(page, "bag 0")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    titled(page, "shirt 0")
    expect(page.get_by_role("radio", name="shirt", exact=True)).to_be_focused()
    page.get_by_label("Drawing pad").focus()
    page.keyboard.press("3")
    titled(page, "dress 0")
    page.keyboard.press("3")
    titled(page, "dress 1")
    expect(page.get_by_role("radio", name="dress", exact=True)).to_be_checked()
    page.keyboard.press("a")
    expect(page.locator(".status")).to_contain_text("keys 0 to 9")


def test_a_dice_throws_another_variation(page):
    gallery = page.locator(".wardrobe").evaluate("each => each.style.getPropertyValue('--sheet-picture')")
    page.get_by_role("button", name="Another variation of them all").click()
    expect(page.locator(".worn figcaption")).not_to_have_text("sneaker 0")
    page.wait_for_function(
        "old => document.querySelector('.wardrobe').style.getPropertyValue('--sheet-picture') !== old", arg=gallery
    )
    page.get_by_role("spinbutton", name="Variation").fill("12")
    page.keyboard.press("Enter")
    titled(page, "sneaker 12")
    page.get_by_role("spinbutton", name="Variation").fill("-3")
    page.keyboard.press("Enter")
    titled(page, "sneaker 12")


def test_a_drawn_garment_is_worn_until_it_is_cleared(page):
    draw(page, SKIRT)
    titled(page, "your drawing")
    expect(page.locator(".garments input:checked")).to_have_count(0)
    settled(page, "strokes=")
    page.get_by_role("button", name="Clear").click()
    titled(page, "sneaker 0")
    page.get_by_role("button", name="Undo").click()
    titled(page, "your drawing")
    wear(page, "coat")
    titled(page, "coat 0")
    expect(page.locator(".pad-hint")).to_be_visible()


def test_the_strength_slides_from_plain_digits_to_the_garment(page):
    before = sheet(page)
    page.get_by_label(STRENGTH).fill("0")
    plain = changed(page, before)
    expect(page.locator('.tens li[data-doubtful="true"]')).to_have_count(0)
    wear(page, "trouser")
    titled(page, "trouser 0")
    assert sheet(page) == plain
    page.get_by_label(STRENGTH).fill("1.5")
    changed(page, plain)
    settled(page, "strength=1.5")


def test_the_digits_follow_the_slider_to_where_it_stops(page):
    shown = page.evaluate(DRAG, 25)
    assert shown == sorted(shown)
    assert len(set(shown)) > 3
    assert shown[-1] == 0.8


def test_the_outline_lies_over_the_digits_and_off_again(page):
    outline = page.locator(".tens li svg").first
    expect(outline).to_have_css("opacity", "0")
    page.get_by_label("Its outline over them").check()
    expect(outline).to_have_css("opacity", "1")
    settled(page, "outline=1")
    page.get_by_label("Its outline over them").uncheck()
    expect(outline).to_have_css("opacity", "0")


def test_garments_are_pinned_compared_and_removed(page):
    pin = page.get_by_role("button", name="Pin to compare")
    rows = page.locator(".pins li")
    pin.click()
    expect(rows).to_have_count(1)
    expect(pin).to_be_disabled()
    wear(page, "bag")
    expect(pin).to_be_enabled()
    pin.click()
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("bag 0")
    digits = rows.first.locator(".row-digits img")
    before = digits.get_attribute("src")
    page.get_by_label(STRENGTH).fill("0.4")
    expect(digits).not_to_have_attribute("src", before)
    page.get_by_role("button", name="Remove sneaker 0").click()
    expect(rows).to_have_count(1)
    settled(page, "pins=K8-0&")
    for kind in ("coat", "dress", "shirt", "sandal", "trouser"):
        wear(page, kind)
        titled(page, f"{kind} 0")
        pin.click()
    expect(rows).to_have_count(6)
    wear(page, "pullover")
    titled(page, "pullover 0")
    expect(pin).to_be_disabled()
    expect(page.locator(".pin-tools")).to_contain_text("6 at most")


def test_a_link_reopens_the_identical_view_in_a_fresh_page(page, browser):
    draw(page, SKIRT)
    titled(page, "your drawing")
    page.get_by_role("button", name="Pin to compare").click()
    expect(page.locator(".pins li")).to_have_count(1)
    wear(page, "ankle boot")
    titled(page, "ankle boot 0")
    page.get_by_role("button", name="Pin to compare").click()
    draw(page, SKIRT)
    titled(page, "your drawing")
    page.get_by_label(STRENGTH).fill("0.83")
    page.get_by_label("Its outline over them").check()
    settled(page, "strength=0.83&outline=1&pins=I")
    expect(page.locator(".pins li")).to_have_count(2)
    page.wait_for_timeout(CALM_MS)
    fresh = browser.new_context(viewport=WIDE).new_page()
    open_page(fresh, page.url, READY)
    expect(fresh.locator(".pins li")).to_have_count(2)
    fresh.wait_for_timeout(CALM_MS)
    assert sheet(fresh) == sheet(page)
    for row in range(2):
        pictures = [each.locator(".pins li").nth(row).locator("img") for each in (page, fresh)]
        assert [image.get_attribute("src") for image in pictures[0].all()] == [
            image.get_attribute("src") for image in pictures[1].all()
        ]
    for part in (".tens", ".pins ol", ".pad-paper"):
        page.mouse.move(0, 0)
        assert looks_like(fresh.locator(part).screenshot(), page.locator(part).screenshot()), part
    fresh.context.close()


def looks_like(one: bytes, other: bytes) -> bool:
    """Are two screenshots the same, but for how a page that was scrolled is rounded? Its pictures are equal."""
    pictures = [np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int) for data in (one, other)]
    return pictures[0].shape == pictures[1].shape and int(np.abs(pictures[0] - pictures[1]).max()) <= 2


def test_a_damaged_link_says_what_was_wrong(page, address):
    page.goto(f"{address}?strength=9&garment=%3Cb%3E&pins=Q&model=00000000")
    for told in ("the strength was 9, shown with 1.5", "expected a garment out of", "to compare", "version 00000000"):
        expect(page.locator(".status")).to_contain_text(told)
    titled(page, "sneaker 0")


def test_a_photo_loses_its_background_and_a_bad_file_is_told(page):
    give(page, "boot.jpg", "image/jpeg", photo())
    titled(page, "your garment")
    settled(page, "glyph=")
    before = sheet(page)
    expect(page.locator(".pad-hint")).to_be_hidden()
    give(page, "drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    expect(page.locator(".status")).to_contain_text("Expected a picture file")
    blank = BytesIO()
    Image.new("RGB", (300, 200), (120, 130, 140)).save(blank, "PNG")
    give(page, "wall.png", "image/png", blank.getvalue())
    expect(page.locator(".status")).to_contain_text("stands out from a plain background")
    give(page, "large.png", "image/png", bytes(10_000_001))
    expect(page.locator(".status")).to_contain_text("at most 10 MB")
    assert sheet(page) == before
    wear(page, "bag")
    titled(page, "bag 0")


@pytest.mark.parametrize(("kind", "head"), [("PNG", b"\x89PNG"), ("JSON", b"{"), ("npz", b"PK")])
def test_files_are_saved(page, kind, head):
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save {kind}").click()
    assert download.value.suggested_filename == f"fashion-to-digits.{kind.lower()}"
    assert Path(download.value.path()).read_bytes().startswith(head)


def test_the_link_is_copied(browser, address):
    for page in visit(browser, address, READY, viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]):
        wear(page, "bag")
        settled(page, "garment=bag")
        page.get_by_role("button", name="Copy link").click()
        expect(page.locator(".status")).to_contain_text("The link is copied")
        assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_the_honest_word_and_the_records_are_there(page):
    expect(page.locator(".honesty")).to_contain_text("not a well-defined problem")
    page.get_by_role("tab", name="About this model").click()
    for told in ("mnist-cvae", "mnist-classifier", "Apache-2.0", "Where your drawing goes"):
        expect(page.locator(".about")).to_contain_text(told)


def test_the_main_interplay_fits_a_wide_screen(page):
    assert page.evaluate("document.documentElement.scrollHeight") <= WIDE["height"]
    for part in (".garments", ".pad canvas", ".pad-tools", ".tens", ".pin-tools", ".share-bar", ".honesty"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= WIDE["height"], part
        assert box["x"] + box["width"] <= WIDE["width"], part


def test_a_phone_scrolls_down_only(phone):
    phone.get_by_role("button", name="Pin to compare").click()
    expect(phone.locator(".pins li")).to_have_count(1)
    for tab in ("Wear", "About this model"):
        phone.get_by_role("tab", name=tab).click()
        phone.wait_for_timeout(300)
        assert phone.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], tab


def test_a_finger_chooses_and_draws(phone):
    phone.locator(".garments label", has_text="dress").tap()
    titled(phone, "dress 0")
    phone.get_by_label("Drawing pad").scroll_into_view_if_needed()
    finger_draws(phone, [(90, 60), (165, 60), (220, 205), (36, 205), (90, 60)])
    titled(phone, "your drawing")


def test_every_control_has_a_name(page):
    page.get_by_role("button", name="Pin to compare").click()
    expect(page.locator(".pins li")).to_have_count(1)
    assert nameless(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_paper(browser, address, theme):
    texts = [".masthead h1", ".masthead p", ".status", "h2", ".pad-hint", ".garments small", ".worn figcaption"]
    for page in visit(browser, f"{address}?__theme={theme}", READY, viewport=WIDE):
        assert weak_text(page, [*texts, ".tens li b", ".tens li em", ".see label span", ".honesty", ".numbered"]) == {}
