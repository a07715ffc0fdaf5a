"""Sets of pictures encoded and decoded in batches, and analogies.

Gradients are off; models are expected in evaluation mode.
"""

from collections.abc import Iterator
from itertools import repeat

import torch
from torch import Tensor

from core.data.dataset import as_ink
from core.models.base import Autoencoder, Posterior


@torch.inference_mode()
def encode_set(model: Autoencoder, ink: Tensor, labels: Tensor | None = None, batch: int = 512) -> Posterior:
    """Posteriors of many pictures: uint8 ink (N, C, S, S) → mean and log_var, both (N, Z).

    Labels (N,) are needed by conditional models alone.
    """
    parts = [model.encode(as_ink(rows), y) for rows, y in _batches(ink, labels, batch)]
    return Posterior(torch.cat([p.mean for p in parts]), torch.cat([p.log_var for p in parts]))


@torch.inference_mode()
def decode_set(model: Autoencoder, z: Tensor, labels: Tensor | None = None, batch: int = 512) -> Tensor:
    """Decodings of many latents: (N, Z), and the labels (N,) to draw them as → (N, C, S, S) float32 in [0, 1]."""
    return torch.cat([model.decode(rows, y) for rows, y in _batches(z, labels, batch)])


def _batches(rows: Tensor, labels: Tensor | None, batch: int) -> Iterator[tuple[Tensor, Tensor | None]]:
    return zip(rows.split(batch), repeat(None) if labels is None else labels.split(batch), strict=False)


def analogies(model: Autoencoder, z: Tensor) -> Tensor:
    """Every class in the style of each latent (Chandra et al., section 3.2): (N, Z) → (N, K, C, S, S) in [0, 1].

    Example:
        >>> from core.models.cvae import CVAE
        >>> analogies(CVAE(latent=2).eval(), torch.zeros(3, 2)).shape
        torch.Size([3, 10, 1, 28, 28])
    """
    if not model.classes:
        raise ValueError(
            f"expected a conditional model, got {type(model).__name__}, which has no classes to choose from"
        )
    drawn = decode_set(model, z.repeat_interleave(model.classes, dim=0), torch.arange(model.classes).repeat(len(z)))
    return drawn.unflatten(0, (len(z), model.classes))
