"""Drawings: what strangers send is bounded and checked, and the text of a link loses nothing."""

import base64
import math
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imaging import strokes

coordinate = st.floats(-300, 600, allow_nan=False)
point_lists = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=40)
stroke_entries = st.builds(
    lambda width, points: {"w": width, "p": [value for point in points for value in point]},
    st.floats(1, 64),
    point_lists,
)
drawings = st.lists(stroke_entries, max_size=6)


@given(drawings)
def test_a_parsed_drawing_survives_its_text(raw):
    drawing = strokes.parse(raw)
    assert strokes.decode(strokes.encode(drawing)) == drawing
    assert strokes.parse(drawing) == drawing


@given(drawings)
def test_every_parsed_drawing_renders(raw):
    picture = strokes.render(strokes.parse(raw))
    assert picture.shape == (256, 256)
    assert picture.dtype == np.uint8


@given(st.text(max_size=200))
def test_any_text_is_a_drawing_or_a_clear_error(text):
    try:
        strokes.parse(strokes.decode(text))
    except ValueError as error:
        assert str(error).startswith("expected")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_drawing_or_a_clear_error(data):
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    try:
        strokes.decode(text)
    except ValueError as error:
        assert str(error).startswith("expected")


@given(st.lists(st.integers(0, 255), min_size=784, max_size=784))
def test_a_glyph_survives_its_text(values):
    glyph = np.array(values, np.uint8).reshape(28, 28)
    assert np.array_equal(strokes.decode_glyph(strokes.encode_glyph(glyph)), glyph)


def test_the_text_of_a_typical_drawing_is_short():
    turn = np.linspace(0, 2 * math.pi, 60)
    ring = np.stack([128 + 80 * np.cos(turn), 128 + 90 * np.sin(turn)], axis=1).ravel().tolist()
    assert len(strokes.encode(strokes.parse([{"w": 14, "p": ring}] * 2))) < 600


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "strokes",
        {"w": 1, "p": [0, 0]},
        [None],
        [{"w": 1}],
        [{"w": 1, "p": [0, 0], "colour": "red"}],
        [{"w": 1, "p": [0]}],
        [{"w": 1, "p": []}],
        [{"w": 1, "p": ["0", "0"]}],
        [{"w": 1, "p": [[0, 0]]}],
        [{"w": 1, "p": [True, False]}],
        [{"w": 1, "p": [math.nan, 0]}],
        [{"w": 1, "p": [math.inf, 0]}],
        [{"w": 1, "p": [10**400, 0]}],
        [{"w": math.nan, "p": [0, 0]}],
        [{"w": 0, "p": [0, 0]}],
        [{"w": 1000, "p": [0, 0]}],
        [{"w": 4, "p": [0, 0]}] * 65,
        [{"w": 4, "p": [0, 0] * 4001}],
        [{"w": 4, "p": [0, 0] * 2001}] * 2,
    ],
)
def test_bad_drawings_are_refused_in_one_sentence(raw):
    with pytest.raises(ValueError, match=r"^expected [^\n]+, got [^\n]+$"):
        strokes.parse(raw)


def test_far_coordinates_are_drawn_in():
    assert strokes.parse([{"w": 4, "p": [1e300, -1e300]}]) == [{"w": 4.0, "p": [512.0, -256.0]}]


def test_strokes_are_round_and_as_wide_as_told():
    picture = strokes.render([{"w": 20.0, "p": [128.0, 128.0]}])
    rows, columns = (picture > 127).nonzero()
    assert 19 <= np.ptp(rows) + 1 <= 22
    assert np.ptp(rows) == np.ptp(columns)
    assert picture[119, 119] == 0  # the corner of the square around the dot


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_half_units_are_seen(shift):
    bar = strokes.render([{"w": 8.0, "p": [128.0 + shift, 40.0, 128.0 + shift, 200.0]}]).astype(float)
    middle = (bar[120] * np.arange(256)).sum() / bar[120].sum()
    reference = strokes.render([{"w": 8.0, "p": [128.0, 40.0, 128.0, 200.0]}]).astype(float)
    assert middle - (reference[120] * np.arange(256)).sum() / reference[120].sum() == pytest.approx(shift, abs=0.05)


def test_a_glyph_that_unpacks_to_a_flood_is_refused():
    flood = base64.urlsafe_b64encode(zlib.compress(bytes(10**7))).decode()
    with pytest.raises(ValueError, match="expected a glyph"):
        strokes.decode_glyph(flood)


@pytest.mark.parametrize("text", ["", "!", "eNoD", "é", "A" * 30_000])
def test_texts_that_are_no_glyph_are_refused(text):
    with pytest.raises(ValueError, match="expected a glyph"):
        strokes.decode_glyph(text)
