"""Accuracy over EMNIST's 47 merged classes, in which look-alike capitals and small letters are one."""

from torch import Tensor

from core.data.characters import merge_to_47
from core.metrics.accuracy import accuracy


def accuracy_47(predicted: Tensor, labels: Tensor) -> float:
    """Share of right predictions after both sides are folded into EMNIST's 47 classes; see `accuracy`.

    Example:
        >>> import torch
        >>> from core.data.characters import CLASSES
        >>> c, big_c = CLASSES.index("c"), CLASSES.index("C")
        >>> accuracy_47(torch.tensor([c, 3]), torch.tensor([big_c, 4]))
        0.5
    """
    return accuracy(merge_to_47(predicted), merge_to_47(labels))
