r"""Fine-tuning: a trained autoencoder and a few characters in, the same autoencoder with an accent out.

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

Progress = Callable[[int, float], None]
Cancelled = Callable[[], bool]


class Cancel(Exception):  # noqa: N818 - it is no error
    """The person has stopped what was being learned."""


@final
@dataclass(frozen=True)
class Tuned:
    """A fine-tuned autoencoder, and how it came about.

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
    """Go on training with a few characters, until a fifth of them that is held out gets no better.

    Args:
        model: an unconditional autoencoder, which stays as it is.
        pictures: in [0, 1], (N, 1, S, S), three or more.
        part: "both", "decoder", "encoder", or "adapters": low-rank additions to the weights of both.
        epochs: at most, in [1, 10].
        seed: of the order, the split and the adapters' first values.
        rate: of learning; a thirtieth of the training's by default, ten times that for adapters.
        progress: is told each epoch, from 1, and the loss of the held-out characters.
        cancelled: is asked before each step; if it says yes, `Cancel` is raised.

    Raises:
        ValueError: for too few pictures, an unknown part, or a number of epochs that the paper does not use.
    """
    if part not in PARTS:
        raise ValueError(f"expected a part out of {', '.join(PARTS)}, got {part!r}")
    if not 1 <= epochs <= EPOCHS:
        raise ValueError(f"expected 1 to {EPOCHS} epochs, got {epochs}")
    if pictures.ndim != 4 or len(pictures) < FEWEST:
        raise ValueError(f"expected pictures (N, 1, S, S), {FEWEST} or more, got {tuple(pictures.shape)}")
    generator = torch.Generator().manual_seed(seed)
    tuned = deepcopy(model).eval()
    optimiser = torch.optim.Adam(opened(tuned, part, generator), lr=rate or RATES[part])
    order = torch.randperm(len(pictures), generator=generator)
    held, rest = order.split([len(order) // 5 or 1, len(order) - (len(order) // 5 or 1)])
    losses, best = [measured(tuned, pictures[held])], _copy(tuned)
    for epoch in range(1, epochs + 1):
        shuffled = rest[torch.randperm(len(rest), generator=generator)]
        for rows in shuffled.tensor_split(max(1, round(len(rest) / BATCH))):
            if cancelled and cancelled():
                raise Cancel
            total = reconstruction(tuned, pictures[rows])
            optimiser.zero_grad()
            total.backward()
            optimiser.step()
        losses.append(measured(tuned, pictures[held]))
        if progress:
            progress(epoch, losses[-1])
        if losses[-1] == min(losses):
            best = _copy(tuned)
        if min(losses[-PATIENCE:]) > min(losses):
            break
    tuned.load_state_dict(best)
    return Tuned(closed(tuned), tuple(losses))


def reconstruction(model: Autoencoder, pictures: Tensor) -> Tensor:
    """Nats per picture of what is decoded from the posterior's mean, shape ()."""
    return bernoulli_nll(model.logits(model.encode(pictures).mean), pictures)


@torch.inference_mode()
def measured(model: Autoencoder, pictures: Tensor) -> float:
    """The same as a number."""
    return reconstruction(model, pictures).item()


def opened(model: Autoencoder, part: str, generator: torch.Generator) -> list[nn.Parameter]:
    """The parameters that one part may change; all others are frozen."""
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


def closed(model: Autoencoder) -> Autoencoder:
    """The model with its adapters, if any, added into its weights, and nothing left to train."""
    for layer in list(model.modules()):
        if parametrize.is_parametrized(layer):
            parametrize.remove_parametrizations(layer, "weight")
    return model.eval().requires_grad_(False)


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def accent(model: Autoencoder, tuned: Autoencoder) -> dict[str, Tensor]:
    """How the weights differ, in half precision, without those that do not."""
    base = model.state_dict()
    differences = {name: tensor - base[name] for name, tensor in tuned.state_dict().items()}
    return {name: d.half().contiguous() for name, d in differences.items() if d.any()}


def with_accent(model: Autoencoder, differences: dict[str, Tensor]) -> Autoencoder:
    """A copy of the model with these differences added to its weights."""
    spoken = deepcopy(model)
    base = model.state_dict()
    spoken.load_state_dict(base | {name: base[name] + d.float() for name, d in differences.items()})
    return spoken.eval().requires_grad_(False)
