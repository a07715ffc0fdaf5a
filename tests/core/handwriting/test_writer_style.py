"""A learned writer style: what it writes, how it blends, and what it refuses."""

from dataclasses import replace

import pytest
import torch

from core.handwriting.writer_prior import WriterPrior
from core.handwriting.writer_style import WriterStyle, average_writer, known_writer, learn
from core.models.infovae import InfoVAE
from tests.core.handwriting.conftest import LATENT


def test_a_text_is_written_and_a_space_is_empty(style: WriterStyle) -> None:
    pictures = style.write("Hello 62")
    assert pictures.shape == (8, 1, 28, 28)
    assert not pictures[5].any() and all(picture.any() for i, picture in enumerate(pictures) if i != 5)
    assert torch.equal(pictures[2], pictures[3])
    assert pictures.min() >= 0 and pictures.max() <= 1


def test_variation_is_seeded(style: WriterStyle) -> None:
    once, again, other = (style.write("ll", sigma=0.5, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(once, again) and not torch.equal(once, other) and not torch.equal(once[0], once[1])


def test_seen_characters_are_where_they_were_encoded(model: InfoVAE, style: WriterStyle, characters) -> None:
    pictures, labels = characters
    torch.testing.assert_close(style.z[labels], model.encode(pictures).mean, atol=1e-3, rtol=1e-3)
    assert style.seen.sum() == len(labels) and (style.seen[labels] == 1).all()


def test_three_characters_are_enough(model: InfoVAE, prior: WriterPrior, characters) -> None:
    style = learn(model, characters[0][:3], characters[1][:3], epochs=1, prior=prior)
    assert style.write("0aZ").isfinite().all()


def test_blending_goes_from_one_hand_to_the_other(model: InfoVAE, prior: WriterPrior, style: WriterStyle) -> None:
    everyone, other = average_writer(model, prior), known_writer(model, 2, prior)
    text = "Abc 1"
    torch.testing.assert_close(style.blend(other, 0.0).write(text), style.write(text), atol=1e-3, rtol=0)
    torch.testing.assert_close(style.blend(other, 1.0).write(text), other.write(text), atol=1e-3, rtol=0)
    torch.testing.assert_close(style.blend(everyone, 0.5).z, (style.z + prior.means) / 2)
    torch.testing.assert_close(style.blend(everyone, -0.5).z, prior.means + 1.5 * (style.z - prior.means))
    with pytest.raises(ValueError, match=r"expected a share in \[-0.5, 1\], got 1.1"):
        style.blend(other, 1.1)
    torch.manual_seed(9)
    stranger = InfoVAE(latent=LATENT, architecture="residual", width=4).eval()
    with pytest.raises(ValueError, match="expected two hands of one model"):
        style.blend(average_writer(stranger, prior), 0.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "1 to 200 characters, got 0"), ("a" * 201, "got 201"), ("naïve", "got 'ï'"), ("a\nb", r"got '\\n'")],
)
def test_what_cannot_be_written_is_told(style: WriterStyle, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        style.write(text)


def test_what_cannot_be_learned_from_is_told(model: InfoVAE, prior: WriterPrior, characters) -> None:
    pictures, labels = characters
    for wrong, message in [
        ((pictures[:2], labels[:2]), "expected 3 to 1,000 characters to learn from, got 2"),
        ((pictures, labels[:5]), "expected pictures"),
        ((pictures * 2, labels), r"ink in \[0, 1\]"),
        ((pictures, labels + 10), "expected labels from 0 to 61, got 10 to 65"),
    ]:
        with pytest.raises(ValueError, match=message):
            learn(model, *wrong, prior=prior)
    with pytest.raises(ValueError, match="expected a writer from 0 to 5, got 6"):
        known_writer(model, 6, prior)
    with pytest.raises(ValueError, match="latent dimensions"):
        learn(model, pictures, labels, prior=replace(prior, means=torch.zeros(62, 5)))
