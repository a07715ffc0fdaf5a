"""Share of right predictions."""

from torch import Tensor


def accuracy(predicted: Tensor, labels: Tensor) -> float:
    """Share of predictions that equal the label.

    Args:
        predicted: predicted classes, (N,).
        labels: true classes, (N,).

    Returns:
        A number in [0, 1], averaged over pictures (not over classes).

    Raises:
        ValueError: if there are none, or the shapes differ.

    Example:
        >>> import torch
        >>> accuracy(torch.tensor([1, 2, 3, 4]), torch.tensor([1, 2, 3, 0]))
        0.75
    """
    if predicted.shape != labels.shape or labels.numel() == 0:
        raise ValueError(
            f"expected as many predictions as labels, got {tuple(predicted.shape)} and {tuple(labels.shape)}"
        )
    return (predicted == labels).float().mean().item()
