"""Sheets with known glyphs, photographed synthetically, are read again; what is no sheet is refused."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch

from core.data import load as load_data
from core.data.characters import CLASSES
from core.handwriting.worksheets.cells import Cell, flagged
from core.handwriting.worksheets.layout import Box, Layout, forms, layouts
from core.handwriting.worksheets.scanning import Sheet, marked, scan
from core.handwriting.worksheets.uploads import read_pages
from core.imaging.preprocess import Preprocess
from tests.photographs import INKS, Camera, alike, filled, ordinary, photograph

PHONE = Camera(turn=12, tilt=0.06, shadow=0.3, blur=0.8, grain=3, quality=85, pixels=1500)
MOST = {  # each alone, on top of `PHONE`
    "lying on its side": {"turn": 93},
    "from a low angle": {"tilt": 0.3},
    "bent": {"bend": 0.025},
    "hard shadow": {"shadow": 0.7},
    "out of focus": {"blur": 1.7},
    "in the dark": {"grain": 15},
    "much compressed": {"quality": 20},
    "few pixels": {"pixels": 1000},
    "far away": {"fill": 0.45},
    "on a black table": {"table": 5},
    "on a white table": {"table": 250},
}
HIDDEN = {"top left": (0, 0), "top right": (0, 1), "bottom right": (1, 1), "bottom left": (1, 0)}


def pen(label: str, weight: int = 3) -> np.ndarray:
    """A character in strokes of half a millimetre, (112, 112) uint8."""
    (width, height), _ = cv2.getTextSize(label, cv2.FONT_HERSHEY_SIMPLEX, 3, weight)
    corner = ((112 - width) // 2, (112 + height) // 2 - (12 if label in "gjpqy" else 0))
    return cv2.putText(
        np.zeros((112, 112), np.uint8), label, corner, cv2.FONT_HERSHEY_SIMPLEX, 3, 255, weight, cv2.LINE_AA
    )


def taken(layout: Layout, camera: Camera, **options) -> np.ndarray:
    page = filled(layout, [pen(label) for label in layout.text], **options)
    return read_pages(photograph(page, camera))[0]


def right(sheet: Sheet, layout: Layout, glyphs: list[np.ndarray]) -> torch.Tensor:
    """Which cells hold the glyph that was written there, (N,) bool."""
    wanted = torch.stack([Preprocess().to_tensor(glyph)[0] for glyph in glyphs])
    labelled = [
        cell.status == "ok" and cell.label == place.label
        for cell, place in zip(sheet.cells, layout.places, strict=True)
    ]
    return alike(torch.stack([cell.picture for cell in sheet.cells]), wanted) & torch.tensor(labelled)


def share(sheet: Sheet, layout: Layout) -> float:
    assert sheet.layout is layout
    assert sheet.page == layout.page
    return float(right(sheet, layout, [pen(label) for label in layout.text]).float().mean())


# Found and rightly labelled


def test_ninety_nine_of_a_hundred_cells_are_read_from_ordinary_photographs(capsys: pytest.CaptureFixture[str]) -> None:
    pages = [layouts("letter")[0], layouts("a4")[2], layouts("letter")[4]]
    shares = [
        share(scan(taken(layout, ordinary(seed), ink=INKS[seed % 3], seed=seed)), layout)
        for seed, layout in enumerate(pages)
    ]
    with capsys.disabled():
        print(f" [{np.mean(shares):.2%} of {36 * len(shares)} cells]", end="")
    assert np.mean(shares) >= 0.99


@pytest.mark.parametrize("extreme", MOST)
def test_each_distortion_alone_is_borne(extreme: str) -> None:
    layout = layouts("a4")[1]
    assert share(scan(taken(layout, replace(PHONE, **MOST[extreme]))), layout) >= 0.97


@pytest.mark.parametrize("ink", [(150, 150, 150), (110, 140, 210)], ids=["pencil", "light blue"])
def test_pale_pens_are_read(ink: tuple[int, int, int]) -> None:
    layout = layouts("letter")[3]
    assert share(scan(taken(layout, PHONE, ink=ink)), layout) >= 0.97


def test_a_sheet_printed_in_grey_is_read() -> None:
    layout = layouts("letter")[2]
    page = filled(layout, [pen(label) for label in layout.text])
    grey = np.repeat(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    assert share(scan(read_pages(photograph(grey, PHONE))[0]), layout) >= 0.97


def test_a_straight_scan_is_read_whole() -> None:
    layout = layouts("letter")[0]
    assert share(scan(filled(layout, [pen(label) for label in layout.text])), layout) == 1


@pytest.mark.data
def test_known_writers_are_read_back(real_root, capsys: pytest.CaptureFixture[str]) -> None:
    pictures, found = load_data("chars62", "val", real_root), []
    for seed, writer in enumerate(np.unique(pictures.writers[pictures.writers >= 0])[:4]):
        layout = layouts("letter")[seed]
        mine = {CLASSES[pictures.labels[i]]: pictures.images[i] for i in np.flatnonzero(pictures.writers == writer)}
        glyphs = [mine[label] for label in layout.text]
        sheet = scan(read_pages(photograph(filled(layout, glyphs, seed=seed), ordinary(seed)))[0])
        found.append(right(sheet, layout, glyphs))
    with capsys.disabled():
        print(f" [{torch.cat(found).float().mean():.2%} of {36 * len(found)} cells]", end="")
    assert torch.cat(found).float().mean() >= 0.99


@pytest.mark.data
@pytest.mark.parametrize("turns", [0, 1, 2])
def test_the_filled_form_gives_its_eighty_cells(real_root, turns: int) -> None:
    page = read_pages((real_root / "worksheets" / "handwrite-form-filled.jpg").read_bytes())[0]
    sheet = scan(np.ascontiguousarray(np.rot90(page, turns)))
    assert sheet.layout is forms()[0]
    assert [cell.status for cell in sheet.cells] == ["ok"] * 80
    upright = scan(page)
    pictures = [torch.stack([cell.picture for cell in each.cells]) for each in (sheet, upright)]
    assert alike(*pictures).float().mean() >= 0.97


@pytest.mark.data
def test_the_empty_form_is_empty(real_root) -> None:
    (page,) = read_pages((real_root / "worksheets" / "handwrite-form.pdf").read_bytes())
    assert {cell.status for cell in scan(page).cells} == {"empty"}


def drawn_form() -> np.ndarray:
    """A form with black boxes, 6 pixels a millimetre, the first letter of its heading and all its characters."""
    (form,) = forms()
    page = np.full((round(6 * form.height), round(6 * form.width), 3), 255, np.uint8)
    cv2.putText(page, "Form", (500, 90), cv2.FONT_HERSHEY_SIMPLEX, 2.5, (0, 0, 0), 12)
    for place in form.places:
        corners = (6 * place.box.corners).astype(int)
        cv2.rectangle(page, corners[0].tolist(), corners[2].tolist(), (0, 0, 0), 3)
        cv2.putText(
            page, place.label, (corners[3] + [40, -40]).tolist(), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (40, 30, 90), 4
        )
    return page


@pytest.mark.parametrize("turn", [180, 265])
def test_a_form_without_marks_is_found_by_its_boxes(turn: int) -> None:
    sheet = scan(
        read_pages(photograph(drawn_form(), Camera(turn=turn, tilt=0.04, grain=2, blur=0.6, shadow=0.2, table=90)))[0]
    )
    straight = scan(drawn_form())
    assert sheet.layout is forms()[0]
    letters = [i for i, cell in enumerate(sheet.cells) if cell.label in CLASSES]
    pictures = [torch.stack([each.cells[i].picture for i in letters]) for each in (sheet, straight)]
    assert alike(*pictures).float().mean() >= 0.95


# Statuses


def test_boxes_without_ink_are_empty_and_stay_so() -> None:
    layout = layouts("letter")[0]
    glyphs = {i: pen(label) for i, label in enumerate(layout.text) if i % 3}
    sheet = scan(read_pages(photograph(filled(layout, glyphs), PHONE))[0])
    assert [cell.status for cell in sheet.cells] == ["ok" if i % 3 else "empty" for i in range(36)]
    assert all(cell.picture.any() == (cell.status == "ok") for cell in sheet.cells)


def test_ink_that_leaves_its_box_is_clipped() -> None:
    layout = layouts("letter")[4]
    sheet = scan(taken(layout, PHONE, shift=(0, 14), height=20))
    assert [cell.status for cell in sheet.cells].count("clipped") >= 30


def certain(*labels: str) -> torch.Tensor:
    """Probabilities of a classifier that is sure of each."""
    return torch.nn.functional.one_hot(torch.tensor([CLASSES.index(label) for label in labels]), 62).float()


def cell(label: str, status="ok") -> Cell:
    return Cell(label, Box(0, 0, 27, 28), torch.ones(1, 28, 28), status)


@pytest.mark.parametrize(("label", "named", "status"), [
    ("A", "A", "ok"), ("o", "0", "ok"), ("O", "o", "ok"), ("C", "c", "ok"), ("l", "1", "ok"),
    ("A", "B", "suspicious"), ("a", "A", "suspicious"), ("?", "B", "ok"),
])  # fmt: skip
def test_the_classifier_may_doubt_but_not_look_alikes(label: str, named: str, status: str) -> None:
    (seen,) = flagged([cell(label)], lambda glyphs: certain(*[named] * len(glyphs)))
    assert seen.status == status


def test_only_what_is_whole_is_flagged() -> None:
    cells = [cell("A", status) for status in ("empty", "clipped")]
    assert flagged(cells, lambda glyphs: certain(*"B" * len(glyphs))) == cells


def test_cells_are_judged_in_one_batch() -> None:
    sizes = []

    def read(glyphs: torch.Tensor) -> torch.Tensor:
        sizes.append(tuple(glyphs.shape))
        return certain(*"A" * len(glyphs))

    layout = layouts("letter")[3]
    sheet = scan(filled(layout, [pen(label) for label in layout.text]), read=read)
    assert sizes == [(36, 1, 28, 28)]
    assert [cell.label for cell in sheet.cells if cell.status == "ok"] == ["A"]


def test_the_page_can_be_shown() -> None:
    layout = layouts("a4")[0]
    sheet = scan(filled(layout, {0: pen("a")}))
    shown = marked(sheet, 420)
    assert shown.size == (420, 594)
    seen = np.asarray(shown)[..., 1].astype(int) - np.asarray(shown)[..., 0] > 60
    assert 0.0005 < seen.mean() < 0.02  # one green frame


# What is no sheet


@pytest.mark.parametrize("corner", HIDDEN)
def test_a_cut_corner_is_named(corner: str) -> None:
    page = taken(layouts("letter")[0], replace(PHONE, turn=0))
    height, width = page.shape[:2]
    down, right = HIDDEN[corner]
    cut = page[:, : int(0.75 * width)] if right else page[:, int(0.25 * width) :]
    page = cut.copy()
    band = slice(height // 2, None) if not down else slice(None, height // 2)
    page[band] = 120  # and the other marks of that side are somewhere else
    with pytest.raises(ValueError, match=f"expected all four corner marks of the sheet, got .*{corner}"):
        scan(page)


def test_a_thumb_on_one_mark_does_no_harm() -> None:
    layout = layouts("letter")[1]
    page = taken(layout, replace(PHONE, turn=0, tilt=0.02)).copy()
    height, width = page.shape[:2]
    cv2.circle(page, (round(0.15 * width), round(0.14 * height)), round(0.06 * width), (205, 165, 140), -1)
    assert share(scan(page), layout) >= 0.97


def no_sheets() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    squares = np.kron(np.indices((40, 40)).sum(0) % 2, np.ones((30, 30)))[..., None].repeat(3, 2) * 255
    fur = cv2.GaussianBlur(rng.integers(0, 255, (900, 1200, 3), dtype=np.uint8), (0, 0), 5)
    return {
        "fur": cv2.normalize(fur, None, 0, 255, cv2.NORM_MINMAX),  # pyright: ignore[reportCallIssue, reportArgumentType]
        "noise": rng.integers(0, 255, (600, 800, 3), dtype=np.uint8),
        "chessboard": squares.astype(np.uint8),
        "black": np.zeros((500, 400, 3), np.uint8),
        "one pixel": np.zeros((1, 1, 3), np.uint8),
        "a strip": np.full((2, 900, 3), 200, np.uint8),
    }


@pytest.mark.parametrize("name", no_sheets())
def test_other_pictures_are_refused_with_advice(name: str) -> None:
    with pytest.raises(ValueError, match="expected a worksheet with its four corner marks, got a picture without them"):
        scan(no_sheets()[name])


def test_other_arrays_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected an RGB picture \(H, W, 3\) of uint8, got \(5, 5\) of float32"):
        scan(np.zeros((5, 5), np.float32))


def test_marks_of_several_pages_do_not_mix() -> None:
    """Two sheets side by side: one of them is read, whole."""
    sheets = [filled(layout, [pen(label) for label in layout.text]) for layout in layouts("letter")[:2]]
    sheet = scan(np.concatenate(sheets, axis=1))
    assert share(sheet, sheet.layout) == 1


def test_cells_lie_inside_the_flat_page() -> None:
    sheet = scan(filled(layouts("letter")[0], {}))
    edges = [(c.box.left, c.box.left + c.box.width) for c in sheet.cells[:6]]
    assert all(one[1] < other[0] for one, other in pairwise(edges))
    assert sheet.flat.shape == (2235, 1727, 3)
