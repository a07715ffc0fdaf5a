"""Classifier of single characters: a small residual network with a pooled head."""

from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.base import Classifier
from core.nn import ResidualBlock, convolution


@final
class CharacterClassifier(Classifier):
    """Residual network over three scales, average-pooled into class logits.

    Args:
        classes: number K of classes.
        width: channels of the first scale.
        depth: residual blocks at each scale.
        dropout: probability of dropping a pooled feature in training.
        smoothing: label smoothing of the cross-entropy (Szegedy et al., 2016).

    Example:
        >>> CharacterClassifier().probabilities(torch.rand(2, 1, 28, 28)).shape
        torch.Size([2, 62])
    """

    def __init__(
        self,
        classes: int = 62,
        width: int = 32,
        depth: int = 1,
        dropout: float = 0.3,
        smoothing: float = 0.1,
        channels: int = 1,
    ) -> None:
        super().__init__()
        self.smoothing = smoothing
        widths = [width, 2 * width, 4 * width]
        layers: list[nn.Module] = [convolution(channels, width), convolution(width, width)]
        for inputs, outputs in zip(widths, [*widths[1:], 8 * width], strict=True):
            layers += [convolution(inputs, outputs, stride=2), *(ResidualBlock(outputs) for _ in range(depth))]
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout))
        self.head = nn.Linear(8 * width, classes)

    def logits(self, x: Tensor) -> Tensor:
        return self.head(self.features(x)).float()

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        if y is None:
            raise ValueError("a classifier's loss needs labels y of shape (B,), got None")
        return {"total": F.cross_entropy(self.logits(x), y, label_smoothing=self.smoothing)}
