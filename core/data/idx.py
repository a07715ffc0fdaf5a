"""The idx files of MNIST and its kin: a header of big-endian sizes, then bytes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

UINT8 = 8


def labelled(images: Path, labels: Path, download: Callable[[], object]) -> tuple[np.ndarray, np.ndarray]:
    """The pictures and labels of a pair of idx files.

    Args:
        images, labels: the two files.
        download: called where one of them is missing.

    Returns:
        (N, H, W) uint8 as stored, and (N,) int64.

    Raises:
        FileNotFoundError: if they are missing and the download fails.
        ValueError: if one is damaged.
    """
    if not (images.is_file() and labels.is_file()):
        try:
            download()
        except (OSError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise FileNotFoundError(
                f"expected {images.name} and {labels.name} in {images.parent}, and could not download them: {reason}"
            ) from error
    return _array(images, 3), _array(labels, 1).astype(np.int64)


def _array(path: Path, dimensions: int) -> np.ndarray:
    content = path.read_bytes()
    start = 4 + 4 * dimensions
    if content[:4] != bytes([0, 0, UINT8, dimensions]) or len(content) < start:
        raise ValueError(f"expected an idx file of {dimensions} dimensions in bytes, got {path}")
    shape = np.frombuffer(content, ">u4", count=dimensions, offset=4).astype(int)
    if len(content) - start != shape.prod():
        raise ValueError(
            f"expected {shape.prod()} bytes after the header of {path}, got {len(content) - start}: is it whole?"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
