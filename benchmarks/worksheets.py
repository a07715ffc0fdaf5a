"""How long does a photographed worksheet take to read, beside opening its JPEG alone?"""

import numpy as np
import torch

from benchmarks.report import Row, in_turn
from core.handwriting.worksheets.layout import layouts
from core.handwriting.worksheets.scanning import scan
from core.handwriting.worksheets.uploads import read_pages
from core.imaging.preprocess import open_picture
from core.registry.load import load
from tests.photographs import Camera, filled, photograph

PHONE = Camera(turn=8, tilt=0.05, bend=0.01, shadow=0.3, blur=0.8, grain=3, pixels=4000)  # twelve megapixels
RUNS = 5


def measure() -> list[Row]:
    """A page of 36 boxes, from a phone's JPEG to glyphs; then with the classifier's verdicts; one thread."""
    torch.set_num_threads(1)
    layout = layouts("letter")[0]
    glyphs = np.random.default_rng(0).integers(0, 2, (len(layout.places), 5, 5), dtype=np.uint8) * 255
    data = photograph(filled(layout, list(glyphs)), PHONE)
    read = load("chars62-classifier").classifier.probabilities
    plain, opened = in_turn(lambda: scan(read_pages(data)[0]), lambda: open_picture(data), RUNS)
    judged, again = in_turn(lambda: scan(read_pages(data)[0], read=read), lambda: open_picture(data), RUNS)
    return [
        Row("a photographed worksheet, 36 cells", plain, "opening its JPEG", opened, "≤ 2 s"),
        Row("the same with the classifier's verdicts", judged, "opening its JPEG", again, "≤ 2 s"),
    ]
