"""Distillation of VGG19's style loss into the style features network.

python -m core.training.distillation            # trains art-style-features, minutes on one core

Pictures come in groups of `batch`: paintings of the training part, blends of two of them, many so near to one end that
only a step of a trajectory lies between, and blurred ones, as decoders draw. The teacher's losses of
a group are computed once; the student sees every group many times.
"""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor
from tqdm import tqdm

from core.data.dataset import as_ink
from core.imaging.rendering import to_bytes
from core.models.base import Backbone
from core.models.style_features import StyleFeatures, layer_losses
from core.registry.load import build_model
from core.registry.schema import Recipe, Record
from core.registry.store import REGISTRY, get_record, save_weights
from core.style.backbones import STYLE_FEATURES, TEACHER, backbone
from core.training.loop import learning_rate
from core.training.training_data import examples

GROUPS = 128
NEAR = 0.15  # share of the other picture in near blends, at most
BLURS = (12, 16, 24, 32)  # sides to which pictures are shrunk and from which they are grown again


def distil(
    name: str = STYLE_FEATURES, *, root: Path | None = None, registry: Path = REGISTRY, groups: int = GROUPS
) -> Record:
    """The updated record of a style features network, trained by its recipe; its weights go into the registry."""
    record = get_record(name, registry)
    recipe, accelerator = record.recipe, Accelerator()
    set_seed(recipe.seed)
    model, teacher = build_model(record), backbone(TEACHER, root).to(accelerator.device)
    if not isinstance(model, StyleFeatures):
        raise ValueError(f"expected a style features network, got {name}, which is a {record.model}")
    ink, _ = examples(record, "train", root=root, registry=registry)
    lessons = [lesson(ink, teacher, recipe.batch, seed, accelerator.device) for seed in tqdm(range(groups), "judging")]
    learn(model.to(accelerator.device), lessons, recipe)
    model.cpu()
    return save_weights(name, model.state_dict(), registry=registry)


def lesson(ink: Tensor, teacher: Backbone, size: int, seed: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """A group of pictures, (B, 3, S, S) as bytes, and the teacher's style loss of every pair, (3, B, B)."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(len(ink), (size,), generator=generator)
    group = to_bytes(varied(as_ink(ink[rows]), generator)).to(device)
    with torch.inference_mode():
        losses = layer_losses(teacher.responses(as_ink(group).contiguous(memory_format=torch.channels_last)))
    return group, losses.clone()


def varied(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Half of the pictures as they are, a quarter blended with another one, a quarter blended and blurred.

    Example:
        >>> varied(torch.rand(8, 3, 64, 64), torch.Generator().manual_seed(0)).shape
        torch.Size([8, 3, 64, 64])
    """
    size, side = len(pictures), pictures.shape[-1]
    half, quarter = size // 2, size // 4
    share = torch.rand((half, 1, 1, 1), generator=generator)
    near = torch.rand((half, 1, 1, 1), generator=generator) < 0.3
    others = pictures[torch.randint(size, (half,), generator=generator)]
    blends = torch.lerp(pictures[:half], others, torch.where(near, NEAR * share, share))
    small = BLURS[int(torch.randint(len(BLURS), (), generator=generator))]
    shrunk = F.interpolate(blends[quarter:], size=(small, small), mode="area")
    blurred = F.interpolate(shrunk, size=(side, side), mode="bicubic").clamp(0, 1)
    return torch.cat([pictures[: size - half], blends[:quarter], blurred])


def learn(model: StyleFeatures, lessons: list[tuple[Tensor, Tensor]], recipe: Recipe) -> None:
    """Train on the lessons for the recipe's epochs, in a seeded order."""
    model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    model.train().calibrate(as_ink(lessons[0][0]), lessons[0][1])
    optimiser = torch.optim.AdamW(model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay)
    generator = torch.Generator().manual_seed(recipe.seed)
    order = torch.cat([torch.randperm(len(lessons), generator=generator) for _ in range(recipe.epochs)]).tolist()
    for step, row in enumerate(progress := tqdm(order, "learning", mininterval=10)):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(recipe, step / len(order))
        pictures, losses = lessons[row]
        terms = model.loss(as_ink(pictures).contiguous(memory_format=torch.channels_last), losses)
        optimiser.zero_grad()
        terms["total"].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        progress.set_postfix({key: f"{value.item():.3f}" for key, value in terms.items()}, refresh=False)


def main() -> None:
    """Train a style features network; `stylescape evaluate art-style-features` measures its agreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default=STYLE_FEATURES, help="a record of a style features network")
    parser.add_argument("--data", type=Path, help="the data root")
    chosen = parser.parse_args()
    print(f"{chosen.name}: {distil(chosen.name, root=chosen.data).sha256}")


if __name__ == "__main__":
    main()
