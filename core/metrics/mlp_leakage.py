"""Accuracy of a small neural network as probe of the class on latents."""

import warnings

from torch import Tensor

from core.metrics.linear_leakage import probe_accuracy

EPOCHS = 60


def mlp_leakage(z: Tensor, labels: Tensor) -> float:
    """Accuracy of one hidden layer of 64 ReLU units that predicts the class from the latent; see `linear_leakage`.

    A linear probe sees differences between class means alone; this one also sees shapes. Each of the five is trained
    for 60 epochs by Adam with a rate of 0.003 and seed 0: one that stops at the first epochs without progress reads
    much less of what is there.

    Args:
        z: posterior means, (N, Z).
        labels: classes, (N,), each with five members or more.

    Returns:
        A number in [0, 1]; the share of the commonest class (0.1 for ten even ones) is none, 1 is all.

    Example:
        >>> import torch
        >>> y = torch.arange(1000) % 2
        >>> z = torch.randn(1000, 2, generator=torch.Generator().manual_seed(0)) * (1 + 4 * y[:, None])
        >>> mlp_leakage(z, y) > 0.8  # one class is wider than the other, about the same mean
        True
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier  # apps import the metrics, but come without scikit-learn

    probe = MLPClassifier(
        (64,), learning_rate_init=0.003, max_iter=EPOCHS, tol=0.0, n_iter_no_change=EPOCHS, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # that the epochs are over, as they are meant to be
        return probe_accuracy(probe, z, labels)
