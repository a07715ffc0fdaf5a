"""StyleApp's handlers as plain functions: what the page gets, and what strangers can send."""

import base64
import json
import math
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps import handwriting as app
from apps.ui.shared.permalink import MAX_SEED
from apps.ui.shared.state import to_query
from apps.views.handwriting import map as places
from apps.views.handwriting import state as states
from apps.views.handwriting import view as views
from apps.views.handwriting.state import State, check, linked
from core.data.characters import CLASSES
from core.handwriting.session import Prediction, load_session
from core.imaging import strokes
from core.models.base import SURE
from tests.apps.strangers import BAD_FILES, GOOD_FILES, is_mistake, picture

ELL = {"strokes": [{"w": 14, "p": [90, 40, 90, 200, 180, 200]}]}
SETTINGS = ("", "", 0.5, 0.3, 0)
GLYPH = np.asarray(Image.new("L", (28, 28), 0)).copy()
GLYPH[6:22, 12:16] = 255


def show(drawing=ELL, target="", hand="", lam=0.5, sigma=0.3, seed=0):
    return app.show(drawing, target, hand, lam, sigma, seed)


# What is shown


def test_an_easy_character_is_read_and_pulled_to_its_own_mean():
    view = show()
    assert view["top"][0][0] == "L"
    assert view["kind"] == "sure"
    assert view["target"] == "L"
    assert len(view["top"]) == 5
    assert picture(view["result"]).size == (112, 112)
    assert picture(view["result"]).convert("RGBA").getchannel("A").getextrema()[1] > 60


def test_nothing_drawn_is_no_mistake():
    view = show({"strokes": []})
    assert view == {"message": views.EMPTY, "kind": "hint", "query": ""}
    assert app.surround({"strokes": []}, *SETTINGS) == {"strip": "", "samples": ""}


def test_a_shape_that_several_characters_share_is_as_sure_as_its_name_is_probable():
    turn = np.linspace(0, 2 * math.pi, 40)
    ring = np.stack([128 + 70 * np.cos(turn), 128 + 80 * np.sin(turn)], axis=1).ravel().tolist()
    view = show({"strokes": [{"w": 14, "p": ring}]})
    (name, probability), *_ = view["top"]
    assert name in "O0o"
    assert (view["kind"] == "sure") == (probability >= SURE)


@pytest.mark.parametrize(
    ("probabilities", "kind", "message"),
    [
        ({"O": 0.8, "0": 0.2}, "sure", "Read as O, 80% sure."),
        ({"O": 0.5, "0": 0.4, "7": 0.1}, "unsure", "Read as O, or a look-alike such as 0"),
        ({"7": 0.5, "1": 0.3, "T": 0.2}, "unsure", "Not sure: 7, 1 or T?"),
    ],
)
def test_what_is_not_sure_is_not_called_sure(probabilities, kind, message):
    named = torch.zeros(len(CLASSES))
    for name, probability in probabilities.items():
        named[CLASSES.index(name)] = probability
    answer = views.spoken(Prediction.of(named))
    assert answer["kind"] == kind
    assert answer["message"].startswith(message)


def test_the_same_settings_make_the_same_pictures():
    assert show() == show()
    assert app.surround(ELL, *SETTINGS) == app.surround(ELL, *SETTINGS)


@pytest.mark.parametrize(
    "change", [{"target": "S"}, {"hand": "3"}, {"lam": 0.9}, {"target": "S", "lam": 1.0}, {"hand": 0, "lam": 1}]
)
def test_each_control_changes_the_result(change):
    assert show(**change)["result"] != show()["result"]


def test_at_lambda_one_the_drawing_no_longer_matters():
    bar = {"strokes": [{"w": 14, "p": [128, 30, 128, 220]}]}
    assert show(bar, target="S", lam=1)["result"] == show(target="S", lam=1)["result"]


@pytest.mark.parametrize(("sigma", "seed"), [(0.9, 0), (0.3, 1)])
def test_sigma_and_seed_change_the_samples_only(sigma, seed):
    plain, other = app.surround(ELL, *SETTINGS), app.surround(ELL, "", "", 0.5, sigma, seed)
    assert plain["samples"] != other["samples"]
    assert plain["strip"] == other["strip"]
    assert show(sigma=sigma, seed=seed)["result"] == show()["result"]


def test_ink_over_the_whole_pad_is_ink_and_not_paper():
    flood = [{"w": 64, "p": [0, y, 256, y]} for y in range(0, 257, 32)]
    assert "result" in show({"strokes": flood})


@pytest.mark.parametrize("character", CLASSES)
def test_a_typed_key_loads_an_example(character):
    pad, view = app.take_in({"strokes": [], "key": character, "turn": 0}, *SETTINGS)
    assert strokes.decode_glyph(pad["glyph"]).max() > 127
    assert view["top"]


def test_the_same_key_again_loads_another_hand():
    first, _ = app.take_in({"key": "a", "turn": 0}, *SETTINGS)
    second, _ = app.take_in({"key": "a", "turn": 1}, *SETTINGS)
    assert first["glyph"] != second["glyph"]


# Bad values


@pytest.mark.parametrize(
    "bad",
    [
        {"lam": math.nan},
        {"lam": math.inf},
        {"lam": -0.1},
        {"lam": 1e300},
        {"lam": "half"},
        {"lam": None},
        {"lam": True},
        {"lam": [0.5]},
        {"sigma": math.nan},
        {"sigma": 2},
        {"sigma": 10**400},
        {"seed": -1},
        {"seed": MAX_SEED + 1},
        {"seed": None},
        {"seed": {}},
        {"target": "AB"},
        {"target": "é"},
        {"target": 7},
        {"target": ["A"]},
        {"hand": "10000"},
        {"hand": -1},
        {"hand": "left"},
        {"drawing": None},
        {"drawing": []},
        {"drawing": "strokes"},
        {"drawing": {"strokes": None}},
        {"drawing": {"strokes": [{"w": 14, "p": [math.nan, 0]}]}},
        {"drawing": {"strokes": [{"w": 14, "p": [500, 500, 510, 510]}]}},
        {"drawing": {"glyph": 7}},
        {"drawing": {"glyph": "not a glyph"}},
        {"drawing": {"glyph": strokes.encode_glyph(np.zeros((28, 28), np.uint8))}},
    ],
)
def test_a_bad_value_gets_one_clear_message(bad):
    assert is_mistake(show(**bad))
    assert show()["kind"] == "sure"


@pytest.mark.parametrize(
    "asked", [None, "PNG", [], ["PNG"], ["exe", ""], [["PNG"], ""], ["PNG", None], ["PNG", ""], ["PNG", "strokes=!"]]
)
def test_a_bad_export_gets_one_clear_message(asked):
    assert is_mistake(views.keepsake(asked))


@pytest.mark.parametrize("number", [None, -1, 10**9, 1.5, "1", math.nan, True])
def test_a_bad_dot_gets_one_clear_message(number):
    assert is_mistake(places.map_dot(number))


@pytest.mark.parametrize("character", [None, "", "AB", 3, ["A"], {}])
def test_a_bad_character_gets_one_clear_message(character):
    assert is_mistake(views.hand_sheet(character))


# Photos


@pytest.fixture
def take(upload):
    """Upload a file; answers what the page would get."""
    return lambda content: upload(content, lambda path: app.take_in({"strokes": [], "photo": path}, *SETTINGS))


@pytest.mark.parametrize("name", GOOD_FILES)
def test_a_photo_of_any_kind_is_read(take, name):
    pad, view = take(GOOD_FILES[name])
    assert view["top"][0][0] == "L"
    assert picture(pad["picture"]).size == (224, 224)


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_clear_message(take, name):
    pad, answer = take(BAD_FILES[name])
    assert pad == gr.skip()
    assert is_mistake(answer)
    assert show()["kind"] == "sure"


@pytest.mark.parametrize("path", [None, 7, "", "/etc/passwd", "/no/such/file", "..", "a\0b", __file__])
def test_only_uploaded_files_are_read(path):
    pad, answer = app.take_in({"strokes": [], "photo": path}, *SETTINGS)
    assert pad == gr.skip()
    assert is_mistake(answer)
    assert Path(__file__).exists()


@pytest.mark.parametrize("drawing", [None, [], {"key": "AB"}, {"key": "a", "turn": "x"}, {"key": ["a"]}, {}])
def test_a_bad_request_for_a_glyph_gets_one_clear_message(drawing):
    assert is_mistake(app.take_in(drawing, *SETTINGS)[1])


# Links

coordinate = st.integers(0, 512).map(lambda half: half / 2)
drawn = st.lists(
    st.builds(
        lambda w, p: {"w": float(w), "p": [value for point in p for value in point]},
        st.integers(2, 32),
        st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=4,
)
any_state = st.builds(
    State,
    strokes=drawn,
    target=st.sampled_from(["", *CLASSES]),
    hand=st.none() | st.integers(0, 34),
    lam=st.integers(0, 100).map(lambda percent: percent / 100),
    sigma=st.integers(0, 150).map(lambda percent: percent / 100),
    seed=st.integers(0, MAX_SEED),
)


@given(any_state)
def test_a_state_survives_its_link(state):
    assert linked(dict(parse_qsl(to_query(state, load_session().version)))) == (state, [])


@given(
    st.dictionaries(
        st.sampled_from(["strokes", "glyph", "target", "hand", "lambda", "sigma", "seed", "model", "x"]),
        st.text(max_size=30),
    )
)
def test_any_link_opens(query):
    state, notes = linked(query)
    drawing = {"glyph": state.glyph} if state.glyph else {"strokes": state.strokes}
    assert check(drawing, state.target, state.hand, state.lam, state.sigma, state.seed) == state
    assert all("\n" not in note for note in notes)


def opened(query: dict[str, str]):
    return app.open_link(SimpleNamespace(query_params=query))  # pyright: ignore[reportArgumentType]


def test_a_link_reopens_the_identical_picture():
    view = show(target="S", hand="2", lam=0.7, sigma=0.4, seed=9)
    pad, target, hand, lam, sigma, seed, again = opened(dict(parse_qsl(view["query"])))
    assert again == view
    assert (target, hand, lam, sigma, seed) == ("S", "2", 0.7, 0.4, 9)
    assert show(pad, target, hand, lam, sigma, seed) == view


def test_a_link_reopens_a_photo():
    view = show({"glyph": strokes.encode_glyph(GLYPH)})
    assert opened(dict(parse_qsl(view["query"])))[-1] == view


def test_an_address_without_a_view_leaves_alone_what_was_drawn_meanwhile():
    assert opened({"__theme": "dark"}) == (gr.skip(),) * 7


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"lambda": "7"}, "λ was 7, shown with 1"),
        ({"sigma": "-3"}, "σ was -3, shown with 0"),
        ({"lambda": "nan"}, "expected λ as a number"),
        ({"seed": "1e99"}, "the seed was 1e+99"),
        ({"target": "<b>"}, "expected a target"),
        ({"hand": "999"}, "the hand was 999"),
        ({"strokes": "!!"}, "expected a drawing"),
        ({"glyph": "AAAA"}, "expected a glyph"),
        ({"model": "0000000a"}, "version 0000000a of the model"),
        ({"model": "<script>"}, "an unknown version of the model"),
    ],
)
def test_what_is_wrong_with_a_link_is_named(query, told):
    *_, lam, sigma, seed, view = opened(query)
    assert told in view["message"]
    assert 0 <= lam <= 1
    assert 0 <= sigma <= 1.5
    assert 0 <= seed <= MAX_SEED


def test_every_link_names_the_model():
    assert f"model={load_session().version}" in show()["query"]


def test_missing_models_are_told_and_not_raised(monkeypatch):
    def missing():
        raise FileNotFoundError("expected weights, which are not there: run `stylescape pull`")

    for module in (states, views):
        monkeypatch.setattr(module, "load_session", missing)
    assert "stylescape pull" in show()["message"]
    *controls, view = opened({"lambda": "0.2"})
    assert "stylescape pull" in view["message"]
    assert controls == [gr.skip()] * 6


# Files, sheets and the map


@pytest.mark.parametrize("kind", views.KINDS)
def test_every_kind_of_file_holds_what_it_says(kind):
    file = views.keepsake([kind, show(target="S")["query"]])
    data = base64.b64decode(file["address"].split(",")[1])
    assert file["name"] == f"styleapp-S.{kind.lower()}"
    if kind == "PNG":
        assert Image.open(BytesIO(data)).size == (224, 224)
    elif kind == "GIF":
        assert Image.open(BytesIO(data)).n_frames == 20
    elif kind == "JSON":
        assert json.loads(data)["target"] == "S"
        assert len(json.loads(data)["z"]) == 32
    else:
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            assert arrays["samples"].shape == (16, 32)
            assert np.allclose(arrays["z"], (arrays["z_pad"] + arrays["z_target"]) / 2, atol=1e-6)


def test_the_matrix_and_the_hands_have_their_pictures():
    assert views.mean_sheet("")["count"] == 62
    assert picture(views.mean_sheet("")["address"]).size == (13 * 56, 5 * 56)
    assert views.hand_sheet("a")["count"] == load_session().writers


def test_the_map_knows_every_dot_and_where_a_character_lies():
    atlas, answer = load_session().atlas, places.map_dots("")
    assert len(base64.b64decode(answer["xy"])) == 4 * len(atlas.z)
    assert len(base64.b64decode(answer["labels"])) == len(atlas.z)
    assert picture(places.map_dot(0)["address"]).size == (56, 56)
    assert picture(places.flat_grid("")["address"]).size == (17 * 28, 17 * 28)
    found = places.place(show()["query"])
    assert len(found["rows"]) == 4
    assert all(0 <= value <= 1 for value in found["xy"] + found["grid"])
