"""A data set to take along: how many of each, in which form, how far it has come, and the file."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from apps.ui.files import script, template

RADIO = '<label><input type="radio" name="dataset-form" value="{form}"{checked}><b>{form}</b> {told}</label>'


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
        RADIO.format(form=form, told=told, checked=" checked" * (place == 0))
        for place, (form, told) in enumerate(forms.items())
    )
    return gr.HTML(
        {},
        html_template=template("dataset").replace("@forms", radios).replace("@most", str(most)),
        js_on_load=script("dataset"),
        apply_default_css=False,
        **options,
    )
