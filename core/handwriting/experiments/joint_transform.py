r"""The StyleApp paper's joint transform loss (section 4.6.1): a style network S and a linear A, learned together.

With pairs of one class, $x_t$ from the training data and $x_h$ from the hand, G the general network and S a copy of it:

$$\hat x_t = D_S(A z_G), \quad \hat x_h = D_S(z_S), \qquad z_G \sim E_G(x_t), \; z_S \sim E_S(x_h)$$
$$\mathcal{L} = \alpha\,\mathrm{BCE}(\hat x_t, \hat x_h) + \beta\,\mathrm{BCE}(x_h, \hat x_h)
  + \mathrm{MMD}(A l_G, \mathcal{N}) + \mathrm{MMD}(l_S, \mathcal{N}) + L\,\mathrm{BCE}(A l_G, l_S)$$

"Unfortunately … the linear transform does not appear to learn a meaningful mapping" (section 5.4.1). It is kept to be
measured against. What the paper does not say is chosen here: α = β = L = 1; a BCE of latents is one of their sigmoids;
A starts as a dense layer does, or at the identity.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.handwriting.experiments.affine_maps import AffineMap
from core.handwriting.finetuning import descend, steps_per_epoch
from core.models.base import Autoencoder, standard_normal
from core.nn.losses import bernoulli_nll, mmd

RATE = 1e-3


@final
@dataclass(frozen=True)
class JointTransform:
    """A style network and a map learned by the joint loss.

    Attributes:
        style: S, in evaluation mode.
        map: A, from the latents of G to those of S.
        losses: the loss of each epoch, in nats per picture.
    """

    style: Autoencoder
    map: AffineMap
    losses: tuple[float, ...]


def learn_jointly(
    model: Autoencoder,
    reference: Tensor,
    hand: Tensor,
    *,
    epochs: int = 10,
    seed: int = 0,
    rate: float = RATE,
    identity: bool = False,
) -> JointTransform:
    """S and A trained on pairs.

    Args:
        model: G, which stays as it is.
        reference: $x_t$, pictures in [0, 1], (N, 1, S, S).
        hand: $x_h$, as many, of the same classes.
        epochs: of all pairs in a seeded order.
        seed: of A's first values, the order and every draw.
        rate: of learning.
        identity: start A at the identity.

    Raises:
        ValueError: for sets that are not paired, or fewer than two pairs.
    """
    if reference.shape != hand.shape or reference.ndim != 4 or len(hand) < 2:
        raise ValueError(
            f"expected two pairs (N, 1, S, S) or more, got {tuple(reference.shape)} and {tuple(hand.shape)}"
        )
    generator = torch.Generator().manual_seed(seed)
    style = deepcopy(model).eval().requires_grad_(True)
    bound = model.latent**-0.5  # of a dense layer's first weights
    first = (2 * torch.rand((model.latent, model.latent), generator=generator) - 1) * bound
    matrix = nn.Parameter(torch.eye(model.latent) if identity else first)
    optimiser = torch.optim.Adam([*style.parameters(), matrix], lr=rate)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(hand), generator=generator).tensor_split(steps_per_epoch(len(hand))):
            loss = joint_loss(model, style, matrix, reference[rows], hand[rows], generator)
            descend(optimiser, loss)
            total += loss.item() * len(rows) / len(hand)
        losses.append(total)
    learned = AffineMap(matrix.detach(), torch.zeros(model.latent))
    return JointTransform(style.requires_grad_(False), learned, tuple(losses))


def joint_loss(
    model: Autoencoder, style: Autoencoder, matrix: Tensor, reference: Tensor, hand: Tensor, generator: torch.Generator
) -> Tensor:
    """The paper's loss over a batch of pairs, in nats per picture, shape ().

    Args:
        model, style: G and S.
        matrix: A, (Z, Z).
        reference, hand: $x_t$ and $x_h$, (B, 1, S, S).
        generator: of every draw.
    """
    with torch.no_grad():
        general = model.encode(reference)
        z_general = general.sample(generator)
    own = style.encode(hand)
    drawn_t = style.logits(z_general @ matrix.T)
    drawn_h = style.logits(own.sample(generator))
    mapped, prior = general.mean @ matrix.T, standard_normal(own.mean, generator)
    return (
        bernoulli_nll(drawn_t, drawn_h.sigmoid())
        + bernoulli_nll(drawn_h, hand)
        + mmd(mapped, prior)
        + mmd(own.mean, prior)
        + F.binary_cross_entropy_with_logits(mapped, own.mean.sigmoid(), reduction="sum") / len(hand)
    )
