"""FashionMNIST: garments in the form of MNIST, Xiao, Rasul and Vollgraf, 2017."""

from pathlib import Path

import numpy as np

from core.data import idx
from core.data.dataset import Pictures, Split

FOLDER = Path("FashionMNIST") / "raw"
KINDS = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def fashion_mnist(root: Path, split: Split) -> Pictures:
    """FashionMNIST's training files split 80/20, or its test files; downloaded through torchvision where missing.

    Its classes are `core.data.fashion_mnist.KINDS`, in its own order.
    """

    def download() -> None:
        from torchvision.datasets import FashionMNIST  # seconds to import, and needed only here

        FashionMNIST(str(root), download=True)

    prefix = root / FOLDER / ("t10k" if split == "test" else "train")
    images, labels = idx.labelled(Path(f"{prefix}-images-idx3-ubyte"), Path(f"{prefix}-labels-idx1-ubyte"), download)
    pictures = Pictures(images, labels, np.full(len(labels), -1, np.int64), KINDS)
    return pictures if split == "test" else pictures.split(split)
