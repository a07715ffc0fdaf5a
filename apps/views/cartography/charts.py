"""The charts of Cartography as Vega-Lite: maps with linked selections, profiles of style loss, shares, compositions.

The points of the maps are fetched by the chart, and the marks are named data, so that a page can change a mark without
sending or drawing thousands of points anew.
"""

from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from apps.views.cartography.view import NAMES, SIDES, Box, points_address, told
from core.data.artworks import STYLES

INKS = ("#c24d31", "#4f7fb5", "#b8892b", "#5c8a5a", "#8a6aa8", "#4fa3a0", "#9a6a4f", "#8b8170")
ERROR_RANGE = ("#4f7fb5", "#b9ae99", "#c24d31")
FIRST, SECOND, YOURS = "#c24d31", "#8a6aa8", "#2f9e6e"
DRAG = "[pointerdown[{}event.shiftKey], window:pointerup] > window:pointermove!"
DOMAIN = (-0.03, 1.03)
EMBEDDED = {  # thousands of points are drawn on a canvas, and views beside each other keep their size
    "autosize": {"type": "pad", "contains": "padding"},
    "usermeta": {"embedOptions": {"renderer": "canvas"}},
}
ROLES = ("first", "second", "near_a", "near_b", "near_both", "yours")


@lru_cache(maxsize=32)
def maps(
    models: tuple[str, ...],
    projection: str,
    colouring: str,
    side: int,
    stacked: bool,
    boxes: tuple[tuple[str, Box], ...] = (),
) -> dict[str, Any]:
    """One map or two beside each other, as a specification of Vega-Lite.

    A click picks a painting, with Shift a second one; dragging draws a box, and what is outside it pales on both maps;
    the wheel zooms, dragging with Shift moves, a double click resets. The points are fetched from `points_address`; the
    page gives the data "marked", as `marks` makes them.

    Args:
        models: names of one model or two.
        projection: by which latents were brought onto a plane.
        colouring: by what points are coloured.
        side: of a map, in pixels.
        stacked: one above the other.
        boxes: drawn at the start.
    """
    sides = SIDES[: len(models)]
    pick = alt.selection_point(name="pick", fields=["row"], empty=False, clear=False)
    drawn = dict(boxes)
    lassos = {each: _lasso(each, drawn.get(each)) for each in sides}
    views = [_map(name, each, colouring, side, lassos) for each, name in zip(sides, models, strict=True)]
    views[0] = views[0].add_params(pick)
    works = alt.UrlData(points_address(models, projection, colouring), format=alt.CsvDataFormat(type="csv"))
    together = (alt.vconcat if stacked else alt.hconcat)(*views, data=works, spacing=14)
    return _picked_on_all(together.configure_view(strokeWidth=0).to_dict(), len(sides))


def _picked_on_all(spec: dict[str, Any], views: int) -> dict[str, Any]:
    """The same with `EMBEDDED`, and `pick` heard on every map: Altair ties it to the one that it was added to."""
    named = {view for param in spec["params"] if param["name"] != "pick" for view in param["views"]}
    if len(named) != views:
        raise AssertionError(f"expected {views} views with parameters, got {named}")
    params = [param | {"views": sorted(named)} if param["name"] == "pick" else param for param in spec["params"]]
    return spec | {"params": params} | EMBEDDED


def _lasso(side: str, box: Box | None) -> alt.Parameter:
    start: dict[str, Any] = {"value": {"x": list(box[:2]), "y": list(box[2:])}} if box else {}
    mark = alt.BrushConfig(fill=FIRST, fillOpacity=0.06, stroke=FIRST, strokeOpacity=0.8)
    return alt.selection_interval(
        name=f"lasso_{side}", encodings=["x", "y"], on=DRAG.format("!"), zoom=False, mark=mark, **start
    )


def _map(name: str, side: str, colouring: str, pixels: int, lassos: dict[str, alt.Parameter]) -> Any:
    """One model's map: the points, and above them what is marked."""
    zoom = alt.selection_interval(
        name=f"zoom_{side}", bind="scales", on=DRAG.format(""), translate=DRAG.format(""), clear="dblclick"
    )
    points = (
        alt.Chart(title=alt.Title(told(name), anchor="start"))
        .transform_calculate(image=f"'thumbnails/{name}/' + datum.row + '.webp'")
        .mark_circle(size=22, clip=True)
        .encode(
            x=_place("x", side),
            y=_place("y", side),
            color=_colour(side, colouring, columns=4 if pixels > 400 else 2),
            opacity=alt.condition(_all_of(lassos), alt.value(0.8), alt.value(0.06)),
            tooltip=[
                alt.Tooltip("image:N"),
                alt.Tooltip("painting:N"),
                alt.Tooltip("style:N"),
                alt.Tooltip("part:N"),
                alt.Tooltip(f"error_{side}:Q", title="squared error", format=".4f"),
            ],
        )
        .add_params(lassos[side], zoom)
    )
    return alt.layer(points, _rings(side)).properties(width=pixels, height=pixels)


def _all_of(lassos: dict[str, alt.Parameter]) -> Any:
    first, *others = lassos.values()
    return first & others[0] if others else first


def _place(axis: str, side: str) -> Any:
    channel = alt.X if axis == "x" else alt.Y
    return channel(f"{axis}_{side}:Q", axis=None, scale=alt.Scale(domain=DOMAIN, nice=False))


def _colour(side: str, colouring: str, columns: int) -> alt.Color:
    legend = alt.Legend(title=None, orient="bottom", symbolOpacity=1, direction="horizontal", columns=columns)
    if colouring == "reconstruction error":
        scale = alt.Scale(range=ERROR_RANGE, type="log")
        bar = alt.Legend(title="squared error", orient="bottom", direction="horizontal", format=".3f", tickCount=3)
        return alt.Color(f"colour_{side}:Q", scale=scale, legend=bar)
    domain = STYLES if colouring == "style" else [str(k + 1) for k in range(int(colouring.rpartition("-")[2]))]
    return alt.Color(f"colour_{side}:N", scale=alt.Scale(domain=domain, range=INKS[: len(domain)]), legend=legend)


def _rings(side: str) -> alt.Chart:
    role = alt.Scale(domain=ROLES, range=(FIRST, SECOND, FIRST, "#4f7fb5", "#b8892b", YOURS))
    size = alt.Scale(domain=ROLES, range=(190, 190, 70, 70, 90, 230))
    shape = alt.Scale(domain=ROLES, range=("circle", "square", "circle", "triangle-up", "cross", "diamond"))
    return (
        alt.Chart(alt.NamedData("marked"))
        .mark_point(strokeWidth=2.2, opacity=1, clip=True, tooltip=None)
        .encode(
            x=_place("x", side),
            y=_place("y", side),
            stroke=alt.Stroke("role:N", scale=role, legend=None),
            size=alt.Size("role:O", scale=size, legend=None),
            shape=alt.Shape("role:N", scale=shape, legend=None),
        )
    )


def profiles(table: pd.DataFrame) -> alt.Chart:
    """Style loss step by step, a colour a model, a dash a way; a click on the legend singles one out."""
    models = list(NAMES.values())
    chosen = alt.selection_point(name="only", fields=["model"], bind="legend")
    steps = max(table["step"].tolist())
    return (
        alt.Chart(table, height=300)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=22) if steps <= 20 else False)
        .encode(
            x=alt.X("step:Q", axis=alt.Axis(tickMinStep=1, grid=False), scale=alt.Scale(domain=(1, steps))),
            y=alt.Y("style loss:Q", axis=alt.Axis(format="~g")),
            color=alt.Color("model:N", scale=alt.Scale(domain=models, range=INKS[: len(models)])),
            strokeDash=alt.StrokeDash(
                "way:N", scale=alt.Scale(domain=["linear", "geodesic", "dissolve"], range=[[1, 0], [6, 3], [2, 3]])
            ),
            opacity=alt.condition(chosen, alt.value(1), alt.value(0.12)),
            tooltip=["model", "way", "step", alt.Tooltip("style loss:Q", format=".4g")],
        )
        .add_params(chosen)
    )


def shares(table: pd.DataFrame) -> alt.Chart:
    """Shares of the variance along the first ten components, overall and by style."""
    names = ["all", *STYLES]
    return (
        alt.Chart(table, height=240)
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=alt.X("component:O", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", axis=alt.Axis(format="~%"), title="share of the variance"),
            color=alt.Color("of:N", scale=alt.Scale(domain=names, range=["#8b8170", *INKS[:4]]), title=None),
            strokeDash=alt.StrokeDash("model:N", title=None),
            tooltip=["model", "of", "component", alt.Tooltip("share:Q", format=".1%")],
        )
    )


def compositions(table: pd.DataFrame) -> alt.Chart:
    """What each cluster is made of: a bar a cluster, a colour a style."""
    return (
        alt.Chart(table, height=220)
        .mark_bar()
        .encode(
            x=alt.X("cluster:N", axis=alt.Axis(labelAngle=0)),
            y="paintings:Q",
            color=alt.Color(
                "style:N",
                scale=alt.Scale(domain=STYLES, range=INKS[:4]),
                title=None,
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=["model", "cluster", "style", "paintings"],
        )
    )


def paths(works: pd.DataFrame, path: pd.DataFrame, side: str) -> Any:
    """Attribute vectors drawn over one map's points: a line a vector, growing towards its end."""
    scale = alt.Scale(domain=DOMAIN, nice=False)
    ground = (
        alt.Chart(works[[f"x_{side}", f"y_{side}"]])
        .mark_circle(size=7, color="#8b8170", opacity=0.25, clip=True)
        .encode(x=_place("x", side), y=_place("y", side))
    )
    names = list(dict.fromkeys(path["of"]))
    colour = alt.Color("of:N", scale=alt.Scale(domain=names, range=INKS[: len(names)]), title=None)
    line = alt.Chart(path[path["side"] == side]).encode(
        x=alt.X("x:Q", axis=None, scale=scale),
        y=alt.Y("y:Q", axis=None, scale=scale),
        color=colour.legend(orient="bottom", columns=2),
        order="step:O",
    )
    ends = line.mark_circle(opacity=1).encode(size=alt.Size("step:O", legend=None, scale=alt.Scale(range=(10, 130))))
    return alt.layer(ground, line.mark_line(strokeWidth=2.5), ends).properties(height=360)
