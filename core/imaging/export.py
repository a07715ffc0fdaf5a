"""Arrays and settings as JSON and npz files."""

import json
from io import BytesIO

import numpy as np


def as_json(arrays: dict[str, np.ndarray], **settings: object) -> bytes:
    """Settings and arrays as one JSON object.

    Example:
        >>> as_json({"z": np.zeros(2)}, seed=3)
        b'{"seed": 3, "z": [0.0, 0.0]}'
    """
    return json.dumps({**settings, **{name: array.tolist() for name, array in arrays.items()}}).encode()


def as_npz(arrays: dict[str, np.ndarray]) -> bytes:
    """Arrays as a compressed npz file, which `numpy.load` opens without unpickling."""
    file = BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()
