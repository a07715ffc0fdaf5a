"""Accuracy of a classifier on generated pictures."""

from torch import Tensor

from core.metrics.accuracy import accuracy
from core.models.base import Classifier


def prior_accuracy(judge: Classifier, samples: Tensor, asked: Tensor) -> float:
    """Share of generated pictures that a judge classifies as the class they were generated as.

    `judge_accuracy` and `recon_judge_accuracy` are the same function. The judge of the first took no part in training,
    searching or rejecting; that of the second learned from the model's own reconstructions (Vargas Aguilar, Gu and Lee,
    "Statistical generation of hand-written digits via analysis of learned latent representations", section 3.4), which
    have the model's blur, so its figures are higher.

    Args:
        judge: a classifier.
        samples: generated pictures, (N, C, S, S).
        asked: the classes they were generated as, (N,).

    Returns:
        A number in [0, 1], averaged over pictures.
    """
    return accuracy(judge.predict(samples), asked)
