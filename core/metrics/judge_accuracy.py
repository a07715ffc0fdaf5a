"""Does a judge that never saw the model read what was asked for?"""

from torch import Tensor

from core.metrics.prior_accuracy import prior_accuracy
from core.models.base import Classifier


def judge_accuracy(judge: Classifier, pictures: Tensor, asked: Tensor) -> float:
    """Share of generated pictures that an independent judge reads as the class they were generated as.

    Args:
        judge: a classifier of real pictures that took no part in training, searching or rejecting.
        pictures: generated, (N, C, S, S).
        asked: the classes they were generated as, (N,).

    Returns:
        A number in [0, 1], averaged over pictures.
    """
    return prior_accuracy(judge, pictures, asked)
