"""What the tab *Your hand* shows: pages read into cells, a hand learned from them, and the letters of its blends.

Nothing here keeps anything: the visitor's page holds the cells and the hand, and uploads what a handler needs, which is
read once and deleted. It does not travel in the request itself, for Gradio's queue holds the last one it worked on.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from math import ceil
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
import torch
from torch import Tensor

from apps.ui.server.uploads import read_upload
from apps.ui.shared.answers import MISTAKES, Answer, answered, mistaken
from apps.ui.shared.permalink import number
from core.data.characters import CLASSES
from core.handwriting.session import Session, load_session
from core.handwriting.worksheets.cells import Cell
from core.handwriting.worksheets.freeform import read_free
from core.handwriting.worksheets.layout import PAPERS, worksheet_pdf
from core.handwriting.worksheets.scanning import Sheet, marked, scan
from core.handwriting.worksheets.uploads import MAX_PAGES, read_pages
from core.handwriting.writer_prior import load_prior
from core.handwriting.writer_style import WriterStyle, average_writer, known_writer, learn
from core.handwriting.writer_style_file import MAX_BYTES, from_bytes, to_bytes
from core.imaging import rendering, strokes
from core.imaging.ink import drawn, printed
from core.imaging.strokes import GLYPH_SIDE

MAX_CELLS = 36 * MAX_PAGES  # on a visitor's page: both sides of six sheets
MAX_FILES = MAX_PAGES
MAX_LETTERS = 4 * ceil(MAX_BYTES / 3)  # of a hand's file in base64
MAX_NOTE = 2_000  # letters that say where an uploaded file lies
MAX_MESSAGES = 3  # about one upload
STEPS = 11  # of λ from one hand to the other
READING = 60  # seconds for all pages of an upload; others wait
PAUSE = 0.25  # seconds between two looks at what is being learned
PAGE_WIDTH = 640  # pixels of a flattened page
ALL = "".join(CLASSES)


# What the page sends


def asked_of(text: object) -> dict[str, Any]:
    """What a component of the page asks for: the JSON text {"path"} names an uploaded JSON file, which is deleted.

    Example:
        >>> asked_of("3")
        Traceback (most recent call last):
        ValueError: expected what the page asks for, got something else
    """
    if not isinstance(text, str):
        raise ValueError(f"expected what the page asks for as text, got {type(text).__name__}")
    return _parsed(read_upload(_parsed(text[:MAX_NOTE]).get("path")))


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise ValueError("expected what the page asks for, got something else")
    return parsed


def pack(glyph: np.ndarray) -> str:
    """A glyph (28, 28) uint8 as text that a page can unpack.

    Example:
        >>> len(pack(np.zeros((28, 28), np.uint8)))
        1048
    """
    return base64.b64encode(glyph.tobytes()).decode()


def unpack(text: object) -> np.ndarray:
    """The glyph (28, 28) uint8 of a text made by `pack`.

    Example:
        >>> unpack(pack(np.eye(28, dtype=np.uint8))).sum()
        np.uint64(28)
    """
    data = _decoded(text, 4 * ceil(GLYPH_SIDE**2 / 3))
    if data is None or len(data) != GLYPH_SIDE**2:
        raise ValueError("expected a glyph of 28 × 28, got something else")
    return np.frombuffer(data, np.uint8).reshape(GLYPH_SIDE, GLYPH_SIDE)


def _decoded(text: object, most: int) -> bytes | None:
    """The bytes of a base64 text of at most so many letters."""
    if not isinstance(text, str) or len(text) > most:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def characters_of(cells: object) -> tuple[Tensor, Tensor]:
    """Cells [[character, glyph], …] as pictures (N, 1, 28, 28) and labels (N,).

    Raises:
        ValueError: with one sentence for the visitor.
    """
    if not isinstance(cells, list) or not all(isinstance(cell, list) and len(cell) == 2 for cell in cells):
        raise ValueError("expected cells, each a character and its glyph, got something else")
    if not 1 <= len(cells) <= MAX_CELLS:
        raise ValueError(f"expected 1 to {MAX_CELLS} characters to learn from, got {len(cells)}")
    if not all(isinstance(label, str) and label in CLASSES for label, _ in cells):
        raise ValueError("expected cells of the characters 0-9, A-Z and a-z, got another one")
    pictures = torch.cat([printed(unpack(glyph)) for _, glyph in cells])
    return pictures, torch.tensor([CLASSES.index(label) for label, _ in cells])


def hand_in(text: object) -> WriterStyle:
    """The hand whose file the page sends in base64.

    Raises:
        ValueError: with one sentence for the visitor, if it is no hand of this model.
    """
    if isinstance(text, str) and len(text) > MAX_LETTERS:
        raise ValueError(f"expected a hand file of at most {MAX_BYTES // 10**6} MB, got a larger one")
    data = _decoded(text, MAX_LETTERS)
    if data is None:
        raise ValueError("expected a hand file (safetensors), got something else")
    return from_bytes(data, load_session().autoencoder)


def other_hand(chosen: object) -> WriterStyle:
    """The hand to blend with: "" for the general one, or the number of a known writer."""
    model = load_session().autoencoder
    if chosen in (None, ""):
        return average_writer(model)
    return known_writer(model, round(number("the writer", chosen, 0, len(load_prior().known) - 1)))


# Write


@answered
def print_sheet(paper: object) -> Answer:
    """The worksheet on a paper, as a file to save."""
    if not isinstance(paper, str) or paper not in PAPERS:
        raise ValueError(f"expected a paper out of {', '.join(PAPERS)}, got {str(paper)[:20]!r}")
    return {"name": f"worksheet-{paper}.pdf", "address": _pdf_address(paper)}


@lru_cache(maxsize=len(PAPERS))
def _pdf_address(paper: Any) -> str:
    return rendering.data_uri(worksheet_pdf(paper), "application/pdf")


@answered
def writers(_: object) -> Answer:
    """How many known writers there are."""
    return {"count": len(load_prior().known)}


@answered
def writer_cells(chosen: object) -> Answer:
    """One of each character in a known writer's hand, as the model draws it."""
    if chosen in (None, ""):
        raise ValueError("expected the number of a known writer, got none")
    glyphs = rendering.to_array(other_hand(chosen).write(ALL))
    cells = [{"label": label, "glyph": pack(glyph), "status": "ok"} for label, glyph in zip(ALL, glyphs, strict=True)]
    return {"cells": cells}


@answered
def draw_cell(drawing: object) -> Answer:
    """The glyph of a character that is drawn on the pad."""
    parsed = strokes.parse(drawing)
    if not parsed:
        raise ValueError("expected a character on the pad, got an empty one")
    return {"glyph": pack(rendering.to_array(drawn(parsed, load_session().preprocess))[0])}


def pages(asked: object) -> Iterator[Answer]:
    """Uploaded pages, read one by one: `progress` from 0 to 1, then a `message`, the `cells` and flattened `pages`.

    Args:
        asked: see `asked_of`, for `paths` of uploaded files, and the `text` of free sheets or "" for worksheets.
    """
    try:
        wanted = asked_of(asked)
        paths, text = wanted.get("paths"), wanted.get("text", "")
        if not isinstance(paths, list) or not 1 <= len(paths) <= MAX_FILES:
            count = len(paths) if isinstance(paths, list) else 0
            raise ValueError(f"expected 1 to {MAX_FILES} files at a time, got {count}")
        if not isinstance(text, str):
            raise ValueError(f"expected the text of a sheet, got {type(text).__name__}")
        yield from _read(paths, text.splitlines() if text.strip() else [])
    except MISTAKES as error:
        yield mistaken(error)


def _read(paths: list[Any], lines: list[str]) -> Iterator[Answer]:
    """All files, each by itself: what is wrong with one does not stop the others."""
    cells: list[Cell] = []
    flat: list[str] = []
    told: list[str] = []
    read = 0
    for share, where, picture in _pictures(paths, told, monotonic() + READING):
        yield {"progress": share}
        try:
            found, seen = _page(picture, lines)
            _room_for(cells, found)
        except MISTAKES as error:
            told.append(where + str(error))
            continue
        cells, flat, read = cells + found, flat + seen, read + 1
    yield _summary(cells, flat, told, read)


def _pictures(paths: list[Any], told: list[str], until: float) -> Iterator[tuple[float, str, np.ndarray]]:
    """Every page, with the share of what comes before it and where it is; what cannot be read is told."""
    for place, path in enumerate(paths):
        name = f"File {place + 1}: " if len(paths) > 1 else ""
        try:
            content = read_upload(path)
            _in_time(until)
            uploaded = read_pages(content)
            for page, picture in enumerate(uploaded, start=1):
                _in_time(until)
                where = f"{name}page {page}: " if len(uploaded) > 1 else name
                yield (place + (page - 0.5) / len(uploaded)) / len(paths), where, picture
        except MISTAKES as error:
            told.append(name + str(error))


def _in_time(until: float) -> None:
    if monotonic() > until:
        raise ValueError(f"expected what is read within {READING} s, got more: upload this one by itself")


def _page(picture: np.ndarray, lines: list[str]) -> tuple[list[Cell], list[str]]:
    """The cells of a page, and the flattened page as an address if it is a worksheet."""
    session = load_session()
    reader = session.classifier.probabilities
    if lines:
        return read_free(picture, lines, read=reader, preprocess=session.preprocess), []
    sheet = scan(picture, read=reader, preprocess=session.preprocess)
    return list(sheet.cells), [_flattened(sheet)]


def _flattened(sheet: Sheet) -> str:
    return rendering.data_uri(rendering.webp(np.asarray(marked(sheet, PAGE_WIDTH)), quality=60), "image/webp")


def _room_for(cells: list[Cell], found: list[Cell]) -> None:
    if len(cells) + len(found) > MAX_CELLS:
        raise ValueError(f"expected at most {MAX_CELLS} characters on all pages, got more")


def _summary(cells: list[Cell], flat: list[str], told: list[str], read: int) -> Answer:
    """What was read, in a sentence, then what was wrong, each in one."""
    fine = sum(cell.status == "ok" for cell in cells)
    doubtful = sum(cell.status in ("clipped", "suspicious") for cell in cells)
    look = f", {doubtful} to look at" if doubtful else ""
    sentences = [f"{_counted(read, 'page')}: {_counted(fine, 'character')} read{look}"] if read else []
    sentences += told[:MAX_MESSAGES]
    if len(told) > MAX_MESSAGES:
        sentences.append(f"{len(told) - MAX_MESSAGES} more could not be read either")
    shown = [{"label": each.label, "glyph": _glyph(each), "status": each.status} for each in cells]
    message = " ".join(f"{each[:1].upper()}{each[1:].rstrip('.')}." for each in sentences)
    return {"message": message, "kind": "error" if told else "hint", "cells": shown, "pages": flat}


def _glyph(cell: Cell) -> str:
    return pack(rendering.to_array(cell.picture))


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


# Learn


def learned(asked: object) -> Iterator[Answer]:
    """Learn a hand: its `progress` from 0 to 1, then a `message`, the `hand` and its `sheet`; or a mistake alone.

    Args:
        asked: see `asked_of`, for `cells` [[character, glyph], …] and the `other` hand to blend with.
    """
    try:
        wanted = asked_of(asked)
        pictures, labels = characters_of(wanted.get("cells"))
        yield from _lessons(load_session(), pictures, labels, other_hand(wanted.get("other")))
    except MISTAKES as error:
        yield mistaken(error)


def _lessons(session: Session, pictures: Tensor, labels: Tensor, other: WriterStyle) -> Iterator[Answer]:
    """Learn in a thread of its own, and stop it when nobody asks any longer."""
    left, shares = Event(), [0.0]
    options: dict[str, Any] = {"cancelled": left.is_set, "progress": lambda share, _: shares.append(share)}
    pool = ThreadPoolExecutor(1)
    try:
        lesson: Future[WriterStyle] = pool.submit(learn, session.autoencoder, pictures, labels, **options)
        while not wait([lesson], PAUSE).done:
            yield {"progress": shares[-1]}
        hand = lesson.result()
        file = base64.b64encode(to_bytes(hand)).decode()
        seen = _counted(len(pictures), "character")
        yield {"message": f"Learned from {seen}.", "kind": "hint", "hand": file, "sheet": lettering(hand, other)}
    finally:
        left.set()
        pool.shutdown(wait=False)


@answered
def opened(asked: object) -> Answer:
    """The sheet of a hand that the page holds or that comes from a file.

    Args:
        asked: see `asked_of`, for the `hand` in base64, and the `other` hand to blend with.
    """
    wanted = asked_of(asked)
    hand = hand_in(wanted.get("hand"))
    seen = _counted(int(hand.seen.sum()), "character")
    sheet = lettering(hand, other_hand(wanted.get("other")))
    return {"message": f"A hand learned from {seen}.", "kind": "hint", "sheet": sheet}


def lettering(hand: WriterStyle, other: WriterStyle) -> Answer:
    """Every character on the way from one hand to another, one picture of 28 × 28 each.

    A row of 62 for each of eleven λ from 0 to 1, and one more of the general hand; the page sets its text from them.
    """
    shares = [step / (STEPS - 1) for step in range(STEPS)]
    rows = [hand.blend(other, share).write(ALL) for share in shares]
    glyphs = rendering.to_array(torch.cat([*rows, average_writer(hand.model).write(ALL)]))
    return {"address": rendering.inline(rendering.sheet(glyphs, len(ALL))), "letters": ALL, "side": GLYPH_SIDE}
