"""Accuracy on real pictures of a classifier trained on generated ones."""

import torch
from torch import Tensor

from core.metrics.prior_accuracy import prior_accuracy
from core.models.classifier import CharacterClassifier

EPOCHS = 5
BATCH = 128
LEARNING_RATE = 3e-3


def classification_accuracy_score(
    pictures: Tensor, asked: Tensor, real: Tensor, labels: Tensor, *, seed: int = 0, epochs: int = EPOCHS
) -> float:
    """Accuracy on real pictures of a small classifier that learned from generated ones alone.

    Ravuri and Vinyals, "Classification Accuracy Score for Conditional Generative Models", 2019. What a generator gets
    wrong and what it leaves out both cost. The classifier is a residual network of 8 channels, trained by AdamW with
    one cycle of the rate, without augmentation.

    Args:
        pictures: generated, (N, C, S, S).
        asked: the classes they were generated as, (N,).
        real: real pictures, (M, C, S, S).
        labels: their classes, (M,).
        seed: of the first weights, the order and the dropout.
        epochs: passes over the generated pictures.

    Returns:
        A number in [0, 1], averaged over real pictures.

    Raises:
        ValueError: if there are fewer generated pictures than two.
    """
    if len(pictures) < 2:
        raise ValueError(f"expected two generated pictures or more to learn from, got {len(pictures)}")
    with torch.random.fork_rng(), torch.inference_mode(False):
        torch.manual_seed(seed)
        student = CharacterClassifier(int(asked.max()) + 1, width=8, channels=pictures.shape[1])
        _teach(student, pictures, asked, epochs)
    return prior_accuracy(student.eval(), real, labels)


def _teach(student: CharacterClassifier, pictures: Tensor, asked: Tensor, epochs: int) -> None:
    batches = max(1, len(pictures) // BATCH)
    optimiser = torch.optim.AdamW(student.parameters(), lr=LEARNING_RATE, weight_decay=0.05)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * batches)
    student.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(pictures)).tensor_split(batches):
            optimiser.zero_grad()
            student.loss(pictures[rows], asked[rows])["total"].backward()
            optimiser.step()
            cycle.step()
