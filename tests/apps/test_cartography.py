"""Cartography without a browser: what a click leads to, what a link reopens, what strangers' files get."""

import json
from io import BytesIO

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from apps.ui.components.plates import Plate, plates
from apps.ui.server.gallery_routes import thumbnails
from apps.ui.server.serving import APPS
from apps.views.cartography import charts as charts
from apps.views.cartography import view as views
from core.cartography.collection import MODELS
from core.data.artworks import STYLES
from core.imaging.rendering import gif
from tests.apps.strangers import BAD_FILES, GOOD_FILES, saved
from tests.paintings import hang_paintings, show

PAIR = ("art-ae", "art-aae")


@pytest.fixture(scope="module", autouse=True)
def registry(tiny_root, tmp_path_factory):
    """The app shows the tiny paintings in tiny models."""
    made = hang_paintings(tmp_path_factory.mktemp("paintings"), tiny_root)
    with pytest.MonkeyPatch.context() as patch:
        show(made, patch)
        yield made


def opened(**query: str) -> AppTest:
    """The page at an address, run once."""
    page = AppTest.from_file(str(APPS / "cartography.py"), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def pick(page: AppTest, *rows: int, **boxes: dict[str, list[float]]) -> AppTest:
    """What the page does when points are clicked on a map, or boxes drawn."""
    page.session_state["maps"] = {"selection": {"pick": [{"row": row} for row in rows], **boxes}}
    return page.run()


def test_the_page_opens_with_two_maps_and_two_paintings():
    page = opened()
    assert not page.exception and not page.error
    assert page.selectbox(key="map").value == MODELS[0] and page.selectbox(key="beside").value == MODELS[-1]
    works = views.labels()
    assert {works.index(page.text_input(key=key).value) for key in ("work", "other")} == set(views.first_works())


def test_a_link_reopens_the_choices():
    works = views.labels()
    page = opened(map="VAE", beside="none", colour="k-means-5", work=works[7], other=works[3], box="a:0.1,0.5,0.2,0.9")
    assert not page.exception
    assert page.selectbox(key="map").value == "art-vae" and page.selectbox(key="beside").value == "none"
    assert page.selectbox(key="colour").value == "k-means-5"
    assert page.text_input(key="work").value == works[7] and page.text_input(key="other").value == works[3]
    assert page.session_state["boxes"] == {"a": (0.1, 0.5, 0.2, 0.9)}


@pytest.mark.parametrize(
    "query",
    [
        {"work": "nobody"},
        {"box": "a:1,2"},
        {"box": "a:nan,0,0,1"},
        {"box": "b:0,1,0,1", "beside": "none"},
        {"box": ";;:,"},
        {"map": "vgg"},
        {"tab": "x"},
        {"steps": "1e9"},
    ],
)
def test_a_link_with_nonsense_opens_the_page(query):
    page = opened(**query)
    assert not page.exception and not page.error
    assert not views.boxes_of(query.get("box", "")) or "nan" not in query["box"]


def test_any_link_opens_the_page():
    texts = st.text(max_size=40) | st.sampled_from(["art-ae", "-1", "1e999", "NaN", "../" * 9, "a:0,0,0,0", "<script>"])
    controls = ["map", "beside", "projection", "colour", "work", "other", "box", "tab", "from", "to", "steps", "reach"]

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.dictionaries(st.sampled_from(controls), texts, max_size=6))
    def open_it(query):
        page = opened(**query)
        assert not page.exception, (query, page.exception)

    open_it()


@pytest.mark.parametrize("tab", ["Neighbours", "Trajectory", "Attributes", "Components", "Clusters", "About"])
def test_every_tab_shows_something(tab):
    page = opened(tab=tab)
    assert not page.exception and not page.warning
    assert len(page.main.children) > 2


def test_neighbours_are_the_nearest_without_the_painting_itself():
    z = views.collection().spaces["art-vae"].z
    rows, distances = zip(*views.neighbours("art-vae", 5), strict=True)
    measured = (z - z[5]).norm(dim=1)
    assert 5 not in rows and len(rows) == views.NEIGHBOURS
    np.testing.assert_allclose(distances, measured[list(rows)], rtol=1e-4)
    assert max(distances) <= np.delete(measured.numpy(), [5, *rows]).min() + 1e-6


def test_a_painting_is_found_by_part_of_its_name_and_nonsense_is_told():
    works = views.labels()
    assert [views.row_of(name) for name in (works[5], works[5].upper(), "", "no such painting")] == [5, 5, None, None]
    page = opened()
    page.text_input(key="work").set_value(works[5][:-2].upper()).run()
    assert page.text_input(key="work").value == works[views.row_of(works[5][:-2]) or 0] and not page.warning
    page.text_input(key="work").set_value("no such painting").run()
    assert "no such painting" in page.warning[0].value and not page.exception


def test_marks_follow_the_chosen_painting_on_both_maps():
    marked = views.marks(PAIR, 3, 4, "PCA")
    assert marked.role.tolist()[:2] == ["first", "second"] and marked.row.tolist()[:2] == [3, 4]
    for side, name in zip("ab", PAIR, strict=True):
        near = {row for row, _ in views.neighbours(name, 3)} - {4}
        assert set(marked.row[marked.role.isin([f"near_{side}", "near_both"])]) == near
    for side, name in zip("ab", PAIR, strict=True):
        places = views.collection().spaces[name].maps["PCA"][marked.row.tolist()]
        np.testing.assert_allclose(marked[[f"x_{side}", f"y_{side}"]], places, atol=1e-4)


def test_both_maps_hear_a_click_and_pale_what_is_outside_a_box():
    spec = charts.maps(PAIR, "PCA", "style", 300, False)
    params = {param["name"]: param for param in spec["params"]}
    assert len(spec["hconcat"]) == 2 and len(params["pick"]["views"]) == 2
    for view in spec["hconcat"]:
        assert view["layer"][0]["encoding"]["opacity"]["condition"]["test"]["and"] == [
            {"param": "lasso_a"},
            {"param": "lasso_b"},
        ]


def test_a_box_holds_the_points_inside_it():
    table = views.points(PAIR, "PCA", "style")
    rows = views.inside(PAIR, "PCA", {"a": (0.0, 0.5, 0.0, 1.0)})
    assert rows == table.index[table.x_a <= 0.5].tolist()
    assert views.inside(PAIR, "PCA", {}) == []
    assert views.boxes_of(views.boxes_text({"a": (0.0, 0.5, 0.0, 1.0)})) == {"a": (0.0, 0.5, 0.0, 1.0)}


@pytest.mark.parametrize("kind", GOOD_FILES)
def test_every_kind_of_picture_is_placed(kind):
    own = views.own_picture(GOOD_FILES[kind], PAIR, "PCA")
    for name in PAIR:
        assert own[name]["decoded"].shape == (64, 64, 3) and len(own[name]["neighbours"]) == views.NEIGHBOURS
        assert all(-0.01 <= place <= 1.01 for place in own[name]["place"])


@pytest.mark.parametrize("kind", [kind for kind in BAD_FILES if not kind.startswith(("all", "one", "clear"))])
def test_a_broken_file_gets_one_sentence(kind):
    with pytest.raises(ValueError, match=r"^expected [^\n]*$"):
        views.own_picture(BAD_FILES[kind], PAIR, "PCA")


def test_a_painting_of_the_gallery_finds_itself(tiny_root):
    work = views.collection().works[9]
    own = views.own_picture((tiny_root / "artworks" / work.file).read_bytes(), ("art-ae",), "PCA")["art-ae"]
    assert own["neighbours"][0][0] == 9 and own["neighbours"][0][1] < 0.05


def test_an_upload_is_answered_on_the_page():
    page = opened(tab="Your picture")
    page.file_uploader(key="own").set_value(("sun.png", saved(Image.new("RGB", (90, 70), "orange")), "image/png")).run()
    assert not page.exception and not page.error
    assert any("green diamond" in text.value for text in page.markdown)
    page.file_uploader(key="own").set_value(("sun.png", b"this is no picture", "image/png")).run()
    assert [error.value for error in page.error] == [
        "Expected a picture file (PNG, JPEG, WEBP, GIF, BMP, TIFF), got something else."
    ]


def test_a_trajectory_runs_through_all_five_models():
    found = views.walks(((3,), (4,)), 10, ("linear", "dissolve"))
    assert [trajectory.model for trajectory in found[::2]] == list(MODELS)
    assert len(views.profile_table(found)) == 5 * 2 * 10 and len(views.shape_table(found)) == 10
    np.testing.assert_allclose(found[0].pictures[0], found[1].pictures[0], atol=1e-6)
    assert found[1].departure == pytest.approx(0, abs=1e-4)


def test_a_film_has_every_model_and_way_in_every_frame():
    film = Image.open(BytesIO(gif(views.film(views.walks(((3,), (4,)), 10, ("linear", "dissolve"))))))
    assert film.size == (5 * 66 - 2, 2 * 66 - 2)
    assert sum(1 for _ in ImageSequence.Iterator(film)) >= 11


def test_groups_are_ends_too_and_an_empty_one_is_refused():
    page = opened(tab="Trajectory", **{"from": "realism", "to": "romanticism"})
    assert not page.exception and not page.warning
    page.selectbox(key="from").set_value("selection").run()
    assert [warning.value for warning in page.warning] == [
        "expected paintings at both ends, got an empty selection: draw a box on a map."
    ]


def test_the_same_end_twice_is_refused_in_one_sentence():
    page = opened(tab="Trajectory", to="first painting")
    assert [warning.value for warning in page.warning] == ["expected two different ends, got the same one twice."]


def test_an_attribute_walk_passes_through_the_painting():
    pictures, places = views.attribute_walk("art-ae", "realism", 5, (), 2.0, "PCA", steps=5)
    assert pictures.shape == (5, 64, 64, 3) and places.shape == (5, 2)
    np.testing.assert_allclose(pictures[2], views.decoded("art-ae", [5])[0], atol=1)
    with pytest.raises(ValueError, match="expected a selection of some paintings"):
        views.attribute_walk("art-ae", "selection", 5, (), 2.0, "PCA")


def test_components_and_clusters_are_those_of_the_gallery():
    shares, lie = views.components("art-ae")
    assert set(shares["of"]) == {"all", *STYLES} and len(lie) == len(STYLES)
    assert (lie["the same by chance"] < lie["centroid offset"]).any()
    table, purity = views.clusters("art-ae", "k-means-4")
    assert table["paintings"].sum() == len(views.collection()) and 0.25 <= purity <= 1


def test_files_say_what_is_chosen():
    chosen = json.loads(views.selection_json(PAIR, 3, 4, [1, 2], "map=AE"))
    works = views.collection().works
    assert chosen["first"]["file"] == works[3].file and chosen["selection"] == [works[1].file, works[2].file]
    assert len(chosen["neighbours_of_first"]["art-aae"]) == views.NEIGHBOURS and chosen["link"] == "?map=AE"
    for rows, lines in (([1, 2], 3), ([], 1), (None, len(works) + 1)):
        assert len(views.table_csv(PAIR, "PCA", rows).splitlines()) == lines


def test_thumbnails_come_on_request_and_others_are_not_found():
    client = TestClient(Starlette(routes=[thumbnails(views.thumbnail)]))
    answer = client.get("/thumbnails/art-vae/3.webp")
    assert answer.status_code == 200 and Image.open(BytesIO(answer.content)).size == (64, 64)
    for path in ("art-vae/99999.webp", "nobody/3.webp", "art-vae/-1.webp", "art-vae/x.webp", "../core/cli.py"):
        assert client.get(f"/thumbnails/{path}").status_code == 404


def test_captions_of_strangers_are_no_markup():
    assert "<script>" not in plates([Plate(np.zeros((2, 2, 3), np.uint8), "<script>", '"><script>')])


def test_an_atlas_that_is_not_there_is_told_in_one_sentence(monkeypatch, tmp_path):
    empty = tmp_path / "checkpoints.yaml"
    empty.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(views, "REGISTRY", empty)
    page = opened()
    assert not page.exception and len(page.error) == 1
