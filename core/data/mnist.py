"""MNIST: handwritten digits, LeCun, Cortes and Burges, 1998."""

from pathlib import Path

import numpy as np

from core.data import idx
from core.data.dataset import Pictures, Split


def mnist(root: Path, split: Split) -> Pictures:
    """MNIST's training files split 80/20, or its official test files; downloaded through torchvision where missing."""

    def download() -> None:
        from torchvision.datasets import MNIST  # seconds to import, and needed only here

        MNIST(str(root), download=True)

    prefix = root / "MNIST" / "raw" / ("t10k" if split == "test" else "train")
    images, labels = idx.labelled(Path(f"{prefix}-images-idx3-ubyte"), Path(f"{prefix}-labels-idx1-ubyte"), download)
    pictures = Pictures(images, labels, np.full(len(labels), -1, np.int64), tuple("0123456789"))
    return pictures if split == "test" else pictures.split(split)
