"""The prior of writer styles: predictions of unseen characters, and what is refused."""

import pytest
import torch

from core.handwriting.writer_prior import WriterPrior, by_writer
from tests.core.handwriting.conftest import LATENT


def test_a_seen_character_is_kept_and_twins_are_averaged(prior: WriterPrior) -> None:
    z = torch.randn(3, LATENT, generator=torch.Generator().manual_seed(0))
    found = prior.expect(z, torch.tensor([4, 4, 9]))
    torch.testing.assert_close(found[[4, 9]], torch.stack([z[:2].mean(dim=0), z[2]]), atol=1e-4, rtol=1e-4)


def test_an_expectation_is_that_of_the_joint_gaussian() -> None:
    """The oracle: condition the whole Gaussian of K·Z numbers, whose covariance is a Kronecker product."""
    g = torch.Generator().manual_seed(2)
    kappa, sigma = (
        a @ a.T + torch.eye(len(a)) for a in (torch.randn(5, 5, generator=g), torch.randn(2, 2, generator=g))
    )
    prior, seen = WriterPrior(torch.randn(5, 2, generator=g), kappa, torch.zeros(2, 5, 2)), torch.tensor([1, 3])
    z = torch.randn(2, 2, generator=g)
    whole = torch.kron(kappa, sigma)
    rows = (2 * seen[:, None] + torch.arange(2)).flatten()
    given = torch.linalg.solve(whole[rows][:, rows], (z - prior.means[seen]).flatten())
    torch.testing.assert_close(prior.expect(z, seen), prior.means + (whole[:, rows] @ given).view(5, 2))


def test_a_style_that_all_characters_share_is_found_in_a_few(prior: WriterPrior) -> None:
    other = prior.means + torch.tensor([1.5, -1.0, 0.5])
    found = prior.expect(other[:5], torch.arange(5))
    assert (found - other).square().mean() < 0.1 * (prior.means - other).square().mean()


def test_class_covariance_is_symmetric_and_positive(prior: WriterPrior) -> None:
    torch.testing.assert_close(prior.class_covariance, prior.class_covariance.T)
    assert torch.linalg.eigvalsh(prior.class_covariance).min() > 0


def test_rows_are_sorted_by_writer_and_class() -> None:
    values, labels = torch.arange(5.0), torch.tensor([1, 0, 0, 1, 0])
    assert by_writer(values, labels, torch.tensor([7, 7, 3, 3, -1]), 2).tolist() == [[2, 3], [1, 0]]
    with pytest.raises(ValueError, match="expected one of each of 2 classes from every known writer"):
        by_writer(values, labels, torch.tensor([7, 7, 3, 3, 3]), 2)


def test_a_prior_of_one_writer_or_of_nothing_seen_is_refused(prior: WriterPrior) -> None:
    with pytest.raises(ValueError, match="expected finite latents"):
        WriterPrior.fit(torch.zeros(1, 62, 3))
    with pytest.raises(ValueError, match="expected one character or more"):
        prior.expect(torch.zeros(1, LATENT), torch.tensor([62]))
