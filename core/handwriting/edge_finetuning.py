r"""Sharper edges: the decoder's last two layers, trained again with the difference of gradients in the loss.

"Incentivizing crisp edges for more realistic reconstruction" is future work of the StyleApp paper (section 7). The
decoder was trained on draws from the posterior and is used on its mean, so it is smoother than it need be. Its last two
layers are trained on means, with the difference of gradients added to the loss:

$$\mathrm{BCE}(x, \hat x) + \gamma \sum_p \lVert \nabla \hat x - \nabla x \rVert_1$$

The error that this gains is then spent on contrast: the logits are multiplied by the factor at which the mean squared
error on a fifth of the training part, which these layers have not seen, is what it was before.
"""

from copy import deepcopy

import torch
from torch import Tensor, nn

from core.data.dataset import as_ink
from core.handwriting.finetuning import descend, weight_delta
from core.latent.encoding import decode_set
from core.metrics import reconstruction_mse
from core.models.base import Autoencoder
from core.nn.losses import bernoulli_nll

GAMMA = 1.0
EPOCHS = 3
BATCH = 128
RATE = 1e-3
FACTORS = [1 + step / 100 for step in range(31)]


def sharp_delta(
    model: Autoencoder, ink: Tensor, z: Tensor, *, epochs: int = EPOCHS, seed: int = 0
) -> dict[str, Tensor]:
    """Weight delta of the decoder's last layers that makes edges steeper at the same error, in half precision.

    Args:
        model: an autoencoder whose decoder is a sequence that ends with a convolution; it stays as it is.
        ink: uint8 pictures of the training part, (N, 1, S, S).
        z: the means of their posteriors, (N, Z).
        epochs: of learning.
        seed: of the order.

    Raises:
        ValueError: for a decoder of another kind.
    """
    sharp = deepcopy(model).eval().requires_grad_(False)
    last = _last_layers(sharp)
    generator = torch.Generator().manual_seed(seed)
    held, rest = torch.randperm(len(z), generator=generator).split([len(z) // 5, len(z) - len(z) // 5])
    order = torch.cat([rest[torch.randperm(len(rest), generator=generator)] for _ in range(epochs)])
    _train(sharp, last.requires_grad_(True), ink, z, order)
    last.requires_grad_(False)
    before = reconstruction_mse(decode_set(model, z[held]), as_ink(ink[held]))
    factor = contrast_factor(sharp, before, ink[held], z[held])
    for parameter in last[-1].parameters():
        parameter.mul_(factor)
    return weight_delta(model, sharp)


def _last_layers(model: Autoencoder) -> nn.Sequential:
    """The decoder's last two layers, which share their parameters with the model."""
    if not isinstance(model.decoder, nn.Sequential) or not isinstance(model.decoder[-1], nn.Conv2d):
        raise ValueError(f"expected a decoder that ends with a convolution, got {type(model.decoder).__name__}")
    return nn.Sequential(*list(model.decoder)[-2:])


def _train(model: Autoencoder, last: nn.Sequential, ink: Tensor, z: Tensor, order: Tensor) -> None:
    """Train the last layers on rows in this order, with a rate that falls to zero."""
    optimiser = torch.optim.Adam(last.parameters(), lr=RATE)
    steps = max(1, len(order) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    for rows in order[: steps * BATCH].split(BATCH):
        logits, x = model.logits(z[rows]), as_ink(ink[rows])
        descend(optimiser, bernoulli_nll(logits, x) + GAMMA * gradient_difference(logits.sigmoid(), x))
        schedule.step()


def contrast_factor(model: Autoencoder, error: float, ink: Tensor, z: Tensor) -> float:
    """The largest factor of the logits, from 1 to 1.3, at which the mean squared error is no more than this; else 1."""
    x, drawn = as_ink(ink), decode_set(model, z).logit(eps=1e-6)
    allowed = [factor for factor in FACTORS if reconstruction_mse((factor * drawn).sigmoid(), x) <= error]
    return max(allowed, default=1.0)


def gradient_difference(pictures: Tensor, originals: Tensor) -> Tensor:
    """L1 distance of the forward differences of pictures (B, C, H, W), summed over pixels, mean over pictures: ().

    Example:
        >>> step = torch.zeros(1, 1, 2, 4)
        >>> step[..., 2:] = 1
        >>> gradient_difference(step, torch.zeros(1, 1, 2, 4)).item()  # one step in each of two rows
        2.0
    """
    apart = pictures - originals
    return (apart.diff(dim=2).abs().sum() + apart.diff(dim=3).abs().sum()) / len(apart)
