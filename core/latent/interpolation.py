"""Trajectories between two points of a latent space: straight lines and geodesics, with their lengths and energies.

A trajectory of n steps has n + 1 points, both ends among them (cartography paper, section 4.5). Every function takes
one pair of ends or many: ends (…, Z) lead to points (…, n + 1, Z).
"""

from collections.abc import Callable

import torch
from torch import Tensor

Decode = Callable[[Tensor], Tensor]  # latents (B, Z) → pictures (B, C, S, S)
Features = Callable[[Tensor], Tensor]  # pictures (B, C, S, S) → features (B, D)
MAX_STEPS = 1000


def linear(start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Points at equal distances on the straight line, both ends included: ends (…, Z) → (…, steps + 1, Z).

    Raises:
        ValueError: if the ends are not alike, or there are no steps or more than 1,000.

    Example:
        >>> linear(torch.tensor([0.0]), torch.tensor([1.0]), 2).flatten()
        tensor([0.0000, 0.5000, 1.0000])
    """
    if start.shape != end.shape or start.ndim < 1:
        raise ValueError(f"expected ends of one shape (…, Z), got {tuple(start.shape)} and {tuple(end.shape)}")
    if not 1 <= steps <= MAX_STEPS:
        raise ValueError(f"expected 1 to {MAX_STEPS} steps, got {steps}")
    shares = torch.linspace(0, 1, steps + 1, device=start.device)[:, None]
    return torch.lerp(start[..., None, :], end[..., None, :], shares)


def geodesic(
    start: Tensor,
    end: Tensor,
    steps: int,
    decode: Decode,
    features: Features,
    *,
    iterations: int = 20,
    path: Tensor | None = None,
) -> Tensor:
    r"""Curve whose decoded pictures take the shortest path through feature space: ends (…, Z) → (…, steps + 1, Z).

    Minimises the discrete path energy $\sum_t \lVert \phi(g(z_{t+1})) - \phi(g(z_t)) \rVert^2$ of decoder g and
    features φ over the points between the ends, by L-BFGS from the straight line. The points come to lie at equal
    distances in feature space, and of all curves with such points this one is the shortest (Shao, Kumar and Fletcher,
    "The Riemannian Geometry of Deep Generative Models", 2018, algorithm 1; Laine, "Feature-Based Metrics for Exploring
    the Latent Space of Generative Models", 2018).

    Args:
        start, end: (…, Z).
        steps: number of steps n.
        decode, features: differentiable.
        iterations: of L-BFGS at most; each decodes every point once or twice.
        path: where to start from instead of the line, (…, steps + 1, Z).

    Returns:
        (…, steps + 1, Z), of no more energy than what it started from.

    Example:
        >>> a, b = torch.zeros(2), torch.ones(2)
        >>> crooked = linear(a, b, 4) + torch.tensor([0, 0.3, -0.1, 0.2, 0])[:, None]
        >>> curve = geodesic(a, b, 4, lambda z: z, lambda x: x, path=crooked)  # nothing is curved here
        >>> torch.allclose(curve, linear(a, b, 4), atol=1e-3)
        True
    """
    line = linear(start, end, steps) if path is None else path.clone()
    if steps < 2:
        return line
    with torch.inference_mode(False), torch.enable_grad():
        first, inner, last = (part.detach().clone() for part in line.split([1, steps - 1, 1], dim=-2))
        inner.requires_grad_()
        optimiser = torch.optim.LBFGS([inner], max_iter=iterations, line_search_fn="strong_wolfe")

        def energy() -> Tensor:
            optimiser.zero_grad()
            points = torch.cat([first, inner, last], dim=-2)
            total = path_energy(seen(points, decode, features)).sum()
            total.backward()
            return total

        optimiser.step(energy)  # pyright: ignore[reportArgumentType]
        return torch.cat([first, inner.detach(), last], dim=-2)


def seen(path: Tensor, decode: Decode, features: Features) -> Tensor:
    """Features of the decoded points of trajectories: (…, T, Z) → (…, T, D)."""
    return features(decode(path.flatten(0, -2))).unflatten(0, path.shape[:-1])


def path_energy(vectors: Tensor) -> Tensor:
    """Sum of squared distances between consecutive points: (…, T, D) → (…).

    Example:
        >>> path_energy(torch.tensor([[0.0], [1.0], [3.0]]))
        tensor(5.)
    """
    return vectors.diff(dim=-2).square().sum(dim=(-1, -2))


def path_length(vectors: Tensor) -> Tensor:
    """Sum of distances between consecutive points: (…, T, D) → (…).

    Example:
        >>> path_length(torch.tensor([[0.0], [1.0], [3.0]]))
        tensor(3.)
    """
    return vectors.diff(dim=-2).norm(dim=-1).sum(dim=-1)


def dissolve(first: Tensor, last: Tensor, steps: int) -> Tensor:
    """Pixel cross-dissolve of two pictures, without a latent space: (…, C, S, S) → (…, steps + 1, C, S, S).

    Example:
        >>> dissolve(torch.zeros(1, 2, 2), torch.ones(1, 2, 2), 4)[:, 0, 0, 0]
        tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    shape = first.shape[-3:]
    return linear(first.flatten(-3), last.flatten(-3), steps).unflatten(-1, shape)
