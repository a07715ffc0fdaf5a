"""Are the decoded class means sharp enough to be read?"""

import torch
from torch import Tensor

from core.data.characters import CLASSES
from core.metrics.accuracy_47 import merge_to_47
from core.models.base import Autoencoder, Classifier

LOOKALIKES = ("0O", "1I")


def merge_lookalikes(labels: Tensor) -> Tensor:
    """EMNIST's 47 classes with the digits 0 and 1 folded into the letters O and I, (N,).

    Glyphs are cropped and centred, so relative size is lost: 0, O and o are one shape, and so are 1, I, l and i
    without its dot. L keeps its own class as a capital; a small l is an upright bar, and joins I.
    """
    folded = merge_to_47(torch.arange(len(CLASSES)))
    for pair in LOOKALIKES:
        folded[CLASSES.index(pair[0])] = CLASSES.index(pair[1])
    folded[CLASSES.index("l")] = CLASSES.index("I")
    return folded[labels]


@torch.inference_mode()
def class_means_recognised(model: Autoencoder, judge: Classifier, means: Tensor) -> int:
    """Number of decoded class means that the judge calls by their class, look-alikes counted as one.

    Args:
        model: an autoencoder in evaluation mode.
        judge: a classifier over the same 62 classes that took no part in the model's training.
        means: class means, (62, Z), row k for class k.

    Returns:
        A count from 0 to 62; StyleApp paper, figure 5, as a number. A class without members, NaN, does not count.
    """
    predicted = judge.logits(model.decode(means)).argmax(dim=1)
    right = merge_lookalikes(predicted) == merge_lookalikes(torch.arange(len(means)))
    return int((right & means.isfinite().all(dim=1)).sum())
