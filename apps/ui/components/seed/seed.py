"""The seed of all noise, and a dice for another."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import component
from apps.ui.shared.layout import DICE
from apps.ui.shared.permalink import MAX_SEED


def seed_field(**options: Any) -> gr.HTML:
    """A number field and a dice; its value is the seed. `input` fires when it changes."""
    field = f'<label><span>Seed</span><input type="number" min="0" max="{MAX_SEED}" step="1" value="0"></label>'
    dice = f'<button type="button" aria-label="Roll another seed" title="Roll another seed">{DICE}</button>'
    return component("seed", f'<div class="numbered seed-field">{field}{dice}</div>', 0, **options)
