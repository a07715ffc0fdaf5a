"""Edge fine-tuning changes the decoder's last layers alone."""

import pytest

from core.handwriting.edge_finetuning import sharp_delta
from core.models.infovae import InfoVAE


def test_only_the_last_two_layers_change(model: InfoVAE, characters) -> None:
    ink = characters[0].repeat(12, 1, 1, 1).mul(255).byte()
    z = model.encode(ink.float() / 255).mean
    found = sharp_delta(model, ink, z, epochs=1)
    assert {name.split(".")[1] for name in found} == {"10", "11"}
    with pytest.raises(ValueError, match="expected a decoder that ends with a convolution"):
        sharp_delta(InfoVAE(latent=3, architecture="dense", width=4), ink, z)
