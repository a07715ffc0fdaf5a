"""Accuracy of a classifier on decoded midpoints between latents of one class."""

import torch
from torch import Tensor

from core.latent.encoding import decode_set
from core.metrics.accuracy import accuracy
from core.models.base import Autoencoder, Classifier


def same_class_pairs(labels: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture with one other of its class, drawn by a random cycle within the class: rows of pairs, (P, 2).

    Classes with a single member have no pair; P is the number of pictures in the other classes.

    Example:
        >>> same_class_pairs(torch.tensor([0, 1, 0]), torch.Generator().manual_seed(0)).sort().values
        tensor([[0, 2], [0, 2]])
    """
    pairs = []
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        members = members[torch.randperm(len(members), generator=generator)]
        if len(members) > 1:
            pairs.append(torch.stack([members, members.roll(1)], dim=1))
    if not pairs:
        raise ValueError("expected a class with two pictures or more, got none")
    return torch.cat(pairs)


@torch.inference_mode()
def midpoint_accuracy(
    model: Autoencoder, judge: Classifier, z: Tensor, labels: Tensor, *, generator: torch.Generator
) -> float:
    """Share of same-class pairs whose decoded latent midpoint the judge classifies as that class.

    Args:
        model: an autoencoder in evaluation mode.
        judge: a classifier that took no part in the model's training.
        z: latent means, (N, Z).
        labels: classes, (N,).
        generator: draws the pairs; see `same_class_pairs`.

    Returns:
        A number in [0, 1], averaged over pairs.
    """
    pairs = same_class_pairs(labels, generator)
    midpoints = decode_set(model, z[pairs].mean(dim=1))
    return accuracy(judge.predict(midpoints), labels[pairs[:, 0]])
