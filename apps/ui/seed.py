"""The seed of all noise, and a dice for another."""

from typing import Any

import gradio as gr

from apps.ui.files import script
from apps.ui.permalink import MAX_SEED
from apps.ui.wardrobe import DICE


def seed_field(**options: Any) -> gr.HTML:
    """A number field and a dice; its value is the seed. `input` fires when it changes."""
    field = f'<label><span>Seed</span><input type="number" min="0" max="{MAX_SEED}" step="1" value="0"></label>'
    dice = f'<button type="button" aria-label="Roll another seed" title="Roll another seed">{DICE}</button>'
    return gr.HTML(
        0,
        html_template=f'<div class="numbered seed-field">{field}{dice}</div>',
        js_on_load=script("seed"),
        apply_default_css=False,
        **options,
    )
