"""Measure the worksheets' scanner and write its figures into docs/worksheets.md: one command.

    python -m reports.worksheets                  # with the writers of the validation part
    python -m reports.worksheets --split test

Needs the data root: chars62's known writers fill the sheets, `worksheets/` has the real photographs.
"""

import argparse
import csv
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from core.data import Pictures, data_root
from core.data import load as load_data
from core.data.characters import CLASSES, merge_lookalikes
from core.handwriting.worksheets.cells import Cell, Reader, flagged
from core.handwriting.worksheets.freeform import read_free
from core.handwriting.worksheets.layout import PAGES, Layout, layouts
from core.handwriting.worksheets.scanning import scan
from core.handwriting.worksheets.uploads import read_pages
from core.imaging.preprocess import Preprocess
from core.registry.load import load
from core.registry.store import ROOT
from reports.tables import insert
from tests.photographs import INKS, alike, filled, ordinary, photograph

PAGE = ROOT / "docs" / "worksheets.md"
SHEETS = 36  # twelve pages, each photographed three times
ALL_ARE = "all characters are "
FORM = "handwrite-form-filled.jpg"


def sheet_of(pictures: Pictures, writer: int, layout: Layout) -> list[np.ndarray]:
    """A known writer's glyphs in the order of a page, (28, 28) uint8 each."""
    mine = {int(pictures.labels[i]): pictures.images[i] for i in np.flatnonzero(pictures.writers == writer)}
    return [mine[CLASSES.index(label)] for label in layout.text]


def synthetic(split: str, read: Reader) -> list[tuple[str, int, int]]:
    """Cells found and rightly labelled on photographs of sheets filled by known writers, and statuses on them."""
    pictures = load_data("chars62", split)
    writers, counts = np.unique(pictures.writers[pictures.writers >= 0]), Counter[str]()
    for seed in range(SHEETS):
        layout = layouts("a4" if seed % 2 else "letter")[seed // 2 % len(PAGES)]
        glyphs = sheet_of(pictures, int(writers[seed % len(writers)]), layout)
        page = filled(layout, glyphs, ink=INKS[seed % len(INKS)], seed=seed)
        sheet = scan(read_pages(photograph(page, ordinary(seed)))[0])
        wanted = torch.stack([Preprocess().to_tensor(glyph)[0] for glyph in glyphs])
        found = alike(torch.stack([cell.picture for cell in sheet.cells]), wanted)
        right = found & torch.tensor([sheet.layout is layout and cell.status == "ok" for cell in sheet.cells])
        counts["right"] += int(right.sum())
        counts["doubted"] += statuses(flagged(sheet.cells, read))["suspicious"]
        turned = [Cell(label, cell.box, cell.picture, cell.status) for label, cell in swapped(sheet.cells)]
        counts["caught"] += statuses(flagged(turned, read))["suspicious"]
        counts["swapped"] += len(turned)
    total = SHEETS * len(layouts("letter")[0].places)
    return [
        (f"cells of {SHEETS} synthetic photographs, found and rightly labelled", counts["right"], total),
        ("of these cells, doubted although right", counts["doubted"], total),
        ("of such cells with another character's label, doubted", counts["caught"], counts["swapped"]),
    ]


def swapped(cells: tuple[Cell, ...]) -> list[tuple[str, Cell]]:
    """Each cell with the label of another one that does not look like it."""
    family = merge_lookalikes(torch.arange(len(CLASSES)))
    labels = [cell.label for cell in cells]
    pairs = zip(labels[7:] + labels[:7], cells, strict=True)
    return [(other, cell) for other, cell in pairs if family[CLASSES.index(other)] != family[CLASSES.index(cell.label)]]


def statuses(cells: list[Cell]) -> Counter[str]:
    """The number of cells of each status."""
    return Counter(cell.status for cell in cells)


def photographs(root: Path, read: Reader) -> list[str]:
    """A row of the table for every real photograph."""
    folder, rows = root / "worksheets", list[str]()
    with (folder / "worksheets.csv").open(encoding="utf-8") as file:
        for entry in csv.DictReader(file):
            if entry["file"].endswith(".jpg"):
                rows.append(_row(entry["file"], entry["text (rows separated by |)"], folder, read))
    return rows


def _row(name: str, text: str, folder: Path, read: Reader) -> str:
    page = read_pages((folder / name).read_bytes())[0]
    lines = [text.removeprefix(ALL_ARE)] if text.startswith(ALL_ARE) else text.split("|")
    cells = list(scan(page, read=read).cells) if name == FORM else read_free(page, lines, read=read)
    wanted = "?" if text.startswith(ALL_ARE) else len("".join("".join(lines).split()))
    seen = statuses(cells)
    found = len(cells) - seen["empty"]
    return f"| {name} | {wanted} | {found} | {seen['clipped']} | {seen['suspicious']} | {agreed(cells, read):.3f} |"


def agreed(cells: list[Cell], read: Reader) -> float:
    """The share of whole characters that the classifier names by their label or a look-alike."""
    family = merge_lookalikes(torch.arange(len(CLASSES)))
    whole = [cell for cell in cells if cell.status in ("ok", "suspicious") and cell.label in CLASSES]
    with torch.inference_mode():
        named = read(torch.stack([cell.picture for cell in whole])).argmax(dim=1)
    return float((family[named] == family[[CLASSES.index(cell.label) for cell in whole]]).float().mean())


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("train", "val", "test"), default="val")
    split = parser.parse_args().split
    read = load("chars62-classifier").classifier.probabilities
    rows = [f"| {what} | {n:,} | {of:,} | {n / of:.4f} |" for what, n, of in synthetic(split, read)]
    table = "\n".join([f"| chars62, {split} | n | of | share |", "|---|---|---|---|", *rows])
    heads = ["| photograph | characters | found | clipped | suspicious | classifier agrees |", "|---" * 6 + "|"]
    real = "\n".join([*heads, *photographs(data_root(), read)])
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(insert(insert(page, "synthetic", table), "photographs", real), encoding="utf-8")
    print(f"{table}\n\n{real}")


if __name__ == "__main__":
    main()
