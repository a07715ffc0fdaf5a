"""Labelled pictures of a data set, their tensors and their split."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from core.imaging.preprocess import Preprocess
from core.imaging.rendering import to_bytes

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
VALIDATION_SHARE = 0.2


@dataclass(frozen=True)
class Pictures:
    """Labelled pictures, as stored: nothing is preprocessed yet.

    Attributes:
        images: (N, H, W) uint8, white ink on black, or (N, H, W, 3) uint8 colours.
        labels: (N,) int64, positions in `classes`.
        writers: (N,) int64, who wrote each; -1 where unknown.
        classes: the names of the classes in order.
    """

    images: np.ndarray
    labels: np.ndarray
    writers: np.ndarray
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not len(self.images) == len(self.labels) == len(self.writers):
            raise ValueError(
                f"expected as many labels and writers as images, got {len(self.labels)}, {len(self.writers)} "
                f"for {len(self.images)}"
            )

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: np.ndarray) -> "Pictures":
        """The pictures at the given rows."""
        return Pictures(self.images[rows], self.labels[rows], self.writers[rows], self.classes)

    def split(self, split: Split, seed: int = 0) -> "Pictures":
        """The seeded 80/20 `train` or `val` part; the pictures of one known writer stay together."""
        rng = np.random.default_rng(seed)
        known = self.writers >= 0
        val_writers = _share(np.unique(self.writers[known]), rng)
        in_val = np.isin(self.writers, val_writers)
        in_val[_share(np.flatnonzero(~known), rng)] = True
        return self.take(np.flatnonzero(in_val if split == "val" else ~in_val))

    def tensors(self, preprocess: Preprocess) -> tuple[Tensor, Tensor]:
        """Preprocessed pictures, uint8 (N, C, S, S), and labels (N,).

        They are kept as bytes, a quarter of the memory; `as_ink` makes float32 batches of it.
        """
        ink = torch.empty((len(self), preprocess.channels, preprocess.size, preprocess.size), dtype=torch.uint8)
        for i, image in enumerate(
            tqdm(self.images, desc="preprocessing", unit=" pictures", disable=len(self) < 20_000)
        ):
            ink[i] = to_bytes(preprocess.to_tensor(image)[0])
        return ink, torch.from_numpy(self.labels)


def as_ink(batch: Tensor) -> Tensor:
    """A uint8 batch as float32 in [0, 1]."""
    return batch.float() / 255


def split_rows(n: int, split: Split, seed: int = 0) -> np.ndarray:
    """The rows of n pictures without known writers that `Pictures.split` takes for `train` or `val`, ascending.

    Example:
        >>> split_rows(5, "val"), split_rows(5, "train")
        (array([2]), array([0, 1, 3, 4]))
    """
    held_out = _share(np.arange(n), np.random.default_rng(seed))
    in_val = np.isin(np.arange(n), held_out)
    return np.flatnonzero(in_val if split == "val" else ~in_val)


def _share(items: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random fifth of the items."""
    return rng.permutation(items)[: round(VALIDATION_SHARE * len(items))]
