"""Attribute vectors, and places of latents on a map."""

import pytest
import torch

from core.latent.attribute_vectors import attribute_vector, class_vectors, on_map


def test_a_vector_leads_from_one_centre_to_the_other() -> None:
    group, others = torch.tensor([[2.0, 0.0], [4.0, 2.0]]), torch.tensor([[0.0, 0.0], [0.0, 2.0], [0.0, 1.0]])
    torch.testing.assert_close(attribute_vector(group, others), torch.tensor([3.0, 0.0]))
    torch.testing.assert_close(others.mean(dim=0) + attribute_vector(group, others), group.mean(dim=0))


@pytest.mark.parametrize(("group", "others"), [((0, 2), (3, 2)), ((3, 2), (0, 2)), ((3, 2), (3, 1)), ((2,), (3, 2))])
def test_groups_that_have_no_difference_are_refused(group: tuple[int, ...], others: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected two groups of latents"):
        attribute_vector(torch.zeros(group), torch.zeros(others))


def test_class_vectors_are_those_of_each_class_against_the_rest() -> None:
    z, labels = torch.randn(30, 4, generator=torch.Generator().manual_seed(0)), torch.arange(30) % 3
    vectors = class_vectors(z, labels, 4)
    for k in range(3):
        torch.testing.assert_close(vectors[k], attribute_vector(z[labels == k], z[labels != k]))
    assert vectors[3].isnan().all()


def test_a_point_of_the_map_is_placed_where_it_is() -> None:
    g = torch.Generator().manual_seed(0)
    xy = torch.rand(400, 2, generator=g)
    z = torch.cat([10 * xy, torch.zeros(400, 3)], dim=1)
    placed = on_map(z[:50], z, xy)
    assert (placed - xy[:50]).norm(dim=1).max() < 0.1
    assert placed.min() >= 0 and placed.max() <= 1
