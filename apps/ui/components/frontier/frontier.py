"""Accuracy against diversity (figure 1), as a chart whose points can be chosen."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component

LEGEND = (
    '<ul class="frontier-legend"><li data-judge="0">independent judge</li><li data-judge="1">the paper\'s judge</li>'
    '<li data-judge="real">real digits</li><li data-judge="here">this sheet</li></ul>'
)
CHART = (
    '<svg tabindex="0" role="slider" aria-label="Accuracy against diversity: θ and n of the Simple generator"></svg>'
)


def frontier_chart(frontier: Ask, **options: Any) -> gr.HTML:
    """Both judges' accuracy against mean cosine over the grid of θ and n, real digits, and the sheet that is shown.

    A click, a drag or arrow keys choose a point, which sets the knobs: left and right along the curve, up and down
    through n. The sheet's own point is what was measured on it.

    Args:
        frontier: called with the name of a VAE; returns `rows`, each with `theta`, `n`, `cosine`, `judge_accuracy` and
            maybe `recon_judge_accuracy`, and `real`, with `cosine` and `judge_accuracy`, or nothing.
        options: of `gr.HTML`.
    """
    html = f'<figure class="frontier">{CHART}{LEGEND}<figcaption aria-live="polite"></figcaption></figure>'
    return component("frontier", html, asks={"frontier": frontier}, **options)
