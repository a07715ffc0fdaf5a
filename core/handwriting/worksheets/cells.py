"""One cell of a sheet: its glyph, the verdict on it, and what the person makes of both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from core.data.characters import CLASSES, merge_lookalikes
from core.data.dataset import Pictures
from core.handwriting.worksheets.layout import Box
from core.imaging.ink import drawn
from core.imaging.preprocess import Preprocess
from core.imaging.rendering import to_bytes
from core.imaging.strokes import Stroke

Verdict = Literal["ok", "empty", "clipped", "suspicious", "skipped"]
Reader = Callable[[Tensor], Tensor]  # glyphs (N, 1, S, S) → probabilities of the 62 classes (N, 62)
DOUBT = 0.1  # the classifier disagrees if it believes less in the character and all that look like it


@dataclass(frozen=True)
class Cell:
    """What is written in one box.

    Attributes:
        label: the character that should be there.
        box: where; in mm on a worksheet, in pixels of the picture on a free sheet.
        picture: the glyph as the models see it, (1, 28, 28) in [0, 1]; zeros if the cell is empty.
        verdict: "ok"; "empty": no ink; "clipped": the ink leaves the box or the picture; "suspicious": the classifier
            reads something else; "skipped": the person wants it left out.
    """

    label: str
    box: Box
    picture: Tensor
    verdict: Verdict


@torch.inference_mode()
def judged(cells: Sequence[Cell], read: Reader) -> list[Cell]:
    """The cells with the verdict "suspicious" where the classifier reads another character.

    Its beliefs in all that look alike once cropped (o, O and 0; small and capital c) count together, and cells of
    characters that it does not know are left as they are.

    Args:
        cells: of one sheet or of several.
        read: glyphs (N, 1, S, S) → probabilities (N, 62).
    """
    rows = [i for i, cell in enumerate(cells) if cell.verdict == "ok" and cell.label in CLASSES]
    if not rows:
        return list(cells)
    family = merge_lookalikes(torch.arange(len(CLASSES)))
    labels = torch.tensor([CLASSES.index(cells[i].label) for i in rows])
    beliefs = read(torch.stack([cells[i].picture for i in rows]))
    together = (beliefs * (family[None] == family[labels][:, None])).sum(dim=1)
    doubted = {i for i, belief in zip(rows, together.tolist(), strict=True) if belief < DOUBT}
    return [replace(cell, verdict="suspicious") if i in doubted else cell for i, cell in enumerate(cells)]


def confirmed(cell: Cell, label: str | None = None) -> Cell:
    """The cell as the person wants it: with another character, or as it is after all.

    Raises:
        ValueError: if the cell is empty, or the character is none of the 62.
    """
    if not cell.picture.any():
        raise ValueError("expected a cell with ink in it, got an empty one: draw the character, or leave the cell out")
    if label is not None and label not in CLASSES:
        raise ValueError(f"expected one of the characters 0-9, A-Z and a-z, got {label!r}")
    return replace(cell, label=label or cell.label, verdict="ok")


def skipped(cell: Cell) -> Cell:
    """The cell, left out of what is learnt."""
    return replace(cell, verdict="skipped")


def redrawn(cell: Cell, drawing: list[Stroke], preprocess: Preprocess | None = None) -> Cell:
    """The cell with a character drawn on the pad instead; see `core.imaging.strokes.parse`.

    Raises:
        ValueError: if nothing of it lies on the pad.

    Example:
        >>> cell = Cell("l", Box(0, 0, 27, 28), torch.zeros(1, 28, 28), "empty")
        >>> redrawn(cell, [{"w": 12, "p": [128, 64, 128, 192]}]).verdict
        'ok'
    """
    return replace(cell, picture=drawn(drawing, preprocess or Preprocess())[0], verdict="ok")


def hand_of(cells: Sequence[Cell], writer: int = -1) -> Pictures:
    """What can be learnt from: the cells of the verdict "ok" with one of the 62 characters, as a data set.

    Example:
        >>> cell = Cell("b", Box(0, 0, 27, 28), torch.ones(1, 28, 28), "ok")
        >>> hand_of([cell, skipped(cell)]).labels
        array([37])
    """
    usable = [cell for cell in cells if cell.verdict == "ok" and cell.label in CLASSES]
    pictures = [to_bytes(cell.picture[0]).numpy() for cell in usable]
    labels = np.array([CLASSES.index(cell.label) for cell in usable], np.int64)
    images = np.stack(pictures) if pictures else np.zeros((0, 28, 28), np.uint8)
    return Pictures(images, labels, np.full(len(labels), writer, np.int64), CLASSES)
