"""Loss terms: pure functions with stated unit and reduction.

Reconstruction and KL terms are in nats per picture: summed over pixels or latent dimensions, averaged over the
batch. Mixing a mean over pixels with a sum over latents changes β silently; here the two can be added as they are.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.nn.precision import in_full_precision


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


def gaussian_nll(mean: Tensor, x: Tensor) -> Tensor:
    r"""Negative log-likelihood of pixels under Gaussians of variance ½, up to a constant: the squared error.

    $\sum_i (x_i - \mu_i)^2$. With this variance, and no other, the squared error summed over pixels is in nats.

    Args:
        mean: predicted pixels, (B, C, H, W).
        x: targets in [0, 1], (B, C, H, W).

    Returns:
        Nats per picture, summed over pixels and averaged over the batch, shape ().

    Example:
        >>> gaussian_nll(torch.zeros(2, 1, 4, 4), torch.full((2, 1, 4, 4), 0.5)).item()  # ¼ a pixel
        4.0
    """
    return F.mse_loss(mean, x, reduction="sum") / len(x)


@in_full_precision
def semihard_triplet(z: Tensor, y: Tensor, *, margin: float) -> Tensor:
    r"""Triplet loss over the semi-hard triplets of a batch: latents of a class nearer to each other than to others.

    Mean of $\max(0, d(a, p) - d(a, n) + m)$ over anchors a, positives p of the same class and negatives n of another
    that are farther than the positive, but by less than m (Schroff, Kalenichenko and Philbin, "FaceNet", 2015, section
    3.2); d is the Euclidean distance of latents scaled to unit length, as there.

    Args:
        z: latents, (B, Z).
        y: their classes, (B,).
        margin: m, in [0, 2].

    Returns:
        A number in [0, m], shape (); 0 where no triplet is semi-hard.

    Example:
        >>> z = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-0.02, 1.0]])
        >>> semihard_triplet(z, torch.tensor([0, 0, 1]), margin=0.2).item()  # √2 to the one, a little more to the other
        0.18...
    """
    from pytorch_metric_learning.distances import LpDistance  # needed only in training
    from pytorch_metric_learning.losses import TripletMarginLoss
    from pytorch_metric_learning.miners import TripletMarginMiner

    distance = LpDistance(normalize_embeddings=True, p=2)
    triplets = TripletMarginMiner(margin=margin, type_of_triplets="semihard", distance=distance)(z, y)
    return TripletMarginLoss(margin=margin, distance=distance)(z, y, triplets)


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


@in_full_precision
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


@in_full_precision
def class_mmd(x: Tensor, y: Tensor, prior: Tensor) -> Tensor:
    r"""Squared MMD between the latents of each class and a sample of the prior, averaged over classes, unbiased.

    $\frac{1}{K} \sum_k \mathrm{MMD}^2(q(z \mid y = k), p(z))$ with the kernel of `mmd`. Zero if and only if every class
    has the prior's latents, and then z is independent of y.

    Args:
        x: latents, (N, Z).
        y: their classes, (N,); those with fewer than two members are left out.
        prior: a sample of the prior, (M, Z) with M ≥ 2.

    Returns:
        A dimensionless number, shape (); zero where no class has two members.

    Example:
        >>> g = torch.Generator().manual_seed(0)
        >>> z, y = torch.randn(500, 2, generator=g), torch.arange(500) % 2
        >>> prior = torch.randn(500, 2, generator=g)
        >>> class_mmd(z, y, prior).abs().item() < 0.01, class_mmd(z + 2 * y[:, None], y, prior).item() > 0.1
        (True, True)
    """
    h = 2.0 * x.shape[1]
    members = F.one_hot(y).to(x.dtype)
    everyone = torch.ones(len(prior), members.shape[1], device=x.device)
    return _mmd_of_groups(_kernel(x, x, h), _kernel(prior, prior, h), _kernel(x, prior, h), members, everyone)


@in_full_precision
def class_kid(x: Tensor, reference: Tensor, y: Tensor) -> Tensor:
    r"""Squared MMD between pictures and real pictures of the same class, averaged over classes, unbiased.

    With the cubic kernel $(u \cdot v + 1)^3$ of the kernel inception distance (Bińkowski et al., "Demystifying MMD
    GANs", 2018, section 4), here on the pixels themselves, scaled to unit length: it compares means, variances and
    skewness of the pictures of each class, and so sees it when one side is more alike, or more blurred, than the other.

    Args:
        x: generated pictures, (N, C, S, S).
        reference: real pictures, (N, C, S, S).
        y: the classes of both, (N,); those with fewer than two members are left out.

    Returns:
        A dimensionless number, shape (); zero where no class has two members.

    Example:
        >>> g = torch.Generator().manual_seed(0)
        >>> a, b = torch.rand(200, 1, 4, 4, generator=g), torch.rand(200, 1, 4, 4, generator=g)
        >>> y = torch.arange(200) % 2
        >>> class_kid(a, b, y).abs().item() < 0.02, class_kid(a * 0 + 1, b, y).item() > 0.1
        (True, True)
    """
    u, v = F.normalize(x.flatten(1).float(), dim=1), F.normalize(reference.flatten(1).float(), dim=1)
    members = F.one_hot(y).to(u.dtype)
    return _mmd_of_groups((u @ u.T + 1) ** 3, (v @ v.T + 1) ** 3, (u @ v.T + 1) ** 3, members, members)


def _mmd_of_groups(xx: Tensor, yy: Tensor, xy: Tensor, in_x: Tensor, in_y: Tensor) -> Tensor:
    """Unbiased squared MMD of groups, averaged over those of two members or more on both sides.

    `xx`, `yy` and `xy` are kernels of all pairs, (N, N), (M, M) and (N, M); `in_x` and `in_y` say who belongs to which
    group, (N, K) and (M, K), 1 or 0.
    """
    n, m = in_x.sum(dim=0), in_y.sum(dim=0)
    whole = (n > 1) & (m > 1)

    def within(kernel: Tensor, members: Tensor, count: Tensor) -> Tensor:
        pairs = ((kernel - kernel.diagonal().diag()) @ members * members).sum(dim=0)
        return pairs / (count * (count - 1)).clamp_min(1)

    across = (xy @ in_y * in_x).sum(dim=0) / (n * m).clamp_min(1)
    each = within(xx, in_x, n) + within(yy, in_y, m) - 2 * across
    return (each * whole).sum() / whole.sum().clamp_min(1)


def _kernel(a: Tensor, b: Tensor, h: float) -> Tensor:
    """Gaussian kernel of all pairs, (N, M), by |a|² + |b|² − 2ab: no (N, M, Z) tensor, gradients finite at 0."""
    squared = a.square().sum(1)[:, None] + b.square().sum(1)[None, :] - 2 * a @ b.T
    return torch.exp(-squared.clamp_min(0) / h)


def _mean_off_diagonal(k: Tensor) -> Tensor:
    n = len(k)
    return (k.sum() - k.diagonal().sum()) / (n * (n - 1))
