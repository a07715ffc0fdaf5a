"""From garments to digits: the ink a model sees, photos without their background, the strength, and the figures."""

from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from core.data.dataset import as_ink
from core.data.fashion_mnist import KINDS
from core.fashion import shape_transfer as carry
from core.fashion.garments import garment, wardrobe
from core.imaging.preprocess import Preprocess
from core.models.base import Autoencoder, Classifier, Posterior
from core.models.cvae import CVAE
from core.models.style_cvae import StyleCVAE
from core.models.vae import VAE

PREPROCESS = Preprocess(margin=4, centre="mass", threshold=0.0, min_stroke=2.2)


class Copier(Autoencoder):
    """Latents are the pixels themselves, dimmed by the class: it draws every digit as its garment."""

    latent, classes = 28 * 28, 10

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        mean = x.flatten(1) * (1 - self._labels(y)[:, None] / 20)
        return Posterior(mean, torch.zeros_like(mean))

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return z.view(-1, 1, 28, 28)

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        raise NotImplementedError

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


class Fixed(Classifier):
    """A judge that reads everything as one digit."""

    def __init__(self, digit: int) -> None:
        super().__init__()
        self.digit = digit

    def logits(self, x: Tensor) -> Tensor:
        return 9.0 * torch.nn.functional.one_hot(torch.full((len(x),), self.digit), 10)

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


def checkpoint(model: Autoencoder) -> Any:
    return SimpleNamespace(autoencoder=model.eval(), preprocess=PREPROCESS)


@pytest.fixture(scope="module")
def clothes() -> np.ndarray:
    return wardrobe(2, seed=0)[0]


@pytest.fixture(scope="module")
def model() -> StyleCVAE:
    torch.manual_seed(0)
    return StyleCVAE(latent=4, width=4).eval()


# Ink


def test_ink_is_the_bytes_of_the_one_preprocessing(clothes: np.ndarray) -> None:
    ink = carry.garment_ink(clothes, PREPROCESS)
    assert ink.shape == (20, 1, 28, 28)
    assert ink.dtype == torch.uint8
    torch.testing.assert_close(as_ink(ink[3:4]), PREPROCESS.to_tensor(clothes[3]), atol=0.5 / 255, rtol=0)


def test_no_garment_and_an_empty_one_are_refused() -> None:
    with pytest.raises(ValueError, match="expected at least one garment"):
        carry.garment_ink([], PREPROCESS)
    with pytest.raises(ValueError, match="empty or even picture"):
        carry.garment_ink([np.zeros((28, 28), np.uint8)], PREPROCESS)


def stroke(*points: float) -> Any:
    return {"w": 8.0, "p": [float(point) for point in points]}


def test_what_a_drawing_encloses_is_cloth() -> None:
    closed, edge = carry.cloth_of([stroke(60, 60, 200, 60, 200, 200, 60, 200, 60, 60)]), 16
    assert closed[130 + edge, 130 + edge] == carry.CLOTH
    assert closed[30 + edge, 130 + edge] == 0
    ajar = carry.cloth_of([stroke(60, 60, 200, 60, 200, 200, 60, 200)])
    assert ajar[130 + edge, 130 + edge] == 0
    line = carry.cloth_of([stroke(20, 128, 240, 128)])
    assert set(line[:100].ravel()) == {0}


def test_outlines_lie_around_the_ink(clothes: np.ndarray) -> None:
    for row in carry.garment_ink(clothes, PREPROCESS)[:, None]:
        ink = as_ink(row)
        lines = carry.outlines(ink)
        assert lines
        assert sum(map(len, lines)) < 300
        drawn = np.zeros((28, 28), np.uint8)
        cv2.drawContours(drawn, [np.rint(line - 0.5).astype(np.int32)[:, None] for line in lines], -1, 1, 1)
        seen = ink[0, 0].numpy() > 0.25
        near = cv2.dilate(seen.astype(np.uint8), np.ones((3, 3))) > 0
        assert near[drawn > 0].mean() > 0.95


# Photos


def photograph(kind: str, seed: int, printed: bool = False) -> tuple[Image.Image, np.ndarray]:
    """A coloured garment with its shadow before a wall in slanting light, grainy; and where the garment is."""
    rng = np.random.default_rng(seed)
    cloth = np.zeros((480, 400), np.float32)
    cloth[90:390, 50:350] = cv2.resize(garment(kind, seed), (300, 300)).astype(np.float32) / 255
    alpha = cv2.GaussianBlur((cloth > 0.05).astype(np.float32), (0, 0), 1)
    y, x = np.mgrid[-1:1:480j, -1:1:400j]
    shadow = cv2.GaussianBlur(np.roll(alpha, (8, 8), (0, 1)), (0, 0), 6)
    wall = rng.uniform(120, 235, 3) * ((1 + 0.12 * x + 0.08 * y) * (1 - 0.25 * shadow))[..., None]
    dyed = rng.uniform(20, 235, 3) * (0.6 + 0.5 * cloth)[..., None]
    if printed:
        dyed[150:300, 150:250] = 255 - dyed[150:300, 150:250]
    pixels = wall * (1 - alpha[..., None]) + dyed * alpha[..., None] + rng.normal(0, 5, (480, 400, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), alpha > 0.5


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_the_background_of_a_photo_is_removed() -> None:
    scores = []
    for seed, kind in enumerate(KINDS):
        photo, where = photograph(kind, seed, printed=seed % 2 == 1)
        cut = carry.cut_out(photo)
        assert cut.dtype == np.uint8 and max(cut.shape) == carry.PHOTO_SIDE
        scores.append(overlap(cut > 0, cv2.resize(where.astype(np.uint8), cut.shape[::-1]) > 0))
    assert np.median(scores) > 0.92
    assert min(scores) > 0.5


def test_the_same_photo_is_always_cut_the_same_way() -> None:
    photo, _ = photograph("coat", 3)
    np.testing.assert_array_equal(carry.cut_out(photo), carry.cut_out(photo))


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(("paper", "ink"), [(255, 30), (20, 240)])
def test_a_plain_picture_keeps_its_shape(mode: str, paper: int, ink: int) -> None:
    mask = garment("dress", 2) > 40
    cut = carry.cut_out(Image.fromarray(np.where(mask, ink, paper).astype(np.uint8)).convert(mode))
    assert overlap(cut > 0, cv2.resize(mask.astype(np.uint8), cut.shape[::-1]) > 0) > 0.95


@pytest.mark.parametrize(
    "photo",
    [
        Image.new("RGB", (300, 300), (90, 120, 200)),
        Image.new("L", (300, 300), 255),
        Image.new("L", (4, 300), 255),
        Image.new("RGB", (1, 1)),
        Image.fromarray(np.random.default_rng(0).normal(128, 3, (200, 200, 3)).astype(np.uint8)),
    ],
    ids=["even", "white", "thin", "one pixel", "grain"],
)
def test_a_photo_without_a_garment_is_refused(photo: Image.Image) -> None:
    with pytest.raises(ValueError, match="expected a"):
        carry.cut_out(photo)


# Digits


def test_every_class_is_asked_in_its_turn(clothes: np.ndarray) -> None:
    ink = carry.garment_ink(clothes, PREPROCESS)
    z = carry.encode_as_every_class(Copier(), ink)
    assert z.shape == (20, 10, 784)
    torch.testing.assert_close(z[4, 6], as_ink(ink[4]).flatten() * 0.7)
    digits = carry.write(Copier(), z)
    torch.testing.assert_close(digits[4, 6], as_ink(ink[4]) * 0.7)


def test_an_encoder_that_sees_the_picture_alone_has_one_latent(clothes: np.ndarray) -> None:
    ink = carry.garment_ink(clothes, PREPROCESS)
    spread = carry.encode_as_every_class(CVAE(latent=3, condition="x").eval(), ink).std(dim=1)
    assert spread.max() < 1e-5
    both = carry.encode_as_every_class(CVAE(latent=3, condition="xy").eval(), ink).std(dim=1)
    assert both.max() > 1e-3


def test_a_model_without_classes_is_refused(clothes: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected a conditional model, got VAE"):
        carry.encode_as_every_class(VAE(latent=2).eval(), carry.garment_ink(clothes, PREPROCESS))


def test_without_strength_every_garment_gets_the_same_digits(clothes: np.ndarray, model: StyleCVAE) -> None:
    z = carry.encode_as_every_class(model, carry.garment_ink(clothes, PREPROCESS))
    plain = carry.write(model, z, 0)
    torch.testing.assert_close(plain, plain[:1].expand_as(plain))
    torch.testing.assert_close(carry.write(model, z, 1.5), carry.write(model, 1.5 * z))


def test_a_copier_agrees_with_its_garment_and_is_read_as_it_is(clothes: np.ndarray) -> None:
    ink = carry.garment_ink(clothes[:1], PREPROCESS)
    done = carry.transfer(Copier(), Fixed(7), ink)
    torch.testing.assert_close(done.agreement, torch.ones(10))
    assert done.read.tolist() == [7] * 10
    assert done.confidence.argmax() == 7 and done.confidence[7] > 0.99
    assert (done.z.shape, done.digits.shape, done.ink.shape) == ((10, 784), (10, 1, 28, 28), (1, 1, 28, 28))


def test_the_figures_of_a_copier_are_known(clothes: np.ndarray) -> None:
    figures = carry.fashion_figures(checkpoint(Copier()), Fixed(7), clothes)
    assert figures["silhouette_agreement"] == pytest.approx(1, abs=1e-5)
    assert 0.2 < figures["silhouette_agreement_shuffled"] < 0.95
    assert figures["fashion_content_accuracy"] == pytest.approx(0.1)


def test_the_figures_are_the_same_every_time(clothes: np.ndarray, model: StyleCVAE) -> None:
    first, second = (carry.fashion_figures(checkpoint(model), Fixed(0), clothes) for _ in range(2))
    assert first == second
