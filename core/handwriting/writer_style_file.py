"""Files of writer styles: safetensors that a visitor takes home, checked before a tensor is made of them."""

import json
from math import prod
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from core.handwriting.writer_prior import WriterPrior
from core.handwriting.writer_style import WriterStyle, checked_prior, fingerprint
from core.models.base import Autoencoder

VERSION = 1
MAX_BYTES = 3_000_000
MAX_HEADER = 100_000
MAX_LATENT = 100.0  # a hundred deviations of the prior
MAX_DELTA = 10.0  # change of a weight
DELTA = "accent."  # in the names of tensors in files
DTYPES = {"F16": 2, "I16": 2}  # bytes a number


def to_bytes(style: WriterStyle) -> bytes:
    """A writer style as the content of a safetensors file, under 3 MB."""
    tensors = {"z": style.z.half().contiguous(), "seen": style.seen.short().contiguous()}
    tensors |= {DELTA + name: d.contiguous() for name, d in style.delta.items()}
    return save(tensors, metadata={"hand": json.dumps({"version": VERSION, "weights": fingerprint(style.model)})})


def from_bytes(data: bytes, model: Autoencoder, prior: WriterPrior | None = None) -> WriterStyle:
    """The writer style of a stranger's file, checked before a tensor is made of it.

    Args:
        data: of the file, at most 3 MB.
        model: the autoencoder that the style was learned with.
        prior: has the number of classes; that of chars62-infovae-32 by default.

    Raises:
        ValueError: in one sentence for the visitor, if the file is too large, damaged, of another model, or holds
            anything but a writer style.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"expected a hand file of at most {MAX_BYTES // 10**6} MB, got {len(data) / 1e6:.1f} MB")
    header = _header(data)
    _check_metadata(header.pop("__metadata__", None), model)
    expected = _expected(model, len(checked_prior(model, prior).means))
    for name, entry in header.items():
        _check_entry(name, entry, expected)
    if not {"z", "seen"} <= header.keys():
        raise ValueError("expected a hand file with the tensors z and seen, got one without")
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise ValueError("expected a whole hand file, got one that is damaged or cut short") from error
    delta = {name.removeprefix(DELTA): t for name, t in tensors.items() if name.startswith(DELTA)}
    _check_numbers(tensors["z"], tensors["seen"], delta)
    return WriterStyle(model, tensors["z"].float(), tensors["seen"].long(), delta)


def _header(data: bytes) -> dict[str, Any]:
    """The header of a safetensors file, parsed."""
    size = int.from_bytes(data[:8], "little")
    if not 2 <= size <= min(MAX_HEADER, len(data) - 8):
        raise ValueError("expected a hand file (safetensors), got something else")
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError) as error:
        raise ValueError("expected a hand file (safetensors), got something else") from error
    if not isinstance(header, dict):
        raise ValueError("expected a hand file (safetensors), got something else")
    return header


def _check_metadata(metadata: Any, model: Autoencoder) -> None:
    try:
        stored = json.loads(metadata["hand"])
        version, weights = stored["version"], stored["weights"]
    except (TypeError, KeyError, ValueError, RecursionError) as error:
        raise ValueError("expected a file that was saved here as a hand, got another safetensors file") from error
    if version != VERSION:
        raise ValueError(f"expected a hand file of version {VERSION}, got {str(version)[:20]!r}")
    if weights != fingerprint(model):
        raise ValueError("expected a hand of the model that is shown here, got one of another model")


def _expected(model: Autoencoder, classes: int) -> dict[str, tuple[str, list[int]]]:
    """Type and shape, by name, of the tensors that a file may hold."""
    weights = {
        DELTA + name: ("F16", list(tensor.shape))
        for name, tensor in model.state_dict().items()
        if name.startswith("decoder.") and tensor.is_floating_point() and ".running_" not in name
    }
    return {"z": ("F16", [classes, model.latent]), "seen": ("I16", [classes])} | weights


def _check_entry(name: str, entry: Any, expected: dict[str, tuple[str, list[int]]]) -> None:
    """A `ValueError` unless a tensor is one of those expected, in its type and shape, and as long as that makes it."""
    if name not in expected:
        raise ValueError(f"expected the tensors of a hand, got another one named {name[:60]!r}")
    dtype, shape = expected[name]
    if not isinstance(entry, dict) or entry.get("dtype") != dtype or entry.get("shape") != shape:
        found = (entry.get("dtype"), entry.get("shape")) if isinstance(entry, dict) else entry
        raise ValueError(f"expected {name} as {dtype} of shape {shape}, got {str(found)[:60]}")
    match entry.get("data_offsets"):
        case [int(start), int(end)] if end - start == DTYPES[dtype] * prod(shape):
            return
        case _:
            raise ValueError("expected a whole hand file, got one that is damaged or cut short")


def _check_numbers(z: Tensor, seen: Tensor, delta: dict[str, Tensor]) -> None:
    if not z.isfinite().all() or z.abs().max() > MAX_LATENT or seen.min() < 0:
        raise ValueError("expected a hand of finite, moderate numbers, got others")
    if any(not d.isfinite().all() or d.abs().max() > MAX_DELTA for d in delta.values()):
        raise ValueError("expected decoder weights of finite, moderate numbers, got others")
