"""What Fashion → digits shows of a state: its view, the rows to compare, and files to keep."""

from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image

from apps.ui.components.share import asked_file
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.state import to_query
from apps.views.fashion.garments import carried, portrait, to_pin
from apps.views.fashion.state import MODEL, SPLIT, State, from_pin, picked_of, state_of, version
from core.fashion.shape_transfer import Transfer, outlines
from core.imaging import rendering
from core.imaging.export import as_json, as_npz
from core.models.base import SURE
from core.registry.store import get_record

FILES = {
    "PNG": "the garment and its digits, and those put beside it",
    "JSON": "the latents and how far to believe them, to read",
    "npz": "the same with the digits, for NumPy",
}
SEAL = (171, 59, 34)  # the accent of the theme


def view_of(state: State) -> Answer:
    """What the page shows of a state: a message, and the parts that its components know."""
    done = carried(state, state.strength)
    return spoken(state, done) | {
        "query": to_query(state, version()),
        "result": rendering.inline(rendering.sheet(rendering.enlarge(rendering.to_array(done.digits), 4), 5)),
        "marks": marks(done),
        "garment": portrait(state, done),
        "title": state.title,
        "outline": svg_path(outlines(done.ink)),
        "overlay": state.outline,
        "strength": state.strength,
        "pin": to_pin(state),
        "pins": list(state.pins),
        "picked": picked_of(state) if state.empty else {},
    }


def spoken(state: State, done: Transfer) -> Answer:
    """What has come of it as a sentence."""
    right = sum(not mark["note"] for mark in marks(done))
    sure = "all ten are read as what they should be" if right == 10 else f"{right} of 10 are surely what they should be"
    name = f"{state.title[:1].upper()}{state.title[1:]}"
    message = f"{name}: the digits' silhouettes agree {done.agreement.mean():.2f} with it; {sure}."
    return {"message": message, "kind": "sure" if right == 10 else "unsure"}


def marks(done: Transfer) -> list[Answer]:
    """Each digit's agreement, and what is told of its content where the judge doubts it."""
    told = [
        f"reads as {read}" if read != digit else "doubtful" if confidence < SURE else ""
        for digit, (read, confidence) in enumerate(zip(done.read.tolist(), done.confidence.tolist(), strict=True))
    ]
    agreement = done.agreement.tolist()
    return [{"agreement": round(value, 2), "note": text} for value, text in zip(agreement, told, strict=True)]


def svg_path(lines: list[np.ndarray]) -> str:
    """Closed lines as the data of an SVG path.

    Example:
        >>> svg_path([np.array([[1.0, 2.0], [3.0, 2.125]])])
        'M1 2L3 2.12Z'
    """
    return "".join(f"M{'L'.join(f'{x:.4g} {y:.3g}' for x, y in line)}Z" for line in lines)


@answered
def pinned_rows(query: object) -> Answer:
    """The garments put beside the one of a query, each with its ten digits at the query's strength."""
    state = state_of(query)
    return {"rows": [row_of(pin, state.strength) for pin in state.pins]}


def row_of(pin: str, strength: float) -> Answer:
    """One garment with its ten digits in a row."""
    shape = from_pin(pin)
    done = carried(shape, strength)
    return {
        "pin": pin,
        "title": shape.title,
        "garment": rendering.inline(rendering.enlarge(rendering.to_array(done.ink), 3)[0]),
        "digits": rendering.inline(rendering.sheet(rendering.enlarge(rendering.to_array(done.digits), 3), 10)),
        "agreement": f"{done.agreement.mean():.2f}",
        "notes": [mark["note"] for mark in marks(done)],
    }


def honesty() -> str:
    """What these figures are worth, as HTML, with those of the record where it has been measured."""
    text = (
        "<b>Nobody knows what a boot looks like as a 4.</b> The model has only ever seen digits, so this is not a "
        "well-defined problem; it reads a garment as if it were handwriting. The number under a digit is the "
        "correlation of its blurred silhouette with the garment's: 1 for one shape, 0 for none in common."
    )
    measured = get_record(MODEL).results.get(SPLIT, {})
    if "silhouette_agreement" in measured and "silhouette_agreement_shuffled" in measured:
        own, other = measured["silhouette_agreement"], measured["silhouette_agreement_shuffled"]
        text += (
            f" Over the project's wardrobe, as encoded, digits agree {own:.2f} with their own garment and {other:.2f} "
            "with another, because both have their ink in the middle: the difference is what was carried over."
        )
    return f'<p class="honesty">{text}</p>'


# Files


@answered
def keepsake(asked: object) -> Answer:
    """A file of the view that a query describes; asked is [kind, query]."""
    kind, query = asked_file(asked, FILES)
    state = state_of(query)
    shapes = [state, *(from_pin(pin) for pin in state.pins)]
    all_done = [carried(shape, state.strength) for shape in shapes]
    if kind == "PNG":
        media, data = "image/png", rendering.png(contact_sheet(all_done, state.outline))
    else:
        media, data = numbers_of(kind, state, [shape.title for shape in shapes], all_done)
    return {"name": f"fashion-to-digits.{kind.lower()}", "address": rendering.data_uri(data, media)}


def contact_sheet(all_done: list[Transfer], outline: bool, factor: int = 4) -> Image.Image:
    """Garments and their digits on white paper, a row each, as in the paper's figure 14."""
    rows = [rendering.to_array(torch.cat([done.ink, done.digits])) for done in all_done]
    ink = rendering.sheet(rendering.enlarge(np.concatenate(rows), factor), 11)
    page = np.asarray(rendering.on_paper(ink).convert("RGB")).copy()
    for row, done in enumerate(all_done if outline else []):
        for column in range(11):
            corner = 28 * np.array([column, row])
            lines = [np.rint((line + corner) * factor).astype(np.int32)[:, None] for line in outlines(done.ink)]
            cv2.polylines(page, lines, True, SEAL, 1, cv2.LINE_AA)
    return Image.fromarray(page)


def numbers_of(kind: str, state: State, titles: list[str], all_done: list[Transfer]) -> tuple[str, bytes]:
    """The media type and the content of a file of numbers, garments along the first axis."""
    names = ["z", "agreement", "read", "confidence"] + (["ink", "digits"] if kind == "npz" else [])
    arrays: dict[str, Any] = {name: torch.stack([getattr(done, name) for done in all_done]).numpy() for name in names}
    if kind == "npz":
        return "application/octet-stream", as_npz(arrays | {"garments": np.array(titles)})
    return "application/json", as_json(arrays, model=version(), strength=state.strength, garments=titles)
