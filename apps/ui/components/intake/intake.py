"""Where a visitor's writing comes in: worksheets to print, pages to upload, or a known writer."""

from typing import Any

import gradio as gr

from apps.ui.shared.component import Ask, component, markup
from core.imaging.preprocess import MAX_BYTES


def sheet_intake(print_sheet: Ask, writers: Ask, cells: Ask, most: int, **options: Any) -> gr.HTML:
    """Buttons and a place to drop files; what is found goes to the page's cells.

    `upload` fires with the `path` of a JSON file in its value, which holds the `paths` of uploaded pages and the `text`
    of a free sheet; of the answer, `progress` from 0 to 1 comes first, then a `message`, `cells` and `pages`. `stop`
    fires when the reading is given up.

    Args:
        print_sheet: called with a paper; returns `name` and `address` of the worksheet.
        writers: called with ""; returns the `count` of known writers.
        cells: called with a writer's number; returns their `cells`.
        most: files at a time.
        options: of `gr.HTML`.
    """
    asks = {"print": print_sheet, "writers": writers, "cells": cells}
    settings = {"max_bytes": MAX_BYTES, "most": most}
    return component("intake", markup("intake"), {}, asks=asks, settings=settings, as_text=True, **options)
