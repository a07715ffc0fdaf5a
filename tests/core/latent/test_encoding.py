"""Sets encoded and decoded in batches, and analogies."""

import pytest
import torch

from core.latent.encoding import analogies, decode_set, encode_set
from core.models.cvae import CVAE
from core.models.style_cvae import StyleCVAE
from core.models.vae import VAE


@pytest.fixture(scope="module")
def model() -> VAE:
    torch.manual_seed(0)
    return VAE(latent=3, architecture="paper", width=4).eval()


def test_a_set_is_encoded_and_decoded_batch_by_batch(model: VAE) -> None:
    ink = torch.randint(0, 256, (11, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    whole = model.encode(ink / 255)
    by_fours = encode_set(model, ink, batch=4)
    torch.testing.assert_close(by_fours.mean, whole.mean.detach())
    torch.testing.assert_close(by_fours.log_var, whole.log_var.detach())
    assert not by_fours.mean.requires_grad
    torch.testing.assert_close(decode_set(model, by_fours.mean, batch=4), model.decode(whole.mean).detach())


@pytest.fixture(scope="module", params=[CVAE(latent=3), StyleCVAE(latent=3, width=4)], ids=["CVAE", "StyleCVAE"])
def conditional(request: pytest.FixtureRequest) -> CVAE | StyleCVAE:
    return request.param.eval()


def test_labels_go_with_their_batches(conditional: CVAE | StyleCVAE) -> None:
    g = torch.Generator().manual_seed(0)
    ink = torch.randint(0, 256, (11, 1, 28, 28), dtype=torch.uint8, generator=g)
    y = torch.randint(0, 10, (11,), generator=g)
    whole = conditional.encode(ink / 255, y)
    by_fours = encode_set(conditional, ink, y, batch=4)
    torch.testing.assert_close(by_fours.mean, whole.mean.detach())
    torch.testing.assert_close(by_fours.log_var, whole.log_var.detach())
    drawn = decode_set(conditional, by_fours.mean, y, batch=4)
    torch.testing.assert_close(drawn, conditional.decode(whole.mean, y).detach())
    with pytest.raises(ValueError, match="expected labels"):
        decode_set(conditional, by_fours.mean)


def test_an_unconditional_model_does_not_look_at_labels(model: VAE) -> None:
    ink = torch.randint(0, 256, (3, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    labelled, plain = encode_set(model, ink, torch.arange(3)), encode_set(model, ink)
    torch.testing.assert_close(labelled, plain)
    torch.testing.assert_close(decode_set(model, plain.mean, torch.arange(3)), decode_set(model, plain.mean))


def test_analogies_have_a_row_a_latent_and_a_column_a_class(conditional: CVAE | StyleCVAE) -> None:
    z = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))  # 600 pictures: more than a batch
    drawn = analogies(conditional, z)
    assert drawn.shape == (60, 10, 1, 28, 28)
    assert not drawn.requires_grad
    for row, column in ((0, 0), (0, 9), (7, 3), (59, 9)):
        alone = conditional.decode(z[row : row + 1], torch.tensor([column])).detach()
        torch.testing.assert_close(drawn[row, column], alone[0], atol=1e-5, rtol=1e-4)


def test_analogies_need_classes_to_choose_from(model: VAE) -> None:
    with pytest.raises(ValueError, match="expected a conditional model, got VAE, which has no classes to choose from"):
        analogies(model, torch.zeros(1, 3))
