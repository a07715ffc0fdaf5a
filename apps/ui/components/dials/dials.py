"""Sliders of the latent dimensions, a dice for a random style, undo and redo: one light component for all of them."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component, markup
from core.latent.dimension_effects import Dimension


def style_dials(
    profile: Ask,
    *,
    grid: int,
    reach: float,
    low: float | None = None,
    form: str = "dials",
    follow: bool = False,
    **options: Any,
) -> gr.HTML:
    """Sliders for the style of a view.

    Its value is what the visitor has set: `of`, the `source` of the view it was set for (a view of another source lets
    go of it), `seed` of a random style or None, and `at`, latents by dimension in steps of the grid. It shows a view's
    `z`, all latents in steps. `input` fires while a slider moves and at every other change.

    Args:
        profile: called once with ""; returns `dimensions`, each with its `number`, a `label` and a `note`.
        grid: steps in one unit of a latent.
        reach: the largest latent.
        low: the least latent; the negative of the largest if left out.
        form: the template.
        follow: are the sliders those of a view's `dials`, with which the profile is called? Hidden where that is "".
        options: of `gr.HTML`.
    """
    settings = {"grid": grid, "reach": reach, "low": low, "follow": follow}
    return component("dials", markup("dials", form), {}, asks={"profile": profile}, settings=settings, **options)


def dial(dimension: Dimension) -> dict[str, Any]:
    """The number, label and note of a slider.

    Example:
        >>> dial(Dimension(4, 0.05, "slant", -0.83))["label"]
        'slant ↔ −0.83'
    """
    is_named = dimension.measure != "shape"
    r = f"{dimension.correlation:.2f}".replace("-", "−")
    note = f"Dimension {dimension.number + 1}: a step of 1 changes a pixel by {dimension.effect:.3f} (root mean square)"
    correlated = f"; correlation with {dimension.measure} {r}" if is_named else ""
    label = f"{dimension.measure} ↔ {r}" if is_named else "shape"
    return {"number": dimension.number, "label": label, "note": f"{note}{correlated}."}
