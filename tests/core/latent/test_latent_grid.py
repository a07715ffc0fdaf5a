"""Two latent dimensions as a picture."""

import pytest
import torch

from core.latent.latent_grid import from_place, latent_grid, to_place
from core.models.cvae import CVAE
from core.models.vae import VAE


def test_the_grid_starts_at_the_top_left():
    torch.manual_seed(0)
    flat = VAE(latent=2, architecture="paper", width=4).eval()
    grid = latent_grid(flat, side=3, reach=2.0)
    corners = torch.tensor([[-2.0, 2.0], [2.0, 2.0], [0.0, 0.0], [-2.0, -2.0], [2.0, -2.0]])
    with torch.inference_mode():
        assert torch.allclose(grid[[0, 2, 4, 6, 8]], flat.decode(corners), atol=1e-5)


def test_a_conditional_model_draws_the_class_that_is_asked_for():
    torch.manual_seed(0)
    flat = CVAE(latent=2).eval()
    with torch.inference_mode():
        middle = flat.decode(torch.zeros(1, 2), torch.tensor([7]))
    assert torch.allclose(latent_grid(flat, 7, side=3)[4], middle[0], atol=1e-5)
    with pytest.raises(ValueError, match="expected labels"):
        latent_grid(flat, side=3)


def test_only_a_flat_space_has_a_grid():
    with pytest.raises(ValueError, match="expected a model of 2 latent dimensions, got 5"):
        latent_grid(VAE(latent=5, architecture="paper", width=4))


@pytest.mark.parametrize("z", [[0.0, 0.0], [1.5, -2.0], [-2.5, 2.5]])
def test_a_place_and_its_latent_are_the_same_spot(z):
    assert from_place(*to_place(torch.tensor(z))).tolist() == pytest.approx(z, abs=1e-5)


def test_what_lies_beyond_the_grid_is_put_on_its_rim():
    assert to_place(torch.tensor([-9.0, 9.0])) == pytest.approx([0.5 / 17, 0.5 / 17])
