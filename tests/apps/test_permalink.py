"""Links of every app: the drawing, numbers, and the version of the model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ui.shared.permalink import Drawing, Reader, check_drawing, drawing_query, number, parse_query
from core.imaging import strokes

BAR = [{"w": 14.0, "p": [128.0, 30.0, 128.0, 220.0]}]


def test_a_drawing_survives_its_query():
    assert Reader(drawing_query(Drawing(BAR)), []).drawing() == Drawing(BAR)
    assert drawing_query(Drawing()) == {}


def test_a_glyph_takes_the_place_of_strokes():
    glyph = strokes.encode_glyph(np.eye(28, dtype=np.uint8))
    both = drawing_query(Drawing(BAR)) | {"glyph": glyph}
    assert Reader(both, []).drawing() == Drawing(glyph=glyph)
    assert check_drawing({"glyph": glyph, "strokes": BAR}) == Drawing(glyph=glyph)


@pytest.mark.parametrize("value", [None, [], "strokes", {"strokes": None}, {"glyph": 7}, {"glyph": "not a glyph"}])
def test_a_bad_drawing_is_one_clear_error(value):
    with pytest.raises(ValueError, match=r"^expected [^\n]*$"):
        check_drawing(value)


@pytest.mark.parametrize("value", [None, True, [1], {}, "", "much", "nan", "inf", 1e400, 10**400, -0.1, 1.1])
def test_what_is_no_number_in_its_bounds_is_refused(value):
    with pytest.raises(ValueError, match=r"^expected λ as a number from 0 to 1, got "):
        number("λ", value, 0, 1)


@given(st.dictionaries(st.sampled_from(["strokes", "glyph", "n", "model"]), st.text(max_size=30)))
def test_any_query_is_read_and_what_is_wrong_noted(query):
    read = Reader(query, [])
    assert read.drawing().empty or not read.notes
    assert 2 <= read.number("n", "n", 3, high=lambda: 5, low=2) <= 5
    read.version("0123abcd")
    assert all("\n" not in note for note in read.notes)


def test_another_version_of_the_model_is_noted():
    notes: list[str] = []
    for made_with in ("0123abcd", "ffff0000", "<script>"):
        Reader({"model": made_with}, notes).version("0123abcd")
    assert notes == [
        "this link was made with version ffff0000 of the model, shown with 0123abcd",
        "this link was made with an unknown version of the model, shown with 0123abcd",
    ]


@pytest.mark.parametrize("query", [None, 7, [], {}])
def test_a_query_is_text(query):
    with pytest.raises(ValueError, match="expected the query of a link"):
        parse_query(query)
