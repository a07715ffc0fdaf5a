"""Accuracy of a linear probe of the class on latents."""

import torch
from torch import Tensor

from core.metrics.accuracy import accuracy

FOLDS = 5


def linear_leakage(z: Tensor, labels: Tensor) -> float:
    """Accuracy of multinomial logistic regression that predicts the class from the latent, on latents it has not seen.

    Each latent is predicted by a probe trained on the other four fifths (stratified in order, so nothing is drawn).

    Args:
        z: posterior means, (N, Z).
        labels: classes, (N,), each with five members or more.

    Returns:
        A number in [0, 1]; the share of the commonest class (0.1 for ten even ones) is none, 1 is all.

    Raises:
        ValueError: if a class has fewer members than there are folds.

    Example:
        >>> y = torch.arange(200) % 4
        >>> linear_leakage(torch.nn.functional.one_hot(y).float(), y)
        1.0
    """
    from sklearn.linear_model import LogisticRegression  # apps import the metrics, but come without scikit-learn

    return probe_accuracy(LogisticRegression(max_iter=200), z, labels)


def probe_accuracy(probe: object, z: Tensor, labels: Tensor) -> float:
    """Cross-validated accuracy of a scikit-learn classifier on standardised latents."""
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fewest = int(labels.unique(return_counts=True)[1].min())
    if fewest < FOLDS:
        raise ValueError(f"expected {FOLDS} pictures or more of each class to probe, got a class with {fewest}")
    y = labels.numpy()
    predicted = cross_val_predict(make_pipeline(StandardScaler(), probe), z.double().numpy(), y, cv=FOLDS)
    return accuracy(torch.from_numpy(predicted), labels)
