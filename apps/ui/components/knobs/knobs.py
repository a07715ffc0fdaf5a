"""How digits are made: the VAE, the generator, where θ comes from, n, temperature, and whether a guide rejects."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component, markup

RADIO = '<label><input type="radio" name="{name}-{which}" value="{value}" aria-label="{label}">{face}</label>'
FORMS = {"fitted": "as fitted", "one": "one θ", "each": "by dimension"}


def generator_knobs(
    offers: Ask,
    draws: Sequence[int],
    highest: float,
    *,
    part: str = "knobs",
    forms: Sequence[str] = tuple(FORMS),
    **options: Any,
) -> gr.HTML:
    """The settings of one generator.

    Its value is what the visitor has set: `vae`, `generator`, `form` ("fitted", "one" or "each"), `theta`, `n`,
    `temperature`, `guided`; what is not set is as the view's part says. What does not apply is disabled. `input` fires
    at every change, and while a slider moves. A point of the frontier that is chosen sets the first knobs.

    Args:
        offers: called with the name of a VAE; returns `vaes`, each with `name`, `title` and whether it is `ready`, and
            its `generators`, each with `name`, `title`, the `forms` its θ can have, and what was `fitted`, in words.
        draws: the values of n.
        highest: of θ and of the temperature.
        part: the view's part that it shows.
        forms: those that can be chosen here.
        options: of `gr.HTML`.
    """
    offered = [RADIO.format(name="form", which=part, value=f, label=f"θ {FORMS[f]}", face=FORMS[f]) for f in forms]
    numbers = [RADIO.format(name="n", which=part, value=n, label=f"n {n}", face=n) for n in draws]
    html = markup("knobs", forms="".join(offered), draws="".join(numbers), highest=f"{highest:g}")
    return component("knobs", html, {}, asks={"offers": offers}, settings={"part": part}, **options)
