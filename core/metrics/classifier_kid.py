"""Kernel distance between features of generated and of real pictures."""

import warnings

import torch
from torch import Tensor

from core.metrics.classifier_fid import as_given

SUBSET = 1_000
SUBSETS = 20


def classifier_kid(generated: Tensor, real: Tensor) -> float:
    r"""Squared MMD of features under the kernel $(u \cdot v / D + 1)^3$, unbiased, averaged over random subsets.

    Bińkowski et al., "Demystifying MMD GANs", 2018, section 4, with the features of our own classifier; see
    `core.metrics.classifier_fid`. Unlike that distance it does not depend on how many pictures there are. Computed by
    torchmetrics over 20 subsets of 1,000, chosen with seed 0.

    Args:
        generated: features of generated pictures, (N, D), N ≥ 2.
        real: features of real pictures, (M, D), M ≥ 2.

    Returns:
        A number around 0 for equal distributions, and below it by chance.

    Raises:
        ValueError: if a set has fewer than two members, or the widths differ.

    Example:
        >>> x = torch.eye(4).repeat(50, 1)
        >>> abs(classifier_kid(x, x)) < 0.02, classifier_kid(x + 1, x) > 1
        (True, True)
    """
    from torchmetrics.image.kid import KernelInceptionDistance  # seconds to import, and needed only here

    network = as_given(generated, real)
    size = min(SUBSET, len(generated), len(real))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it keeps all features, which are few
        metric = KernelInceptionDistance(network, subsets=SUBSETS, subset_size=size).set_dtype(torch.float64)
    metric.update(real.double(), real=True)
    metric.update(generated.double(), real=False)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return metric.compute()[0].item()
