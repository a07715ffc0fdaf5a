"""A visitor's garment: its picture, its ink, its pin, and the ten digits that carry its shape."""

from functools import lru_cache

import cv2
import numpy as np
import torch
from torch import Tensor

from apps.ui.components.pad.drawings import pad_value
from apps.ui.server.uploads import read_upload
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.permalink import Drawing
from apps.views.fashion.state import MODEL, Garment, fashion_pictures, variation_of
from core.data.fashion_mnist import KINDS
from core.fashion.garments import garment
from core.fashion.shape_transfer import Transfer, cloth_of, cut_out, garment_ink, transfer
from core.imaging import rendering, strokes
from core.imaging.preprocess import open_picture
from core.registry.load import load

JUDGE = "mnist-classifier"


@lru_cache(maxsize=512)
def drawn_garment(kind: str, variation: int) -> np.ndarray:
    """A garment of the gallery, (256, 256) uint8, drawn once a process."""
    return garment(kind, variation)


def ink_of(shape: Garment) -> Tensor:
    """A garment as the model sees it, (1, 1, 28, 28) uint8.

    Raises:
        ValueError: if it is blank.
    """
    if shape.glyph:
        glyph = strokes.decode_glyph(shape.glyph)
        if not glyph.any():
            raise ValueError("expected a garment, got an empty picture")
        return torch.from_numpy(glyph.copy())[None, None]
    if shape.strokes:
        picture = cloth_of(shape.strokes)
    elif shape.number is not None:
        picture = fashion_pictures()[shape.number]
    else:
        picture = drawn_garment(shape.kind, shape.variation)
    return garment_ink([picture], load(MODEL).preprocess)


def carried(shape: Garment, strength: float) -> Transfer:
    """A garment's ten digits."""
    return transfer(load(MODEL).autoencoder, load(JUDGE).classifier, ink_of(shape), strength)


@answered
def wardrobe_sheet(variation: object) -> Answer:
    """The ten garments of one variation as one picture, five to a row."""
    return _wardrobe_sheet(variation_of(variation))


@lru_cache(maxsize=32)
def _wardrobe_sheet(variation: int) -> Answer:
    small = [cv2.resize(drawn_garment(kind, variation), (112, 112), interpolation=cv2.INTER_AREA) for kind in KINDS]
    return {"address": rendering.inline(rendering.sheet(np.stack(small), 5))}


def portrait(shape: Garment, done: Transfer) -> str:
    """The address of a garment's picture: as it was drawn for the gallery, else as the model sees it."""
    if shape.empty and shape.number is None:
        drawn = drawn_garment(shape.kind, shape.variation)
        return rendering.inline(cv2.resize(drawn, (224, 224), interpolation=cv2.INTER_AREA))
    return rendering.inline(rendering.enlarge(rendering.to_array(done.ink), 8)[0])


def to_pin(shape: Garment) -> str:
    """A garment as a short text; a drawing as the glyph that the model sees.

    Example:
        >>> to_pin(Garment(kind="bag", variation=3)), to_pin(Garment(number=17))
        ('K8-3', 'N17')
    """
    if not shape.empty:
        return f"I{strokes.encode_glyph(ink_of(shape)[0, 0].numpy())}"
    return f"K{KINDS.index(shape.kind)}-{shape.variation}" if shape.number is None else f"N{shape.number}"


@answered
def taken_in(asked: object) -> Answer:
    """The pad's new value for an uploaded photo: the garment as the model sees it, its background removed."""
    if not isinstance(asked, dict) or "photo" not in asked:
        raise ValueError("expected a photo of a garment, got something else: the keys 0 to 9 choose from the gallery")
    cut = cut_out(open_picture(read_upload(asked["photo"])))
    return pad_value(Drawing(glyph=strokes.encode_glyph(garment_ink([cut], load(MODEL).preprocess)[0, 0].numpy())))
