"""The handlers of Analogies as plain functions: what the page gets, and what strangers can send."""

import base64
import json
import math
from io import BytesIO
from types import SimpleNamespace
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps import analogies as app
from apps.ui.shared.permalink import MAX_SEED
from apps.ui.shared.state import to_query
from apps.views.analogies import examples, side_by_side
from apps.views.analogies import map as planes
from apps.views.analogies import state as states
from apps.views.analogies import view as views
from apps.views.analogies.state import EXAMPLES, State, check, digit_value, linked, style_value
from core.analogies.session import GRID, REACH, load_session
from core.imaging import strokes
from tests.apps.strangers import BAD_FILES, GOOD_FILES, is_mistake, picture
from tests.serving import served

SEVEN = {"strokes": [{"w": 14, "p": [70, 60, 180, 60, 110, 210]}]}
NOTHING = {"strokes": []}
BLANK = {"glyph": strokes.encode_glyph(np.zeros((28, 28), np.uint8))}
SETTINGS = ({}, {}, "", 0, 0, "")
LATENT = 16


def show(drawing=SEVEN, digit=None, style=None, toward="", lam=0, seed=0, plane=""):
    return app.show(drawing, digit or {}, style or {}, toward, lam, seed, plane)


def film(drawing=SEVEN, style=None, toward="", lam=0, seed=0):
    return app.film(drawing, {}, style or {}, toward, lam, seed, "")


def opened(query: dict[str, str]):
    return app.open_link(SimpleNamespace(query_params=query))  # pyright: ignore[reportArgumentType]


def query_of(view: dict) -> dict[str, str]:
    return dict(parse_qsl(view["query"]))


# What is shown


def test_a_digit_is_read_and_its_style_given_to_all_ten():
    view = show()
    assert view["kind"] == "sure"
    assert view["digit"] == int(np.argmax(view["digits"])) == 7
    assert view["message"].startswith("Read as 7")
    assert sum(view["digits"]) == pytest.approx(1, abs=1e-4)
    assert len(view["z"]) == LATENT
    assert picture(view["result"]).size == (5 * 112, 2 * 128)
    assert picture(view["result"]).convert("RGBA").getchannel("A").getextrema()[1] > 60


def test_nothing_drawn_is_no_mistake():
    assert show(NOTHING) == {"message": views.EMPTY, "kind": "hint", "query": "", "source": ""}
    assert film(NOTHING) == {"strip": ""}


def test_a_style_alone_is_enough():
    view = show(NOTHING, style={"seed": 5})
    assert view["message"] == "Random style 5, in all ten digits."
    assert (view["digit"], view["digits"], view["source"]) == (None, [], "")
    assert view["z"] == load_session().random_style(5).mul(GRID).int().tolist()
    changed = show(NOTHING, style={"at": {"3": 64}})
    assert changed["z"] == [64 if dimension == 3 else 0 for dimension in range(LATENT)]


def test_a_random_style_is_not_called_the_drawings_own():
    assert show(style={"seed": 5})["message"].endswith("sure; shown is random style 5.")


def test_the_same_settings_make_the_same_pictures():
    assert show() == show()
    assert film() == film()


@pytest.mark.parametrize(
    "change", [{"digit": {"digit": 1}}, {"style": {"seed": 3}}, {"style": {"at": {"0": 200, "7": -200}}}, {"lam": 1}]
)
def test_each_control_changes_the_sheet(change):
    assert show(**change)["result"] != show()["result"]


def test_at_lambda_one_the_drawing_no_longer_matters():
    bar = {"strokes": [{"w": 14, "p": [128, 30, 128, 220]}]}
    assert show(bar, lam=1, seed=4)["result"] == show(lam=1, seed=4)["result"]
    assert show(lam=1, toward="3")["result"] != show(lam=1, toward="4")["result"]


def test_the_target_changes_the_film_only():
    assert show(seed=1)["result"] == show(seed=2)["result"]
    assert film(seed=1) != film(seed=2)
    assert picture(film()["strip"]).size == (11 * 2 * 28, 5 * 32)


def test_the_film_is_asked_for_again_only_when_it_changes():
    assert show()["around"] == show(lam=0.5)["around"] == show(plane="3")["around"]
    changed = [show(seed=1), show(toward="2"), show(style={"at": {"0": 64}}), show(digit={"digit": 1})]
    assert len({view["around"] for view in [show(), *changed]}) == 5


def test_a_correction_is_believed_and_told():
    view = show(digit={"digit": 1})
    assert (view["digit"], view["kind"]) == (1, "sure")
    assert "as you say" in view["message"]


def test_corrections_and_styles_are_let_go_with_their_drawing():
    of = show()["source"]
    said = {"of": of, "digit": 1}
    set_by_hand = {"of": of, "seed": 3, "at": {"0": 64}}
    bar = {"strokes": [{"w": 14, "p": [128, 30, 128, 220]}]}
    assert show(digit=said)["digit"] == 1
    assert show(bar, digit=said, style=set_by_hand) == show(bar)
    assert show(style=set_by_hand) != show()


def test_a_digit_that_could_be_two_is_not_called_sure(monkeypatch):
    monkeypatch.setattr(views, "SURE", 1.1)
    view = show()
    assert view["kind"] == "unsure"
    assert view["message"].startswith("Not sure: 7 or ")


@pytest.mark.parametrize("digit", "0123456789")
def test_a_typed_key_loads_an_example_that_reads_as_the_digit(digit):
    pad, view = app.take_in({"strokes": [], "key": digit, "turn": 0}, *SETTINGS)
    assert strokes.decode_glyph(pad["glyph"]).max() > 127
    assert view["digit"] == int(digit)


def test_the_same_key_again_loads_another_example():
    first, second = (app.take_in({"key": "4", "turn": turn}, *SETTINGS)[0]["glyph"] for turn in (0, 1))
    assert first != second


def test_the_examples_and_the_sliders_have_their_parts():
    sheet = examples.example_sheet("")
    assert sheet["count"] == EXAMPLES == len(examples.example_names())
    assert picture(sheet["address"]).size == (10 * 56, 2 * 56)
    dimensions = examples.dial_profile("")["dimensions"]
    assert sorted(dimension["number"] for dimension in dimensions) == list(range(LATENT))
    assert any("slant" in dimension["label"] for dimension in dimensions)
    assert all(dimension["note"].endswith(".") for dimension in dimensions)


# Bad values


@pytest.mark.parametrize(
    "bad",
    [
        *({"lam": value} for value in (math.nan, math.inf, -0.1, 1e300, "half", None, True, [0.5])),
        *({"seed": value} for value in (-1, MAX_SEED + 1, None, {}, math.nan)),
        *({"toward": value} for value in ("20", -1, "left", [1], math.inf)),
        *({"plane": value} for value in ("10", -1, "x", {})),
        *({"digit": value} for value in (7, "7", [7], {"digit": 10}, {"digit": "x"}, {"digit": math.nan})),
        *({"style": value} for value in (7, [1], {"seed": -1}, {"seed": "x"}, {"at": [1]}, {"at": {"16": 0}})),
        *({"style": {"at": {key: value}}} for key, value in (("x", 0), ("-1", 0), ("0", 257), ("0", None))),
        {"style": {"at": {"0": math.nan}}},
        {"style": {"at": {str(number): 0 for number in range(17)}}},
        *({"drawing": value} for value in (None, [], "strokes", {"strokes": None}, {"glyph": 7}, BLANK)),
        {"drawing": {"strokes": [{"w": 14, "p": [math.nan, 0]}]}},
        {"drawing": {"strokes": [{"w": 14, "p": [500, 500, 510, 510]}]}},
    ],
)
def test_a_bad_value_gets_one_clear_message(bad):
    assert is_mistake(show(**bad))
    assert show()["kind"] == "sure"


@pytest.mark.parametrize("asked", [None, "PNG", [], ["PNG"], ["exe", ""], [["PNG"], ""], ["PNG", None], ["PNG", ""]])
def test_a_bad_export_gets_one_clear_message(asked):
    assert is_mistake(views.keepsake(asked))


@pytest.mark.parametrize("query", [None, 7, [], "", "style=3"])
def test_a_comparison_without_a_drawing_gets_one_clear_message(query):
    assert is_mistake(side_by_side.compare(query))


# Photos


@pytest.fixture
def take(upload):
    """Upload a file; answers what the page would get."""
    return lambda content: upload(content, lambda path: app.take_in({"strokes": [], "photo": path}, *SETTINGS))


@pytest.mark.parametrize("name", GOOD_FILES)
def test_a_photo_of_any_kind_is_taken(take, name):
    pad, view = take(GOOD_FILES[name])
    assert picture(pad["picture"]).size == (224, 224)
    assert view["result"]


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_clear_message(take, name):
    pad, answer = take(BAD_FILES[name])
    assert pad == gr.skip()
    assert is_mistake(answer)


@pytest.mark.parametrize("drawing", [None, [], {"key": "A"}, {"key": "4", "turn": "x"}, {"key": ["4"]}, {}])
def test_a_bad_request_for_a_glyph_gets_one_clear_message(drawing):
    assert is_mistake(app.take_in(drawing, *SETTINGS)[1])


# Links

coordinate = st.integers(0, 512).map(lambda half: half / 2)
points = st.lists(coordinate, min_size=2, max_size=20).filter(lambda flat: len(flat) % 2 == 0)
drawn = st.lists(st.builds(lambda w, p: {"w": float(w), "p": p}, st.integers(2, 32), points), max_size=3)
edits = st.dictionaries(st.integers(0, LATENT - 1), st.integers(-REACH * GRID, REACH * GRID))
any_state = st.builds(
    State,
    strokes=drawn,
    digit=st.none() | st.integers(0, 9),
    style=st.none() | st.integers(0, MAX_SEED),
    edits=edits.map(lambda at: tuple(sorted(at.items()))),
    toward=st.none() | st.integers(0, EXAMPLES - 1),
    lam=st.integers(0, 100).map(lambda percent: percent / 100),
    seed=st.integers(0, MAX_SEED),
    plane=st.none() | st.integers(0, 9),
).filter(lambda state: not state.blank)


@given(any_state)
def test_a_state_survives_its_link_and_the_page(state):
    assert linked(dict(parse_qsl(to_query(state, load_session().version)))) == (state, [])
    values = {"strokes": state.strokes}, digit_value(state), style_value(state)
    assert check(*values, state.toward, state.lam, state.seed, state.plane) == state


@given(
    st.dictionaries(
        st.sampled_from(["strokes", "glyph", "digit", "style", "z", "to", "lambda", "seed", "map", "model", "x"]),
        st.text(max_size=30) | st.from_regex(r"\d{1,2}\.-?\d{1,3}", fullmatch=True),
    )
)
def test_any_link_opens(query):
    state, notes = linked(query)
    values = {"glyph": state.glyph, "strokes": state.strokes}, digit_value(state), style_value(state)
    assert check(*values, state.toward, state.lam, state.seed, state.plane) == state
    assert all("\n" not in note for note in notes)


def test_a_link_reopens_the_identical_picture():
    style = {"of": show()["source"], "seed": 9, "at": {"3": -100, "11": 7}}
    view = show(digit={"digit": 1}, style=style, toward="12", lam=0.7, seed=4, plane="6")
    *values, again = opened(query_of(view))
    assert again == view
    assert values[3:] == ["12", 0.7, 4, "6"]
    assert app.show(*values) == view
    assert app.film(*values) == app.film(SEVEN, {"digit": 1}, style, "12", 0.7, 4, "6")


def test_an_address_without_a_view_leaves_alone_what_was_drawn_meanwhile():
    assert opened({"__theme": "dark"}) == (*(gr.skip(),) * 6, "", gr.skip())


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"lambda": "7"}, "λ was 7, shown with 1"),
        ({"lambda": "nan"}, "expected λ as a number"),
        ({"seed": "1e99"}, "the seed was 1e+99"),
        ({"digit": "12"}, "the digit was 12"),
        ({"to": "999"}, "the example was 999"),
        ({"map": "<b>"}, "expected the digit of the map"),
        ({"style": "?"}, "expected the seed of the style"),
        ({"z": "99.1"}, "expected a dimension as a number from 0 to 15"),
        ({"z": "1.9999"}, "expected a latent"),
        ({"z": "<b>"}, "expected latents such as"),
        ({"strokes": "!!"}, "expected a drawing"),
        ({"glyph": "AAAA"}, "expected a glyph"),
        ({"model": "0000000a"}, "version 0000000a of the model"),
    ],
)
def test_what_is_wrong_with_a_link_is_named(query, told):
    *_, lam, seed, _, view = opened(query)
    assert told in view["message"]
    assert 0 <= lam <= 1
    assert 0 <= seed <= MAX_SEED


def test_missing_models_are_told_and_not_raised(monkeypatch):
    def missing():
        raise FileNotFoundError("expected weights, which are not there: run `stylescape pull`")

    for module in (states, views):
        monkeypatch.setattr(module, "load_session", missing)
    assert "stylescape pull" in show()["message"]
    *controls, view = opened({"lambda": "0.2"})
    assert "stylescape pull" in view["message"]
    assert controls == [gr.skip()] * 6 + [""]


# Files, side by side, the map


@pytest.mark.parametrize("kind", views.KINDS)
def test_every_kind_of_file_holds_what_it_says(kind):
    file = views.keepsake([kind, show(lam=0.25, seed=3)["query"]])
    data = base64.b64decode(file["address"].split(",")[1])
    assert file["name"] == f"analogies.{kind.lower()}"
    if kind == "PNG":
        assert Image.open(BytesIO(data)).size == (5 * 224, 2 * 256)
    elif kind == "GIF":
        assert Image.open(BytesIO(data)).n_frames == 20
    elif kind == "JSON":
        told = json.loads(data)
        assert (told["digit"], told["lambda"], len(told["z"])) == (7, 0.25, LATENT)
    else:
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            assert np.allclose(arrays["z_shown"], 0.75 * arrays["z"] + 0.25 * arrays["z_target"], atol=1e-6)


def test_the_models_stand_side_by_side():
    rows = side_by_side.compare(show()["query"])["rows"]
    assert [row["title"] for row in rows] == list(side_by_side.MODELS)
    for row in rows:
        assert picture(row["address"]).size == (11 * 84, 84)
        assert len(row["captions"]) == 11
    assert "10 of 10 are read as what they should be" in rows[-1]["note"]


def test_a_model_without_weights_is_left_out_with_a_word(monkeypatch):
    def no_weights(name):
        raise FileNotFoundError(name)

    query = show()["query"]
    monkeypatch.setattr(side_by_side, "load", no_weights)
    rows = side_by_side.compare(query)["rows"]
    assert all("Not trained yet" in row["note"] and "address" not in row for row in rows)


def test_what_was_measured_is_told_with_its_split(monkeypatch):
    results = {"val": {"content_accuracy": 0.5, "n": 9}, "test": {"content_accuracy": 0.9321, "n": 10_000}}
    monkeypatch.setattr(side_by_side, "get_record", lambda name: SimpleNamespace(results=results))
    assert side_by_side.measured("any") == "; over 10000 digits of the test split, 93.2%"
    results.clear()
    assert side_by_side.measured("any") == ""


@pytest.mark.parametrize("choice", ["", "3"])
def test_both_planes_are_decoded_on_a_grid_and_under_the_pointer(choice):
    assert picture(planes.plane_grid(choice)["address"]).size == (17 * 28, 17 * 28)
    spot = planes.plane_spot([choice, 0.5, 0.25])
    assert picture(spot["address"]).size == (84, 84)
    assert spot["label"] == "(0.00, 1.33)"


@pytest.mark.parametrize("asked", [None, [], ["", 0.5], ["x", 0, 0], ["", -1, 0], ["", math.nan, 0], ["10", 0.5, 0.5]])
def test_a_bad_spot_gets_one_clear_message(asked):
    assert is_mistake(planes.plane_spot(asked))


def test_a_digit_has_its_place_on_the_planes():
    for plane in ("", "7"):
        found = planes.plane_place(show(plane=plane)["query"])
        assert all(0 <= value <= 1 for value in found["grid"])
    assert planes.plane_place(show(NOTHING, style={"seed": 1})["query"]) == {}


def test_the_dots_are_real_digits_or_are_told_to_be_missing():
    answer = planes.plane_dots("")
    if not planes.has_dots():
        assert "stylescape atlas mnist-vae-2" in answer["message"]
        return
    assert len(base64.b64decode(answer["xy"])) == 4 * len(base64.b64decode(answer["labels"]))
    assert picture(planes.plane_dot(0)["address"]).size == (84, 84)
    assert is_mistake(planes.plane_dot(-1))


# The endpoint


@pytest.fixture(scope="module")
def client():
    with served(app.demo) as url:
        yield Client(url, verbose=False)


def test_one_endpoint_is_public_and_answers(client):
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/analogies"]
    view = client.predict(drawing=SEVEN["strokes"], z={"2": 1.5}, lam=0.5, api_name="/analogies")
    assert view["digit"] == 7
    assert view["z"][2] == 96
    for part in ("result", "strip"):
        assert view[part].startswith("data:image/png")


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"lam": 1.01}, "λ"),
        ({"seed": -1}, "seed"),
        ({"digit": 10}, "digit"),
        ({"toward": 20}, "example"),
        ({"z": {"0": 9}}, "latent"),
        ({"z": {"0": "high"}}, "latent"),
        ({"z": {"99": 0}}, "dimension"),
        ({"drawing": {"not": "a list"}}, "list of strokes"),
    ],
)
def test_a_bad_value_through_the_api_is_refused_in_one_sentence(client, bad, told):
    with pytest.raises(AppError, match=told):
        client.predict(**({"drawing": SEVEN["strokes"]} | bad), api_name="/analogies")
