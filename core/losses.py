"""Loss terms, each a pure function that says its unit and its reduction.

Reconstruction and KL terms are in nats per picture: summed over pixels or latent dimensions, averaged over the
batch. Mixing a mean over pixels with a sum over latents changes β silently; here the two can be added as they are.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def bernoulli_nll(logits: Tensor, x: Tensor) -> Tensor:
    r"""Negative log-likelihood of pixels under independent Bernoulli distributions.

    $-\sum_i x_i \log p_i + (1 - x_i) \log(1 - p_i)$ with $p = \mathrm{sigmoid}(\mathrm{logits})$. Grey pixels count
    as probabilities, as is usual for MNIST-like data, so the value has the entropy of the grey as its floor.

    Args:
        logits: pre-sigmoid predictions, (B, C, H, W).
        x: targets in [0, 1], (B, C, H, W).

    Returns:
        Nats per picture, summed over pixels and averaged over the batch, shape ().

    Example:
        >>> bernoulli_nll(torch.zeros(2, 1, 4, 4), torch.ones(2, 1, 4, 4)).item() / 16  # log 2 a pixel
        0.693...
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)


def gaussian_kl(mean: Tensor, log_var: Tensor) -> Tensor:
    r"""Kullback-Leibler divergence of a diagonal Gaussian posterior from the standard normal prior.

    $\frac12 \sum_j \mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2$ (Kingma and Welling, "Auto-Encoding Variational Bayes",
    2014, appendix B).

    Args:
        mean: posterior means, (B, Z).
        log_var: logarithms of the posterior variances, (B, Z).

    Returns:
        Nats per picture, summed over dimensions and averaged over the batch, shape ().

    Example:
        >>> gaussian_kl(torch.ones(3, 2), torch.zeros(3, 2)).item()  # ½ per dimension
        1.0
    """
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(dim=1).mean()


def mmd(x: Tensor, y: Tensor, *, bandwidth: float | None = None) -> Tensor:
    r"""Squared maximum mean discrepancy between two samples under a Gaussian kernel, unbiased.

    $\mathbb{E}\,k(x, x') + \mathbb{E}\,k(y, y') - 2\,\mathbb{E}\,k(x, y)$ with
    $k(a, b) = \exp(-\lVert a - b\rVert^2 / h)$ (Zhao, Song and Ermon, "InfoVAE", 2017, section 3.2; Gretton et al.,
    "A Kernel Two-Sample Test", 2012, eq. 3). Pairs of a point with itself are left out, so the value is centred on
    zero, and can fall below it, when both samples come from one distribution.

    Args:
        x: first sample, (N, Z) with N ≥ 2.
        y: second sample, (M, Z) with M ≥ 2.
        bandwidth: h; 2·Z when not given, the mean squared distance of two standard normal points.

    Returns:
        A dimensionless number, shape (); 0 for equal distributions, at most 2.

    Raises:
        ValueError: if a sample has fewer than two points or the dimensions differ.

    Example:
        >>> g = torch.Generator().manual_seed(0)
        >>> a, b = torch.randn(500, 2, generator=g), torch.randn(500, 2, generator=g)
        >>> abs(mmd(a, b).item()) < 0.01, mmd(a, b + 3).item() > 0.5
        (True, True)
    """
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or min(len(x), len(y)) < 2:
        raise ValueError(
            f"expected samples (N, Z) and (M, Z) of two points or more, got {tuple(x.shape)} and {tuple(y.shape)}"
        )
    h = 2.0 * x.shape[1] if bandwidth is None else bandwidth
    return _mean_off_diagonal(_kernel(x, x, h)) + _mean_off_diagonal(_kernel(y, y, h)) - 2 * _kernel(x, y, h).mean()


def _kernel(a: Tensor, b: Tensor, h: float) -> Tensor:
    """Gaussian kernel of all pairs, (N, M), by |a|² + |b|² − 2ab: no (N, M, Z) tensor, gradients finite at 0."""
    squared = a.square().sum(1)[:, None] + b.square().sum(1)[None, :] - 2 * a @ b.T
    return torch.exp(-squared.clamp_min(0) / h)


def _mean_off_diagonal(k: Tensor) -> Tensor:
    n = len(k)
    return (k.sum() - k.diagonal().sum()) / (n * (n - 1))
