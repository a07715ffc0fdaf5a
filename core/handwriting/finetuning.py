r"""Fine-tuning of a trained autoencoder on a few characters.

The StyleApp paper, sections 4.6 and 5.4: "We then substantially decreased the learning rate and trained for between 1
and 10 epochs", with updates to the encoder and decoder or to one of them. Batch normalisation keeps the statistics of
the training set, for those of sixteen characters would replace the ones of thousands; and only the reconstruction from
the posterior's mean is learned: with the model's whole loss, and a divergence from the prior that sixteen characters
say little about, held-out characters got worse from the first epoch on.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from core.models.base import Autoencoder
from core.nn.losses import bernoulli_nll

PARTS = ("both", "decoder", "encoder", "adapters")
EPOCHS = 10
BATCH = 16
PATIENCE = 2  # epochs that the held-out characters may get no better
FEWEST = 3  # characters, of which one is held out
RATES = {"both": 3e-5, "decoder": 3e-5, "encoder": 3e-5, "adapters": 3e-4}

Progress = Callable[[float, str], None]  # share of all steps that are done, in [0, 1], and a message
Cancelled = Callable[[], bool]


class Cancel(Exception):  # noqa: N818 - it is no error
    """Raised when training was cancelled."""


@final
@dataclass(frozen=True)
class Tuned:
    """A fine-tuned autoencoder and its losses.

    Attributes:
        model: of the best epoch, in evaluation mode; the one it started from if no epoch was better.
        losses: nats per held-out character, decoded from the posterior's mean: before, and after each epoch.
    """

    model: Autoencoder
    losses: tuple[float, ...]

    @property
    def best(self) -> int:
        """The epoch that was kept; 0 is the start."""
        return self.losses.index(min(self.losses))


class LowRank(nn.Module):
    r"""A weight plus a matrix of low rank, $W + B A$ (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models",
    2022, section 4.1); the weights of a convolution are taken for a matrix of one row a filter. B starts at zero.

    Args:
        weight: W, (out, …).
        rank: of B A.
        generator: draws A.

    Example:
        >>> w = torch.ones(8, 3, 3, 3)
        >>> torch.equal(LowRank(w, rank=2)(w), w)
        True
    """

    def __init__(self, weight: Tensor, rank: int = 4, generator: torch.Generator | None = None) -> None:
        super().__init__()
        columns = weight[0].numel()
        rank = min(rank, columns, len(weight))
        self.a = nn.Parameter(torch.randn((rank, columns), generator=generator) / columns**0.5)
        self.b = nn.Parameter(torch.zeros(len(weight), rank))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + (self.b @ self.a).view_as(weight)


def fine_tune(
    model: Autoencoder,
    pictures: Tensor,
    *,
    part: str = "both",
    epochs: int = EPOCHS,
    seed: int = 0,
    rate: float | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Tuned:
    """A copy of a model trained on a few characters, until a held-out fifth of them gets no better.

    Args:
        model: an unconditional autoencoder, which stays as it is.
        pictures: in [0, 1], (N, 1, S, S), three or more.
        part: "both", "decoder", "encoder", or "adapters": low-rank additions to the weights of both.
        epochs: at most, in [1, 10].
        seed: of the order, the split and the adapters' first values.
        rate: of learning; a thirtieth of the training's by default, ten times that for adapters.
        progress: called after each step.
        cancelled: called before each step; if it returns true, `Cancel` is raised.

    Raises:
        ValueError: for too few pictures, an unknown part, or a number of epochs that the paper does not use.
    """
    _check(pictures, part, epochs)
    generator = torch.Generator().manual_seed(seed)
    tuned = deepcopy(model).eval()
    optimiser = torch.optim.Adam(unfreeze(tuned, part, generator), lr=rate or RATES[part])
    order = torch.randperm(len(pictures), generator=generator)
    held, rest = order.split([len(order) // 5 or 1, len(order) - (len(order) // 5 or 1)])
    losses, best = [_held_out_loss(tuned, pictures[held])], deepcopy(tuned.state_dict())
    steps = steps_per_epoch(len(rest))
    for epoch in range(epochs):
        shuffled = rest[torch.randperm(len(rest), generator=generator)]
        for step, rows in enumerate(shuffled.tensor_split(steps), start=1):
            if cancelled and cancelled():
                raise Cancel
            descend(optimiser, reconstruction_loss(tuned, pictures[rows]))
            if progress:
                progress((epoch + step / steps) / epochs, f"epoch {epoch + 1} of {epochs}")
        losses.append(_held_out_loss(tuned, pictures[held]))
        if losses[-1] == min(losses):
            best = deepcopy(tuned.state_dict())
        if min(losses[-PATIENCE:]) > min(losses):
            break
    tuned.load_state_dict(best)
    return Tuned(_merged(tuned), tuple(losses))


def _check(pictures: Tensor, part: str, epochs: int) -> None:
    if part not in PARTS:
        raise ValueError(f"expected a part out of {', '.join(PARTS)}, got {part!r}")
    if not 1 <= epochs <= EPOCHS:
        raise ValueError(f"expected 1 to {EPOCHS} epochs, got {epochs}")
    if pictures.ndim != 4 or len(pictures) < FEWEST:
        raise ValueError(f"expected pictures (N, 1, S, S), {FEWEST} or more, got {tuple(pictures.shape)}")


def steps_per_epoch(n: int) -> int:
    """The number of batches of about 16 that n characters make."""
    return max(1, round(n / BATCH))


def descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    """Take one step down the gradient of a loss, shape ()."""
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def reconstruction_loss(model: Autoencoder, pictures: Tensor) -> Tensor:
    """Nats per picture of what is decoded from the posterior's mean, shape ()."""
    return bernoulli_nll(model.logits(model.encode(pictures).mean), pictures)


@torch.inference_mode()
def _held_out_loss(model: Autoencoder, pictures: Tensor) -> float:
    return reconstruction_loss(model, pictures).item()


def unfreeze(model: Autoencoder, part: str, generator: torch.Generator) -> list[nn.Parameter]:
    """The parameters of one part, the only ones left to be trained; "adapters" adds them to every weight."""
    model.requires_grad_(False)
    if part == "adapters":
        for layer in [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]:
            adapter = LowRank(layer.weight, generator=generator)
            parametrize.register_parametrization(layer, "weight", adapter)
        chosen = [p for name, p in model.named_parameters() if name.endswith((".a", ".b"))]
    else:
        chosen = [p for name, p in model.named_parameters() if part in ("both", name.partition(".")[0])]
    for parameter in chosen:
        parameter.requires_grad_(True)
    return chosen


def _merged(model: Autoencoder) -> Autoencoder:
    """The model with its adapters, if any, added into its weights, in evaluation mode and frozen."""
    for layer in list(model.modules()):
        if parametrize.is_parametrized(layer):
            parametrize.remove_parametrizations(layer, "weight")
    return model.eval().requires_grad_(False)


def weight_delta(model: Autoencoder, tuned: Autoencoder) -> dict[str, Tensor]:
    """Differences of the tuned weights from the model's by name, in half precision, without those that are zero."""
    base = model.state_dict()
    differences = {name: tensor - base[name] for name, tensor in tuned.state_dict().items()}
    return {name: d.half().contiguous() for name, d in differences.items() if d.any()}


def with_delta(model: Autoencoder, delta: dict[str, Tensor]) -> Autoencoder:
    """A copy of the model with differences added to its weights, in evaluation mode and frozen."""
    changed = deepcopy(model)
    base = model.state_dict()
    changed.load_state_dict(base | {name: base[name] + d.float() for name, d in delta.items()})
    return changed.eval().requires_grad_(False)
