"""Figures of a training run: its learning curve, its table, its film strip."""

import csv
from io import StringIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

FILM_ROWS = 24


def table(history: list[dict[str, float]]) -> str:
    """The history as CSV, a row an epoch.

    Example:
        >>> print(table([{"epoch": 0, "total": 2.5}]), end="")
        epoch,total
        0,2.5
    """
    text = StringIO()
    writer = csv.DictWriter(text, fieldnames=list(history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()


def learning_curve(history: list[dict[str, float]], *, title: str) -> Image.Image:
    """One small panel a figure of the history, epochs to the right."""
    names = [key for key in history[0] if key not in ("epoch", "score")]
    figure = Figure(figsize=(3 * len(names), 2.6), layout="constrained", dpi=120)
    figure.suptitle(title, fontsize=10)
    for axes, name in zip(np.atleast_1d(figure.subplots(1, len(names))), names, strict=True):
        axes.plot([row["epoch"] + 1 for row in history], [row[name] for row in history], color="#1f3a5f")
        axes.set_title(name.replace("_", " "), fontsize=9)
        axes.set_xlabel("epoch", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def film_strip(frames: list[Tensor]) -> Image.Image:
    """Decoded class means over training: a row an epoch (evenly chosen, the last one included), a column a class.

    Args:
        frames: one (K, C, S, S) uint8 tensor an epoch; ink is printed dark on light, colours as they are.

    Example:
        >>> import torch
        >>> film_strip([torch.zeros(62, 1, 28, 28, dtype=torch.uint8)] * 3).size
        (1736, 84)
    """
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(FILM_ROWS, len(frames))).round().astype(int))
    rows = [np.concatenate(list(frames[i].permute(0, 2, 3, 1).numpy()), axis=1) for i in chosen]
    pixels = np.concatenate(rows, axis=0)
    return Image.fromarray(pixels if pixels.shape[2] == 3 else 255 - pixels[..., 0])
