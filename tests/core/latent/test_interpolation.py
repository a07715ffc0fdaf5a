"""Curves whose course is known, and pairs that can be counted."""

import pytest
import torch
from torch import Tensor

from core.cartography.pair_selection import choose_pairs
from core.latent.interpolation import dissolve, geodesic, linear, path_energy, path_length, seen


def ends(n: int = 5, z: int = 4) -> tuple[Tensor, Tensor]:
    a, b = torch.randn((2, n, z), generator=torch.Generator().manual_seed(0))
    return a, b


def same(x: Tensor) -> Tensor:
    return x


def hill(z: Tensor) -> Tensor:
    """A flat country with one steep hill in the middle: (B, 2) → (B, 3)."""
    return torch.cat([z, 3 * torch.exp(-4 * z.square().sum(dim=1, keepdim=True))], dim=1)


# linear


def test_n_steps_of_a_line_are_n_plus_one_points_with_both_ends_among_them() -> None:
    a, b = ends()
    line = linear(a, b, 10)
    assert line.shape == (5, 11, 4)
    assert torch.equal(line[:, 0], a)
    assert torch.equal(line[:, -1], b)
    torch.testing.assert_close(line.diff(dim=1), ((b - a) / 10)[:, None].expand(5, 10, 4))


@pytest.mark.parametrize("steps", [0, 1001])
def test_steps_are_bounded(steps: int) -> None:
    with pytest.raises(ValueError, match=f"expected 1 to 1000 steps, got {steps}"):
        linear(torch.zeros(2), torch.ones(2), steps)


def test_ends_of_two_spaces_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected ends of one shape \(…, Z\), got \(2,\) and \(3,\)"):
        linear(torch.zeros(2), torch.zeros(3), 4)


# geodesic


def test_the_geodesic_of_a_flat_decoder_is_the_straight_line() -> None:
    a, b = ends()
    turned = torch.linalg.qr(torch.randn((6, 4), generator=torch.Generator().manual_seed(1))).Q.T
    crooked = linear(a, b, 8)
    crooked[:, 1:-1] += 0.5 * torch.randn((5, 7, 4), generator=torch.Generator().manual_seed(2))
    curve = geodesic(a, b, 8, lambda z: z @ turned, same, iterations=60, path=crooked)
    torch.testing.assert_close(curve, linear(a, b, 8), atol=0.02, rtol=0)
    torch.testing.assert_close(geodesic(a, b, 8, lambda z: z @ turned, same), linear(a, b, 8))


def test_the_geodesic_goes_round_a_hill() -> None:
    a, b = torch.tensor([-1.5, 0.05]), torch.tensor([1.5, 0.05])
    line, curve = linear(a, b, 20), geodesic(a, b, 20, hill, same, iterations=100)
    over, round_it = (seen(path, hill, same) for path in (line, curve))
    assert path_length(round_it) < 0.75 * path_length(over)
    assert path_length(round_it) < 3.7  # it is 3 as the crow flies, 3.4 by a semicircle's chord at the hill's foot
    assert curve[10, 1].abs() > 0.5
    steps = round_it.diff(dim=0).norm(dim=1)
    assert steps.max() / steps.min() < 1.2  # at an even pace
    torch.testing.assert_close(curve[[0, -1]], torch.stack([a, b]))


def test_a_geodesic_is_never_worse_than_the_line() -> None:
    a, b = 2 * torch.rand((2, 6, 2), generator=torch.Generator().manual_seed(3)) - 1
    for iterations in (1, 5):
        curve = geodesic(a, b, 10, hill, same, iterations=iterations)
        assert path_energy(seen(curve, hill, same)).sum() <= path_energy(seen(linear(a, b, 10), hill, same)).sum()


def test_a_geodesic_can_be_found_where_nothing_else_is_differentiated() -> None:
    a, b = torch.zeros(2), torch.ones(2)
    with torch.inference_mode():
        curve = geodesic(a, b, 4, hill, same)
    assert not curve.requires_grad
    torch.testing.assert_close(geodesic(a, b, 1, hill, same), torch.stack([a, b]))


# The null


def test_a_dissolve_fades() -> None:
    first, last = torch.rand((2, 5, 3, 4, 4), generator=torch.Generator().manual_seed(0))
    frames = dissolve(first, last, 4)
    assert frames.shape == (5, 5, 3, 4, 4)
    torch.testing.assert_close(frames[:, 1], 0.75 * first + 0.25 * last)


# Pairs


def latents() -> tuple[Tensor, Tensor]:
    """Class 0 on a line at 0, 1, 3, 7, 7; class 1 at 10 and 20."""
    return torch.tensor([0.0, 1.0, 3.0, 7.0, 7.0, 10.0, 20.0])[:, None], torch.tensor([0, 0, 0, 0, 0, 1, 1])


def test_the_shortest_and_the_longest_pairs_come_in_order() -> None:
    z, labels = latents()
    assert choose_pairs(z, labels, 0, 0, "shortest", count=2).tolist() == [[0, 1], [1, 2]]
    assert set(map(tuple, choose_pairs(z, labels, 0, 0, "longest", count=2).tolist())) == {(0, 3), (0, 4)}
    assert choose_pairs(z, labels, 0, 1, "shortest")[0, 1] == 5
    assert choose_pairs(z, labels, 1, 0, "longest").tolist() == [[6, 0]]


def test_random_pairs_differ_and_none_comes_twice() -> None:
    z, labels = latents()
    pairs = choose_pairs(z, labels, 0, 0, "random", count=9, seed=1).tolist()
    assert len(pairs) == len({frozenset(pair) for pair in pairs}) == 9  # all ten but the two that coincide
    assert [3, 4] not in pairs
    assert pairs != choose_pairs(z, labels, 0, 0, "random", count=9, seed=2).tolist()
    assert pairs == choose_pairs(z, labels, 0, 0, "random", count=9, seed=1).tolist()
    between = choose_pairs(z, labels, 1, 0, "random", count=4)
    assert labels[between].tolist() == [[1, 0]] * 4


def test_pairs_that_cannot_be_are_refused() -> None:
    z, labels = latents()
    with pytest.raises(ValueError, match="expected members of classes 2 and 0 to pair, got 0 and 5"):
        choose_pairs(z, labels, 2, 0, "random")
    with pytest.raises(ValueError, match="expected a choice out of random, shortest, longest, got 'any'"):
        choose_pairs(z, labels, 0, 0, "any")  # pyright: ignore[reportArgumentType]
