"""Tiny data sets in the formats of the real ones, and tiny models trained on them: everything most tests need."""

import os
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import cv2
import numpy as np
import pytest
import torch
import yaml
from hypothesis import settings

from core.data.artworks import STYLES
from core.data.characters import CLASSES
from core.fashion.garments import wardrobe
from core.registry.schema import Record
from core.registry.store import bundled_folder, update_record

settings.register_profile("stylescape", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("stylescape")

Draw = Callable[..., np.ndarray]

CHARS62_WRITERS = {"train": 10, "test": 2}
CHARS74K_CLASSES = "7Fh"
CHARS74K_WRITERS = 16
EMNIST_ROUNDS = {"train": 6, "test": 2}
MNIST_ROUNDS = {"train": 12, "t10k": 5}
FASHION_ROUNDS = {"train": 12, "t10k": 4}
ARTWORKS = {"train": 40, "test": 12}


def draw_glyph(character: str, hand: int = 0, side: int = 112) -> np.ndarray:
    """A character in light ink on black, (side, side) uint8, upright; a hand has its own slant, weight and place."""
    style = np.random.default_rng(hand)
    scale, weight = side / 38, max(1, round(side * style.uniform(0.05, 0.09)))
    (width, height), _ = cv2.getTextSize(character, cv2.FONT_HERSHEY_SIMPLEX, scale, weight)
    corner = ((side - width) // 2, (side + height) // 2 - (side // 10 if character in "gjpqy" else 0))
    straight = cv2.putText(
        np.zeros((side, side), np.uint8), character, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, weight, cv2.LINE_AA
    )
    slant, dx, dy = style.uniform(-0.15, 0.15), *style.uniform(-0.03, 0.03, 2) * side
    shear = np.array([[1, -slant, dx + slant * side / 2], [0, 1, dy]])
    return cv2.warpAffine(straight, shear, (side, side))


def small(character: str, hand: int) -> np.ndarray:
    """The same at 28×28, as data sets store it."""
    return cv2.resize(draw_glyph(character, hand), (28, 28), interpolation=cv2.INTER_AREA)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """One thread, as apps are served: sums differ in their last bits by the number of threads, and libraries set it."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def draw() -> Draw:
    """`draw(character, hand=0, side=112)`: see `draw_glyph`."""
    return draw_glyph


@pytest.fixture(scope="session")
def tiny_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root with every data set of characters, digits and garments, small, in its real format."""
    root = tmp_path_factory.mktemp("data")
    for split, writers in CHARS62_WRITERS.items():
        write_chars62(root, split, writers)
    for split, rounds in EMNIST_ROUNDS.items():
        images, labels = rounds_of(CLASSES, rounds, hands_from=100 if split == "test" else 0)
        write_idx(root / f"EMNIST/raw/emnist-byclass-{split}-images-idx3-ubyte", images.transpose(0, 2, 1))
        write_idx(root / f"EMNIST/raw/emnist-byclass-{split}-labels-idx1-ubyte", labels)
    for part, rounds in MNIST_ROUNDS.items():
        images, labels = rounds_of(CLASSES[:10], rounds, hands_from=100 if part == "t10k" else 0)
        write_idx(root / f"MNIST/raw/{part}-images-idx3-ubyte", images)
        write_idx(root / f"MNIST/raw/{part}-labels-idx1-ubyte", labels)
    for part, rounds in FASHION_ROUNDS.items():
        images, labels = garments_of(rounds, seed=100 if part == "t10k" else 0)
        write_idx(root / f"FashionMNIST/raw/{part}-images-idx3-ubyte", images)
        write_idx(root / f"FashionMNIST/raw/{part}-labels-idx1-ubyte", labels)
    write_chars74k(root)
    write_artworks(root)
    return root


def rounds_of(classes: tuple[str, ...], rounds: int, hands_from: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Every class once a round, each round in another hand: (N, 28, 28) and labels (N,), both uint8."""
    hands = range(hands_from, hands_from + rounds)
    images = np.stack([small(character, hand) for hand in hands for character in classes])
    return images, np.tile(np.arange(len(classes), dtype=np.uint8), rounds)


def garments_of(rounds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Every kind of garment once a round, as FashionMNIST stores it: (N, 28, 28) and labels (N,), both uint8."""
    pictures, kinds = wardrobe(rounds, seed)
    images = [cv2.resize(picture, (28, 28), interpolation=cv2.INTER_AREA) for picture in pictures]
    return np.stack(images), kinds.astype(np.uint8)


def write_idx(path: Path, array: np.ndarray) -> None:
    """An idx file: two zeros, 8 for uint8, the number of dimensions, each of them big-endian, the bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(header + np.ascontiguousarray(array).tobytes())


def write_chars62(root: Path, split: str, writers: int) -> None:
    """Known writers with every class once, and two more rounds by writers nobody knows."""
    images, labels = rounds_of(CLASSES, writers + 2, hands_from=100 if split == "test" else 0)
    known = np.repeat(np.arange(writers) + (500 if split == "test" else 0), len(CLASSES))
    (root / "chars62").mkdir(exist_ok=True)
    np.savez(
        root / "chars62" / f"chars62-28px-{split}.npz",
        images=images,
        labels=labels,
        source=np.zeros(len(labels), np.uint8),
        writer=np.concatenate([known, np.full(2 * len(CLASSES), -1)]),
        classes=np.array(CLASSES),
    )


def write_chars74k(root: Path) -> None:
    """Dark ink on white, 1200×900, some of the classes."""
    for character in CHARS74K_CLASSES:
        number = CLASSES.index(character) + 1
        folder = root / "English" / "Hnd" / "Img" / f"Sample{number:03}"
        folder.mkdir(parents=True)
        for writer in range(CHARS74K_WRITERS):
            page = np.full((900, 1200), 255, np.uint8)
            page[200:700, 350:850] -= draw_glyph(character, writer, 500)
            cv2.imwrite(str(folder / f"img{number:03}-{writer + 1:03}.png"), page)


def paint(rng: np.random.Generator, style: int, side: int = 128) -> np.ndarray:
    """A sky, a ground and a round sun, (side, side, 3) uint8; a style has its own light and its own roughness."""
    sky, ground, sun = rng.uniform(0.2, 0.8, (3, 3))
    rows, columns = np.mgrid[:side, :side] / side
    horizon, (y, x), radius = rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.8, 2), rng.uniform(0.05, 0.2)
    picture = np.where((rows < horizon)[..., None], sky, ground)
    picture = np.where((np.hypot(rows - y, columns - x) < radius)[..., None], sun, picture)
    grain = cv2.resize(rng.standard_normal((2 << style, 2 << style)), (side, side))[..., None]
    return (255 * np.clip(picture + 0.06 * (style - 1.5) + 0.05 * grain, 0, 1)).astype(np.uint8)


def write_artworks(root: Path) -> None:
    """As many paintings of each style, some with an artist, and one of a style that nobody asks for."""
    rng, rows = np.random.default_rng(0), []
    for split, count in ARTWORKS.items():
        for i in range(count):
            style = i % len(STYLES)
            file = f"{STYLES[style]}/{split}-{i:03}.png"
            (root / "artworks" / file).parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(root / "artworks" / file), cv2.cvtColor(paint(rng, style), cv2.COLOR_RGB2BGR))
            rows.append(f'{file},{STYLES[style].title()},{"Ana Müller" if i % 3 else ""},"Sun, {i}",,{split}')
    rows.append("post-impressionism/elsewhere.png,Post-Impressionism,,,,train")
    table = "\n".join(["file,style,artist,title,year,split", *rows]) + "\n"
    (root / "artworks" / "artworks.csv").write_text(table, encoding="utf-8")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A network that cannot be reached; the addresses that were asked for."""
    asked = []

    def refuse(request: urllib.request.Request | str, *_: Any, **__: Any) -> None:
        asked.append(request if isinstance(request, str) else request.full_url)
        raise URLError("network is unreachable")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    return asked


@pytest.fixture(scope="session")
def real_root() -> Path:
    """The data root of the real data sets; without one the test is skipped."""
    if "STYLESCAPE_DATA" not in os.environ:
        pytest.skip("STYLESCAPE_DATA does not name a data root")
    return Path(os.environ["STYLESCAPE_DATA"])


@dataclass(frozen=True)
class Workshop:
    """A folder with a registry of tiny records to train.

    `tiny-vae` and `tiny-infovae` are for EMNIST; `digits-vae`, `digits-cvae` and `digits-style-cvae`, guided by
    `digits-guide`, for MNIST; `chars62-classifier` and `mnist-classifier` are the judges. Nobody ever trains
    `tiny-untrained`; `greedy-vae`, whose batch is larger than its data set; `lost-vae`, which has no data set.
    """

    folder: Path

    @property
    def registry(self) -> Path:
        return self.folder / "checkpoints.yaml"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def weights(self, name: str) -> Path:
        """Where the weights of a record are."""
        return bundled_folder(self.registry) / f"{name}.safetensors"

    def train(self, name: str, root: Path, **options: Any) -> Record:
        """Train a record in here."""
        from core.training.loop import train  # seconds to import, and only some tests train

        return train(name, root=root, registry=self.registry, runs=self.runs, **options)


TINY = {"latent": 3, "architecture": "paper", "width": 4}
TINY_RECIPE = {"data": "emnist-byclass", "epochs": 2, "batch": 64, "lr": 0.003, "average": 0.5}


def tiny_record(name: str, model: str, config: dict[str, Any], **recipe: Any) -> dict[str, Any]:
    return {
        "model": model,
        "config": config,
        "file": f"{name}.safetensors",
        "recipe": TINY_RECIPE | recipe,
        "licence": "Apache-2.0",
        "paper": "none",
    }


DIGITS_RECIPE = {"data": "mnist", "epochs": 1, "batch": 32}
DIGITS_CLASSIFIER = {"classes": 10, "width": 4}
TINY_RECORDS = {
    "tiny-vae": tiny_record("tiny-vae", "vae.VAE", TINY, augment={"rotate": 5.0, "shift": 0.05}),
    "tiny-infovae": tiny_record("tiny-infovae", "infovae.InfoVAE", TINY),
    "digits-vae": tiny_record("digits-vae", "vae.VAE", TINY, **DIGITS_RECIPE),
    "digits-cvae": tiny_record("digits-cvae", "cvae.CVAE", {"latent": 2}, **DIGITS_RECIPE),
    "digits-guide": tiny_record(
        "digits-guide", "classifier.CharacterClassifier", DIGITS_CLASSIFIER, **DIGITS_RECIPE, seed=1
    ),
    "digits-style-cvae": tiny_record(
        "digits-style-cvae",
        "style_cvae.StyleCVAE",
        {"latent": 3, "width": 4},
        **DIGITS_RECIPE | {"epochs": 2},
        guide="digits-guide",
    ),
    "mnist-classifier": tiny_record(
        "mnist-classifier", "classifier.CharacterClassifier", DIGITS_CLASSIFIER, **DIGITS_RECIPE
    ),
    "chars62-classifier": tiny_record("chars62-classifier", "classifier.CharacterClassifier", {"width": 4}),
    "tiny-untrained": tiny_record("tiny-untrained", "vae.VAE", TINY),
    "greedy-vae": tiny_record("greedy-vae", "vae.VAE", TINY, batch=4096),
    "lost-vae": tiny_record("lost-vae", "vae.VAE", TINY, data="papyri"),
}


NEVER_TRAINED = ("tiny-untrained", "greedy-vae", "lost-vae")
TRAINABLE = [name for name in TINY_RECORDS if name not in NEVER_TRAINED]  # a guide before what it guides


def open_workshop(folder: Path) -> Workshop:
    workshop = Workshop(folder)
    workshop.registry.write_text(yaml.safe_dump(TINY_RECORDS, sort_keys=False), encoding="utf-8")
    for name in TINY_RECORDS:  # results of weights that training replaces
        update_record(name, workshop.registry, results={"val": {"accuracy": 1.0}})
    return workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A fresh workshop in which nothing is trained yet."""
    return open_workshop(tmp_path)


@pytest.fixture(scope="session")
def trained(tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A workshop in which every record that can be is trained, for an epoch or two."""
    workshop = open_workshop(tmp_path_factory.mktemp("workshop"))
    for name in TRAINABLE:
        workshop.train(name, tiny_root)
    return workshop
