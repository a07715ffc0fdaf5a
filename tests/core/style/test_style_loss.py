"""Gram matrices and losses by hand; everything batched against the formula one pair at a time."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.models.base import Backbone
from core.nn.gram import gram, style_vectors
from core.style.style_loss import consecutive, pairwise, style_loss, styles


class Counting(Backbone):
    """Two layers without weights, the picture and its coarse average; counts the pictures that it sees."""

    layers = ("all", "coarse")

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def responses(self, x: Tensor) -> list[Tensor]:
        self.seen += len(x)
        return [x, torch.nn.functional.avg_pool2d(x, 2)]


def pictures(n: int, seed: int = 0) -> Tensor:
    return torch.rand((n, 3, 8, 8), generator=torch.Generator().manual_seed(seed))


def pair_by_pair(network: Backbone, one: Tensor, other: Tensor) -> Tensor:
    """The oracle: every pair by itself, seen anew."""
    return torch.tensor(
        [[style_loss(network.responses(a[None]), network.responses(b[None])) for b in other] for a in one]
    )


def test_a_gram_matrix_by_hand() -> None:
    response = torch.tensor([[[[1.0, 2.0], [0.0, -1.0]], [[3.0, 0.0], [1.0, 1.0]]]])  # two filters at four positions
    assert gram(response).tolist() == [[[6.0, 2.0], [2.0, 11.0]]]


def test_the_loss_by_hand_divides_by_filters_and_positions() -> None:
    one, other = torch.zeros(1, 2, 2, 3), torch.ones(1, 2, 2, 3)  # Gram matrices of 0 and of 6 in all four places
    assert style_loss([one], [other]).item() == pytest.approx(4 * 6**2 / (4 * 2**2 * 6**2))


def test_five_layers_weigh_a_fifth_each_and_fewer_share_the_whole() -> None:
    zero, full = torch.zeros(1, 1, 1, 1), torch.ones(1, 1, 1, 1)  # loss 1/4 in a layer by itself
    assert style_loss([zero] * 5, [full] + [zero] * 4).item() == pytest.approx(0.2 / 4)
    assert style_loss([zero] * 3, [full] + [zero] * 2).item() == pytest.approx(1 / 3 / 4)


def test_batched_losses_are_those_of_the_formula() -> None:
    network, one, other = Counting(), pictures(4), pictures(3, seed=1)
    a, b = (styles(network, x) for x in (one, other))
    expected = pair_by_pair(network, one, other)
    torch.testing.assert_close(pairwise(a, b), expected)
    torch.testing.assert_close(consecutive(a), pair_by_pair(network, one, one).diagonal(1))


def test_every_picture_is_seen_once() -> None:
    network = Counting()
    pairwise(styles(network, pictures(7), batch=3))
    assert network.seen == 7


def test_shapes_before_the_picture_are_kept() -> None:
    walks = pictures(12).unflatten(0, (2, 6))
    vectors = styles(Counting(), walks)
    assert vectors.shape == (2, 6, 12)
    assert consecutive(vectors).shape == (2, 5)


def test_losses_of_near_pictures_keep_their_digits() -> None:
    bright = pictures(1) + 50
    near = torch.cat([bright, bright + 1e-3])
    exact = pair_by_pair(Counting().double(), near.double(), near.double())[0, 1].item()
    assert pairwise(styles(Counting(), near))[0, 1].item() == pytest.approx(exact, rel=0.02)


@given(st.integers(0, 2**16))
def test_style_does_not_ask_where(seed: int) -> None:
    x = pictures(1, seed)
    moved = x.flatten(2)[..., torch.randperm(64, generator=torch.Generator().manual_seed(seed))].unflatten(2, (8, 8))
    torch.testing.assert_close(style_vectors([x]), style_vectors([moved]))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="expected the same layers of as many pictures on both sides"):
        style_loss([torch.zeros(1, 2, 3, 3)], [torch.zeros(1, 2, 4, 4)])
    with pytest.raises(ValueError, match="expected the same layers"):
        style_loss([], [])


def test_the_vectors_hold_each_pair_of_filters_once() -> None:
    vector = style_vectors([torch.tensor([[[[2.0]], [[3.0]]]])])[0]  # Gram [[4, 6], [6, 9]], divided by 2 · 2 · 1
    assert vector.tolist() == pytest.approx([4 / 4, 6 * math.sqrt(2) / 4, 9 / 4])
