"""The paper's figures 6 to 14 on our models, from the data root: each one command.

    python -m reports.figures          # all of them, into docs/pictures/analogies-figure-N.png
    python -m reports.figures 10 13    # only those

Chandra, Drelich, Scholl and Wortsman, "Generative Models and Applications in Style Transfer with Interaction", 2018.
Figure 16, the widget, is the app itself: its screenshot is taken by `python -m reports.tables`.
"""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from PIL import Image
from torch import Tensor, nn

from core.data import load as load_data
from core.data.dataset import as_ink
from core.data.fashion_mnist import KINDS
from core.fashion.garments import garment
from core.imaging import rendering
from core.latent.encoding import analogies, decode_set, encode_set
from core.models.base import Autoencoder
from core.models.cvae import CVAE
from core.registry.load import load
from core.registry.store import ROOT

PICTURES = ROOT / "docs" / "pictures"
ROWS = 8  # of analogies
COLOURS = "tab10"


def digits(count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Validation digits chosen by a seed: uint8 ink (N, 1, 28, 28) and labels (N,)."""
    pictures = load_data("mnist", "val")
    rows = np.random.default_rng(seed).permutation(len(pictures))[:count]
    return pictures.take(rows).tensors(load("mnist-cvae").preprocess)


def one_of_each(seed: int = 0) -> tuple[Tensor, Tensor]:
    """A validation digit of each of the classes 0 to `ROWS` − 1."""
    ink, labels = digits(400, seed)
    rows = torch.stack([(labels == label).nonzero()[0, 0] for label in range(ROWS)])
    return ink[rows], labels[rows]


def figure_6() -> Image.Image:
    """Digits (left) and their reconstructions from samples of the posterior in 10 dimensions (right)."""
    model, (ink, _) = load("mnist-vae-10").autoencoder, digits(64)
    drawn = decode_set(model, encode_set(model, ink).sample(torch.Generator().manual_seed(0)))
    return beside(glyphs(as_ink(ink), 8), glyphs(drawn, 8))


def figure_7() -> Image.Image:
    """Samples of the prior in 10 dimensions."""
    z = torch.randn((128, 10), generator=torch.Generator().manual_seed(0))
    return rendering.on_paper(glyphs(decode_set(load("mnist-vae-10").autoencoder, z), 16))


def figure_8() -> Image.Image:
    """The two-dimensional space decoded on a grid, each axis over the quantiles of the prior."""
    steps = torch.distributions.Normal(0.0, 1.0).icdf(torch.linspace(0.02, 0.98, 20))
    z = torch.cartesian_prod(-steps, steps).flip(1)
    return rendering.on_paper(glyphs(decode_set(load("mnist-vae-2").autoencoder, z), 20, gap=0))


def figure_9() -> Image.Image:
    """Two-dimensional embeddings of digits, coloured by class, with some of the digits."""
    ink, labels = digits(3000)
    z = encode_set(load("mnist-vae-2").autoencoder, ink).mean.numpy()
    figure = Figure(figsize=(7, 6), layout="constrained", dpi=110)
    axes: Any = figure.subplots()
    dots = axes.scatter(z[:, 0], z[:, 1], c=labels, cmap=COLOURS, s=5)
    axes.legend(*dots.legend_elements(), title="digit", frameon=False, loc="upper right")
    for row in range(60):
        shown = np.asarray(rendering.on_paper(rendering.to_array(as_ink(ink[row]))).convert("RGB"))
        box = OffsetImage(shown, zoom=0.6)
        axes.add_artist(AnnotationBbox(box, tuple(z[row]), frameon=False))
    axes.set(xlabel="z₁", ylabel="z₂")
    axes.spines[["top", "right"]].set_visible(False)
    return rendered(figure)


def figure_10() -> Image.Image:
    """Analogies with an encoder that sees x only (left), and x and y (right)."""
    return beside(*(analogy_sheet(name, *one_of_each()) for name in ("mnist-cvae-mlp-x", "mnist-cvae-mlp-xy")))


def figure_11() -> Image.Image:
    """The layers of φ_z, which the encoder looks through, and the shapes between them."""
    return layers(convolutional().features)


def figure_12() -> Image.Image:
    """The layers of φ_y, which the classifier looks through, and the shapes between them."""
    return layers(convolutional().classifier)


def figure_13() -> Image.Image:
    """Analogies with the paper's convolutional form (left) and ours (right)."""
    return beside(*(analogy_sheet(name, *one_of_each()) for name in ("mnist-cvae-conv", "mnist-cvae")))


def figure_14() -> Image.Image:
    """Garments and the digits that carry their shape: the paper's convolutional form (left) and ours (right)."""
    preprocess = load("mnist-cvae").preprocess
    worn = [garment(kind, seed=1) for kind in KINDS]
    ink = torch.cat([preprocess.to_tensor(picture) for picture in worn])
    return beside(*(garment_sheet(load(name).autoencoder, ink) for name in ("mnist-cvae-conv", "mnist-cvae")))


FIGURES: dict[int, Callable[[], Image.Image]] = {
    6: figure_6,
    7: figure_7,
    8: figure_8,
    9: figure_9,
    10: figure_10,
    11: figure_11,
    12: figure_12,
    13: figure_13,
    14: figure_14,
}


def glyphs(ink: Tensor, columns: int, gap: int = 2) -> np.ndarray:
    """Ink (N, 1, S, S) as one sheet, twice its size."""
    return rendering.sheet(rendering.enlarge(rendering.to_array(ink), 2), columns, gap=gap)


def beside(left: np.ndarray, right: np.ndarray) -> Image.Image:
    """Two sheets with a gutter between them, as ink on paper."""
    gutter = np.zeros((left.shape[0], 40), np.uint8)
    return rendering.on_paper(np.concatenate([left, gutter, right], axis=1))


def analogy_sheet(name: str, ink: Tensor, labels: Tensor) -> np.ndarray:
    """A row for each digit: itself, then its style in all ten classes."""
    model = load(name).autoencoder
    drawn = analogies(model, encode_set(model, ink, labels).mean)
    return glyphs(torch.cat([as_ink(ink)[:, None], drawn], dim=1).flatten(0, 1), model.classes + 1)


def garment_sheet(model: Autoencoder, ink: Tensor) -> np.ndarray:
    """A row for each garment: itself, then encoded and drawn as each of the ten classes."""
    classes = torch.arange(model.classes)
    drawn = [decode_set(model, model.encode(x.expand(len(classes), -1, -1, -1), classes).mean, classes) for x in ink]
    rows = [torch.cat([x[None], digits]) for x, digits in zip(ink, drawn, strict=True)]
    return glyphs(torch.cat(rows), model.classes + 1)


def convolutional() -> CVAE:
    """The paper's convolutional form."""
    model = load("mnist-cvae-conv").model
    assert isinstance(model, CVAE)
    return model


def layers(network: nn.Module) -> Image.Image:
    """A chain of layers as boxes, each with the shape of what leaves it."""
    named, shape, x = [], [], torch.zeros(1, 1, 28, 28)
    for layer in network.children():
        x = layer(x)
        named.append(str(layer).split("(")[0])
        shape.append(" × ".join(str(side) for side in x.shape[1:]))
    figure = Figure(figsize=(1.05 * len(named), 1.7), dpi=110)
    axes: Any = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.5, len(named) - 0.5), ylim=(-1, 1))
    axes.axis("off")
    for i, (name, after) in enumerate(zip(named, shape, strict=True)):
        axes.text(i, 0.25, name, ha="center", fontsize=8, bbox={"boxstyle": "round", "fc": "#f7f3ea", "ec": "#6b6254"})
        axes.text(i, -0.3, after, ha="center", fontsize=7, color="#6b6254")
    return rendered(figure)


def rendered(figure: Figure) -> Image.Image:
    """A Matplotlib figure as a picture."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def main() -> None:
    """Draw the figures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", nargs="*", type=int, help="figures to draw, 6 to 14; all if none is named")
    numbers = parser.parse_args().number or list(FIGURES)
    if unknown := set(numbers) - FIGURES.keys():
        parser.error(f"expected figures from 6 to 14, got {', '.join(map(str, sorted(unknown)))}")
    for number in numbers:
        path = PICTURES / f"analogies-figure-{number}.png"
        FIGURES[number]().save(path, optimize=True)
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
