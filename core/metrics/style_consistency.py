"""Correlation of the slant, width, height and stroke width of digits with those of their analogies."""

import torch
from torch import Tensor

from core.latent.class_means import less_class_means
from core.nn.shape_measures import STYLE, shape_style, stroke_width


def style_consistency(sources: Tensor, labels: Tensor, drawn: Tensor) -> dict[str, float]:
    r"""Correlation between a style measure of pictures and the same measure of their analogies.

    Style is what is left of a measure once the class is known: a 1 is narrow and a 7 leans whoever writes them. So, for
    each measure and each class k, this is Pearson's r over the sources, within their classes, between the value of the
    source and that of its analogy of class k; averaged over classes k. Slant, width and height are those of
    `core.nn.shape_measures.shape_style`; stroke is `core.nn.shape_measures.stroke_width`.

    Args:
        sources: pictures, (N, 1, S, S) with N ≥ 3.
        labels: their classes, (N,); both sides are taken as deviations from their means over the sources of a class.
        drawn: their analogies, (N, K, 1, S, S).

    Returns:
        `slant`, `width`, `height` and `stroke`, each in [-1, 1], 1 if the analogies follow their source exactly. An
        analogy without ink is left out; a measure that never varies correlates with nothing and counts 0.

    Example:
        >>> x = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))
        >>> {name: round(r, 3) for name, r in style_consistency(x, torch.zeros(5).long(), x[:, None]).items()}
        {'slant': 1.0, 'width': 1.0, 'height': 1.0, 'stroke': 1.0}
    """
    if drawn.ndim != 5 or not len(sources) == len(labels) == len(drawn) or len(sources) < 3:
        raise ValueError(
            "expected three pictures or more, their classes and their analogies, "
            f"got {tuple(sources.shape)}, {tuple(labels.shape)} and {tuple(drawn.shape)}"
        )
    seen = measured(sources)
    by_class = torch.stack([_correlations(seen, measured(drawn[:, k]), labels) for k in range(drawn.shape[1])])
    return dict(zip(STYLE, by_class.mean(dim=0).tolist(), strict=True))


def measured(pictures: Tensor) -> Tensor:
    """Slant, width, height and stroke width of pictures (N, 1, S, S): (N, 4)."""
    return torch.cat([shape_style(pictures)[:, :3], stroke_width(pictures)[:, None]], dim=1)


def _correlations(a: Tensor, b: Tensor, labels: Tensor) -> Tensor:
    """Pearson's r of each column within classes, over the rows that are finite in both: (N, M), (N, M), (N,) → (M,)."""
    whole = (a.isfinite() & b.isfinite()).all(dim=1)
    a, b = (less_class_means(side[whole].double(), labels[whole]) for side in (a, b))
    scale = (a.square().sum(dim=0) * b.square().sum(dim=0)).sqrt()
    return torch.where(scale > 1e-9, (a * b).sum(dim=0) / scale.clamp_min(1e-9), 0.0)
