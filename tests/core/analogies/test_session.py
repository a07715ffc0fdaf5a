"""The Analogies session, on models whose answers are known."""

from typing import final

import numpy as np
import pytest
import torch
from torch import Tensor

from core.analogies.session import GRID, REACH, STEPS, Session, quantised, redraw
from core.imaging.preprocess import Preprocess
from core.latent.atlas import Atlas
from core.latent.dimension_effects import dimension_profile
from core.models.base import Autoencoder, Classifier, Posterior
from core.models.style_cvae import StyleCVAE
from core.models.vae import VAE


@final
class Bars(Autoencoder):
    """Two upright bars, at a place for each class: z₀ slants, z₁ draws them apart, z₂ emboldens, z₃ does nothing."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.latent, self.classes = 4, classes

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        """The ink, and the label twice, so that a test sees both."""
        label = torch.zeros(len(x)) if y is None else y.float()
        ink = x.mean(dim=(1, 2, 3))
        return Posterior(torch.stack([ink, label, ink, label], dim=1), torch.zeros(len(x), 4))

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        at = torch.arange(28.0)
        label = torch.zeros(len(z)) if y is None else y.float()
        middle = 10 + label[:, None] - 0.15 * z[:, :1] * (at - 13.5)
        apart = (4 + z[:, 1].clamp(-3, 3))[:, None, None]
        half = (1.2 + 0.2 * z[:, 2].clamp(-3, 3))[:, None, None]
        bars = half - ((at[None, None] - middle[:, :, None]).abs() - apart).abs()
        rows = ((at > 3) & (at < 24)).float()[None, :, None]
        return (10 * bars * rows - 20 * (1 - rows))[:, None]

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        return {"total": torch.zeros(())}


@final
class ByPlace(Classifier):
    """Reads a bar of `Bars` by the place of its middle."""

    def logits(self, x: Tensor) -> Tensor:
        middle = (x.sum(dim=(1, 2)) @ torch.arange(28.0)) / x.sum(dim=(1, 2, 3)) - 10
        return -((middle[:, None] - torch.arange(10.0)) ** 2)

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        return {"total": torch.zeros(())}


@pytest.fixture
def session() -> Session:
    return Session(Bars(), ByPlace(), Preprocess(), None, "0123abcd")


def bar(digit: int) -> Tensor:
    return Bars().decode(torch.zeros(1, 4), torch.tensor([digit]))


def test_the_dimensions_are_found_out_for_what_they_do():
    profile = dimension_profile(Bars())
    assert {d.number: d.measure for d in profile} == {0: "slant", 1: "width", 2: "boldness", 3: "shape"}
    assert all(d.correlation > 0.9 for d in profile[:3])
    assert profile[3] == (3, 0.0, "shape", profile[3].correlation)
    assert abs(profile[3].correlation) < 0.4


def test_a_profile_is_sorted_seeded_and_remembered():
    torch.manual_seed(0)
    model = StyleCVAE(latent=5, width=4).eval()
    first = dimension_profile(model, 60)
    assert dimension_profile(model, 60) is first
    assert sorted(dimension.number for dimension in first) == [0, 1, 2, 3, 4]
    assert [d.effect for d in first] == sorted((d.effect for d in first), reverse=True)
    dimension_profile.cache_clear()
    assert dimension_profile(model, 60) == first


def test_a_model_without_labels_has_a_profile_too():
    torch.manual_seed(0)
    assert len(dimension_profile(VAE(latent=2, architecture="paper", width=4).eval(), 40)) == 2


def test_a_digit_is_read_and_its_style_taken(session):
    done = session.restyle(bar(4), torch.zeros(4), 0)
    assert done.probabilities is not None
    assert done.digit == int(done.probabilities.argmax()) == 4
    assert done.own[1] == 4  # the encoder sees the label
    assert torch.equal(done.z, done.own)
    assert torch.equal(done.shown, done.z)


def test_a_given_label_replaces_the_prediction(session):
    done = session.restyle(bar(4), torch.zeros(4), 0, digit=2)
    assert (done.digit, float(done.own[1])) == (2, 2.0)


def test_changes_stand_in_their_dimensions_and_nowhere_else(session):
    own = session.restyle(bar(4), torch.zeros(4), 0).own
    done = session.restyle(bar(4), torch.zeros(4), 0, edits={0: -1.5})
    assert done.z[0] == -1.5
    assert torch.equal(done.z[1:], own[1:])


def test_a_random_style_takes_the_place_of_the_digits(session):
    done = session.restyle(bar(4), torch.zeros(4), 0, style=7)
    assert torch.equal(done.own, session.random_style(7))
    assert not torch.equal(session.random_style(7), session.random_style(8))
    assert done.digit == 4


def test_without_a_drawing_there_is_still_a_style(session):
    done = session.restyle(None, torch.ones(4), 0.25, digit=3)
    assert (done.probabilities, done.digit) == (None, None)
    assert torch.equal(done.own, torch.zeros(4))
    assert torch.equal(done.shown, torch.full((4,), 0.25))


def test_the_film_goes_from_the_style_to_its_target(session):
    done = session.restyle(bar(4), session.random_style(1), 0.5)
    film = session.film(done)
    assert film.shape == (STEPS, 10, 28, 28)
    assert film.dtype == np.uint8
    ends = session.glyphs(torch.stack([done.z, done.target]))
    assert np.abs(film[[0, -1]].astype(int) - ends).max() <= 1


def test_every_latent_lies_on_the_grid(session):
    for z in (session.random_style(3), session.example_style(5, 2), session.style(bar(4), 4)):
        assert torch.equal(z * GRID, (z * GRID).round())
        assert z.abs().max() <= REACH
    assert quantised(torch.tensor([9.0])).item() == REACH


def test_examples_differ_by_digit_and_by_turn(session):
    assert session.example("4").shape == (28, 28)
    assert not np.array_equal(session.example("4"), session.example("4", 1))
    assert not np.array_equal(session.example("4"), session.example("5"))
    assert np.array_equal(session.example("4", 3), session.example("4", 3))
    session.example("4", 10**30)
    session.example("4", -1)


def test_examples_are_real_styles_where_there_is_an_atlas(session):
    z, labels = torch.randn(40, 4), torch.arange(40) % 10
    atlas = Atlas(z, labels, z[:, :2], z[:10], torch.tensor([]), z[:0])
    real = Session(session.autoencoder, session.judge, session.preprocess, atlas, "")
    assert torch.equal(real.example_style(3), quantised(z[3]))
    assert torch.equal(real.example_style(3, 1), quantised(z[3 + 10 * (7 % 4)]))


@pytest.mark.parametrize(("key", "turn"), [("a", 0), ("12", 0), ("", 0), (4, 0), (None, 0), ("4", 1.5), ("4", None)])
def test_only_digits_have_examples(session, key, turn):
    with pytest.raises(ValueError, match="expected a digit from 0 to 9"):
        session.example(key, turn)


def test_a_model_that_keeps_content_has_ten_of_ten(session):
    drawn = redraw(session.autoencoder, session.judge, bar(4), 0)
    assert drawn.read == list(range(10))
    assert drawn.right == 10
    assert drawn.glyphs.shape == (10, 28, 28)
