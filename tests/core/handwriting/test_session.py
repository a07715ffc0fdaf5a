"""Restyling a glyph, with models that know nothing: only the arithmetic is tested."""

import numpy as np
import pytest
import torch

from core.data.characters import CLASSES
from core.handwriting.session import SAMPLES, STEPS, Prediction, Session
from core.imaging.preprocess import Preprocess
from core.latent.atlas import Atlas
from core.models.base import SURE
from core.models.classifier import CharacterClassifier
from core.models.infovae import InfoVAE

WRITERS = 3


@pytest.fixture(scope="module")
def session() -> Session:
    torch.manual_seed(0)
    model = InfoVAE(latent=5, architecture="paper", width=4).eval()
    labels = torch.arange(62)
    atlas = Atlas(
        torch.randn(62, 5), labels, torch.rand(62, 2), torch.randn(62, 5), torch.arange(WRITERS), torch.randn(3, 5)
    )
    return Session(model, CharacterClassifier(width=4).eval(), Preprocess(), atlas, "0123abcd")


def chances(**shares: float) -> torch.Tensor:
    """Class probabilities with the given shares, the rest spread evenly."""
    rest = (1 - sum(shares.values())) / (len(CLASSES) - len(shares))
    return torch.tensor([shares.get(f"c{name}", rest) for name in CLASSES])


@pytest.mark.parametrize(
    ("shares", "state"),
    [
        ({"cL": SURE + 0.01}, "sure"),
        ({"cO": 0.5, "c0": 0.3}, "alike"),
        ({"cO": 0.4, "co": 0.2, "c0": 0.2}, "alike"),
        ({"cg": 0.5, "cL": 0.4}, "unsure"),
        ({}, "unsure"),
    ],
)
def test_a_prediction_says_how_sure_it_is(shares, state) -> None:
    prediction = Prediction.of(chances(**shares))
    assert prediction.state == state
    assert len(prediction.top) == 5
    assert [share for _, share in prediction.top] == sorted((share for _, share in prediction.top), reverse=True)


@pytest.mark.parametrize("writer", [None, 2])
def test_lambda_goes_from_the_pad_to_the_target(session: Session, writer: int | None) -> None:
    ink = torch.rand(1, 1, 28, 28)
    start, middle, end = (session.restyle(ink, "k", writer, lam) for lam in (0, 0.25, 1))
    style = 0 if writer is None else session.atlas.writer_styles[writer]
    torch.testing.assert_close(end.z, session.atlas.means[CLASSES.index("k")] + style)
    assert torch.equal(start.z, start.z_pad) and torch.equal(end.z, end.z_target)
    torch.testing.assert_close(middle.z, start.z + 0.25 * (end.z - start.z))
    assert start.target == "k" and session.restyle(ink, "", None, 0).target == start.prediction.top[0][0]


def test_surroundings_have_both_ends_and_seeded_samples(session: Session) -> None:
    restyling = session.restyle(torch.rand(1, 1, 28, 28), "A", 0, 0.5)
    line, drawn = session.surroundings(restyling, 0.3, seed=1)
    assert line.shape == (STEPS + 1, 28, 28) and drawn.shape == (SAMPLES, 28, 28)
    latents = restyling.latents(0.3, seed=1)
    named = torch.from_numpy(np.stack([latents["z_pad"], latents["z_target"], latents["samples"][0]]))
    for glyph, expected in zip((line[0], line[-1], drawn[0]), session.glyphs(named), strict=True):
        np.testing.assert_allclose(glyph.astype(int), expected, atol=1)


def test_examples_are_of_another_writer_each_turn(session: Session) -> None:
    first, second = session.example("Q"), session.example("Q", turn=1)
    assert first.shape == (28, 28) and not np.array_equal(first, second)
    assert np.array_equal(first, session.example("Q", turn=WRITERS))
    with pytest.raises(ValueError, match=r"expected a character out of 0-9, A-Z and a-z, got '\?'"):
        session.example("?")
