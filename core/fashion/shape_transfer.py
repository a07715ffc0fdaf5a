r"""Fashion → digits: the shape of a garment, read as handwriting and written as ten digits.

"Generative Models and Applications in Style Transfer with Interaction" (Chandra, Drelich, Scholl and Wortsman),
section 3.3: a model that has only ever seen digits encodes a garment, and decodes the latent as every class. No data
say what a boot looks like as a 4, so this is not a well-defined problem; what can be measured is whether the digits
are still read as digits, and how well their silhouettes agree with the garment's.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core import metrics
from core.data.dataset import as_ink
from core.imaging import rendering, strokes
from core.imaging.ink import EDGE
from core.imaging.preprocess import Preprocess, large_parts
from core.imaging.strokes import Stroke
from core.latent.encoding import decode_set, encode_set
from core.metrics.silhouette_agreement import silhouette_correlations
from core.models.base import Autoencoder, Classifier
from core.registry.load import Checkpoint

MAX_STRENGTH = 1.5
CLOTH = 190  # the tone of what a drawn outline encloses, of 255
PHOTO_SIDE = 160  # pixels of a photo's longer side while its background is removed
ROUNDS = 3  # of GrabCut
MIN_DETAIL = 60.0  # spread of lightness, of 255, that is shown in full; less is grain or a plain cloth
MIN_DIFFERENCE = 8.0  # of 255, between the mean colours of garment and background in CIELAB


class Transfer(NamedTuple):
    """Ten digits in the shape of a garment.

    Attributes:
        ink: the garment as the model sees it, (1, 1, S, S).
        z: its latent means, read as each class, (K, Z).
        digits: the decoded digits, (K, 1, S, S) in [0, 1].
        agreement: the correlation of each one's silhouette with the garment's, (K,).
        read: what the judge reads each as, (K,).
        confidence: the judge's probability of the digit it should be, (K,).
    """

    ink: Tensor
    z: Tensor
    digits: Tensor
    agreement: Tensor
    read: Tensor
    confidence: Tensor


# From pictures to ink


def garment_ink(pictures: Sequence[np.ndarray], preprocess: Preprocess) -> Tensor:
    """Garments through the model's own preprocessing, as bytes like every data set: uint8 ink (N, 1, S, S).

    Args:
        pictures: arrays (H, W) or (H, W, 3) of uint8 on an even background, light or dark.
        preprocess: that of the model.

    Raises:
        ValueError: if there is none, or nothing stands out in one.

    Example:
        >>> from core.fashion.garments import garment
        >>> garment_ink([garment("bag", 0), 255 - garment("bag", 0)], Preprocess()).shape
        torch.Size([2, 1, 28, 28])
    """
    if len(pictures) == 0:
        raise ValueError("expected at least one garment, got none")
    return rendering.to_bytes(torch.cat([preprocess.to_tensor(picture) for picture in pictures]))


def cloth_of(drawing: list[Stroke]) -> np.ndarray:
    """The garment of a parsed drawing, uint8, light on black: its lines, and what they enclose filled with cloth.

    What the paper's border cannot be reached from without crossing a line is enclosed.

    Example:
        >>> square = [{"w": 8, "p": [64, 64, 192, 64, 192, 192, 64, 192, 64, 64]}]
        >>> picture = cloth_of(square)
        >>> [int(picture[row, 144]) for row in (10, 80, 144)]  # paper, line, cloth
        [0, 255, 190]
    """
    lines = np.pad(strokes.render(drawing), EDGE)
    flooded = (lines >= 128).astype(np.uint8)
    cv2.floodFill(flooded, None, (0, 0), 2)
    return np.where(flooded == 2, lines, np.maximum(lines, CLOTH)).astype(np.uint8)


def cut_out(picture: Image.Image) -> np.ndarray:
    """The garment of a photo without its background: (H, W) uint8, light on black, at most 160 pixels a side.

    What touches the picture's frame is taken for background and the rest sorted by colour, in three rounds of
    GrabCut (Rother, Kolmogorov and Blake, "GrabCut: Interactive Foreground Extraction using Iterated Graph Cuts",
    2004). Good for one garment before a plain background, with its shadow; not for a crowd.

    Args:
        picture: a loaded picture in mode "L" or "RGB", see `core.imaging.preprocess.open_picture`.

    Raises:
        ValueError: if no garment stands out.

    Example:
        >>> photo = Image.new("RGB", (300, 400), (200, 190, 180))
        >>> photo.paste((90, 20, 30), (100, 100, 200, 300))
        >>> cut = cut_out(photo)
        >>> cut.shape, int(cut[80, 60]) > 100, int(cut[10, 10])
        ((160, 120), True, 0)
    """
    small = picture.convert("RGB")
    small.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small)
    if min(pixels.shape[:2]) < 8:
        raise ValueError(f"expected a photo of at least 8 × 8 pixels, got {picture.width}×{picture.height}")
    colours = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    cloth = _foreground(pixels)
    if not cloth.any() or cloth.all() or np.linalg.norm(_difference(colours, cloth)) < MIN_DIFFERENCE:
        raise ValueError("expected a garment that stands out from a plain background, got none")
    lightness = colours[..., 0]
    low, high = np.quantile(lightness[cloth], [0.02, 0.98])
    detail = (lightness - (low + high) / 2) / max(high - low, MIN_DETAIL)
    shade = 195 + 90 * np.clip(detail, -0.5, 0.5)
    return np.where(cloth, shade, 0).round().astype(np.uint8)


def _difference(colours: np.ndarray, cloth: np.ndarray) -> np.ndarray:
    """Mean colour of the cloth less that of the background."""
    return colours[cloth].mean(axis=0) - colours[~cloth].mean(axis=0)


def _foreground(pixels: np.ndarray) -> np.ndarray:
    """The pixels (H, W, 3) that GrabCut sorts from those of the frame, without small parts: (H, W) bool."""
    height, width = pixels.shape[:2]
    if np.ptp(pixels, axis=(0, 1)).max() < MIN_DIFFERENCE:  # even: GrabCut would only take long
        return np.zeros((height, width), bool)
    frame = max(1, round(0.04 * min(height, width)))
    sorted_ = np.zeros((height, width), np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # GrabCut starts from k-means; the same photo is always cut the same way
    within = (frame, frame, width - 2 * frame, height - 2 * frame)
    try:
        cv2.grabCut(pixels, sorted_, within, *models, ROUNDS, cv2.GC_INIT_WITH_RECT)
    except cv2.error:  # too few colours to tell apart
        return np.zeros((height, width), bool)
    return large_parts(np.isin(sorted_, (cv2.GC_FGD, cv2.GC_PR_FGD)))[0]


def outlines(ink: Tensor) -> list[np.ndarray]:
    """Contours of one garment's ink (1, 1, S, S) at a quarter of full ink: closed lines (P, 2) of x and y in pixels.

    Example:
        >>> square = torch.zeros(1, 1, 28, 28)
        >>> square[..., 8:20, 8:20] = 1
        >>> [line.min(axis=0).round().tolist() for line in outlines(square)]
        [[8.0, 8.0]]
    """
    fine = rendering.enlarge(rendering.to_array(ink), 8)[0]
    lines, _ = cv2.findContours((fine >= 64).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    long = [line for line in lines if len(line) > 24]
    return [(cv2.approxPolyDP(line, 1.0, True)[:, 0] + 0.5) / 8 for line in long]


# From ink to digits


def encode_as_every_class(model: Autoencoder, ink: Tensor) -> Tensor:
    r"""$z_y$, the mean of $q(z \mid x, y)$ for every class y: uint8 ink (N, 1, S, S) → (N, K, Z).

    A garment has no class, so each digit asks what handwriting it would be if it were that digit. Where the encoder
    sees x alone, all $z_y$ are one.

    Raises:
        ValueError: if the model has no classes.
    """
    if not model.classes:
        raise ValueError(f"expected a conditional model, got {type(model).__name__}, which has no classes")
    asked = torch.arange(model.classes).repeat(len(ink))
    return encode_set(model, ink.repeat_interleave(model.classes, dim=0), asked).mean.unflatten(0, (len(ink), -1))


def write(model: Autoencoder, z: Tensor, strength: float = 1.0) -> Tensor:
    r"""The digits $G(t z_y, y)$ of latents (N, K, Z): (N, K, 1, S, S) in [0, 1].

    The strength t is how far they follow the garment: 0 is the model's plainest digit of each class, 1 as encoded.
    """
    asked = torch.arange(z.shape[1]).repeat(len(z))
    return decode_set(model, strength * z.flatten(0, 1), asked).unflatten(0, z.shape[:2])


@torch.inference_mode()
def transfer(model: Autoencoder, judge: Classifier, ink: Tensor, strength: float = 1.0) -> Transfer:
    """One garment's digits, and how far they can be believed.

    Args:
        model: a conditional autoencoder in evaluation mode.
        judge: a classifier of the same classes that took no part in its training.
        ink: of one garment, (1, 1, S, S) uint8; see `garment_ink`.
        strength: t in [0, 1.5]; see `write`.
    """
    z = encode_as_every_class(model, ink)
    digits = write(model, z, strength)
    probabilities = judge.probabilities(digits[0])
    agreement = silhouette_correlations(as_ink(ink), digits)[0]
    return Transfer(
        as_ink(ink), z[0], digits[0], agreement, probabilities.argmax(dim=1), probabilities.diagonal().clone()
    )


@torch.inference_mode()
def fashion_figures(
    checkpoint: Checkpoint, judge: Classifier, garments: Sequence[np.ndarray], strength: float = 1.0
) -> dict[str, float]:
    """How well a model carries the shape of garments into digits.

    Args:
        checkpoint: a conditional autoencoder and its preprocessing.
        judge: a classifier that took no part in its training.
        garments: pictures (H, W) uint8, of `core.fashion.garments.wardrobe` or of FashionMNIST.
        strength: t in [0, 1.5]; see `write`.

    Returns:
        `silhouette_agreement`, the same with garments shuffled, and `fashion_content_accuracy`, the share of the digits
        that the judge reads as what they are meant to be.
    """
    model, ink = checkpoint.autoencoder, garment_ink(garments, checkpoint.preprocess)
    digits, x = write(model, encode_as_every_class(model, ink), strength), as_ink(ink)
    predicted = judge.predict(digits.flatten(0, 1))
    return {
        "silhouette_agreement": metrics.silhouette_agreement(x, digits),
        "silhouette_agreement_shuffled": metrics.silhouette_agreement_shuffled(
            x, digits, generator=torch.Generator().manual_seed(0)
        ),
        "fashion_content_accuracy": metrics.accuracy(predicted, torch.arange(model.classes).repeat(len(ink))),
    }
