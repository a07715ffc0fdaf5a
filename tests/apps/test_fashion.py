"""The handlers of Fashion → digits as plain functions: what the page gets, and what strangers can send."""

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
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps import fashion as app
from apps.ui.shared.state import to_query
from apps.views.fashion import garments
from apps.views.fashion import view as views
from apps.views.fashion.state import (
    DEFAULT,
    MAX_PINS,
    MAX_VARIATION,
    Garment,
    State,
    check,
    fashion_pictures,
    from_pin,
    linked,
    picked_of,
    version,
)
from core.data.dataset import as_ink
from core.data.fashion_mnist import KINDS
from core.fashion.garments import garment
from core.fashion.shape_transfer import MAX_STRENGTH
from core.imaging import strokes
from core.metrics import silhouette_agreement

EMPTY = {"strokes": []}
BOX = {"strokes": [{"w": 8, "p": [60, 60, 200, 60, 200, 180, 60, 180, 60, 60]}]}
BOOT = {"kind": "ankle boot", "variation": 4}
DRESS = {"kind": "dress", "variation": 3}
GLYPH = np.zeros((28, 28), np.uint8)
GLYPH[6:22, 9:19] = 255


def show(drawing=EMPTY, picked=BOOT, strength=1.0, outline=False, pins=()):
    return app.show(drawing, picked, strength, outline, list(pins))


def picture(address: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(address.split(",")[1])))


def is_mistake(answer: dict) -> bool:
    """One sentence for the status line, and nothing that would replace the last good pictures."""
    return answer.keys() == {"message", "kind"} and answer["kind"] == "error" and "\n" not in answer["message"]


@pytest.fixture
def fashion_root(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data root with FashionMNIST in it."""
    monkeypatch.setenv("STYLESCAPE_DATA", str(tiny_root))
    fashion_pictures.cache_clear()
    yield tiny_root
    fashion_pictures.cache_clear()


@pytest.fixture
def bare_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data root without anything."""
    monkeypatch.setenv("STYLESCAPE_DATA", str(tmp_path))


# What is shown


def test_ten_digits_come_as_one_sheet_with_what_is_to_be_said_of_each():
    view = show()
    assert picture(view["result"]).size == (5 * 112, 2 * 112)
    assert len(view["marks"]) == 10
    for mark in view["marks"]:
        assert -1 <= mark["agreement"] <= 1
        assert mark["note"] in ("", "doubtful") or mark["note"].startswith("reads as ")
    assert view["message"].startswith("Ankle boot 4: the digits' silhouettes agree ")
    assert view["picked"] == BOOT
    assert view["outline"].startswith("M")


def test_the_digits_agree_with_their_own_garment_more_than_with_another():
    agreement = [np.mean([mark["agreement"] for mark in show(strength=t)["marks"]]) for t in (0, 1)]
    assert agreement[1] > agreement[0] + 0.05


def test_the_plainest_digits_are_surely_read_and_do_not_know_the_garment():
    view = show(strength=0)
    assert view["kind"] == "sure"
    assert view["result"] == show(picked={"kind": "bag", "variation": 2}, strength=0)["result"]


def test_the_same_settings_make_the_same_view():
    assert show() == show()


@pytest.mark.parametrize(
    "change",
    [
        {"picked": {"kind": "ankle boot", "variation": 5}},
        {"picked": {"kind": "bag", "variation": 4}},
        {"drawing": BOX},
        {"drawing": {"glyph": strokes.encode_glyph(GLYPH)}},
        {"strength": 0.5},
    ],
)
def test_each_control_changes_the_digits(change):
    assert show(**change)["result"] != show()["result"]


@pytest.mark.parametrize("change", [{"outline": True}, {"pins": ["K8-3"]}])
def test_what_lies_beside_or_over_the_digits_does_not_change_them(change):
    view = show(**change)
    assert view["result"] == show()["result"]
    assert view["query"] != show()["query"]


def test_a_drawing_counts_more_than_the_gallery_and_is_filled():
    view = show(BOX)
    assert view["title"] == "your drawing"
    assert view["picked"] == {}
    ink = garments.ink_of(Garment(strokes=strokes.parse(BOX["strokes"])))[0, 0]
    assert ink[14, 14] > 150


@pytest.mark.parametrize("key", "07")
def test_a_typed_number_chooses_from_the_gallery(key):
    pad, picked, view = app.take_in({"strokes": [], "key": key, "turn": 2}, BOOT, 1, False, [])
    assert pad == EMPTY
    assert picked == {"kind": KINDS[int(key)], "variation": 2}
    assert view["title"] == f"{KINDS[int(key)]} 2"


# FashionMNIST


def test_a_picture_of_fashion_mnist_is_worn(fashion_root):
    view = show(picked={"number": 3})
    assert view["title"] == "FashionMNIST 3"
    assert view["picked"] == {"number": 3}
    assert "number=3" in view["query"]
    assert is_mistake(show(picked={"number": 24}))


def test_without_fashion_mnist_its_pictures_are_refused_and_nothing_is_downloaded(bare_root, offline):
    assert is_mistake(show(picked={"number": 3}))
    assert "has no FashionMNIST" in show(picked={"number": 3})["message"]
    *_, view = opened({"number": "3"})
    assert "has no FashionMNIST" in view["message"]
    assert view["title"] == f"{DEFAULT.kind} 0"
    assert offline == []


# Bad values


@pytest.mark.parametrize(
    "bad",
    [
        {"strength": math.nan},
        {"strength": math.inf},
        {"strength": -0.1},
        {"strength": 1.51},
        {"strength": "much"},
        {"strength": None},
        {"strength": True},
        {"outline": 1},
        {"outline": None},
        {"picked": None},
        {"picked": "bag"},
        {"picked": {"kind": "hat"}},
        {"picked": {"kind": ["bag"]}},
        {"picked": {"kind": "bag", "variation": -1}},
        {"picked": {"kind": "bag", "variation": MAX_VARIATION + 1}},
        {"picked": {"kind": "bag", "variation": math.nan}},
        {"picked": {"kind": "bag", "variation": None}},
        {"picked": {"number": -1}},
        {"picked": {"number": 10**9}},
        {"picked": {"number": "x"}},
        {"pins": ["K8-3"] * (MAX_PINS + 1)},
        {"pins": ["K10-0"]},
        {"pins": ["K1"]},
        {"pins": ["K1-x"]},
        {"pins": ["K1-²"]},
        {"pins": ["N-1"]},
        {"pins": ["I"]},
        {"pins": ["Iabc"]},
        {"pins": [f"I{strokes.encode_glyph(np.zeros((28, 28), np.uint8))}"]},
        {"pins": ["<b>"]},
        {"pins": [7]},
        {"pins": [["K1-0"]]},
        {"drawing": None},
        {"drawing": []},
        {"drawing": {"strokes": None}},
        {"drawing": {"strokes": [{"w": 14, "p": [math.nan, 0]}]}},
        {"drawing": {"strokes": [{"w": 14, "p": [500, 500, 510, 510]}]}},
        {"drawing": {"glyph": 7}},
        {"drawing": {"glyph": "not a glyph"}},
        {"drawing": {"glyph": strokes.encode_glyph(np.zeros((28, 28), np.uint8))}},
    ],
)
def test_a_bad_value_gets_one_clear_message(fashion_root, bad):
    assert is_mistake(show(**bad))
    assert "result" in show()


def test_pins_that_are_no_list_are_refused():
    assert is_mistake(app.show(EMPTY, BOOT, 1, False, "K8-3"))


@pytest.mark.parametrize("asked", [None, "PNG", [], ["PNG"], ["exe", ""], [["PNG"], ""], ["PNG", None]])
def test_a_bad_export_gets_one_clear_message(asked):
    assert is_mistake(views.keepsake(asked))


@pytest.mark.parametrize("variation", [None, -1, 10**9, "x", math.nan, True])
def test_a_bad_variation_gets_one_clear_message(variation):
    assert is_mistake(garments.wardrobe_sheet(variation))


@pytest.mark.parametrize("asked", [None, [], {}, {"key": "A"}, {"key": ["1"]}, {"key": "1", "turn": "x"}, {"photo": 7}])
def test_a_bad_request_of_the_pad_gets_one_clear_message(asked):
    assert is_mistake(app.take_in(asked, BOOT, 1, False, [])[-1])


# Photos


@pytest.fixture
def upload(tmp_path, monkeypatch):
    """Put a file where Gradio puts uploads; answers what the page would get."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))

    def take(content: bytes):
        path = tmp_path / "0123" / "photo"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        answer = app.take_in({"strokes": [], "photo": str(path)}, BOOT, 1, False, [])
        assert not path.parent.exists()
        return answer

    return take


def saved(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def photo(wall=(200, 190, 170), dye=(60, 40, 120)) -> Image.Image:
    """A dyed dress before a wall."""
    cloth = garment("dress", 3)[..., None] / 255
    return Image.fromarray((np.array(wall) * (1 - (cloth > 0.1)) + np.array(dye) * (cloth > 0.1)).astype(np.uint8))


@pytest.mark.parametrize("dye", [(60, 40, 120), (250, 250, 250), (220, 60, 40)])
def test_a_photo_loses_its_background(upload, dye):
    pad, picked, view = upload(saved(photo(dye=dye), "JPEG"))
    assert picked == gr.skip()
    assert view["title"] == "your garment"
    assert picture(pad["picture"]).size == (224, 224)
    worn, seen = (as_ink(garments.ink_of(Garment(**shape))) for shape in (DRESS, {"glyph": pad["glyph"]}))
    assert silhouette_agreement(worn, seen[None]) > 0.8  # shading moves the centre of mass by up to a pixel


BAD_FILES = {
    "nothing": b"",
    "text": b"this is no picture",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>',
    "cut short": saved(photo().resize((800, 800)), "JPEG")[:2000],
    "all black": saved(Image.new("L", (200, 200), 0)),
    "one pixel": saved(Image.new("L", (1, 1), 0)),
    "clear": saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0))),
    "20,000 × 20,000": saved(Image.new("1", (20_000, 20_000)), compress_level=1),
    "too many bytes": bytes(10_000_001),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_clear_message(upload, name):
    pad, picked, answer = upload(BAD_FILES[name])
    assert pad == picked == gr.skip()
    assert is_mistake(answer)


# Links

drawn = st.lists(
    st.builds(
        lambda w, p: {"w": float(w), "p": [value / 2 for point in p for value in point]},
        st.integers(2, 32),
        st.lists(st.tuples(st.integers(0, 512), st.integers(0, 512)), min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=4,
)
turns = st.integers(0, MAX_VARIATION)
pins = st.lists(st.builds("K{}-{}".format, st.integers(0, 9), turns), max_size=MAX_PINS, unique=True).map(tuple)
settings = {
    "strength": st.integers(0, 150).map(lambda percent: percent / 100),
    "outline": st.booleans(),
    "pins": pins,
}
any_state = st.one_of(
    st.builds(State, strokes=drawn, **settings),
    st.builds(State, kind=st.sampled_from(KINDS), variation=turns, **settings),
)


@given(any_state)
def test_a_state_survives_its_link(state):
    assert linked(dict(parse_qsl(to_query(state, version())))) == (state, [])


@given(
    st.dictionaries(
        st.sampled_from(["strokes", "glyph", "garment", "variation", "number", "strength", "outline", "pins", "model"]),
        st.text(max_size=30),
    )
)
def test_any_link_opens(query):
    state, notes = linked(query)
    drawing = {"glyph": state.glyph} if state.glyph else {"strokes": state.strokes}
    again = check(drawing, picked_of(state), state.strength, state.outline, list(state.pins))
    assert again == state
    assert all("\n" not in note for note in notes)


def opened(query: dict[str, str], controls=(EMPTY, BOOT, 1, False, [])):
    return app.open_link(SimpleNamespace(query_params=query), *controls)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("source", ["gallery", "drawing", "photo", "number"])
def test_a_link_reopens_the_identical_view(fashion_root, source):
    drawing = {"drawing": BOX, "photo": {"glyph": strokes.encode_glyph(GLYPH)}}.get(source, EMPTY)
    picked = {"number": 7} if source == "number" else BOOT
    view = show(drawing, picked, 0.7, True, ["K8-3", "N2"])
    *controls, again = opened(dict(parse_qsl(view["query"])))
    assert again == view
    assert controls[2:] == [0.7, True, ["K8-3", "N2"]]
    assert app.show(*controls) == view


def test_an_address_without_a_view_shows_what_the_page_holds():
    *controls, view = opened({"__theme": "dark"}, (BOX, BOOT, 0.5, False, []))
    assert controls == [gr.skip()] * 5
    assert view == show(BOX, strength=0.5)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"strength": "7"}, f"the strength was 7, shown with {MAX_STRENGTH:g}"),
        ({"strength": "nan"}, "expected the strength as a number"),
        ({"garment": "<b>"}, "expected a garment"),
        ({"variation": "1e99"}, "the variation was 1e+99"),
        ({"strokes": "!!"}, "expected a drawing"),
        ({"glyph": "AAAA"}, "expected a glyph"),
        ({"pins": "K8-3.Q"}, "expected a garment to compare"),
        ({"pins": ".".join(["K8-3"] * 7)}, "expected at most 6 garments"),
        ({"model": "0000000a"}, "version 0000000a of the model"),
        ({"model": "<script>"}, "an unknown version of the model"),
    ],
)
def test_what_is_wrong_with_a_link_is_named(query, told):
    *_, view = opened(query)
    assert told in view["message"]
    assert "result" in view


def test_missing_models_are_told_and_not_raised(monkeypatch):
    def missing(name):
        raise FileNotFoundError("expected weights, which are not there: run `stylescape pull`")

    monkeypatch.setattr(garments, "load", missing)
    assert "stylescape pull" in show()["message"]
    *controls, view = opened({"strength": "0.2"})
    assert "stylescape pull" in view["message"]
    assert controls[2] == 0.2


# Rows and files


@pytest.mark.parametrize("shape", [Garment(kind="bag", variation=3), Garment(number=2)])
def test_a_garment_survives_as_a_pin(fashion_root, shape):
    assert from_pin(garments.to_pin(shape)) == shape


def test_a_pinned_drawing_has_the_same_digits():
    view = show(BOX)
    rows = views.pinned_rows(show(pins=[view["pin"]])["query"])["rows"]
    [row] = rows
    digits = np.asarray(picture(row["digits"]).convert("RGBA").getchannel("A"))
    assert digits.shape == (84, 840)
    expected = views.row_of(show({"glyph": view["pin"][1:]})["pin"], 1)
    assert row == expected
    np.testing.assert_allclose(float(row["agreement"]), np.mean([m["agreement"] for m in view["marks"]]), atol=0.011)


def test_rows_follow_the_strength():
    weak, strong = (views.pinned_rows(show(pins=["K8-3", "K0-1"], strength=t)["query"])["rows"] for t in (0.2, 1))
    assert [row["title"] for row in weak] == ["bag 3", "T-shirt 1"]
    assert weak[0]["digits"] != strong[0]["digits"]
    assert weak[0]["garment"] == strong[0]["garment"]


@pytest.mark.parametrize("kind", views.FILES)
def test_every_kind_of_file_holds_what_it_says(kind):
    file = views.keepsake([kind, show(outline=True, pins=["K8-3"])["query"]])
    data = base64.b64decode(file["address"].split(",")[1])
    assert file["name"] == f"fashion-to-digits.{kind.lower()}"
    if kind == "PNG":
        assert Image.open(BytesIO(data)).size == (11 * 112, 2 * 112)
    elif kind == "JSON":
        told = json.loads(data)
        assert told["garments"] == ["ankle boot 4", "bag 3"]
        assert np.shape(told["agreement"]) == (2, 10)
    else:
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            assert arrays["z"].shape == (2, 10, 16)
            assert arrays["digits"].shape == (2, 10, 1, 28, 28)
            assert arrays["garments"].tolist() == ["ankle boot 4", "bag 3"]


def test_the_outline_is_drawn_into_the_file_when_it_is_shown():
    def colours(outline):
        data = views.keepsake(["PNG", show(outline=outline)["query"]])["address"]
        return np.ptp(np.asarray(picture(data)).astype(int), axis=2).max()

    assert colours(False) == 0
    assert colours(True) > 60


def test_the_gallery_has_its_pictures():
    assert picture(garments.wardrobe_sheet(3)["address"]).size == (5 * 112, 2 * 112)
    assert garments.wardrobe_sheet(3) != garments.wardrobe_sheet(4)


def test_the_honest_text_tells_the_measured_figures(monkeypatch):
    assert "not a well-defined problem" in " ".join(views.honesty().split())
    measured = {"silhouette_agreement": 0.912, "silhouette_agreement_shuffled": 0.701}
    monkeypatch.setattr(views, "get_record", lambda name: SimpleNamespace(results={"val": measured}))
    assert "agree 0.91 with their own garment and 0.70 with another" in views.honesty()
    monkeypatch.setattr(views, "get_record", lambda name: SimpleNamespace(results={}))
    assert "0." not in views.honesty()


def test_the_endpoint_answers_and_refuses():
    view = app.carry("bag", 3, 0.5)
    assert view["title"] == "bag 3"
    assert app.carry(drawing=BOX["strokes"])["title"] == "your drawing"
    with pytest.raises(gr.Error, match="Expected a garment out of"):
        app.carry("hat")
