"""Reading and pulling a glyph, with models that know nothing: only the arithmetic is tested."""

import pytest
import torch

from core.data.characters import CLASSES
from core.handwriting.session import pull, read, surroundings, verdict
from core.models.base import SURE
from core.models.classifier import CharacterClassifier
from core.models.infovae import InfoVAE


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return InfoVAE(latent=5, architecture="paper", width=4).eval()


def chances(**shares: float) -> torch.Tensor:
    """Class probabilities with the given shares, the rest spread evenly."""
    rest = (1 - sum(shares.values())) / (len(CLASSES) - len(shares))
    return torch.tensor([shares.get(f"c{name}", rest) for name in CLASSES])


def test_a_reading_has_a_latent_and_probabilities(model):
    reading = read(torch.rand(1, 1, 28, 28), model, CharacterClassifier(width=4).eval())
    assert reading.z.shape == (5,)
    assert reading.probabilities.shape == (62,)
    assert float(reading.probabilities.sum()) == pytest.approx(1)


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
def test_the_verdict_is_honest(shares, state):
    named = verdict(chances(**shares))
    assert named.state == state
    assert len(named.top) == 5
    assert [share for _, share in named.top] == sorted((share for _, share in named.top), reverse=True)


def test_lambda_walks_from_the_pad_to_the_target():
    start, end = torch.randn(2, 5)
    assert torch.equal(pull(start, end, 0), start)
    assert torch.equal(pull(start, end, 1), end)
    assert torch.allclose(pull(start, end, 0.25), start + 0.25 * (end - start))


def test_the_way_has_both_ends_and_samples_are_decoded_with_it(model):
    start, end, *samples = torch.randn(6, 5)
    way, drawn = surroundings(model, start, end, torch.stack(samples), steps=7)
    assert way.shape == (7, 1, 28, 28)
    assert drawn.shape == (4, 1, 28, 28)
    with torch.inference_mode():
        ends = model.decode(torch.stack([start, end, samples[0]]))
    assert torch.allclose(torch.stack([way[0], way[-1], drawn[0]]), ends, atol=1e-5)
