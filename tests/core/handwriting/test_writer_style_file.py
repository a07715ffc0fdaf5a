"""Files of writer styles come back as they were; altered ones are refused."""

import json

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor

from core.handwriting.writer_prior import WriterPrior
from core.handwriting.writer_style import WriterStyle
from core.handwriting.writer_style_file import MAX_BYTES, from_bytes, to_bytes
from core.models.infovae import InfoVAE


def test_a_hand_comes_back_from_its_file(model: InfoVAE, prior: WriterPrior, style: WriterStyle) -> None:
    data = to_bytes(style)
    assert len(data) < MAX_BYTES and data == to_bytes(style)
    again = from_bytes(data, model, prior)
    torch.testing.assert_close(again.write("Hello 62"), style.write("Hello 62"), atol=0.01, rtol=0)
    assert torch.equal(again.seen, style.seen) and again.delta.keys() == style.delta.keys()
    assert to_bytes(again) == data


def altered(data: bytes, metadata: dict | None = None, **changes: Tensor | None) -> bytes:
    tensors = {k: t for k, t in (load(data) | changes).items() if t is not None}
    size = int.from_bytes(data[:8], "little")
    stored = json.loads(data[8 : 8 + size])["__metadata__"] if metadata is None else metadata
    return save({name: t.contiguous() for name, t in tensors.items()}, metadata=stored)


def with_header(data: bytes, change) -> bytes:
    """The file with another header over the same numbers."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    change(header)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def test_an_altered_file_is_refused_in_one_sentence(model: InfoVAE, prior: WriterPrior, style: WriterStyle) -> None:
    data = to_bytes(style)
    z, bias = load(data)["z"], "accent.decoder.11.bias"
    wrong = [
        (b"", "got something else"),
        (b"GIF89a" * 20, "got something else"),
        ((2**62).to_bytes(8, "little") + data[8:], "got something else"),
        (data[:-7], "damaged or cut short"),
        (data + b"\0" * MAX_BYTES, "at most 3 MB"),
        (altered(data, {}), "saved here as a hand"),
        (altered(data, {"hand": "[" * 50_000}), "saved here as a hand|something else"),
        (altered(data, {"hand": '{"version": 9, "weights": "x"}'}), "version 1, got '9'"),
        (altered(data, {"hand": '{"version": 1, "weights": "x"}'}), "of another model"),
        (altered(data, z=None), "tensors z and seen"),
        (altered(data, z=z[:, :2]), r"expected z as F16 of shape \[62, 3\]"),
        (altered(data, z=z.float()), r"expected z as F16"),
        (altered(data, z=z * float("nan")), "finite, moderate"),
        (altered(data, z=z * 0 + 500), "finite, moderate"),
        (altered(data, seen=-load(data)["seen"] - 1), "finite, moderate"),
        (altered(data, **{bias: torch.tensor([99.0]).half()}), "decoder weights of finite, moderate"),
        (altered(data, **{"accent.decoder.1.running_var": torch.full((4,), -9.0).half()}), "another one named"),
        (altered(data, extra=torch.zeros(2)), "another one named 'extra'"),
        (altered(data, **{"accent.encoder.0.0.weight": torch.zeros(4, 1, 3, 3).half()}), "another one named"),
        (with_header(data, lambda h: h["z"].update(shape=[10**9, 10**9])), "expected z as F16 of shape"),
        (with_header(data, lambda h: h["z"].update(data_offsets=[0, 10**15])), "damaged or cut short"),
        (with_header(data, lambda h: h["z"].update(data_offsets=["0", None])), "damaged or cut short"),
        (with_header(data, lambda h: h.update(z=3)), "expected z as F16"),
    ]
    for content, message in wrong:
        with pytest.raises(ValueError, match=message) as refusal:
            from_bytes(content, model, prior)
        assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 200
