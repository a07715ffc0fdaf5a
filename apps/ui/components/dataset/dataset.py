"""A data set to save: how many of each digit, in which form, how far it has come, and the file."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from apps.ui.shared.component import component, markup

RADIO = '<label><input type="radio" name="dataset-form" value="{form}"{checked}><b>{form}</b> {label}</label>'


def dataset_maker(forms: Mapping[str, str], most: int, **options: Any) -> gr.HTML:
    """A form whose `submit` fires with `each` and `form` as its value.

    What the handler answers becomes its value: `progress` from 0 to 1, then a `message` and the `file`, `name` and
    `address`, which is saved; or a `message` alone.

    Args:
        forms: what each form of file holds, by its name.
        most: of each digit.
        options: of `gr.HTML`.
    """
    radios = "".join(
        RADIO.format(form=form, label=label, checked=" checked" * (place == 0))
        for place, (form, label) in enumerate(forms.items())
    )
    return component("dataset", markup("dataset", forms=radios, most=most), {}, **options)
