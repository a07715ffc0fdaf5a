"""Free sheets: drawn lines of text, seen crooked and lit unevenly, are cut into their characters."""

import csv

import cv2
import numpy as np
import pytest
import torch

from core.handwriting.worksheets.freeform import MAX_TEXT, read_free
from core.handwriting.worksheets.uploads import read_pages
from core.imaging.preprocess import Preprocess
from tests.photographs import Camera, alike, photograph

TEXT = ["HELLO 62", "abcdefgh", "ijklmnop", "0123456789"]
FONT = cv2.FONT_HERSHEY_SIMPLEX


def sheet(lines: list[str], gap: int = 95) -> np.ndarray:
    """Characters apart from each other, in rows that are not quite even."""
    page, rng = np.full((170 * len(lines) + 120, 1250, 3), 235, np.uint8), np.random.default_rng(0)
    for i, line in enumerate(lines):
        for j, label in enumerate(line):
            place = (70 + gap * j, 150 + 170 * i + int(rng.integers(-8, 9)))
            cv2.putText(page, label, place, FONT, 2.4, (60, 40, 30), 6, cv2.LINE_AA)
    return page


def glyph(label: str) -> torch.Tensor:
    page = np.full((200, 200), 255, np.uint8)
    return Preprocess().to_tensor(cv2.putText(page, label, (60, 120), FONT, 2.4, 0, 6, cv2.LINE_AA))[0]


def agreement(cells) -> float:
    wanted = torch.stack([glyph(cell.label) for cell in cells])
    return float(alike(torch.stack([cell.picture for cell in cells]), wanted).float().mean())


@pytest.mark.parametrize(
    "camera", [Camera(), Camera(turn=3, tilt=0.04, shadow=0.3, blur=1, grain=4, table=200)], ids=["scan", "phone"]
)
def test_lines_are_read_in_order(camera: Camera) -> None:
    page = sheet(TEXT) if camera == Camera() else read_pages(photograph(sheet(TEXT), camera))[0]
    cells = read_free(page, TEXT)
    assert "".join(cell.label for cell in cells) == "".join(TEXT).replace(" ", "")
    assert {cell.status for cell in cells} == {"ok"}
    assert agreement(cells) >= 0.97


def test_dots_belong_to_their_letters() -> None:
    cells = read_free(sheet(["ijl"]), ["ijl"])
    assert agreement(cells) == 1
    assert cells[0].box.height > 0.8 * cells[2].box.height


def test_a_missing_character_is_empty_and_the_others_keep_their_names() -> None:
    cells = read_free(sheet(["ABC", "EFG"]), ["ABC", "EFGH"])
    assert [cell.status for cell in cells].count("empty") == 1
    assert [cell.label for cell in cells] == list("ABCEFGH")
    rows = read_free(sheet(["ABC"]), ["ABC", "DE"])
    assert [cell.status for cell in rows] == ["ok"] * 3 + ["empty"] * 2


def test_specks_are_no_characters() -> None:
    page = sheet(["ABCDEF"])
    for x in (140, 330, 700, 900):
        cv2.circle(page, (x, 60), 3, (60, 60, 60), -1)
    cells = read_free(page, ["ABCDEF"])
    assert [cell.status for cell in cells] == ["ok"] * 6
    assert agreement(cells) == 1


def test_one_character_labels_all() -> None:
    cells = read_free(sheet(["B7B7", "77BB"]), "7")
    assert [cell.label for cell in cells] == ["7"] * 8


def test_broken_glyphs_are_put_together() -> None:
    page = sheet(["HHHHHH", "HHHHHH"])
    page[:, 170:174] = 235  # a gap in two of them
    cells = read_free(page, "H")
    assert len(cells) == 12


def test_ink_at_the_edge_is_clipped() -> None:
    page = sheet(["ABC"])[:, 95:]
    assert [cell.status for cell in read_free(page, ["ABC"])] == ["clipped", "ok", "ok"]


def test_the_classifier_is_asked_once() -> None:
    def read(glyphs: torch.Tensor) -> torch.Tensor:
        assert glyphs.shape == (3, 1, 28, 28)
        return torch.nn.functional.one_hot(torch.full((3,), 10), 62).float()  # A

    assert [cell.status for cell in read_free(sheet(["ABC"]), ["ABC"], read=read)] == [
        "ok",
        "suspicious",
        "suspicious",
    ]


def hairlines() -> np.ndarray:
    page = np.full((1200, 900, 3), 255, np.uint8)
    page[400:740, 200:800:200] = 0
    return page


@pytest.mark.parametrize(
    ("page", "text", "message"),
    [
        (np.full((90, 90, 3), 255, np.uint8), ["A"], "expected dark writing on light paper, got a picture without any"),
        (np.zeros((1, 1, 3), np.uint8), ["A"], "expected dark writing on light paper"),
        (sheet(["A"]), [" ", ""], f"expected a text of 1 to {MAX_TEXT} characters, row by row, got 0"),
        (sheet(["A"]), ["A" * 2001], f"expected a text of 1 to {MAX_TEXT} characters, row by row, got 2001"),
        (
            np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8),
            "ab",
            "expected separated characters",
        ),
        (hairlines(), ["a"], "got lines and specks alone"),
    ],
    ids=["blank", "one pixel", "no text", "much text", "noise", "hairlines"],
)
def test_what_cannot_be_read_is_refused(page: np.ndarray, text, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_free(page, text)


@pytest.mark.data
def test_real_photographs_give_their_text(real_root) -> None:
    with (real_root / "worksheets" / "worksheets.csv").open(encoding="utf-8") as file:
        rows = {row["file"]: row["text (rows separated by |)"] for row in csv.DictReader(file)}
    for name in ("01_list.jpg", "04_deep.jpg", "img_20210425_133348__01.jpg"):
        lines = rows[name].split("|")
        cells = read_free(read_pages((real_root / "worksheets" / name).read_bytes())[0], lines)
        assert "".join(cell.label for cell in cells) == "".join("".join(lines).split())
        assert [cell.status for cell in cells].count("empty") <= 0.01 * len(cells)
