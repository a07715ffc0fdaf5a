"""The contracts of the models: base classes of autoencoders, classifiers and backbones of style loss.

A model is an `nn.Module` whose `forward` is its `loss`, so that a training loop may wrap it for several processes.
Randomness enters only through an explicit `torch.Generator`.
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

SURE = 0.7  # least probability at which a prediction counts as sure


def standard_normal(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Draws of N(0, 1) in the shape and on the device of `like`; the same numbers on every device."""
    device = generator.device if generator else like.device
    return torch.randn(like.shape, generator=generator, device=device).to(like.device)


class Posterior(NamedTuple):
    """A diagonal Gaussian over latents: `mean` and `log_var`, both (B, Z)."""

    mean: Tensor
    log_var: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """One draw per picture, (B, Z), by the reparametrisation trick: mean + σ·ε with ε ~ N(0, I)."""
        return self.mean + torch.exp(0.5 * self.log_var) * standard_normal(self.mean, generator)


class Model(nn.Module, ABC):
    """A trainable network with a checkpoint: its loss is a dictionary whose "total" is what training minimises."""

    @abstractmethod
    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        """Loss of a batch: `"total"`, which training minimises, and its terms by name, each of shape ()."""

    def forward(self, *arguments: Any, **options: Any) -> dict[str, Tensor]:
        return self.loss(*arguments, **options)

    def _labels(self, y: Tensor | None) -> Tensor:
        """The labels, where they are required."""
        if y is None:
            classes = f" of the {self.classes} classes" if getattr(self, "classes", 0) else ""
            raise ValueError(f"expected labels (B,){classes} for {type(self).__name__}, got none")
        return y


class Autoencoder(Model):
    """A model that encodes pictures into Gaussian posteriors and decodes latents into pictures.

    Attributes:
        latent: number Z of latent dimensions.
        classes: number K of classes it is conditioned on; 0 for an unconditional one, which ignores labels.
        sharpness: factor of the logits in decoding. The mean of what a pixel may be is blurred where edges are
            uncertain; a factor above 1 moves it towards the likelier side.
    """

    latent: int
    classes: int = 0
    sharpness: float = 1.0

    @abstractmethod
    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        """Posteriors of pictures (B, C, H, W) in [0, 1], and of their labels (B,) where the model is conditional."""

    @abstractmethod
    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Bernoulli logits of the pixels of latents (B, Z): (B, C, H, W)."""

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Pictures of latents (B, Z), the means of their pixels: (B, C, H, W) in [0, 1]."""
        return (self.sharpness * self.logits(z, y)).sigmoid()

    def settle(self, posterior: Posterior, y: Tensor) -> None:
        """Adapt a trained model to the posteriors and labels (N,) of its training set; most models do nothing."""


class Backbone(nn.Module, ABC):
    """A network whose responses define style loss, see `core.style.style_loss`.

    Attributes:
        layers: names of the layers it uses, first to last.
    """

    layers: tuple[str, ...]

    @abstractmethod
    def responses(self, x: Tensor) -> list[Tensor]:
        """Responses of each layer to pictures (B, 3, S, S) in [0, 1]: (B, N, H, W)."""


class Classifier(Model):
    """A model that assigns class logits to pictures."""

    @abstractmethod
    def logits(self, x: Tensor) -> Tensor:
        """Class logits of pictures (B, C, H, W) in [0, 1]: (B, K)."""

    def probabilities(self, x: Tensor) -> Tensor:
        """Class probabilities of pictures (B, C, H, W) in [0, 1]: (B, K), each row summing to 1."""
        return self.logits(x).softmax(dim=1)

    @torch.inference_mode()
    def predict(self, x: Tensor, batch: int = 512) -> Tensor:
        """Likeliest class of each picture, (N,) int64: pictures (N, C, H, W) in [0, 1], `batch` of them at a time."""
        return torch.cat([self.logits(rows).argmax(dim=1) for rows in x.split(batch)])
