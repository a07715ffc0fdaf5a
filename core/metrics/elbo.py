"""Evidence lower bound of a variational autoencoder with Bernoulli pixels."""

import torch
from torch import Tensor

from core.models.base import Autoencoder
from core.nn.losses import bernoulli_nll, gaussian_kl


@torch.inference_mode()
def elbo(model: Autoencoder, x: Tensor, labels: Tensor | None = None, *, generator: torch.Generator) -> float:
    r"""Single-sample estimate of $\mathbb{E}_q \log p(x \mid z) - \mathrm{KL}(q(z \mid x) \,\|\, p(z))$.

    The bound itself, whatever weights the model's training gave its two terms (Kingma and Welling, 2014, eq. 3).

    Args:
        model: an autoencoder in evaluation mode.
        x: pictures in [0, 1], (N, C, H, W).
        labels: their classes, (N,); a conditional model's bound is on $\log p(x \mid y)$.
        generator: source of the one posterior draw a picture.

    Returns:
        Nats per picture, averaged over pictures; higher is better, and never above 0.

    Example:
        >>> from core.models.vae import VAE
        >>> elbo(VAE(2, "paper", 4).eval(), torch.rand(4, 1, 28, 28), generator=torch.Generator()) < 0
        True
    """
    total = 0.0
    for rows in torch.arange(len(x)).split(512):
        batch, y = x[rows], None if labels is None else labels[rows]
        posterior = model.encode(batch, y)
        bound = -bernoulli_nll(model.logits(posterior.sample(generator), y), batch) - gaussian_kl(*posterior)
        total += bound.item() * len(batch)
    return total / len(x)
