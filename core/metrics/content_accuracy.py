"""Accuracy of a classifier on analogies."""

import torch
from torch import Tensor

from core.latent.encoding import analogies
from core.metrics.accuracy import accuracy
from core.models.base import Autoencoder, Classifier


@torch.inference_mode()
def content_accuracy(model: Autoencoder, judge: Classifier, z: Tensor) -> float:
    """Share of analogies that the judge classifies as the class they were decoded as, over K classes of every latent.

    Args:
        model: a conditional autoencoder in evaluation mode.
        judge: a classifier that took no part in the model's training.
        z: posterior means of the source pictures, (N, Z).

    Returns:
        A number in [0, 1], averaged over N·K pictures, a picture's own class among them.
    """
    asked = torch.arange(model.classes)
    predicted = [judge.predict(analogies(model, rows).flatten(0, 1)) for rows in z.split(128)]
    return accuracy(torch.cat(predicted), asked.repeat(len(z)))
