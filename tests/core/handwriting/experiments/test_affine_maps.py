"""Maps between hands: known answers, inverses, chains, and POT as the oracle of the transport."""

import numpy as np
import pytest
import torch

from core.handwriting.experiments.affine_maps import (
    PSEUDO,
    AffineMap,
    low_rank_map,
    offset_map,
    procrustes_map,
    transport_map,
)
from core.handwriting.experiments.writer_verifier import Verifier, stroke_directions

FITS = [offset_map, procrustes_map, transport_map, low_rank_map]


def sets(n: int = 40, z: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    return torch.randn(n, z, generator=g), 2 * torch.randn(n, z, generator=g) + 1


@pytest.mark.parametrize("fit", FITS)
def test_the_mean_goes_to_the_mean_and_the_inverse_back(fit) -> None:
    a, b = sets()
    there = fit(a, b)
    torch.testing.assert_close(there(a).mean(dim=0), b.mean(dim=0))
    torch.testing.assert_close(there.inverse()(there(a)), a, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("fit", FITS)
def test_a_hand_goes_to_itself_by_the_identity(fit) -> None:
    a, _ = sets()
    torch.testing.assert_close(fit(a, a).matrix, torch.eye(3), atol=1e-4, rtol=0)


@pytest.mark.parametrize("fit", FITS)
def test_one_character_is_enough_for_an_offset(fit) -> None:
    a, b = sets(1)
    torch.testing.assert_close(fit(a, b)(a), b, atol=1e-4, rtol=1e-4)


def test_a_collapse_has_no_way_back() -> None:
    collapsed = AffineMap(torch.diag(torch.tensor([1.0, 0.0])), torch.zeros(2))
    with pytest.raises(ValueError, match="expected an invertible map, got one of condition number inf"):
        collapsed.inverse()


@pytest.mark.filterwarnings("ignore:invalid escape sequence")  # in POT's own source
def test_transport_is_that_of_pot() -> None:
    """With the covariances that shrinkage leaves, POT's map between the two Gaussians is ours."""
    import ot

    a, b = (side.double() for side in sets())
    ours = transport_map(a.float(), b.float())
    centred = [side - side.mean(dim=0) for side in (a, b)]
    shared = torch.cat(centred).T @ torch.cat(centred) / (len(a) + len(b))
    shared += 1e-4 * shared.diagonal().mean() * torch.eye(3)
    first, second = ((c.T @ c + PSEUDO * shared) / (len(c) + PSEUDO) for c in centred)
    means = a.mean(dim=0).numpy(), b.mean(dim=0).numpy()
    matrix, offset = ot.gaussian.bures_wasserstein_mapping(*means, first.numpy(), second.numpy())
    np.testing.assert_allclose(ours.matrix, matrix, atol=1e-4)
    np.testing.assert_allclose(ours.offset, np.ravel(offset), atol=1e-4)


def test_a_rotation_is_found_and_keeps_lengths() -> None:
    a, _ = sets()
    turn = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(1))).Q
    found = procrustes_map(a, a @ turn.T + 2)
    torch.testing.assert_close(found.matrix @ found.matrix.T, torch.eye(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.matrix, turn, atol=0.05, rtol=0)


@pytest.mark.parametrize("fit", [offset_map, procrustes_map, low_rank_map])
def test_sets_that_are_not_paired_are_refused(fit) -> None:
    a, b = sets()
    with pytest.raises(ValueError, match="expected paired latents"):
        fit(a, b[:5])


def test_directions_turn_with_the_picture() -> None:
    x = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    turned = stroke_directions(x.rot90(1, (2, 3)), bins=4)
    torch.testing.assert_close(turned, stroke_directions(x, bins=4).roll(-1, dims=1))


def test_a_verifier_tells_hands_it_has_not_seen(draw) -> None:
    """Fitted to some slants and weights, it knows others: drawn letters of six new hands among each other."""
    import cv2

    from core.metrics import writer_identification

    def page(hand: int) -> torch.Tensor:
        small = [cv2.resize(draw(c, hand=hand), (28, 28), interpolation=cv2.INTER_AREA) for c in "ABDEFHKLMNPR"]
        return torch.stack([torch.from_numpy(p)[None] for p in small]).float() / 255

    pages = torch.stack([page(hand) for hand in range(18)])
    labels = torch.arange(12)
    verifier = Verifier.fit(pages[:12].flatten(0, 1), labels.repeat(12), torch.arange(12).repeat_interleave(12))
    vectors = torch.stack([verifier.embed(one, labels) for one in pages[12:]])
    found = writer_identification(
        vectors.flatten(0, 1), labels.repeat(6), torch.arange(6).repeat_interleave(12), vectors
    )
    assert found > 2 / 6
