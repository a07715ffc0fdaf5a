"""The printed sheet: what lies where, and that what is printed is what is looked for."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.data.characters import CLASSES
from core.handwriting.worksheets.layout import (
    FIRST_MARK,
    FORMS,
    PAPERS,
    forms,
    layouts,
    marked_layouts,
    own_marks,
    read_layout,
    worksheet_pdf,
)
from core.handwriting.worksheets.uploads import read_pages
from core.publishing.imports import reach
from core.publishing.spaces import beside
from core.registry.store import ROOT

WORKSHEETS = ROOT / "core" / "handwriting" / "worksheets"


@pytest.mark.parametrize("paper", PAPERS)
def test_six_pages_hold_three_of_each_letter_and_six_of_each_digit(paper) -> None:
    written = Counter("".join(page.text for page in layouts(paper)))
    assert set(written) == set(CLASSES)
    assert sum(written.values()) == 216  # as many as the paper's section 4.1 counts
    assert all(count == (6 if label.isdigit() else 3) for label, count in written.items())


@pytest.mark.parametrize(
    "layout", [page for paper in PAPERS for page in layouts(paper)], ids=lambda p: f"{p.name}-{p.page}"
)
def test_nothing_overlaps_or_leaves_the_paper(layout) -> None:
    boxes = [place.box for place in layout.places] + [box for _, box in layout.marks]
    corners = np.stack([box.corners for box in boxes])
    assert (corners >= 6).all()  # mm that printers leave white
    assert (corners <= np.array([layout.width, layout.height]) - 6).all()
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = abs(one.left - other.left) >= one.width + 2 or abs(one.top - other.top) >= one.height + 2
            beside = one.left + one.width + 2 <= other.left or other.left + other.width + 2 <= one.left
            above = one.top + one.height + 2 <= other.top or other.top + other.height + 2 <= one.top
            assert apart or beside or above


def test_every_mark_belongs_to_one_page() -> None:
    assert sorted(marked_layouts()) == list(range(FIRST_MARK, FIRST_MARK + 2 * 6 * 4))
    assert len(own_marks().bytesList) == 48


@pytest.mark.parametrize("paper", PAPERS)
def test_marks_are_printed_where_the_layout_says(paper) -> None:
    for layout, page in zip(layouts(paper), read_pages(worksheet_pdf(paper)), strict=True):
        scale = page.shape[0] / layout.height
        corners, numbers, _ = cv2.aruco.ArucoDetector(own_marks()).detectMarkers(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))
        seen = dict(zip((FIRST_MARK + int(n) for n in numbers.ravel()), corners, strict=True))
        assert seen.keys() == dict(layout.marks).keys()
        for number, box in layout.marks:
            assert np.abs(seen[number][0] / scale - box.corners).max() < 0.3  # mm


def test_boxes_are_pale_and_lie_where_the_layout_says() -> None:
    layout, page = layouts("letter")[0], read_pages(worksheet_pdf("letter"))[0]
    scale = page.shape[0] / layout.height
    for place in layout.places:
        inside = page[round((place.box.top + 1) * scale) :, round((place.box.left + 1) * scale) :]
        inside = inside[: round((place.box.height - 2) * scale), : round((place.box.width - 2) * scale)]
        assert inside.min() > 110  # guides only, of no pen's colour
        row = page[round((place.box.top + 2) * scale), :, 2].astype(int)
        left = round(place.box.left * scale)
        assert row[left - 2 : left + 3].min() < 200 < row[left + 4 : left + 20].min()


def test_the_pdf_is_the_same_every_time() -> None:
    assert worksheet_pdf("letter") == worksheet_pdf("letter")
    assert worksheet_pdf("letter") != worksheet_pdf("a4")


def test_an_unknown_paper_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a paper out of letter, a4, got 'legal'"):
        worksheet_pdf("legal")  # pyright: ignore[reportArgumentType]


def test_the_form_has_its_eighty_characters() -> None:
    (form,) = forms()
    assert form.text[:62] == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    assert (form.places[-1].row, form.places[-1].column, form.places[-1].label) == (9, 7, "]")
    assert form.places[9].box.left == pytest.approx(10.94 + 24.09)
    assert replace(form, marks=()) == form


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("width: 210.0\n", "", "expected a layout with across, down, .* in form.yaml"),
        ("IJKLMNOP", "IJK", "expected rows of equally many characters"),
        ("{left: 75.0, top: 10.0,", "{left: 75.0,", "expected a box with left, top, width, height"),
    ],
)
def test_a_wrong_layout_file_is_named(tmp_path: Path, before: str, after: str, message: str) -> None:
    text = (WORKSHEETS / FORMS[0]).read_text()
    assert before in text
    path = tmp_path / "form.yaml"
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(ValueError, match=message):
        read_layout(path)


def test_a_space_that_reads_worksheets_has_the_layout_files() -> None:
    found = {path.name for path in beside(reach([WORKSHEETS / "layout.py"], ROOT))}
    assert set(FORMS) <= found
