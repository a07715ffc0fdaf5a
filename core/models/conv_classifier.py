"""Convolutional digit classifier of the paper on statistical generation."""

from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.base import Classifier


@final
class ConvClassifier(Classifier):
    """Two convolutions without padding, max pooling and one hidden layer, with dropout.

    Table 3 of Vargas Aguilar, Gu and Lee, "Statistical generation of hand-written digits via analysis of learned latent
    representations". There it learns from a model's reconstructions of the training set (`Recipe.through`).

    Args:
        classes: number K of classes.
        channels, size: shape of the pictures; the size is even.

    Example:
        >>> ConvClassifier().eval().logits(torch.rand(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(self, classes: int = 10, channels: int = 1, size: int = 28) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Conv2d(channels, 32, 3),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout(0.25),
            nn.Flatten(),
            nn.Linear(64 * (size // 2 - 2) ** 2, 128),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(128, classes),
        )

    def logits(self, x: Tensor) -> Tensor:
        return self.network(x).float()

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        """Mean cross-entropy in nats per picture."""
        return {"total": F.cross_entropy(self.logits(x), self._labels(y))}
