"""What does style loss cost, beside the pairwise formula one pair at a time, and beside decoding alone?"""

from collections.abc import Sequence

import torch
from torch import Tensor

from benchmarks.report import Row, in_turn
from core.latent.interpolation import linear
from core.metrics.trajectory_shape import frames, profile
from core.models.base import Autoencoder, Backbone
from core.registry.load import load
from core.style.backbones import backbone
from core.style.style_loss import pairwise, style_loss, styles

MODELS = ("art-aae", "art-tvae", "art-betavae", "art-vae", "art-ae")
CORES = 2
PICTURES = 32
STEPS = (10, 100)


def measure() -> list[Row]:
    """All pairs of some pictures; then the profiles of five models along a line; on two threads."""
    torch.set_num_threads(CORES)
    network = backbone("painter")
    models = [load(name).autoencoder for name in MODELS]
    return [all_pairs(network), one_walk(network), *(profiles(models, network, steps) for steps in STEPS)]


def all_pairs(network: Backbone) -> Row:
    """The style loss of every two of 32 pictures: each seen once, or both of every pair seen anew."""
    pictures = noise(PICTURES)
    row, column = torch.triu_indices(PICTURES, PICTURES, 1).tolist()
    pairs = list(zip(row, column, strict=True))
    ours, theirs = in_turn(lambda: pairwise(styles(network, pictures)), lambda: one_by_one(network, pictures, pairs), 5)
    return Row(f"style loss of {len(pairs)} pairs", ours, "the formula pair by pair", theirs, "≤ 0.20")


def one_walk(network: Backbone) -> Row:
    """The style loss of each picture and the next of 55, as five models' walks of ten steps have."""
    walks = noise(5 * 11).unflatten(0, (5, 11))
    pairs = [(11 * walk + step, 11 * walk + step + 1) for walk in range(5) for step in range(10)]
    flat = walks.flatten(0, 1)
    ours, theirs = in_turn(
        lambda: profile(walks, lambda x: styles(network, x)), lambda: one_by_one(network, flat, pairs), 7
    )
    return Row("style loss along 5 walks of 10 steps", ours, "the formula pair by pair", theirs, "as it is")


def profiles(models: Sequence[Autoencoder], network: Backbone, steps: int) -> Row:
    """Decode a line in the latent space of each of five models and profile it; the reference is the share of models."""
    generator = torch.Generator().manual_seed(0)
    ends = [torch.randn((2, model.latent), generator=generator) for model in models]
    paths = [linear(start, end, steps) for start, end in ends]

    def drawn() -> list[Tensor]:
        return [frames(path, model.decode) for model, path in zip(models, paths, strict=True)]

    ours, theirs = in_turn(lambda: profile(torch.stack(drawn()), lambda x: styles(network, x)), drawn, 7)
    return Row(f"trajectories of five models, {steps} steps", ours, "the models alone", theirs, "≤ 1 s")


@torch.inference_mode()
def one_by_one(network: Backbone, pictures: Tensor, pairs: Sequence[tuple[int, int]]) -> list[Tensor]:
    """The formula as one would call it: two pictures in, a number out."""
    seen = network.responses
    return [style_loss(seen(pictures[i : i + 1]), seen(pictures[j : j + 1])) for i, j in pairs]


def noise(n: int) -> Tensor:
    """Pictures (n, 3, 64, 64); what they show does not matter to the clock."""
    return torch.rand((n, 3, 64, 64), generator=torch.Generator().manual_seed(0))
