"""The handlers of the Generator as plain functions: what the page gets, and what strangers can send."""

import base64
import json
import math
import zipfile
from io import BytesIO
from types import SimpleNamespace
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np
import pytest
import torch
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apps import generator as app
from apps.views.generator import choices as choices
from apps.views.generator import dataset as data
from apps.views.generator import state as states
from apps.views.generator import view as views
from apps.views.generator.state import MOST_OF_EACH, State, linked, to_query
from core.generator import ClassStatistics, Diagonal, FullCovariance, Generators, Mixture, session
from core.generator.session import GUIDE, JUDGE, MOST_DIGITS, Setting, load_session
from core.generator.store import store_generators
from core.registry.load import build_model
from core.registry.store import get_record, save_weights, write_atomically
from tests.apps.strangers import is_mistake, picture
from tests.conftest import tiny_record

LATENT = 3
VAE, SECOND, UNFITTED, UNTRAINED = "tiny-mmd", "tiny-elbo", "tiny-unfitted", "tiny-untrained"
OWN = f"{VAE}-judge"
ONE = {"vae": VAE, "generator": "simple", "form": "one", "theta": 0.5, "n": 2}


def registry_of(folder):
    """Fresh models of the right kinds, with generators fitted to nothing."""
    shape = {"latent": LATENT, "architecture": "softplus", "width": 8}
    judge = {"classes": 10, "width": 4}
    records = {name: tiny_record(name, "vae.VAE", shape) for name in (SECOND, UNFITTED, UNTRAINED)}
    records[VAE] = tiny_record(VAE, "infovae.InfoVAE", shape)
    for name, record in records.items():
        record["generators"] = {"file": f"{name}-generators.safetensors"}
    records |= {name: tiny_record(name, "classifier.CharacterClassifier", judge) for name in (JUDGE, GUIDE)}
    records[OWN] = tiny_record(OWN, "conv_classifier.ConvClassifier", {}, through=VAE)
    path = folder / "checkpoints.yaml"
    write_atomically(path, yaml.safe_dump(records).encode())
    for seed, name in enumerate((VAE, SECOND, UNFITTED, JUDGE, GUIDE, OWN)):
        torch.manual_seed(seed)
        save_weights(name, build_model(get_record(name, path)).state_dict(), registry=path)
    for name in (VAE, SECOND):
        store_generators(name, fitted(), registry=path)
    return path


def fitted() -> Generators:
    """Every kind of generator, on classes that lie apart."""
    random = torch.Generator().manual_seed(0)
    spread = torch.eye(LATENT).expand(10, -1, -1).clone()
    statistics = ClassStatistics(3 * torch.randn((10, LATENT), generator=random), spread)
    made = {
        "simple": Diagonal(statistics, 0.4, 3),
        "medium-1": Diagonal(statistics, [0.2, 0.4, 0.6]),
        "medium-2": Diagonal(statistics, torch.rand((10, LATENT), generator=random)),
        "simple-eq4": Diagonal(statistics, 0.7, 2),
        "full": FullCovariance(statistics, 0.9),
        "mixture": Mixture(
            torch.ones(10, 2) / 2, torch.randn((10, 2, LATENT), generator=random), spread[:, None].repeat(1, 2, 1, 1)
        ),
    }
    rows = [
        {"theta": theta, "n": n, "cosine": 1 - theta / 2, "judge_accuracy": 1 - theta / 5, "recon_judge_accuracy": 1.0}
        for theta in (0.0, 0.5, 1.0)
        for n in (1, 2)
    ]
    return Generators(statistics, made, {}, rows)


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    return registry_of(tmp_path_factory.mktemp("generator"))


@pytest.fixture(autouse=True, scope="module")
def tiny_shelf(registry):
    """The app over the tiny models."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (states, views, choices, data):
            patch.setattr(module, "load_session", lambda name: load_session(name, registry))
            patch.setattr(module, "available_models", lambda: session.available_models(registry), raising=False)
        patch.setattr(choices, "read_registry", lambda: session.read_registry(registry))
        yield


def show(order=None, knobs=None, dials=None, seed=0, other=None):
    return app.show(
        {"text": "2026"} if order is None else order, ONE if knobs is None else knobs, dials or {}, seed, other or {}
    )


def by_dimension(**at):
    return {"of": VAE, "at": {str(key): value for key, value in at.items()}}


# What is shown


def test_a_number_comes_as_one_sheet_with_both_judges_verdicts():
    view = show()
    assert picture(view["result"]).size == (4 * 112, 112)
    assert view["asked"] == "2026"
    assert [judge["name"] for judge in view["judges"]] == [JUDGE, OWN]
    for judge in view["judges"]:
        assert len(judge["read"]) == len(judge["percent"]) == 4
        assert set(judge["read"]) <= set("0123456789")
        assert all(0 <= percent <= 100 for percent in judge["percent"])
        right = np.mean([a == b for a, b in zip(judge["read"], view["asked"], strict=True)])
        assert judge["accuracy"] == pytest.approx(right)
    assert view["message"].startswith("4 digits: the independent judge reads")
    assert "the paper's judge" in view["message"]


def test_a_vae_without_a_trained_judge_of_its_own_says_so():
    view = show(knobs=ONE | {"vae": SECOND})
    assert [judge["name"] for judge in view["judges"]] == [JUDGE]
    assert "the paper's judge of this VAE is not trained" in view["message"]


@pytest.mark.parametrize(
    ("order", "asked", "size"),
    [
        ({"classes": [7, 1], "count": 2}, "1177", (4 * 112, 112)),
        ({}, "".join(str(digit) * 10 for digit in range(10)), (280, 280)),
        ({"text": "9" * MOST_DIGITS}, "9" * MOST_DIGITS, (20 * 28, 20 * 28)),
        ({"text": "7"}, "7", (112, 112)),
        ({"text": " ", "classes": [3], "count": MOST_OF_EACH}, "3" * 40, (280, 4 * 28)),
    ],
)
def test_what_is_asked_for_is_made(order, asked, size):
    view = show(order)
    assert view["asked"] == asked
    assert picture(view["result"]).size == size


@pytest.mark.parametrize("text", ["(+41) 79 555-12-34", "41 79\n555\t12.34", "4179/5551234"])
def test_spaces_and_dashes_are_left_out_and_told(text):
    view = show({"text": text})
    assert view["asked"] == "41795551234"
    assert f"Left out {len(text) - 11} sign" in view["message"]


def test_no_digit_chosen_is_a_hint():
    view = show({"classes": []})
    assert view["kind"] == "hint"
    assert view["message"].startswith("Nothing asked for yet")
    assert "result" not in view
    assert view["query"]


def test_the_same_settings_make_the_same_view():
    assert show() == show()


@pytest.mark.parametrize(
    "change",
    [
        {"theta": 0.6},
        {"n": 1},
        {"temperature": 0.5},
        {"form": "fitted"},
        {"vae": SECOND},
        *({"generator": name, "form": "fitted"} for name in ("medium-1", "medium-2", "full", "mixture", "simple-eq4")),
        {"generator": "full"},
        {"generator": "medium-1", "form": "each"},
    ],
)
def test_each_control_changes_the_digits(change):
    assert show(knobs=ONE | change)["result"] != show()["result"]


def test_another_seed_changes_the_digits():
    assert show(seed=1)["result"] != show()["result"]


def test_without_temperature_every_digit_of_a_class_is_alike():
    view = show({"text": "77"}, ONE | {"temperature": 0})
    glyphs = np.asarray(picture(view["result"]).convert("RGBA").getchannel("A"))
    np.testing.assert_array_equal(glyphs[:, :112], glyphs[:, 112:])
    assert view["cosine"] == pytest.approx(1)


def test_a_sheet_without_two_of_a_class_has_no_cosine():
    assert show({"text": "123"})["cosine"] is None
    assert 0 < show({"text": "1233"})["cosine"] <= 1


def test_equal_theta_by_dimension_is_one_theta():
    each = show(
        knobs=ONE | {"generator": "medium-1", "form": "each"}, dials={"of": VAE, "at": {"0": 50, "1": 50, "2": 50}}
    )
    assert each["result"] == show()["result"]
    assert each["z"] == [50, 50, 50]
    assert each["dials"] == VAE


def test_sliders_start_from_what_was_fitted_and_know_their_vae():
    knobs = ONE | {"generator": "medium-1", "form": "each"}
    assert show(knobs=knobs)["z"] == [20, 40, 60]
    assert show(knobs=knobs, dials={"of": VAE, "at": {"1": 90}})["z"] == [20, 90, 60]
    assert show(knobs=knobs, dials={"of": SECOND, "at": {"1": 90}})["z"] == [20, 40, 60]
    assert show()["dials"] == ""


def test_a_guide_redraws_and_is_no_judge():
    view = show({"text": "0123456789" * 4}, ONE | {"guided": True, "theta": 1.5})
    assert view["result"] != show({"text": "0123456789" * 4}, ONE | {"theta": 1.5})["result"]
    assert GUIDE not in [judge["name"] for judge in view["judges"]]


# Side by side


def test_the_other_generator_draws_the_same_digits_with_the_same_seed():
    view = show(other=ONE | {"theta": 0.9}, seed=4)
    other = views.beside(view["query"])
    assert other["asked"] == view["asked"]
    assert other["title"] == f"{VAE}, simple, θ 0.9, n 2"
    assert other["result"] == show(knobs=ONE | {"theta": 0.9}, seed=4)["result"]
    assert view["result"] == show(seed=4)["result"]


def test_until_it_is_chosen_the_other_is_medium_2():
    view = show()
    assert view["other"]["generator"] == "medium-2"
    assert "bvae" not in view["query"]
    assert views.beside(view["query"])["title"] == f"{VAE}, medium-2, as fitted"


def test_nothing_is_compared_where_nothing_is_asked_for():
    assert is_mistake(views.beside(show({"classes": []})["query"]))


# What there is to choose


def test_the_offers_name_what_is_not_trained():
    offered = choices.offers(VAE)
    ready = {vae["name"]: vae["ready"] for vae in offered["vaes"]}
    assert ready == {VAE: True, SECOND: True, UNFITTED: False, UNTRAINED: False}
    assert {"simple", "medium-1", "medium-2", "full", "mixture"} <= {each["name"] for each in offered["generators"]}
    simple = next(each for each in offered["generators"] if each["name"] == "simple")
    assert simple["forms"] == ["fitted", "one"]
    assert simple["fitted"] == "θ 0.4, n 3"


def test_the_sliders_are_those_of_the_vae():
    profile = choices.theta_profile(VAE)["dimensions"]
    assert sorted(each["number"] for each in profile) == list(range(LATENT))


def test_the_frontier_has_both_judges_and_no_invented_real_digits():
    answer = choices.frontier(VAE)
    assert {"theta", "n", "cosine", "judge_accuracy", "recon_judge_accuracy"} == answer["rows"][0].keys()
    assert answer["real"] == {}


def test_real_digits_are_those_a_generator_was_measured_beside(monkeypatch):
    real = {"val": {"simple": {"real": {"mean_cosine": 0.5, "judge_accuracy": 0.99}}}}
    monkeypatch.setattr(choices, "available_models", lambda: {VAE: SimpleNamespace(generated=real)})
    assert choices.frontier(VAE)["real"] == {"cosine": 0.5, "judge_accuracy": 0.99}


def test_the_panel_names_vaes_judges_and_guide():
    assert set(choices.shown_records()) == {VAE, SECOND, UNFITTED, UNTRAINED, JUDGE, OWN, GUIDE}


@pytest.mark.parametrize("ask", [choices.offers, choices.theta_profile, choices.frontier])
@pytest.mark.parametrize("vae", [None, "", "mnist", UNTRAINED, UNFITTED, 7, ["x"]])
def test_asking_for_a_vae_that_is_not_there_gets_one_clear_message(ask, vae):
    assert is_mistake(ask(vae))


# Bad values


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("20a6", "Expected digits from 0 to 9, got 'a'"),
        ("2️⃣0", "Expected digits from 0 to 9"),
        ("😀", "got '😀'"),
        ("٣", "got '٣'"),
        ("1²", "got '²'"),
        ("1\u202e2", "got '\\u202e'"),
        ("1\x00", "got '\\x00'"),
        ("7" * (MOST_DIGITS + 1), "at most 400 digits, got 401"),
        ("7" * 10**6, "at most 400 digits, got a text of 1,000,000"),
        (2026, "digits as text, got int"),
        (None, "digits as text"),
    ],
)
def test_what_is_no_number_gets_one_clear_message(text, told):
    answer = show({"text": text})
    assert is_mistake(answer)
    assert told in answer["message"]


@pytest.mark.parametrize(
    "bad",
    [
        {"order": []},
        {"order": {"classes": "all"}},
        {"order": {"classes": list(range(11))}},
        {"order": {"classes": [10]}},
        {"order": {"classes": [math.nan]}},
        {"order": {"classes": [None]}},
        {"order": {"count": 0}},
        {"order": {"count": MOST_OF_EACH + 1}},
        {"order": {"count": math.inf}},
        {"knobs": []},
        {"knobs": "simple"},
        {"knobs": ONE | {"vae": "mnist-mmd-99"}},
        {"knobs": ONE | {"vae": UNTRAINED}},
        {"knobs": ONE | {"vae": UNFITTED}},
        {"knobs": ONE | {"vae": None}},
        {"knobs": ONE | {"vae": ["x"]}},
        {"knobs": ONE | {"generator": "best"}},
        {"knobs": ONE | {"generator": "flow"}},
        {"knobs": ONE | {"generator": "simple-guided"}},
        {"knobs": ONE | {"generator": None}},
        {"knobs": ONE | {"form": "each"}},
        {"knobs": ONE | {"generator": "medium-2"}},
        {"knobs": ONE | {"generator": "mixture"}},
        {"knobs": ONE | {"form": "none"}},
        {"knobs": ONE | {"theta": math.nan}},
        {"knobs": ONE | {"theta": -0.1}},
        {"knobs": ONE | {"theta": 1.51}},
        {"knobs": ONE | {"theta": "high"}},
        {"knobs": ONE | {"theta": [0.5]}},
        {"knobs": ONE | {"n": 4}},
        {"knobs": ONE | {"n": 2.5}},
        {"knobs": ONE | {"n": math.nan}},
        {"knobs": ONE | {"temperature": math.inf}},
        {"knobs": ONE | {"temperature": -1}},
        {"knobs": ONE | {"guided": 1}},
        {"seed": -1},
        {"seed": 2**31},
        {"seed": math.nan},
        {"seed": None},
        {"seed": "x"},
        {"other": ONE | {"vae": "x"}},
        {"other": ONE | {"theta": math.nan}},
        {"other": "second"},
    ],
)
def test_a_bad_value_gets_one_clear_message(bad):
    assert is_mistake(show(**bad))


@pytest.mark.parametrize(
    "at", [{"3": 10}, {"-1": 10}, {"x": 10}, {"0": math.nan}, {"0": 151}, {"0": -1}, [1], {str(i): 1 for i in range(9)}]
)
def test_a_bad_theta_by_dimension_gets_one_clear_message(at):
    assert is_mistake(show(knobs=ONE | {"generator": "medium-1", "form": "each"}, dials={"of": VAE, "at": at}))


def test_sliders_that_are_no_object_are_refused():
    assert is_mistake(app.show({}, ONE, [], 0, {}))


def test_without_any_fitted_generator_the_page_says_what_to_do(monkeypatch):
    monkeypatch.setattr(states, "available_models", lambda: {})
    answer = show(knobs={})
    assert is_mistake(answer)
    assert "stylescape fit mnist-mmd-10" in answer["message"]
    *controls, view = opened({"digits": "12"})
    assert controls == [gr.skip()] * 5
    assert "stylescape fit" in view["message"]


# Links

thetas = st.integers(0, 150).map(lambda hundredths: hundredths / 100)
ns = st.sampled_from([1, 2, 3, 5])
common = {"temperature": thetas, "guided": st.booleans()}
vaes = st.sampled_from([VAE, SECOND])
edits = st.dictionaries(st.integers(0, LATENT - 1), st.integers(0, 150)).map(lambda at: tuple(sorted(at.items())))
settings = st.one_of(
    st.builds(Setting, vaes, st.sampled_from(["simple", "medium-2", "full", "mixture", "simple-eq4"]), **common),
    st.builds(Setting, vaes, st.just("simple"), st.just("one"), theta=thetas, n=ns, **common),
    st.builds(Setting, vaes, st.just("full"), st.just("one"), theta=thetas, **common),
    st.builds(Setting, vaes, st.just("medium-1"), st.just("each"), edits=edits, n=ns, **common),
)
asked = st.one_of(
    st.builds(dict, digits=st.text("0123456789", min_size=1, max_size=MOST_DIGITS)),
    st.builds(
        dict,
        classes=st.sets(st.integers(0, 9)).map(lambda each: tuple(sorted(each))),
        count=st.integers(1, MOST_OF_EACH),
    ),
)
any_state = st.builds(
    lambda setting, seed, order, other: State(setting, seed=seed, **order, other=other),
    settings, st.integers(0, 2**31 - 1), asked, st.none() | settings.filter(lambda setting: setting.form != "each"),
)  # fmt: skip


@given(state=any_state)
def test_a_state_survives_its_link(state):
    assert linked(dict(parse_qsl(to_query(state)))) == (state, [])


KEYS = ["digits", "classes", "count", "seed", "vae", "generator", "theta", "thetas", "n", "temperature", "guided"]
WORDS = st.sampled_from([VAE, "simple", "medium-1", "full", "0.5", "nan", "1", "0.40"])


@given(
    query=st.dictionaries(
        st.sampled_from([*KEYS, "model", "bvae", "bgenerator", "btheta", "bmodel"]), WORDS | st.text(max_size=30)
    )
)
def test_any_link_opens(query):
    state, notes = linked(query)
    other = states.knobs_of(state.other) if state.other else {}
    controls = states.order_of(state), states.knobs_of(state.setting), states.dials_of(state.setting), state.seed, other
    assert states.check(*controls) == state
    assert all("\n" not in note for note in notes)


def opened(query, controls=({"text": "2026"}, ONE, {}, 0, {})):
    return app.open_link(SimpleNamespace(query_params=query), *controls)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"order": {"classes": [1, 7], "count": 3}, "seed": 9},
        {"knobs": ONE | {"generator": "medium-1", "form": "each"}, "dials": {"of": VAE, "at": {"1": 90}}},
        {"knobs": {"vae": SECOND, "generator": "mixture", "temperature": 0.7, "guided": True}},
        {"other": {"vae": SECOND, "generator": "full", "form": "one", "theta": 0.3}},
        {"order": {"classes": []}},
    ],
)
def test_a_link_reopens_the_identical_view(settings):
    view = show(**settings)
    *controls, again = opened(dict(parse_qsl(view["query"])))
    assert again == view
    assert app.show(*controls) == view
    assert views.beside(again["query"]) == views.beside(view["query"])


def test_an_address_without_a_view_shows_what_the_page_holds():
    *controls, view = opened({"__theme": "dark"}, ({"text": "31"}, ONE, {}, 5, {}))
    assert controls == [gr.skip()] * 5
    assert view == show({"text": "31"}, seed=5)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"vae": "mnist-mmd-99"}, "expected a VAE out of"),
        ({"vae": "<script>"}, "got '<script>'"),
        ({"vae": UNTRAINED}, "tiny-untrained has no weights: run `stylescape train tiny-untrained`"),
        ({"vae": UNFITTED}, "stylescape fit"),
        ({"vae": VAE, "generator": "best"}, "expected a fitted generator out of"),
        ({"vae": VAE, "generator": "medium-2", "theta": "0.4"}, "expected θ of medium-2 as fitted"),
        ({"vae": VAE, "generator": "simple", "theta": "nan"}, "expected θ as a number, got nan"),
        ({"vae": VAE, "generator": "simple", "theta": "7"}, "θ was 7, shown with 1.5"),
        ({"vae": VAE, "generator": "simple", "theta": "0.4", "n": "4"}, "expected n out of 1, 2, 3, 5, got 4"),
        ({"vae": VAE, "generator": "medium-1", "thetas": "9.40"}, "a dimension as a number from 0 to 2"),
        ({"vae": VAE, "generator": "medium-1", "thetas": "many"}, "θ by dimension such as 3.40_12.80"),
        ({"digits": "2o26"}, "expected digits from 0 to 9, got 'o'"),
        ({"digits": "1" * 10**6}, "at most 400 digits"),
        ({"count": "1e9"}, "how many of each was 1e+09, shown with 40"),
        ({"seed": "inf"}, "expected the seed as a number"),
        ({"vae": VAE, "generator": "simple", "model": "0000000a"}, "version 0000000a of the model"),
        ({"vae": VAE, "generator": "simple", "bvae": "x", "bgenerator": "full"}, "expected a VAE out of"),
    ],
)
def test_what_is_wrong_with_a_link_is_named_and_the_rest_shown(query, told):
    *_, view = opened(query)
    assert view["kind"] == "error"
    assert told in view["message"]
    assert "\n" not in view["message"]
    assert "result" in view


def test_missing_weights_are_told_and_not_raised(monkeypatch):
    def missing(name):
        raise FileNotFoundError("expected weights, which are not there: run `stylescape pull`")

    for module in (states, views):
        monkeypatch.setattr(module, "load_session", missing)
    assert "stylescape pull" in show()["message"]
    *_, view = opened({"digits": "12", "vae": VAE})
    assert "stylescape pull" in view["message"]


# Files


@pytest.mark.parametrize("kind", views.KINDS)
def test_every_kind_of_file_holds_what_it_says(kind):
    view = show({"text": "2026"}, seed=3)
    file = views.keepsake([kind, view["query"]])
    content = base64.b64decode(file["address"].split(",")[1])
    assert file["name"] == f"digits.{kind.lower()}"
    if kind == "PNG":
        assert picture(file["address"]).size == (4 * 112, 112)
    elif kind == "npz":
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            assert arrays["z"].shape == (4, LATENT)
            assert arrays["asked"].tolist() == [2, 0, 2, 6]
    else:
        told = json.loads(content)
        assert (told["theta"], told["n"], told["seed"]) == (0.5, 2, 3)
        assert told["model"]["name"] == VAE
        assert [str(read) for read in told["judges"][JUDGE]["read"]] == list(view["judges"][0]["read"])


@pytest.mark.parametrize("asked", [None, "PNG", [], ["PNG"], ["exe", ""], [["PNG"], ""], ["PNG", None]])
def test_a_bad_export_gets_one_clear_message(asked):
    assert is_mistake(views.keepsake(asked))


# A data set


def dataset(order, knobs=None, seed=0):
    return list(app.make(order, ONE if knobs is None else knobs, {}, seed))


def unzipped(answer) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(base64.b64decode(answer["file"]["address"].split(",")[1])))


def test_a_data_set_comes_step_by_step_with_its_card():
    steps = dataset({"each": 60, "form": "npz"}, seed=11)
    progress = [step["progress"] for step in steps]
    assert progress == sorted(progress)
    assert len(steps) > 2
    assert progress[-1] == 1
    assert "message" not in steps[0]
    archive = unzipped(steps[-1])
    card = json.loads(archive.read("card.json"))
    assert card["digits"] == {str(digit): 60 for digit in range(10)}
    assert (card["theta"], card["n"], card["temperature"], card["seed"], card["guided"]) == (0.5, 2, 1.0, 11, False)
    assert card["accuracy"].keys() == {JUDGE, OWN}
    assert len(card["model"]["sha256"]) == len(card["generator"]["sha256"]) == 64
    assert card["licence"] == "Apache-2.0"
    with np.load(BytesIO(archive.read("digits.npz")), allow_pickle=False) as arrays:
        assert arrays["images"].shape == (600, 28, 28)
        assert np.bincount(arrays["labels"]).tolist() == [60] * 10


@pytest.mark.parametrize("form", ["png", "npz", "idx"])
def test_the_same_settings_make_the_same_data_set(form):
    first, again, other = (dataset({"each": 3, "form": form}, seed=seed)[-1]["file"]["address"] for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(
    ("order", "knobs", "told"),
    [
        ({"each": 1001, "form": "png"}, ONE, "from 1 to 1000"),
        ({"each": 0, "form": "png"}, ONE, "from 1 to 1000"),
        ({"each": math.nan, "form": "png"}, ONE, "from 1 to 1000"),
        ({"form": "png"}, ONE, "how many of each digit"),
        ({"each": 5, "form": "exe"}, ONE, "a form out of"),
        (None, ONE, "a data set that is asked for"),
        ({"each": 5, "form": "png"}, ONE | {"theta": math.nan}, "θ as a number"),
        ({"each": 5, "form": "png"}, ONE | {"vae": "x"}, "a VAE out of"),
    ],
)
def test_a_data_set_that_cannot_be_gets_one_clear_message(order, knobs, told):
    [answer] = dataset(order, knobs)
    assert answer.keys() == {"message"}
    assert told in answer["message"]


# The endpoint


def test_the_endpoint_answers_and_refuses():
    view = app.generate("20-26", VAE, "simple", 0.5, 2)
    assert view["result"] == show()["result"]
    assert app.generate("7", generator="medium-2")["asked"] == "7"
    with pytest.raises(gr.Error, match="got 'x'"):
        app.generate("x")
    with pytest.raises(gr.Error, match="Expected a fitted generator"):
        app.generate("1", VAE, "worst")
