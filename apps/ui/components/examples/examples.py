"""Pictures to start from: a click puts one on the pad, as a typed key does."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component

CELL = (
    '<button type="button" data-key="{key}" data-turn="{turn}" aria-label="Example of {key}, {nth}"'
    ' style="--x:{x};--y:{turn}"><span class="glyph"></span></button>'
)


def example_gallery(sheet: Ask, keys: Sequence[str], turns: int, **options: Any) -> gr.HTML:
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
    html = f'<div class="glyphs examples" role="group" aria-label="Examples" style="{style}">{cells}</div>'
    return component("examples", html, asks={"sheet": sheet}, **options)
