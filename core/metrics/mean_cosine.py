"""The paper's measure of diversity, under the paper's name."""

from torch import Tensor

from core.metrics.within_class_cosine import within_class_cosine


def mean_cosine(pictures: Tensor, labels: Tensor) -> float:
    r"""$\mathbb{E}_{x,x'}[\cos(x, x')]$ over pairs of one class, averaged over classes: `within_class_cosine`.

    Vargas Aguilar, Gu and Lee, "Statistical generation of hand-written digits via analysis of learned latent
    representations", eq. 5.

    Args:
        pictures: (N, C, S, S).
        labels: their classes, (N,).

    Returns:
        A number in [-1, 1]; in [0, 1] for ink. Digits of MNIST have about 0.52.
    """
    return within_class_cosine(pictures, labels)
