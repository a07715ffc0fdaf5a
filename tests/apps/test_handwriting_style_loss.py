"""The pane beside our interpolation: both ways are shown with their cost, and nothing drawn is told."""

import pytest

from apps.ui.shared.state import to_query
from apps.views.handwriting import style_loss as views
from apps.views.handwriting.state import check
from tests.apps.strangers import is_mistake, picture

SEVEN = {"strokes": [{"w": 12, "p": [70, 60, 190, 60, 110, 200]}]}


def test_both_ways_are_strips_of_eight_with_their_cost() -> None:
    query = to_query(check(SEVEN, "7", "", 0.5, 0, 0), "")
    rows = views.style_loss_rows(query)["rows"]
    assert [row["title"] for row in rows] == ["Style loss", "Interpolation"]
    assert " s; " in rows[0]["note"] and rows[1]["note"].endswith(" ms")
    for row in rows:
        strip = picture(row["address"])
        assert strip.width == views.SHOWN * strip.height


@pytest.mark.parametrize("query", ["", "glyph=%00", None, 7])
def test_nothing_drawn_is_told(query: object) -> None:
    assert is_mistake(views.style_loss_rows(query))


def test_a_visitor_is_not_kept_waiting_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PATIENCE", 0.01)
    query = to_query(check(SEVEN, "7", "", 0.5, 0, 0), "")
    with views.ONE:
        answer = views.style_loss_rows(query)
    assert is_mistake(answer) and "in a moment" in answer["message"]
