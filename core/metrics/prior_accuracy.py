"""Does a decoded sample of the prior show the class that was asked for?"""

import torch
from torch import Tensor

from core.metrics.accuracy import accuracy
from core.models.base import Classifier


@torch.inference_mode()
def prior_accuracy(judge: Classifier, samples: Tensor, asked: Tensor) -> float:
    """Share of decodings of z ~ N(0, I) that the judge reads as the class they were drawn as.

    Args:
        judge: a classifier that took no part in the model's training.
        samples: decoded samples of the prior, (N, C, S, S).
        asked: the classes they were drawn as, (N,).

    Returns:
        A number in [0, 1], averaged over samples.
    """
    return accuracy(torch.cat([judge.logits(rows).argmax(dim=1) for rows in samples.split(512)]), asked)
