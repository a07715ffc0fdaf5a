"""Pictures in rows with their captions, for pages that take HTML; they are in the page, not in files."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.imaging.rendering import data_uri, webp

STYLE = Path(__file__).with_name("plates.css")


class Plate(NamedTuple):
    """One picture (H, W, 3) uint8, what it is called, and what a screen reader says where the caption is not enough."""

    pixels: np.ndarray
    caption: str
    alt: str = ""


def plates(pictures: Iterable[Plate]) -> str:
    """A list of small square pictures with captions, as many beside each other as there is room for.

    Example:
        >>> plates([Plate(np.zeros((2, 2, 3), np.uint8), "A <b>")])[:54]
        '<ul class="plates"><li><img src="data:image/webp;base6'
    """
    return f'<ul class="plates">{_items(pictures)}</ul>'


def strips(pictures: Iterable[Plate], columns: int = 1) -> str:
    """A list of long pictures with captions, `columns` beside each other where the page is wide.

    Example:
        >>> strips([Plate(np.zeros((2, 9, 3), np.uint8), "A walk")], 2)[:41]
        '<ul class="strips" style="--columns: 2"><'
    """
    return f'<ul class="strips" style="--columns: {columns}">{_items(pictures)}</ul>'


def _items(pictures: Iterable[Plate]) -> str:
    return "".join(
        f'<li><img src="{data_uri(webp(each.pixels), "image/webp")}" alt="{escape(each.alt or each.caption)}">'
        f"<span>{escape(each.caption)}</span></li>"
        for each in pictures
    )
