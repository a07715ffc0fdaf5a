"""One cell of a sheet: its label, its glyph, and its status."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from core.data.characters import CLASSES, merge_lookalikes
from core.handwriting.worksheets.layout import Box

Status = Literal["ok", "empty", "clipped", "suspicious"]
Reader = Callable[[Tensor], Tensor]  # glyphs (N, 1, S, S) → probabilities of the 62 classes (N, 62)
DOUBT = 0.1  # the classifier disagrees if the character and all that look like it have less


@dataclass(frozen=True)
class Cell:
    """One box of a sheet and the glyph in it.

    Attributes:
        label: the character that should be there.
        box: where; in mm on a worksheet, in pixels of the picture on a free sheet.
        picture: the glyph as the models see it, (1, 28, 28) in [0, 1]; zeros if the cell is empty.
        status: "ok"; "empty": no ink; "clipped": the ink leaves the box or the picture; "suspicious": the classifier
            predicts something else.
    """

    label: str
    box: Box
    picture: Tensor
    status: Status


@torch.inference_mode()
def flagged(cells: Sequence[Cell], read: Reader) -> list[Cell]:
    """The cells, "suspicious" where the classifier predicts another character.

    Probabilities of all that look alike once cropped (o, O and 0; small and capital c) are summed, and cells of
    characters that it does not know are left as they are.

    Args:
        cells: of one sheet or of several.
        read: glyphs (N, 1, S, S) → probabilities (N, 62).
    """
    rows = [i for i, cell in enumerate(cells) if cell.status == "ok" and cell.label in CLASSES]
    if not rows:
        return list(cells)
    family = merge_lookalikes(torch.arange(len(CLASSES)))
    labels = torch.tensor([CLASSES.index(cells[i].label) for i in rows])
    probabilities = read(torch.stack([cells[i].picture for i in rows]))
    together = (probabilities * (family[None] == family[labels][:, None])).sum(dim=1)
    doubted = {i for i, probability in zip(rows, together.tolist(), strict=True) if probability < DOUBT}
    return [replace(cell, status="suspicious") if i in doubted else cell for i, cell in enumerate(cells)]
