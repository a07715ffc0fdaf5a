"""Cartography: thousands of paintings on the maps of five autoencoders, and the ways between them.

Two models' maps stand side by side, and what is chosen on one is marked on the other. Two paintings, or two groups,
are the ends of a trajectory in every model, whose style loss is drawn step by step. A picture of one's own is placed
among the others. Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic Style", 2021.

    streamlit run apps/cartography.py
"""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
import torch
from streamlit.starlette import App

from apps.ui.components.plates import STYLE, Plate, plates, strips
from apps.ui.server.gallery_routes import points, thumbnails
from apps.ui.server.static_routes import static_route
from apps.ui.shared import fonts
from apps.views.cartography import charts as charts
from apps.views.cartography import view as views
from core.cartography.collection import MODELS
from core.cartography.trajectories import Way
from core.data.artworks import STYLES
from core.imaging.preprocess import MAX_BYTES
from core.imaging.rendering import gif
from core.style.backbones import STYLE_FEATURES

LINKED: Any = {"bind": "query-params"}
TABS: tuple[str, ...] = ("Neighbours", "Trajectory", "Your picture", "Attributes", "Components", "Clusters", "About")
GROUPS = ("first painting", "second painting", "selection", *STYLES)
KINDS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
PRIVACY = """
<h3>Where your picture goes</h3>
<p>Into the memory of the machine that serves this page, until you close it or choose another; never onto a disk. The
app has no accounts, no log and no statistics. The page's address holds what you have chosen, but not your picture.</p>
"""
MOST_BENT = 30  # steps of a geodesic; 100 would take a minute
WIDE, TALL = 460, 320  # pixels of a map's side, beside or above the other

# Handlers


def picked() -> None:
    """A click on a map chooses a painting, a click with Shift a second one; a box is kept in the address."""
    selection = st.session_state.maps["selection"]
    rows = [int(point["row"]) for point in selection.get("pick", [])]
    names = views.labels()
    if rows:
        st.session_state.work = names[rows[0]]
    if len(rows) > 1:
        st.session_state.other = names[rows[-1]]
    boxes = {}
    for side in views.SIDES:
        edges = selection.get(f"lasso_{side}") or {}
        if len(edges) == 2:
            boxes[side] = (*edges[f"x_{side}"], *edges[f"y_{side}"])
    st.session_state.boxes = boxes


def named(key: str) -> None:
    """Part of a name becomes the whole."""
    row = views.row_of(st.session_state[key])
    if row is not None:
        st.session_state[key] = views.labels()[row]


def opened() -> None:
    """The boxes of a visit begin with those of its link."""
    if "boxes" not in st.session_state:
        st.session_state.boxes = views.boxes_of(st.query_params.get("box", ""))
    st.session_state.drawn = st.session_state.boxes  # maps that are drawn anew show the boxes that there are


def on_phone() -> bool:
    """Does the browser say that it is a phone's?"""
    return "Mobi" in st.context.headers.get("User-Agent", "")


# Layout


def main() -> None:
    """The page."""
    torch.set_num_threads(1)  # a request uses one core
    st.set_page_config(page_title="Cartography", layout="wide", initial_sidebar_state="collapsed")
    st.html(STYLE)
    st.html(f"<style>{fonts.font_faces()}</style>")
    st.title("Cartography", anchor=False)
    st.markdown("Paintings in the latent spaces of five autoencoders. Hover to see one as a model remembers it.")
    try:
        views.collection()
    except (ValueError, OSError) as error:
        st.error(f"The atlas of paintings cannot be opened: {error}.")
        return
    opened()
    names = list(views.collection().spaces)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.selectbox("Map of", names, key="map", format_func=views.told, width=130, **LINKED)
        second = st.selectbox(
            "Beside it", ["none", *names], len(names), key="beside", format_func=views.told, width=130, **LINKED
        )
        projection = st.selectbox("Projection", views.projections(), key="projection", width=130, **LINKED)
        colouring = st.selectbox("Colour by", views.colourings(), key="colour", width=220, **LINKED)
    models = (first,) if second in ("none", first) else (first, second)
    explore(models, projection, colouring)


@st.fragment
def explore(models: tuple[str, ...], projection: str, colouring: str) -> None:
    """The maps, and below them what can be done with what is chosen there."""
    atlas = st.container()
    rows = chosen()
    group = views.inside(models, projection, st.session_state.boxes)
    keep_box()
    tabs = dict(zip(TABS, st.tabs(TABS, key="tab", **LINKED), strict=True))
    own: dict[str, Any] | None = None
    if tabs["Neighbours"].open:  # they answer a click before thousands of points are drawn anew
        with tabs["Neighbours"]:
            neighbourhood(models, projection, rows, group)
    if tabs["Your picture"].open:
        with tabs["Your picture"]:
            own = your_picture(models, projection)
    with atlas:
        show_maps(models, projection, colouring, rows, own)
    panes = {
        "Trajectory": lambda: trajectory(rows, tuple(group)),
        "Attributes": lambda: attributes(models, projection, rows[0], tuple(group)),
        "Components": lambda: components(models),
        "Clusters": lambda: clusters(models),
        "About": about,
    }
    for name, pane in panes.items():
        if tabs[name].open:
            with tabs[name]:
                pane()


def chosen() -> tuple[int, int]:
    """The rows of the two paintings that were clicked or named; the first ones stand in for what names none."""
    # Thousands of names to choose from would be drawn anew at every click.
    fields = {"work": "First painting: click a point, or name it", "other": "Second: Shift and click, or name it"}
    rows, names = [], views.labels()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for (key, label), row in zip(fields.items(), views.first_works(), strict=True):
            name = st.text_input(label, names[row], key=key, max_chars=200, on_change=named, args=(key,), **LINKED)
            found = views.row_of(name)
            rows.append(row if found is None else found)
            if found is None:
                st.warning(f"Expected a painting, got {name!r}: a part of a file's name, an artist or a title will do.")
    return rows[0], rows[1]


def keep_box() -> None:
    """The boxes on the maps go into the address, whose other parts belong to controls."""
    text = views.boxes_text(st.session_state.boxes)
    if text:
        st.query_params["box"] = text
    elif "box" in st.query_params:
        del st.query_params["box"]


def show_maps(
    models: tuple[str, ...], projection: str, colouring: str, rows: tuple[int, int], own: dict[str, Any] | None
) -> None:
    """One map or two, with marks that change without drawing them anew."""
    phone = on_phone()
    drawn = tuple((side, box) for side, box in st.session_state.drawn.items() if side in views.SIDES[: len(models)])
    spec = charts.maps(models, projection, colouring, TALL if phone else WIDE, phone, drawn)
    marked = views.marks(models, *rows, projection)
    if own:
        places = {
            f"{axis}_{side}": own[name]["place"][i]
            for side, name in zip(views.SIDES, models, strict=False)
            for i, axis in enumerate("xy")
        }
        marked = pd.concat([marked, pd.DataFrame([{"row": -1, "role": "yours", **places}])])
    st.vega_lite_chart(
        spec | {"datasets": {"marked": marked}},
        key="maps",
        width="content",
        on_select=picked,
        selection_mode=["pick", *(f"lasso_{side}" for side in views.SIDES[: len(models)])],
        alt=f"Maps of {len(views.collection())} paintings in {' and '.join(map(views.told, models))}",
    )


def neighbourhood(models: tuple[str, ...], projection: str, rows: tuple[int, int], group: list[int]) -> None:
    """The chosen painting and those nearest to it, in each model; files of what is chosen."""
    for column, name in zip(st.columns(len(models), gap="large"), models, strict=True):
        with column:
            st.subheader(f"Nearest in {views.told(name)}", anchor=False)
            st.html(plates(near_plates(name, rows[0])))
    if group:
        st.markdown(f"**{len(group)} paintings inside the box**, as {views.told(models[0])} remembers them:")
        some = group[:: max(1, len(group) // 24)][:24]
        st.html(
            plates(Plate(x, views.labels()[row]) for row, x in zip(some, views.decoded(models[0], some), strict=True))
        )
    with st.container(horizontal=True):
        st.download_button(
            "Selection (JSON)",
            partial(views.selection_json, models, *rows, group, address()),
            "selection.json",
            "application/json",
            on_click="ignore",
        )
        st.download_button(
            "Table (CSV)",
            lambda: views.table_csv(models, projection, group if st.session_state.boxes else None),
            "paintings.csv",
            "text/csv",
            on_click="ignore",
        )
    st.caption("The menu in a chart's corner saves it as PNG or SVG. The page's address reopens this view.")


def near_plates(name: str, row: int) -> list[Plate]:
    """The painting itself, its original where this machine has it, and its neighbours with their distances."""
    near, names = views.neighbours(name, row), views.labels()
    pictures = views.decoded(name, [row, *(other for other, _ in near)])
    told = [f"{names[row]} (chosen)", *(f"{names[other]}, {distance:.2f}" for other, distance in near)]
    original = views.original(row)
    first = [] if original is None else [Plate(original, "the original")]
    return first + [Plate(x, text) for x, text in zip(pictures, told, strict=True)]


def address() -> str:
    """The query of the page's address."""
    return "&".join(f"{key}={value}" for key, value in st.query_params.items())


@st.fragment
def trajectory(rows: tuple[int, int], group: tuple[int, ...]) -> None:
    """The way from one painting or group to another in every model, and how far style moves at each step."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = st.selectbox("From", GROUPS, key="from", width=190, **LINKED)
        end = st.selectbox("To", GROUPS, 1, key="to", width=190, **LINKED)
        steps = st.segmented_control("Steps", [10, 30, 100], default=10, key="steps", required=True, **LINKED)
        long = steps > MOST_BENT
        bent = st.toggle(
            f"Geodesics too (some seconds, up to {MOST_BENT} steps)", key="geodesic", disabled=long, **LINKED
        )
    ways: tuple[Way, ...] = ("linear", "geodesic", "dissolve") if bent and not long else ("linear", "dissolve")
    try:
        found = views.walks((members(start, rows, group), members(end, rows, group)), steps, ways)
    except ValueError as error:
        st.warning(f"{error}.")
        return
    shown = (Plate(views.strip(views.to_colours(j.pictures)), f"{views.told(j.model)}, {j.way}") for j in found)
    st.html(strips(shown, len(ways)))
    table, shape = views.profile_table(found), views.shape_table(found)
    st.altair_chart(charts.profiles(table), key="profiles")
    st.dataframe(shape, hide_index=True)
    st.caption(
        "Curvature above 0 is a horseshoe, below 0 a wave, sunk in the middle. One pair is an example, no finding. "
        "Style is seen through the small bundled network, see About."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Film (GIF)", lambda: gif(views.film(found)), "trajectory.gif", "image/gif", on_click="ignore"
        )
        st.download_button("Profiles (CSV)", table.to_csv(index=False), "profiles.csv", "text/csv", on_click="ignore")
        st.download_button("Shapes (CSV)", shape.to_csv(index=False), "shapes.csv", "text/csv", on_click="ignore")


def members(end: str, rows: tuple[int, int], group: tuple[int, ...]) -> tuple[int, ...]:
    """The paintings at one end of a trajectory."""
    if end in STYLES:
        return tuple((views.collection().labels == STYLES.index(end)).nonzero()[:, 0].tolist())
    return {"first painting": rows[:1], "second painting": rows[1:], "selection": group}[end]


def your_picture(models: tuple[str, ...], projection: str) -> dict[str, Any] | None:
    """A visitor's picture: as a model sees it, as it comes back, and where it lies."""
    file = st.file_uploader(
        "A picture of your own", type=KINDS, max_upload_size=MAX_BYTES // 10**6, key="own", accept_multiple_files=False
    )
    st.caption("It stays in the memory of this visit, is never written to disk, and is gone when you close the page.")
    if file is None:
        return None
    try:
        own = views.own_picture(file.getvalue(), models, projection)
    except ValueError as error:
        st.error(f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return None
    for column, name in zip(st.columns(len(models), gap="large"), models, strict=True):
        seen, rows = own[name], [row for row, _ in own[name]["neighbours"]]
        with column:
            st.subheader(f"In {views.told(name)}", anchor=False)
            st.markdown(
                f"Squared error {seen['error']:.4f}, more than that of {seen['rank']:.0%} of the paintings. "
                "The green diamond on the map is its place."
            )
            near = zip(views.decoded(name, rows), seen["neighbours"], strict=True)
            st.html(
                plates(
                    [
                        Plate(seen["seen"], "as the model sees it"),
                        Plate(seen["decoded"], "as it remembers it"),
                        *(Plate(x, f"{views.labels()[row]}, {apart:.2f}") for x, (row, apart) in near),
                    ]
                )
            )
    return own


@st.fragment
def attributes(models: tuple[str, ...], projection: str, row: int, group: tuple[int, ...]) -> None:
    """What sets a style, or the selection, apart, as a direction: walked from the first painting, drawn on the maps."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        attribute = st.selectbox("Attribute", [*STYLES, "selection"], key="attribute", width=190, **LINKED)
        reach = st.slider("How far, in lengths of the vector", 0.5, 10.0, 4.0, 0.5, key="reach", width=320, **LINKED)
    paths = views.style_paths(models, projection)
    for column, (side, name) in zip(
        st.columns(len(models), gap="large"), zip(views.SIDES, models, strict=False), strict=True
    ):
        with column:
            try:
                pictures, places = views.attribute_walk(name, attribute, row, group, reach, projection)
            except ValueError as error:
                st.warning(f"{error}.")
                return
            own = pd.DataFrame(places, columns=["x", "y"]).assign(
                side=side, of=f"first painting towards {attribute}", step=range(len(places))
            )
            st.subheader(views.told(name), anchor=False)
            strip = views.strip(pictures)
            st.html(strips([Plate(strip, f"less and more {attribute}")]))
            works = views.points(models, projection, "style")
            st.altair_chart(charts.paths(works, pd.concat([paths, own]), side), key=f"paths_{side}")
    st.caption(
        "Lines are the attribute vectors of the styles, walked from the centre of all paintings towards the dot."
    )


def components(models: tuple[str, ...]) -> None:
    """How far the latents spread along their principal components, overall and style by style."""
    found = [views.components(name) for name in models]
    for column, name, (shares, _) in zip(st.columns(len(models), gap="large"), models, found, strict=True):
        with column:
            st.subheader(views.told(name), anchor=False)
            st.altair_chart(charts.shares(shares), key=f"shares_{name}")
    st.dataframe(pd.concat([lie for _, lie in found]), hide_index=True)
    table = pd.concat([shares for shares, _ in found])
    st.download_button("Shares (CSV)", table.to_csv(index=False), "shares.csv", "text/csv", on_click="ignore")


@st.fragment
def clusters(models: tuple[str, ...]) -> None:
    """Clusters of the latents: what each is made of, and the painting in its middle."""
    method = st.selectbox("Clusters", views.colourings()[2:], key="clusters", width=190, **LINKED)
    tables = []
    for column, name in zip(st.columns(len(models), gap="large"), models, strict=True):
        table, pure = views.clusters(name, method)
        tables.append(table)
        with column:
            st.subheader(f"{views.told(name)}, purity {pure:.3f}", anchor=False)
            st.altair_chart(charts.compositions(table), key=f"compositions_{name}")
            centres = views.cluster_centres(name, method)
            st.html(plates(Plate(x, f"mean of {k + 1}") for k, x in enumerate(centres)))
    st.download_button(
        "Compositions (CSV)", pd.concat(tables).to_csv(index=False), "clusters.csv", "text/csv", on_click="ignore"
    )


def about() -> None:
    """The records of the models, and what these pictures are."""
    from apps.ui.shared.about import about as records_of

    st.html(records_of([*MODELS, STYLE_FEATURES], PRIVACY))


FONTS = static_route("fonts", fonts.digest(), fonts.files())
app = App(__file__, routes=[thumbnails(views.thumbnail), points(views.points_file), FONTS])

if __name__ == "__main__":
    main()
