"""Fréchet distance between features of generated and of real pictures."""

import torch
from torch import Tensor, nn


def classifier_fid(generated: Tensor, real: Tensor) -> float:
    r"""$\lVert \mu - \mu' \rVert^2 + \mathrm{tr}(\Sigma + \Sigma' - 2 (\Sigma \Sigma')^{1/2})$ of two sets of features.

    Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium", 2017, eq. 6,
    with the features of our own classifier of the same kind of pictures: not comparable with distances between features
    of Inception. Computed by torchmetrics.

    Args:
        generated: features of generated pictures, (N, D), N ≥ 2.
        real: features of real pictures, (M, D), M ≥ 2.

    Returns:
        0 for equal moments; the unit is that of the features squared.

    Raises:
        ValueError: if a set has fewer than two members, or the widths differ.

    Example:
        >>> x = torch.eye(4).repeat(5, 1)
        >>> round(classifier_fid(x, x), 4), round(classifier_fid(x + 1, x), 4)
        (0.0, 4.0)
    """
    from torchmetrics.image.fid import FrechetInceptionDistance  # seconds to import, and needed only here

    metric = FrechetInceptionDistance(as_given(generated, real)).set_dtype(torch.float64)
    metric.update(real.double(), real=True)
    metric.update(generated.double(), real=False)
    return metric.compute().item()


def as_given(generated: Tensor, real: Tensor) -> nn.Module:
    """The identity, as the feature network that torchmetrics requires: features are given."""
    if (
        generated.ndim != 2
        or real.ndim != 2
        or generated.shape[1] != real.shape[1]
        or min(len(generated), len(real)) < 2
    ):
        raise ValueError(
            f"expected two sets of features (N, D) of two pictures or more, got {tuple(generated.shape)} and "
            f"{tuple(real.shape)}"
        )
    network = nn.Identity()
    network.num_features = generated.shape[1]  # pyright: ignore[reportArgumentType]
    return network
