"""What does the way from one glyph to another cost: style loss, optimised in pixels, or a line in latent space?"""

import torch
from torch import Tensor

from benchmarks.report import Row, in_turn
from core.handwriting.neural_style_transfer import transfer
from core.latent.encoding import decode_set, encode_set
from core.latent.interpolation import linear
from core.registry.load import load
from core.style.backbones import backbone

MODEL = "chars62-infovae-32"
STEPS = 60  # of the optimisation, as in docs/clusters.md
FRAMES = 8  # of the line


def measure() -> list[Row]:
    """Interpolation beside the optimisation through the bundled backbone, in one thread."""
    torch.set_num_threads(1)
    network, model = backbone("painter"), load(MODEL).autoencoder
    content, style = bars()

    def along_a_line() -> Tensor:
        start, end = encode_set(model, torch.cat([content, style]).mul(255).byte()).mean
        return decode_set(model, linear(start, end, FRAMES - 1))

    ours, theirs = in_turn(along_a_line, lambda: transfer(content, style, network, steps=STEPS), 5)
    question = f"from glyph to glyph by interpolation, {FRAMES} pictures"
    return [Row(question, ours, f"style loss through painter, {STEPS} steps", theirs, "as it is")]


def bars() -> tuple[Tensor, Tensor]:
    """A thin upright bar and a bold one lying down, (1, 1, 28, 28)."""
    thin, bold = torch.zeros(2, 1, 1, 28, 28)
    thin[..., 3:25, 13:15] = 1
    bold[..., 11:17, 3:25] = 1
    return thin, bold
