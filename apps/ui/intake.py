"""Where a hand comes in: worksheets to print, pages to upload, or a known writer."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from apps.ui.files import script, template
from apps.ui.status import TextHTML
from core.imaging.preprocess import MAX_BYTES

Asked = Callable[[Any], dict[str, Any]]


def sheet_intake(printed: Asked, writers: Asked, cells: Asked, most: int, **options: Any) -> gr.HTML:
    """Buttons and a place to drop files; hands what was found on to the page's cells.

    `upload` fires with the `path` of a JSON file in its value, which holds the `paths` of uploaded pages and the `text`
    of a free sheet; of the answer, `progress` from 0 to 1 comes first, then a `message`, `cells` and `pages`.

    Args:
        printed: called with a paper; returns `name` and `address` of the worksheet.
        writers: called with ""; returns the `count` of known writers.
        cells: called with a writer's number; returns their `cells`.
        most: files at a time.
        options: of `gr.HTML`.
    """
    start: Any = {}
    return TextHTML(
        start,
        html_template=template("intake"),
        js_on_load=script("asking", "intake"),
        apply_default_css=False,
        server_functions=[printed, writers, cells],
        calls=[each.__name__ for each in (printed, writers, cells)],
        max_bytes=MAX_BYTES,
        most=most,
        **options,
    )
