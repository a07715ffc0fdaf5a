"""The contract of the models: what an autoencoder and a classifier promise to every caller.

A model is an `nn.Module` whose `forward` is its `loss`, so that a training loop may wrap it for several processes.
Randomness enters only through an explicit `torch.Generator`.
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

SURE = 0.7  # the least probability with which one name is given


def standard_normal(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Draws of N(0, 1) in the shape and on the device of `like`; the same numbers on every device."""
    device = generator.device if generator else like.device
    return torch.randn(like.shape, generator=generator, device=device).to(like.device)


class Posterior(NamedTuple):
    """A diagonal Gaussian over latents: `mean` and `log_var`, both (B, Z)."""

    mean: Tensor
    log_var: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """One draw a picture, (B, Z), by the reparametrisation trick: mean + σ·ε with ε ~ N(0, I)."""
        return self.mean + torch.exp(0.5 * self.log_var) * standard_normal(self.mean, generator)


class Model(nn.Module, ABC):
    """Anything with a checkpoint: its loss is a dictionary whose "total" is what training minimises."""

    @abstractmethod
    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        """Terms of the loss over a batch; `"total"` is minimised, the other keys are its terms, each a scalar."""

    def forward(self, *arguments: Any, **options: Any) -> dict[str, Tensor]:
        return self.loss(*arguments, **options)


class Autoencoder(Model):
    """A model that encodes pictures into Gaussian posteriors and decodes latents into pictures.

    Attributes:
        latent: the number Z of latent dimensions.
        classes: the number K of classes it is conditioned on; 0 for an unconditional one, which ignores labels.
    """

    latent: int
    classes: int = 0

    @abstractmethod
    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        """Pictures (B, C, H, W) in [0, 1], and labels (B,) where the model is conditional → their posterior."""

    @abstractmethod
    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Latents (B, Z) → Bernoulli logits of the pixels, (B, C, H, W)."""

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Latents (B, Z) → pictures (B, C, H, W) in [0, 1], the means of the pixels."""
        return self.logits(z, y).sigmoid()

    def settle(self, posterior: Posterior, y: Tensor) -> None:
        """Take in, once trained, the posteriors and labels (N,) of the training set; by default nothing."""

    def _labels(self, y: Tensor | None) -> Tensor:
        """Labels, which a conditional model cannot do without."""
        if y is None:
            raise ValueError(f"expected labels (B,) of the {self.classes} classes it is conditioned on, got none")
        return y


class Backbone(nn.Module, ABC):
    """A network through whose layers style is seen, see `core.style.style_loss`.

    Attributes:
        layers: the names of the layers that count, first to last.
    """

    layers: tuple[str, ...]

    @abstractmethod
    def responses(self, x: Tensor) -> list[Tensor]:
        """Pictures (B, 3, S, S) in [0, 1] → the responses of each layer, (B, N, H, W)."""


class Classifier(Model):
    """A model that assigns class logits to pictures."""

    @abstractmethod
    def logits(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) in [0, 1] → class logits (B, K)."""

    def probabilities(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) → class probabilities (B, K), each row summing to 1."""
        return self.logits(x).softmax(dim=1)
