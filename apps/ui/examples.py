"""Pictures to start from: a click puts one on the pad, as a typed key does."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from apps.ui.files import script

CELL = (
    '<button type="button" data-key="{key}" data-turn="{turn}" aria-label="Example of {key}, {nth}"'
    ' style="--x:{x};--y:{turn}"><span class="glyph"></span></button>'
)


def example_gallery(sheet: Callable[[str], dict[str, Any]], keys: Sequence[str], turns: int, **options: Any) -> gr.HTML:
    """Buttons for examples of each key, a row a turn.

    Args:
        sheet: called once with ""; returns the `address` of a picture of them all, a row a turn.
        keys: what is typed for them.
        turns: how many of each there are.
        options: of `gr.HTML`.
    """
    cells = "".join(
        CELL.format(key=key, turn=turn, nth=turn + 1, x=x) for turn in range(turns) for x, key in enumerate(keys)
    )
    style = f"--columns:{len(keys)};--rows:{turns}"
    return gr.HTML(
        html_template=f'<div class="glyphs examples" role="group" aria-label="Examples" style="{style}">{cells}</div>',
        js_on_load=script("examples"),
        apply_default_css=False,
        server_functions=[sheet],
        call=sheet.__name__,
        **options,
    )
