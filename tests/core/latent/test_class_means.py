"""Class means, what is left without them, and writer styles."""

import torch

from core.latent.class_means import class_means, less_class_means, writer_styles


def test_class_means_are_means_and_an_empty_class_is_nan() -> None:
    z = torch.tensor([[0.0, 1.0], [2.0, 3.0], [5.0, 5.0]])
    means = class_means(z, torch.tensor([0, 0, 2]), 4)
    torch.testing.assert_close(means[[0, 2]], torch.tensor([[1.0, 2.0], [5.0, 5.0]]))
    assert means[[1, 3]].isnan().all()


def test_writer_styles_are_found_again() -> None:
    g = torch.Generator().manual_seed(0)
    content, style = torch.randn(10, 4, generator=g), torch.randn(3, 4, generator=g)
    style -= style.mean(dim=0)
    labels = torch.arange(10).repeat(3)
    writers = torch.tensor([30, 10, 20]).repeat_interleave(10)
    z = content[labels] + style.repeat_interleave(10, dim=0)
    means = class_means(z, labels, 10)
    numbers, styles = writer_styles(z, labels, writers, means)
    assert numbers.tolist() == [10, 20, 30]
    torch.testing.assert_close(styles, style[[1, 2, 0]])


def test_unknown_writers_have_no_style() -> None:
    numbers, styles = writer_styles(torch.zeros(3, 2), torch.zeros(3).long(), torch.full((3,), -1), torch.zeros(1, 2))
    assert numbers.shape == (0,)
    assert styles.shape == (0, 2)


def test_values_less_their_class_means_have_means_of_zero() -> None:
    values, labels = torch.randn(50, 3, generator=torch.Generator().manual_seed(0)), torch.arange(50) % 4
    left = less_class_means(values, labels)
    torch.testing.assert_close(class_means(left, labels, 4), torch.zeros(4, 3), atol=1e-6, rtol=0)
    torch.testing.assert_close(values - left, class_means(values, labels, 4)[labels])
