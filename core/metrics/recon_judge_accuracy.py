"""Does the paper's judge, which learned from the model's own reconstructions, read what was asked for?"""

from torch import Tensor

from core.metrics.prior_accuracy import prior_accuracy
from core.models.base import Classifier


def recon_judge_accuracy(judge: Classifier, pictures: Tensor, asked: Tensor) -> float:
    """Share of generated pictures that the judge of the model's own reconstructions reads as their class.

    Vargas Aguilar, Gu and Lee, "Statistical generation of hand-written digits via analysis of learned latent
    representations", section 3.4. It knows this model's blur and flatters it: see `judge_accuracy`.

    Args:
        judge: a classifier trained on the model's reconstructions.
        pictures: generated, (N, C, S, S).
        asked: the classes they were generated as, (N,).

    Returns:
        A number in [0, 1], averaged over pictures.
    """
    return prior_accuracy(judge, pictures, asked)
