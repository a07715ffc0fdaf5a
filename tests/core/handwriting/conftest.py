"""A tiny autoencoder, a prior of six writers, and the style of another one."""

import cv2
import pytest
import torch
from torch import Tensor

from core.data.characters import CLASSES
from core.handwriting.writer_prior import WriterPrior
from core.handwriting.writer_style import WriterStyle, learn
from core.models.infovae import InfoVAE

LATENT = 3


@pytest.fixture(scope="session")
def model() -> InfoVAE:
    torch.manual_seed(0)
    return InfoVAE(latent=LATENT, architecture="residual", width=4).eval().requires_grad_(False)


@pytest.fixture(scope="session")
def prior(model: InfoVAE) -> WriterPrior:
    """Of six writers, each with a style that all of their characters share."""
    g = torch.Generator().manual_seed(1)
    shared = torch.randn(6, 1, LATENT, generator=g)
    z = torch.randn(1, 62, LATENT, generator=g) + shared + 0.3 * torch.randn(6, 62, LATENT, generator=g)
    return WriterPrior.fit(z, shared=0.0)


@pytest.fixture(scope="session")
def characters(draw) -> tuple[Tensor, Tensor]:
    """Twelve characters of one writer, (12, 1, 28, 28), and their labels."""
    labels = torch.arange(0, 60, 5)
    small = [cv2.resize(draw(CLASSES[k], hand=3), (28, 28), interpolation=cv2.INTER_AREA) for k in labels]
    return torch.stack([torch.from_numpy(p)[None] for p in small]).float() / 255, labels


@pytest.fixture(scope="session")
def style(model: InfoVAE, prior: WriterPrior, characters: tuple[Tensor, Tensor]) -> WriterStyle:
    return learn(model, *characters, epochs=2, prior=prior)
