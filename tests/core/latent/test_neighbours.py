"""Nearest neighbours, in order."""

import pytest
import torch

from core.latent.neighbours import nearest


def test_the_nearest_come_first_and_a_member_finds_itself() -> None:
    z = torch.randn(50, 4, generator=torch.Generator().manual_seed(0))
    rows, distances = nearest(z, z[:7], k=5)
    assert torch.equal(rows[:, 0], torch.arange(7))
    assert distances[:, 0].max() == 0
    assert (distances.diff(dim=1) >= 0).all()
    by_hand = (z[:7, None] - z).square().sum(dim=2).sqrt()
    torch.testing.assert_close(distances, by_hand.sort(dim=1).values[:, :5])


def test_equals_are_found_in_their_order() -> None:
    assert nearest(torch.zeros(5, 2), torch.zeros(1, 2), k=3).rows.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize(("queries", "k"), [((1, 3), 1), ((2,), 1), ((1, 2), 0)])
def test_questions_without_neighbours_are_refused(queries, k: int) -> None:
    with pytest.raises(ValueError, match="expected points"):
        nearest(torch.zeros(5, 2), torch.zeros(queries), k)
