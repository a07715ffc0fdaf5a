"""Number of decoded class means that a classifier recognises."""

import torch
from torch import Tensor

from core.data.characters import merge_lookalikes
from core.models.base import Autoencoder, Classifier


@torch.inference_mode()
def class_means_recognised(model: Autoencoder, judge: Classifier, means: Tensor) -> int:
    """Number of decoded class means that the judge classifies as their class, look-alikes counted as one.

    Args:
        model: an autoencoder in evaluation mode.
        judge: a classifier over the same 62 classes that took no part in the model's training.
        means: class means, (62, Z), row k for class k.

    Returns:
        A count from 0 to 62; StyleApp paper, figure 5, as a number. A class without members, NaN, does not count.
    """
    predicted = judge.predict(model.decode(means))
    right = merge_lookalikes(predicted) == merge_lookalikes(torch.arange(len(means)))
    return int((right & means.isfinite().all(dim=1)).sum())
