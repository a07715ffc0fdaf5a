"""Accuracy over EMNIST's 47 merged classes, in which look-alike capitals and small letters are one."""

import torch
from torch import Tensor

from core.data.characters import CLASSES
from core.metrics.accuracy import accuracy

MERGED_LETTERS = "CIJKLMOPSUVWXYZ"


def merge_to_47(labels: Tensor) -> Tensor:
    """Classes of 0-9A-Za-z with the small letters of c i j k l m o p s u v w x y z folded into their capitals, (N,).

    Cohen et al., "EMNIST: an extension of MNIST to handwritten letters", 2017, section II-C ("By_Merge").
    """
    folded = [CLASSES.index(c.upper()) if c.upper() in MERGED_LETTERS else i for i, c in enumerate(CLASSES)]
    return torch.tensor(folded)[labels]


def accuracy_47(predicted: Tensor, labels: Tensor) -> float:
    """Share of right predictions after both sides are folded into EMNIST's 47 classes; see `accuracy`.

    Example:
        >>> c, big_c = CLASSES.index("c"), CLASSES.index("C")
        >>> accuracy_47(torch.tensor([c, 3]), torch.tensor([big_c, 4]))
        0.5
    """
    return accuracy(merge_to_47(predicted), merge_to_47(labels))
