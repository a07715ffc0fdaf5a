"""What a judge says of generated digits, quick enough to follow a slider."""

from copy import deepcopy
from functools import lru_cache
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core.models.base import SURE, Classifier

OPEN = 0.03  # a belief that half precision may have moved past another, or past `SURE`


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

    Where the processor has it, in half precision, which halves the time; what that leaves open, two classes or `SURE`
    and a belief within 0.03, is read again in full precision.

    Example:
        >>> from core.models.conv_classifier import ConvClassifier
        >>> verdict(ConvClassifier().eval(), torch.rand(3, 1, 28, 28)).read.shape
        torch.Size([3])
    """
    if not has_half_precision():
        return Verdict(*reversed(beliefs_of(judge, pictures, batch).max(dim=1)))
    beliefs = beliefs_of(halved(judge), pictures.to(torch.bfloat16, memory_format=torch.channels_last), batch)
    (belief, second), (read, _) = (each.unbind(dim=1) for each in beliefs.topk(2))
    open_ = (torch.minimum(belief - second, (belief - SURE).abs()) < OPEN).nonzero()[:, 0]
    belief, read = belief.clone(), read.clone()
    if len(open_):
        belief[open_], read[open_] = beliefs_of(judge, pictures[open_], batch).max(dim=1)
    return Verdict(read, belief)


def beliefs_of(judge: Classifier, pictures: Tensor, batch: int) -> Tensor:
    """Class probabilities in batches, (N, K) float32."""
    return torch.cat([judge.probabilities(rows).float() for rows in pictures.split(batch)])


@lru_cache(maxsize=16)
def halved(judge: Classifier) -> Classifier:
    """A copy of a judge in half precision, its normalisations part of its convolutions."""
    return cast(Classifier, fused(deepcopy(judge)).to(torch.bfloat16).to(memory_format=torch.channels_last))  # pyright: ignore[reportCallIssue]


def fused(model: nn.Module) -> nn.Module:
    """The model, with every batch normalisation that follows a convolution made part of it; in evaluation mode."""
    for child in model.children():
        fused(child)
    if isinstance(model, nn.Sequential):
        for i, (layer, following) in enumerate(zip(list(model), list(model)[1:], strict=False)):
            if isinstance(layer, nn.Conv2d) and isinstance(following, nn.BatchNorm2d):
                model[i], model[i + 1] = fuse_conv_bn_eval(layer, following), nn.Identity()
    return model


def has_half_precision() -> bool:
    """Does the processor compute with bfloat16?"""
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
