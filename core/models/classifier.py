"""Classifier of single characters: a deep ensemble of small residual networks with pooled heads."""

from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.base import Classifier
from core.nn.blocks import ResidualBlock, convolution


@final
class CharacterClassifier(Classifier):
    """Residual networks over four scales, average-pooled into class logits; their probabilities are averaged.

    Several members that differ only in their first weights classify better, and with better calibrated probabilities,
    than one larger network (Lakshminarayanan, Pritzel and Blundell, "Simple and Scalable Predictive
    Uncertainty Estimation using Deep Ensembles", 2017, section 2.4).

    Args:
        classes: number K of classes.
        width: channels of the first scale.
        members: networks in the ensemble.
        dropout: probability of dropping a pooled feature in training.
        smoothing: label smoothing of the cross-entropy (Szegedy et al., 2016).
        channels: channels of the pictures.

    Example:
        >>> CharacterClassifier(members=2).probabilities(torch.rand(2, 1, 28, 28)).shape
        torch.Size([2, 62])
    """

    def __init__(
        self,
        classes: int = 62,
        width: int = 32,
        members: int = 1,
        dropout: float = 0.3,
        smoothing: float = 0.1,
        channels: int = 1,
    ) -> None:
        super().__init__()
        self.smoothing = smoothing
        self.members = nn.ModuleList(_network(channels, width, classes, dropout) for _ in range(members))

    def logits(self, x: Tensor) -> Tensor:
        """Logarithms of the members' mean probabilities, (B, K)."""
        each = torch.stack([member(x).float().log_softmax(dim=1) for member in self.members])
        return each.logsumexp(dim=0) - torch.tensor(float(len(each))).log()

    def features(self, x: Tensor) -> Tensor:
        """Pooled features of all members, inputs of their last layers: (B, C, S, S) → (B, 8 · width · members)."""
        return torch.cat([member[:-2](x).float() for member in self.members], dim=1)  # pyright: ignore[reportIndexIssue]

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        """Mean cross-entropy of the members in nats per picture, each trained as if it were alone."""
        y = self._labels(y)
        each = [F.cross_entropy(member(x).float(), y, label_smoothing=self.smoothing) for member in self.members]
        return {"total": torch.stack(each).mean()}


def _network(channels: int, width: int, classes: int, dropout: float) -> nn.Sequential:
    """(B, channels, S, S) → class logits (B, classes): width doubles and the side halves three times."""
    layers: list[nn.Module] = [convolution(channels, width), convolution(width, width)]
    for inputs in (width, 2 * width, 4 * width):
        layers += [convolution(inputs, 2 * inputs, stride=2), ResidualBlock(2 * inputs)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(8 * width, classes)]
    return nn.Sequential(*layers, *head)
