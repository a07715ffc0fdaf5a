"""Backbones of style loss by name: VGG19, VGG19 to conv3_1, and the small style features network.

    painter         bundled; distilled from vgg19-conv3_1, see `core.models.style_features`
    vgg19-conv3_1   a file of the data root; the first three of the five layers of Gatys et al.
    vgg19           all five; torchvision downloads it once, 548 MB

Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015, table 1 E.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from core.data import data_root
from core.models.base import Backbone
from core.registry.load import load
from core.registry.store import read_tensors

BACKBONES = ("painter", "vgg19-conv3_1", "vgg19")
STYLE_FEATURES = "art-style-features"  # its record
TEACHER = "vgg19-conv3_1"  # from which it was distilled
LOCAL = Path("weights") / "vgg19-normalised-to-conv3_1.safetensors"  # in the data root
FILTERS = (64, 128, 256, 512, 512)  # of the five blocks
DEPTHS = (2, 2, 4, 4, 4)  # convolutions in each
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of RGB, as torchvision's weights expect


class Vgg19(Backbone):
    """VGG19 to the first convolution of its last block, with torchvision's names of weights.

    Written out, for torchvision's has neither the local file's reflecting padding nor a form without its last layers.

    Its responses are those after the ReLU of conv1_1, conv2_1 and so on. `preprocess`, a 1×1 convolution, makes of RGB
    in [0, 1] what the weights expect.

    Args:
        blocks: how many of the five.
        padding_mode: of the convolutions, "zeros" or "reflect".
        ceil_mode: whether max pooling keeps a last odd row.

    Example:
        >>> network = Vgg19(blocks=2)
        >>> network.layers, [tuple(r.shape) for r in network.responses(torch.zeros(1, 3, 8, 8))]
        (('conv1_1', 'conv2_1'), [(1, 64, 8, 8), (1, 128, 4, 4)])
    """

    def __init__(
        self, blocks: int = 5, padding_mode: Literal["zeros", "reflect"] = "zeros", ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.layers = tuple(f"conv{block + 1}_1" for block in range(blocks))
        self.preprocess = nn.Conv2d(3, 3, 1)
        modules: list[nn.Module] = []
        self.seen: list[int] = []  # positions of the ReLUs whose output is a response
        inputs = 3
        for block in range(blocks):
            self.seen.append(len(modules) + 1)
            for _ in range(DEPTHS[block] if block < blocks - 1 else 1):
                convolution = nn.Conv2d(inputs, FILTERS[block], 3, padding=1, padding_mode=padding_mode)
                modules += [convolution, nn.ReLU()]
                inputs = FILTERS[block]
            modules.append(nn.MaxPool2d(2, ceil_mode=ceil_mode))
        self.features = nn.Sequential(*modules[:-1])

    def responses(self, x: Tensor) -> list[Tensor]:
        kept, x = [], self.preprocess(x)
        for position, layer in enumerate(self.features):
            x = layer(x)
            if position in self.seen:
                kept.append(x)
        return kept


@lru_cache(maxsize=4)
def backbone(name: str, root: Path | None = None) -> Backbone:
    """A backbone ready for use; loaded once a process.

    Args:
        name: one of `BACKBONES`.
        root: the data root, see `core.data.data_root`; only vgg19-conv3_1 looks there.

    Raises:
        ValueError: for an unknown name or a damaged file.
        FileNotFoundError: if its weights are not there and cannot be had.

    Example:
        >>> backbone("vgg16")
        Traceback (most recent call last):
        ValueError: expected a backbone out of painter, vgg19-conv3_1, vgg19, got 'vgg16'
    """
    if name not in BACKBONES:
        raise ValueError(f"expected a backbone out of {', '.join(BACKBONES)}, got {name!r}")
    if name == "painter":
        model = load(STYLE_FEATURES).model
        assert isinstance(model, Backbone)
        return model
    network = _downloaded() if name == "vgg19" else _local(data_root(root) / LOCAL)
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # pyright: ignore


def _local(path: Path) -> Vgg19:
    if not path.is_file():
        raise FileNotFoundError(f"expected the weights of VGG19 to conv3_1 at {path}, found none")
    network = Vgg19(blocks=3, padding_mode="reflect", ceil_mode=True)
    try:
        network.load_state_dict(read_tensors(path)[0])
    except RuntimeError as error:
        raise ValueError(f"expected VGG19 to conv3_1 at {path}: {' '.join(str(error).split())}") from None
    return network


def _downloaded() -> Vgg19:
    from torchvision.models import VGG19_Weights  # seconds to import, and needed only here

    try:
        weights = VGG19_Weights.IMAGENET1K_V1.get_state_dict(check_hash=True, progress=True)
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise FileNotFoundError(
            f"expected to download VGG19 from torchvision, and could not: {reason}; painter needs no download"
        ) from error
    network = Vgg19()
    network.load_state_dict(normalised(weights, network))
    return network


def normalised(weights: dict[str, Tensor], network: Vgg19) -> dict[str, Tensor]:
    """Torchvision's weights as far as the network goes, with ImageNet's normalisation as its `preprocess`."""
    kept = {key: weights[key] for key in network.state_dict() if key.startswith("features.")}
    mean, std = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
    return kept | {"preprocess.weight": (1 / std).diag()[..., None, None], "preprocess.bias": -mean / std}
