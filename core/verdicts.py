"""What a judge says of generated digits, quick enough to follow a slider."""

from typing import NamedTuple

import torch
from torch import Tensor

from core.models.base import Classifier
from core.restyle import SURE

SETTLED = SURE + 0.1  # from this belief on, half precision cannot change what is said


class Verdict(NamedTuple):
    """What one judge says of pictures.

    Attributes:
        read: the class it reads, (N,).
        belief: its probability of that class, (N,).
    """

    read: Tensor
    belief: Tensor


@torch.inference_mode()
def verdict(judge: Classifier, pictures: Tensor, batch: int = 256) -> Verdict:
    """A judge's reading of pictures in [0, 1], (N, C, S, S).

    Where the processor has it, in half precision, which halves the time; what is not settled by that, a belief below
    0.8, is read again in full precision.

    Example:
        >>> from core.models.conv_classifier import ConvClassifier
        >>> verdict(ConvClassifier().eval(), torch.rand(3, 1, 28, 28)).read.shape
        torch.Size([3])
    """
    halved = has_half_precision()
    with torch.autocast("cpu", torch.bfloat16, enabled=halved):
        beliefs = beliefs_of(judge, pictures, batch)
    belief, read = beliefs.max(dim=1)
    open_ = (belief < SETTLED).nonzero()[:, 0]
    if halved and len(open_):
        belief[open_], read[open_] = beliefs_of(judge, pictures[open_], batch).max(dim=1)
    return Verdict(read, belief)


def beliefs_of(judge: Classifier, pictures: Tensor, batch: int) -> Tensor:
    """Class probabilities in batches, (N, K) float32."""
    return torch.cat([judge.probabilities(rows).float() for rows in pictures.split(batch)])


def has_half_precision() -> bool:
    """Does the processor compute with bfloat16?"""
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
