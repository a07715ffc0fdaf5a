"""Measures of style against shapes whose slant, width, height and stroke are known because they were drawn so."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.nn.shape_measures import STYLE, shape_style, stroke_width

FINE = 16  # shapes are drawn so many times finer than they are measured
SIDE = 28
ARC = np.linspace(0, np.pi, 30)


def coarse(fine: np.ndarray) -> Tensor:
    """A fine drawing (16·S, 16·S) of uint8 at the size of MNIST: (1, 1, S, S) in [0, 1]."""
    small = cv2.resize(fine.astype(np.float32) / 255, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return torch.from_numpy(small)[None, None]


def blank() -> np.ndarray:
    return np.zeros((FINE * SIDE, FINE * SIDE), np.uint8)


def box(height: int, width: int, top: int = 4, left: int = 6) -> Tensor:
    picture = torch.zeros(1, 1, SIDE, SIDE)
    picture[..., top : top + height, left : left + width] = 1
    return picture


def sheared(fine: np.ndarray, slant: float) -> np.ndarray:
    """A drawing whose rows are shifted to the right by `slant` for every row upwards, about its middle."""
    middle = (fine.shape[0] - 1) / 2
    return cv2.warpAffine(fine, np.array([[1, -slant, slant * middle], [0, 1, 0]]), fine.shape, flags=cv2.INTER_LINEAR)


def line(degrees: float, pen: float, length: float = 18) -> Tensor:
    """A straight stroke with round ends through the middle, so many degrees from the upright towards the right."""
    fine, angle, reach = blank(), np.deg2rad(degrees), FINE * length / 2
    half = FINE * SIDE / 2
    along = np.array([np.sin(angle), -np.cos(angle)]) * reach
    ends = [tuple(int(v) for v in half + sign * along) for sign in (-1, 1)]
    return coarse(cv2.line(fine, *ends, 255, round(pen * FINE)))


def ring(radius: float, pen: float) -> Tensor:
    """A circle about the middle of its stroke."""
    middle = (FINE * SIDE // 2, FINE * SIDE // 2)
    return coarse(cv2.circle(blank(), middle, round(radius * FINE), 255, round(pen * FINE)))


def ellipse(height: float, width: float) -> Tensor:
    """A filled upright ellipse."""
    middle = (FINE * SIDE // 2, FINE * SIDE // 2)
    axes = (round(width * FINE / 2), round(height * FINE / 2))
    return coarse(cv2.ellipse(blank(), middle, axes, 0, 0, 360, 255, -1))


STROKES = {  # in a square of side 1, y downwards
    "0": [[(0.5 + 0.35 * np.cos(t), 0.5 + 0.5 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 60)]],
    "1": [[(0.3, 0.2), (0.5, 0.0), (0.5, 1.0)]],
    "3": [[(0.5 + s * 0.3 * np.sin(t), c - 0.25 * np.cos(t)) for c, s in ((0.25, 1), (0.75, 1)) for t in ARC]],
    "4": [[(0.6, 1.0), (0.6, 0.0), (0.1, 0.65), (0.9, 0.65)]],
    "7": [[(0.1, 0.0), (0.9, 0.0), (0.4, 1.0)], [(0.3, 0.5), (0.85, 0.5)]],
    "L": [[(0.2, 0.0), (0.2, 1.0), (0.8, 1.0)]],
    "S": [[(0.5 - s * 0.3 * np.sin(t), c - 0.25 * np.cos(t)) for c, s in ((0.25, 1), (0.75, -1)) for t in ARC]],
    "X": [[(0.1, 0.0), (0.9, 1.0)], [(0.9, 0.0), (0.1, 1.0)]],
}


def letter(character: str, pen: float, slant: float = 0.0) -> Tensor:
    """A character 16 pixels high in the middle, written with a round pen of so many pixels."""
    fine = blank()
    for stroke in STROKES[character]:
        points = FINE * (16 * (np.array(stroke) - 0.5) + SIDE / 2)
        cv2.polylines(fine, [points.round().astype(np.int32)], False, 255, round(pen * FINE))
    return coarse(sheared(fine, slant))


def measured(picture: Tensor) -> dict[str, float]:
    """Slant, width, height and boldness of one picture, by name."""
    return dict(zip(("slant", "width", "height", "boldness"), shape_style(picture)[0].tolist(), strict=True))


# Shapes that are known


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 8), st.integers(0, 8))
def test_a_box_has_its_own_sides(height: int, width: int, top: int, left: int) -> None:
    style = measured(box(height, width, top, left))
    assert style["slant"] == pytest.approx(0, abs=1e-5)
    assert style["width"] == pytest.approx(width, abs=0.02)
    assert style["height"] == pytest.approx(height, abs=0.02)


@pytest.mark.parametrize(("shift", "width"), [(-1, 3), (0, 1), (1, 6), (2, 3)])
def test_a_bar_drawn_row_by_row_leans_by_what_each_row_is_shifted(shift: int, width: int) -> None:
    picture = torch.zeros(1, 1, SIDE, SIDE)
    for up in range(10):
        picture[..., 20 - up, 8 + shift * (up - 4) : 8 + shift * (up - 4) + width] = 1
    style = measured(picture)
    assert style["slant"] == pytest.approx(shift, abs=1e-4)
    assert style["width"] == pytest.approx(width, abs=0.02)
    assert style["height"] == pytest.approx(10, abs=0.02)


@pytest.mark.parametrize("degrees", [-40, 0, 5, 20])
@pytest.mark.parametrize("pen", [1.5, 2.5])
def test_a_line_leans_by_the_tangent_of_its_angle(degrees: float, pen: float) -> None:
    style = measured(line(degrees, pen))
    assert style["slant"] == pytest.approx(np.tan(np.deg2rad(degrees)), rel=0.05, abs=0.01)
    assert style["height"] == pytest.approx(18 * np.cos(np.deg2rad(degrees)) + pen / 2, rel=0.05)


@pytest.mark.parametrize(("height", "width"), [(20, 20), (20, 8), (12, 20)])
def test_an_ellipse_is_as_wide_as_the_box_with_its_moments(height: float, width: float) -> None:
    style = measured(ellipse(height, width))
    assert style["slant"] == pytest.approx(0, abs=0.005)
    assert style["height"] == pytest.approx(height * 3**0.5 / 2, abs=0.2)
    assert style["width"] == pytest.approx(width * 3**0.5 / 2, abs=0.2)


@pytest.mark.parametrize(("height", "width"), [(20, 2), (20, 4), (12, 12), (3, 18)])
def test_boldness_is_twice_the_area_over_the_perimeter(height: int, width: int) -> None:
    boldness = measured(box(height, width))["boldness"]
    assert boldness == pytest.approx(2 * height * width / (2 * (height + width)), rel=0.05)


@pytest.mark.parametrize(("height", "width"), [(12, 2), (20, 3), (20, 5)])
def test_the_stroke_of_a_bar_is_its_width(height: int, width: int) -> None:
    assert stroke_width(box(height, width)).item() == pytest.approx(width, rel=0.03)
    assert stroke_width(box(height, width).mT).item() == pytest.approx(width, rel=0.03)


@pytest.mark.parametrize("degrees", [0, 15, 45, 90])
@pytest.mark.parametrize("pen", [2, 4])
def test_the_stroke_of_a_line_is_its_pen_at_every_angle(degrees: float, pen: float) -> None:
    assert stroke_width(line(degrees, pen)).item() == pytest.approx(pen, rel=0.1)


@pytest.mark.parametrize("radius", [6, 9])
@pytest.mark.parametrize("pen", [2, 3, 4])
def test_the_stroke_of_a_ring_is_its_pen(radius: float, pen: float) -> None:
    assert stroke_width(ring(radius, pen)).item() == pytest.approx(pen, rel=0.12)


@pytest.mark.parametrize("character", STROKES)
def test_the_stroke_of_a_letter_grows_with_its_pen(character: str) -> None:
    pens = (1.5, 2, 2.5, 3)
    widths = [stroke_width(letter(character, pen)).item() for pen in pens]
    assert widths == sorted(widths)
    assert widths == pytest.approx(pens, rel=0.2)


# What it must not depend on


@given(st.sampled_from([*STROKES]), st.integers(-3, 3), st.integers(-3, 3))
def test_where_a_glyph_stands_does_not_matter(character: str, down: int, right: int) -> None:
    picture = letter(character, 2)
    moved = picture.roll((down, right), dims=(-2, -1))
    torch.testing.assert_close(shape_style(moved), shape_style(picture), atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(stroke_width(moved), stroke_width(picture))


@given(st.sampled_from([*STROKES]), st.sampled_from([-0.3, 0.0, 0.2]))
def test_a_mirror_turns_the_slant_around_and_nothing_else(character: str, slant: float) -> None:
    picture = letter(character, 2, slant)
    here, there = measured(picture), measured(picture.flip(-1))
    assert there["slant"] == pytest.approx(-here["slant"], abs=1e-4)
    assert (there["width"], there["height"]) == pytest.approx((here["width"], here["height"]), rel=1e-4)
    assert there["boldness"] == pytest.approx(here["boldness"], rel=0.1)
    assert stroke_width(picture.flip(-1)).item() == pytest.approx(stroke_width(picture).item(), rel=0.05)


@given(st.sampled_from([*STROKES]), st.sampled_from([-0.4, -0.2, 0.1, 0.3]))
def test_a_shear_adds_to_the_slant_and_leaves_width_and_height(character: str, slant: float) -> None:
    upright, leaning = measured(letter(character, 2)), measured(letter(character, 2, slant))
    assert leaning["slant"] - upright["slant"] == pytest.approx(slant, abs=0.02)
    assert leaning["width"] == pytest.approx(upright["width"], abs=0.25)
    assert leaning["height"] == pytest.approx(upright["height"], abs=0.25)


@given(st.sampled_from([*STROKES]), st.floats(0.2, 1.0))
def test_how_dark_the_ink_is_does_not_matter(character: str, ink: float) -> None:
    picture = letter(character, 2, 0.2)
    torch.testing.assert_close(shape_style(ink * picture), shape_style(picture), atol=1e-3, rtol=5e-3)


def test_a_picture_is_measured_alone_as_in_company() -> None:
    pictures = torch.cat([letter(character, pen) for character in STROKES for pen in (1.5, 3)])
    alone = torch.cat([shape_style(picture[None]) for picture in pictures])
    torch.testing.assert_close(shape_style(pictures), alone)
    torch.testing.assert_close(stroke_width(pictures), torch.cat([stroke_width(p[None]) for p in pictures]))


def test_all_are_in_pixels_whatever_the_size_of_the_picture() -> None:
    picture = torch.zeros(1, 1, 64, 64)
    picture[..., 10:50, 20:26] = 1
    style = measured(picture)
    assert (style["slant"], style["width"], style["height"]) == pytest.approx((0, 6, 40), abs=0.02)
    assert stroke_width(picture).item() == pytest.approx(6, rel=0.03)


def test_boldness_goes_with_the_width_of_the_strokes() -> None:
    pictures = torch.cat([letter(character, pen) for character in STROKES for pen in np.linspace(1.4, 4, 8)])
    pair = torch.stack([shape_style(pictures)[:, 3], stroke_width(pictures)])
    assert pair.corrcoef()[0, 1] > 0.9


# Next to nothing


@pytest.mark.parametrize(
    "picture",
    [torch.zeros(1, 1, SIDE, SIDE), torch.ones(1, 1, SIDE, SIDE), box(1, 1), box(1, 20), box(20, 1), 1e-4 * box(9, 9)],
    ids=["empty", "full", "dot", "dash", "hairline", "faint"],
)
@pytest.mark.parametrize("measure", range(len(STYLE)), ids=[*STYLE[:3], "boldness"])
def test_every_picture_has_finite_measures_and_gradients(picture: Tensor, measure: int) -> None:
    ink = picture.clone().requires_grad_()
    value = shape_style(ink)[0, measure]
    value.backward()
    assert value.isfinite()
    assert ink.grad is not None and ink.grad.isfinite().all()


@pytest.mark.parametrize("measure", range(len(STYLE)), ids=[*STYLE[:3], "boldness"])
def test_a_step_along_the_gradient_changes_the_measure_that_way(measure: int) -> None:
    ink = (0.8 * letter("3", 2) + 0.1).requires_grad_()
    value = shape_style(ink)[0, measure]
    value.backward()
    assert ink.grad is not None and ink.grad.any()
    step = 1e-3 * ink.grad / ink.grad.norm()
    gained = shape_style((ink + step).detach())[0, measure] - value
    assert gained.item() == pytest.approx((step * ink.grad).sum().item(), rel=0.1)


@pytest.mark.parametrize("make", [lambda: torch.zeros(1, 1, SIDE, SIDE), lambda: 0.4 * box(20, 4)])
def test_what_has_no_half_ink_has_no_stroke(make: Callable[[], Tensor]) -> None:
    both = stroke_width(torch.cat([make(), box(20, 4)]))
    assert both.isnan().tolist() == [True, False]


def test_a_dot_has_a_stroke() -> None:
    assert 0.5 < stroke_width(box(1, 1)).item() < 1.5
    assert stroke_width(box(3, 3)).item() == pytest.approx(3, rel=0.1)
