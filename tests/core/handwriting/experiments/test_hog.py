"""Glyphs made upright, and the directions of strokes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.handwriting.experiments.hog import MAX_SLANT, deskewed, oriented_gradients
from core.nn.shape_measures import shape_style


def bar(slope: float, side: int = 28) -> Tensor:
    """A soft bar through the middle that moves `slope` columns to the right per row upwards, (1, 1, S, S)."""
    rows, columns = torch.meshgrid(torch.arange(side) - 13.5, torch.arange(side) - 13.5, indexing="ij")
    ink = (2.5 - (columns + slope * rows).abs()).clamp(0, 1) * (rows.abs() < 9)
    return ink[None, None]


@given(slope=st.floats(-0.6, 0.6))
def test_a_leaning_bar_stands_upright_afterwards(slope: float) -> None:
    upright = deskewed(bar(slope))
    assert shape_style(bar(slope))[0, 0].item() == pytest.approx(slope, abs=0.03)
    assert abs(shape_style(upright)[0, 0].item()) < 0.02
    assert (upright - bar(0.0)).abs().mean() < 0.02
    assert upright.sum().item() == pytest.approx(bar(slope).sum().item(), rel=0.02)


def test_an_upright_glyph_and_an_empty_one_stay_as_they_are() -> None:
    for ink in (bar(0.0), torch.zeros(1, 1, 28, 28)):
        torch.testing.assert_close(deskewed(ink), ink, atol=1e-4, rtol=0)


def test_no_glyph_is_sheared_further_than_stated() -> None:
    steep = bar(1.2)
    left = shape_style(deskewed(steep))[0, 0]
    assert left > shape_style(steep)[0, 0] - MAX_SLANT - 0.1
    assert left > 0.2


def test_directions_tell_a_bar_from_a_beam_and_not_ink_from_bold_ink() -> None:
    upright, lying = bar(0.0), bar(0.0).mT
    ours, faint, others = (oriented_gradients(x)[0] for x in (upright, 0.5 * upright, lying))
    torch.testing.assert_close(ours, faint, atol=1e-3, rtol=0)
    assert torch.dist(ours, others) > 3
    assert oriented_gradients(torch.zeros(1, 1, 28, 28)).abs().sum() == 0
