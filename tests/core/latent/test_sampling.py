"""Traversals and draws around a latent."""

import torch

from core.latent.sampling import sample_around, traverse


def test_traversal_changes_one_dimension_at_a_time() -> None:
    z, values = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-9.0, 9.0])
    grid = traverse(z, values)
    assert grid.shape == (3, 2, 3)
    for dimension in range(3):
        for position, value in enumerate(values):
            expected = z.clone()
            expected[dimension] = value
            torch.testing.assert_close(grid[dimension, position], expected)
    torch.testing.assert_close(z, torch.tensor([1.0, 2.0, 3.0]))


def test_samples_lie_around_with_the_deviation_given() -> None:
    z = torch.tensor([5.0, -5.0])
    samples = sample_around(z, 0.5, 20_000, seed=1)
    torch.testing.assert_close(samples.mean(dim=0), z, atol=0.02, rtol=0)
    torch.testing.assert_close(samples.std(dim=0), torch.full((2,), 0.5), atol=0.02, rtol=0)


def test_the_same_seed_gives_the_same_directions_whatever_the_deviation() -> None:
    z = torch.tensor([5.0, -5.0])
    near, far = sample_around(z, 0.1, 8, seed=1), sample_around(z, 0.4, 8, seed=1)
    torch.testing.assert_close(4 * (near - z), far - z)
    assert torch.equal(near, sample_around(z, 0.1, 8, seed=1))
    assert not torch.equal(near, sample_around(z, 0.1, 8, seed=2))
