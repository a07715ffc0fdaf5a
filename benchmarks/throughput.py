"""What do our encode and decode cost beside the plain PyTorch forward at the same batch?"""

import torch

from benchmarks.report import Row, in_turn
from core.latent.encoding import analogies, decode_set, encode_set
from core.models.infovae import InfoVAE
from core.models.style_cvae import StyleCVAE
from core.registry.load import load

NAME = "chars62-infovae-32"
TEN = "mnist-cvae"
BATCH = 512
PICTURES = 2048


def measure() -> list[Row]:
    """Encode and decode many pictures, and draw ten digits in one style; each on one thread."""
    torch.set_num_threads(1)
    return [many(), ten()]


def many() -> Row:
    """Encode and decode 2,048 pictures by the core's functions, and by the bare modules in the same batches."""
    model = load(NAME).autoencoder
    if not isinstance(model, InfoVAE):
        raise ValueError(f"expected an InfoVAE, got {type(model).__name__}")
    ink = torch.randint(0, 256, (PICTURES, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    batches = (ink.float() / 255).split(BATCH)

    def ours() -> None:
        decode_set(model, encode_set(model, ink, batch=BATCH).mean, batch=BATCH)

    @torch.inference_mode()
    def bare() -> None:
        for x in batches:
            mean, _ = model.encoder(x).chunk(2, dim=1)
            model.decoder(mean).sigmoid()

    mine, theirs = in_turn(ours, bare, runs=7)
    return Row(f"encode + decode {PICTURES} pictures", mine, "the bare modules", theirs, "≤ 1.10")


def ten() -> Row:
    """The ten digits in one style, as Analogies draws them at every step of a slider, and the bare decoder on them."""
    model = load(TEN).autoencoder
    if not isinstance(model, StyleCVAE):
        raise ValueError(f"expected a StyleCVAE, got {type(model).__name__}")
    z, digits = torch.randn((1, model.latent), generator=torch.Generator().manual_seed(0)), torch.arange(10)
    rows = z.expand(10, -1).contiguous()

    @torch.inference_mode()
    def bare() -> None:
        model.decoder(rows, digits).sigmoid()

    mine, theirs = in_turn(lambda: analogies(model, z), bare, runs=200)
    return Row("ten decodings on one thread", mine, "the bare decoder", theirs, "≤ 3 ms")
