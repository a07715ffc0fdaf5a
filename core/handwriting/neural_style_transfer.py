r"""Neural style transfer between two glyphs: pixels are optimised for the content of one and the style of the other.

The baseline of Hu, Thompson and Tsoi, "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer", sections
3.4, 4.4 and 5.2, after Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016:

$\mathcal{L}(x) = \alpha\, \mathcal{L}_{content}(x, c) / \mathcal{L}_{content}(s, c) +
\beta\, \mathcal{L}_{style}(x, s) / \mathcal{L}_{style}(c, s) + \gamma\, \mathcal{V}(x) / \mathcal{V}(c, s)$

with $\mathcal{L}_{content}(x, c) = \frac12 \sum_{ij} (F_{ij} - P_{ij})^2$ over the responses of the backbone's last
layer (eq. 2) and the style loss of `core.style.style_loss` (eq. 4). Each is measured in what lies between the two
glyphs, so that α and β mean the same for every backbone. V is the total variation (Rudin, Osher and Fatemi,
"Nonlinear Total Variation Based Noise Removal Algorithms", 1992), in that of the two glyphs on average: the Keras
program that the paper adapts has such a term, and without it the grain that a backbone does not see stays in the
picture.
"""

import math
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.models.base import Backbone
from core.nn.gram import style_vectors

MAX_STEPS = 400
ENLARGED = 2  # the side at which a backbone sees a glyph, in sides of the glyph
NOISE = 0.5  # deviation of the pixels that a run may start from

Start = Literal["content", "noise"]


@dataclass(frozen=True)
class Progression:
    """The frames and losses of an optimisation.

    Attributes:
        frames: the picture before the first step and after every step, (K, 1, S, S) in [0, 1], K ≤ steps + 1.
        content, style: the two losses of each frame before α and β, (K,): 0 like the content glyph or the style glyph,
            1 as unlike it as the other one is.
        seconds: how long it took.
    """

    frames: Tensor
    content: Tensor
    style: Tensor
    seconds: float

    def strip(self, n: int) -> Tensor:
        """Frames from the first to the last at n equal distances along their path, (n, 1, S, S), n ≥ 2.

        Most of the change is in the first steps, as in figure 8: evenly chosen steps would show the last picture again
        and again.
        """
        way = self.frames.diff(dim=0).flatten(1).norm(dim=1).cumsum(dim=0)
        way = torch.cat([way.new_zeros(1), way])
        rows = (way[:, None] - torch.linspace(0, way[-1].item(), n)).abs().argmin(dim=0)
        return self.frames[rows]


def transfer(
    content: Tensor,
    style: Tensor,
    backbone: Backbone,
    *,
    steps: int = 100,
    content_weight: float = 1.0,
    style_weight: float = 4.0,
    smoothness: float = 0.5,
    start: Start = "content",
    seed: int = 0,
) -> Progression:
    """Frames of a glyph whose pixels are optimised by L-BFGS within [0, 1] (Byrd et al., "A Limited Memory Algorithm
    for Bound Constrained Optimization", 1995), as scipy does it.

    Args:
        content: the glyph whose shape is to be kept, ink (1, 1, S, S) in [0, 1], S a multiple of 4.
        style: the glyph whose style is to be taken on, of the same shape.
        backbone: through which both are seen, see `core.style.backbones`; as dark ink on white paper, twice as large.
        steps: iterations at most, 1 … 400; fewer where nothing is left to gain.
        content_weight, style_weight, smoothness: α, β and γ.
        start: "content", from the content glyph as in the paper's figure 8, or "noise", from grey noise.
        seed: of the noise.

    Returns:
        Every frame with its losses.

    Raises:
        ValueError: for glyphs of other shapes, weights below 0, too many steps, or two glyphs that are the same.

    Example:
        >>> from core.style.backbones import Vgg19
        >>> a, b = torch.rand(2, 1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
        >>> run = transfer(a, b, Vgg19(blocks=2), steps=3)
        >>> run.frames.shape[1:], bool(run.style[-1] < run.style[0])
        (torch.Size([1, 8, 8]), True)
    """
    weights = (content_weight, style_weight, smoothness)
    _check(content, style, steps, weights)
    objective = _Objective.between(content, style, backbone, weights)
    first = content if start == "content" else _noise(content, seed)
    begun = perf_counter()
    frames = _minimise(objective, first.flatten().double().numpy(), steps)
    seconds = perf_counter() - begun
    with torch.no_grad():
        losses = torch.stack([objective.losses(frame[None]) for frame in frames])
    return Progression(frames, losses[:, 0], losses[:, 1], seconds)


@dataclass(frozen=True)
class _Objective:
    """The loss that is minimised, in units of the distance between the two glyphs."""

    backbone: Backbone
    shape: torch.Size
    content: Tensor
    style: Tensor
    scales: Tensor
    weights: Tensor

    @classmethod
    def between(cls, content: Tensor, style: Tensor, backbone: Backbone, weights: tuple[float, ...]) -> "_Objective":
        with torch.no_grad():
            own, other = backbone.responses(as_paper(content)), backbone.responses(as_paper(style))
        mine, theirs = style_vectors(own), style_vectors(other)
        apart = (0.5 * (own[-1] - other[-1]).square().sum(), (mine - theirs).square().sum())
        scales = torch.stack([*apart, (total_variation(content) + total_variation(style)) / 2])
        if scales.min() <= 0:
            raise ValueError("expected two different glyphs, got two that the backbone cannot tell apart")
        return cls(backbone, content.shape, own[-1], theirs, scales, torch.tensor(weights))

    def losses(self, ink: Tensor) -> Tensor:
        """Content loss, style loss and variation in units of what the two glyphs have: (1, 1, S, S) → (3,)."""
        responses = self.backbone.responses(as_paper(ink))
        content = 0.5 * (responses[-1] - self.content).square().sum()
        style = (style_vectors(responses) - self.style).square().sum()
        return torch.stack([content, style, total_variation(ink)]) / self.scales

    def value_and_slope(self, pixels: np.ndarray) -> tuple[float, np.ndarray]:
        """The weighted sum and its gradient, as scipy wants them."""
        ink = torch.from_numpy(pixels).float().view(self.shape).requires_grad_()
        with torch.enable_grad():
            total = self.losses(ink) @ self.weights
            (slope,) = torch.autograd.grad(total, ink)
        return total.item(), slope.flatten().double().numpy()


def _minimise(objective: _Objective, pixels: np.ndarray, steps: int) -> Tensor:
    """The picture before the first step and after each, (K, 1, S, S)."""
    from scipy.optimize import minimize

    frames = [pixels]
    minimize(
        objective.value_and_slope,
        pixels,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, 1.0)] * len(pixels),
        callback=lambda now: frames.append(now.copy()),
        options={"maxiter": steps, "maxfun": 3 * steps, "ftol": 0.0, "gtol": 0.0},
    )
    return torch.from_numpy(np.stack(frames)).float().clamp(0, 1).view(-1, *objective.shape[1:])


def as_paper(ink: Tensor) -> Tensor:
    """Dark glyphs on white paper, enlarged for a backbone: ink (B, 1, S, S) → (B, 3, 2S, 2S) in [0, 1]."""
    paper = F.interpolate(1 - ink, scale_factor=ENLARGED, mode="bilinear", align_corners=False)
    return paper.expand(-1, 3, -1, -1)


def total_variation(ink: Tensor) -> Tensor:
    r"""$\sum \sqrt{(\nabla_x)^2 + (\nabla_y)^2 + 10^{-6}}$ over the pixels that have a right and a lower neighbour.

    Args:
        ink: pictures (B, C, S, S) in [0, 1].

    Returns:
        The sum over everything, shape (): the length of the edges in pixels, times their contrast.

    Example:
        >>> bar = torch.zeros(1, 1, 5, 5)
        >>> bar[..., 2:] = 1
        >>> total_variation(bar).round()  # one edge, four pixels long
        tensor(4.)
    """
    across, down = ink.diff(dim=-1)[..., :-1, :], ink.diff(dim=-2)[..., :, :-1]
    return (across.square() + down.square() + 1e-6).sqrt().sum()


def _noise(like: Tensor, seed: int) -> Tensor:
    draws = torch.randn(like.shape, generator=torch.Generator().manual_seed(seed))
    return (0.5 + NOISE * draws).clamp(0, 1)


def _check(content: Tensor, style: Tensor, steps: int, weights: tuple[float, ...]) -> None:
    if content.shape[:2] != (1, 1) or content.ndim != 4 or content.shape != style.shape:
        raise ValueError(f"expected two glyphs (1, 1, S, S), got {tuple(content.shape)} and {tuple(style.shape)}")
    if not 1 <= steps <= MAX_STEPS:
        raise ValueError(f"expected 1 to {MAX_STEPS} steps, got {steps}")
    if not all(0 <= weight < math.inf for weight in weights) or max(weights) == 0:
        raise ValueError(
            f"expected weights of at least 0, one of them above and none infinite, got {', '.join(map(str, weights))}"
        )
