"""What Cartography shows, as tables and pictures: pure functions of the gallery and of what is chosen."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from functools import lru_cache, partial
from threading import Lock
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from core.cartography.collection import Collection, load_collection
from core.cartography.trajectories import Trajectory, Way, trajectories
from core.data import data_root
from core.data.artworks import STYLES
from core.imaging.preprocess import Preprocess, open_picture
from core.imaging.rendering import sheet, to_colours, webp
from core.latent.attribute_vectors import attribute_vector, class_vectors, on_map
from core.latent.clustering import composition
from core.latent.interpolation import linear
from core.latent.neighbours import nearest
from core.latent.pca import (
    by_chance,
    centroid_offsets,
    class_variance_shares,
    first_component_angles,
    variance_shares,
)
from core.latent.projection import PROJECTIONS
from core.metrics import purity
from core.models.base import Autoencoder
from core.registry.load import load
from core.registry.store import REGISTRY
from core.style.backbones import backbone

NAMES = {"art-ae": "AE", "art-vae": "VAE", "art-betavae": "β-VAE", "art-tvae": "TVAE", "art-aae": "AAE"}
NEIGHBOURS = 8
BENDING = Lock()  # held while geodesics are looked for, seconds of one core
SIDES = ("a", "b")  # of the page: the first map and the second
SEEN = Preprocess(size=128, channels=3, crop=False, thicken=False, centre=None, square=True)  # an original beside
Box = tuple[float, float, float, float]  # left, right, bottom, top
Ends = tuple[tuple[int, ...], tuple[int, ...]]  # the rows of either end of a trajectory


def collection() -> Collection:
    """The bundled gallery."""
    return load_collection(REGISTRY)


def model(name: str) -> Autoencoder:
    """One of its models."""
    return load(name, REGISTRY).autoencoder


def told(name: str) -> str:
    """A model as the paper calls it.

    Example:
        >>> told("art-betavae")
        'β-VAE'
    """
    return NAMES.get(name, name)


@lru_cache(maxsize=1)
def labels() -> tuple[str, ...]:
    """A name for every painting: its file, which is its own, and what else is known of it."""
    parts = [(_stem(work.file), work.artist, work.title, work.year) for work in collection().works]
    return tuple(" · ".join(filter(None, part)) for part in parts)


def row_of(name: str) -> int | None:
    """The row of a painting by its name, else the first that begins with it or has it as a part; None if none does."""
    sought = name.strip().casefold()
    known = [label.casefold() for label in labels()]
    near = [label != sought and (1 if label.startswith(sought) else 2 if sought in label else 3) for label in known]
    row = near.index(min(near))
    return row if sought and near[row] < 3 else None


def _stem(file: str) -> str:
    return file.rpartition("/")[2].rpartition(".")[0]


def first_works() -> tuple[int, int]:
    """Two paintings to begin with, of the first and the last style, that no model has learned from."""
    gallery = collection()
    fresh = [(gallery.unseen & (gallery.labels == label)).nonzero()[:, 0] for label in (0, len(STYLES) - 1)]
    first, last = (rows[len(rows) // 2].item() if len(rows) else 0 for rows in fresh)
    return int(first), int(last)


# The maps


def colourings() -> list[str]:
    """By what the points of a map can be coloured."""
    space = next(iter(collection().spaces.values()))
    return ["style", "reconstruction error", *space.clusters]


def projections() -> list[str]:
    """The maps that the gallery holds, those that keep neighbourhoods first."""
    held = next(iter(collection().spaces.values())).maps
    return [method for method in PROJECTIONS if method in held]


@lru_cache(maxsize=16)
def points(models: tuple[str, ...], projection: str, colouring: str) -> pd.DataFrame:
    """A row a painting: what is known of it, and for each side its place (x, y) and its colour."""
    gallery = collection()
    columns: dict[str, Any] = {
        "row": np.arange(len(gallery)),
        "painting": labels(),
        "style": [work.style for work in gallery.works],
        "part": ["unseen" if unseen else "learned from" for unseen in gallery.unseen.tolist()],
    }
    for side, name in zip(SIDES, models, strict=False):
        space = gallery.spaces[name]
        x, y = space.maps[projection].T.numpy().round(4)
        columns |= {f"x_{side}": x, f"y_{side}": y, f"error_{side}": space.error.numpy()}
        columns[f"colour_{side}"] = colours(name, colouring)
    return pd.DataFrame(columns)


@lru_cache(maxsize=16)
def points_file(models: tuple[str, ...], projection: str, colouring: str) -> bytes:
    """The same as a CSV file, for a chart to fetch once, and not at every click.

    Raises:
        ValueError: if there is no such map.
    """
    known = {"model": collection().spaces, "projection": projections(), "colouring": colourings()}
    asked = [*(("model", name) for name in models), ("projection", projection), ("colouring", colouring)]
    for what, value in asked:
        if value not in known[what]:
            raise ValueError(f"expected a {what} out of {', '.join(known[what])}, got {value!r}")
    return points(models, projection, colouring).to_csv(index=False).encode()


def points_address(models: tuple[str, ...], projection: str, colouring: str) -> str:
    """Where the page serves that file.

    Example:
        >>> points_address(("art-ae", "art-aae"), "t-SNE", "reconstruction error")
        'maps/art-ae+art-aae/t-SNE/reconstruction%20error.csv'
    """
    return f"maps/{'+'.join(models)}/{projection}/{quote(colouring)}.csv"


def colours(name: str, colouring: str) -> list[Any]:
    """The value by which each painting is coloured in one model."""
    gallery = collection()
    space = gallery.spaces[name]
    if colouring == "style":
        return [work.style for work in gallery.works]
    if colouring == "reconstruction error":
        return space.error.tolist()
    return [f"{cluster + 1}" for cluster in space.clusters[colouring].tolist()]


def neighbours(name: str, row: int, k: int = NEIGHBOURS) -> list[tuple[int, float]]:
    """The paintings nearest to one in a model's latent space, without itself: rows and distances."""
    z = collection().spaces[name].z
    found = nearest(z, z[row : row + 1], k + 1)
    pairs = zip(found.rows[0].tolist(), found.distances[0].tolist(), strict=True)
    return [(other, distance) for other, distance in pairs if other != row][:k]


def marks(models: Sequence[str], first: int, second: int, projection: str) -> pd.DataFrame:
    """What is marked on the maps: both chosen paintings, and the neighbours of the first in each model, or in both."""
    near = [{row for row, _ in neighbours(name, first)} for name in models]
    roles = {first: "first", second: "second"}
    for side, own in zip(SIDES, near, strict=False):
        roles |= {row: f"near_{side}" for row in sorted(own) if row not in (first, second)}
    shared = near[0] & near[1] if len(near) == 2 else set()
    roles |= {row: "near_both" for row in sorted(shared) if row != second}
    rows = list(roles)
    places = {
        f"{axis}_{side}": collection().spaces[name].maps[projection][rows, i].tolist()
        for side, name in zip(SIDES, models, strict=False)
        for i, axis in enumerate("xy")
    }
    return pd.DataFrame({"row": rows, "role": list(roles.values()), **places})


def inside(models: tuple[str, ...], projection: str, boxes: dict[str, Box]) -> list[int]:
    """The paintings inside the boxes drawn on the maps, one a side at most; none if there is no box."""
    table = points(models, projection, "style")
    drawn = {side: box for side, box in boxes.items() if side in SIDES[: len(models)]}
    kept = np.full(len(table), bool(drawn))
    for side, (left, right, bottom, top) in drawn.items():
        kept &= table[f"x_{side}"].between(left, right).to_numpy() & table[f"y_{side}"].between(bottom, top).to_numpy()
    return np.flatnonzero(kept).tolist()


def boxes_of(text: str) -> dict[str, Box]:
    """Boxes as a link holds them; what is none is left out.

    Example:
        >>> boxes_of("a:0.1,0.2,0.3,0.4;b:nonsense")
        {'a': (0.1, 0.2, 0.3, 0.4)}
    """
    boxes: dict[str, Box] = {}
    for part in text[:200].split(";"):
        side, _, numbers = part.partition(":")
        try:
            left, right, bottom, top = (min(max(float(number), -1.0), 2.0) for number in numbers.split(","))
        except ValueError:
            continue
        if side in SIDES and "nan" not in numbers.lower():
            boxes[side] = (left, right, bottom, top)
    return boxes


def boxes_text(boxes: dict[str, Box]) -> str:
    """Boxes for a link.

    Example:
        >>> boxes_text({"a": (0.1, 0.25, 0.3, 0.4)})
        'a:0.1,0.25,0.3,0.4'
    """
    return ";".join(f"{side}:{','.join(f'{round(edge, 3):g}' for edge in box)}" for side, box in boxes.items())


# Pictures


@lru_cache(maxsize=4096)
def thumbnail(name: str, row: int) -> bytes:
    """One painting as a model decodes it, a WebP file.

    Raises:
        ValueError: if there is no such model or painting.
    """
    gallery = collection()
    if name not in gallery.spaces or not 0 <= row < len(gallery):
        raise ValueError(f"expected one of {len(gallery)} paintings in {', '.join(gallery.spaces)}, got {name} {row}")
    return webp(decoded(name, [row])[0])


def decoded(name: str, rows: Sequence[int]) -> np.ndarray:
    """Paintings as a model decodes them, (R, S, S, 3) uint8."""
    return to_colours(collection().thumbnails(name, rows, REGISTRY))


def original(row: int) -> np.ndarray | None:
    """The painting itself, (S, S, 3) uint8, if the data root of this machine has it."""
    path = data_root() / "artworks" / collection().works[row].file
    return to_colours(SEEN.to_tensor(open_picture(path)))[0] if path.is_file() else None


def own_picture(content: bytes, models: Sequence[str], projection: str) -> dict[str, dict[str, Any]]:
    """A visitor's picture in each model: how it is seen and decoded, its error, its place and its neighbours.

    Raises:
        ValueError: with one sentence for the visitor, as `core.imaging.preprocess.open_picture` says.
    """
    picture, found = open_picture(content), {}
    for name in models:
        checkpoint, space = load(name, REGISTRY), collection().spaces[name]
        x = checkpoint.preprocess.to_tensor(picture)
        with torch.inference_mode():
            z = checkpoint.autoencoder.encode(x).mean
            again = checkpoint.autoencoder.decode(z)
        near = nearest(space.z, z, NEIGHBOURS)
        found[name] = {
            "seen": to_colours(x)[0],
            "decoded": to_colours(again)[0],
            "error": (again - x).square().mean().item(),
            "rank": (space.error < (again - x).square().mean()).float().mean().item(),
            "place": on_map(z, space.z, space.maps[projection])[0].tolist(),
            "neighbours": list(zip(near.rows[0].tolist(), near.distances[0].tolist(), strict=True)),
        }
    return found


# Trajectories


def walks(ends: Ends, steps: int, ways: tuple[Way, ...]) -> tuple[Trajectory, ...]:
    """Trajectories in all models between two paintings, or between the means of two groups of them.

    Geodesics are looked for by one visitor at a time.
    """
    with BENDING if "geodesic" in ways else nullcontext():
        return trajectories_between(ends, steps, ways)


@lru_cache(maxsize=4)  # of up to 50 MB each
def trajectories_between(ends: Ends, steps: int, ways: tuple[Way, ...]) -> tuple[Trajectory, ...]:
    """What `walks` finds, kept for the page's next run."""
    gallery = collection()
    between = {name: _ends(space.z, ends) for name, space in gallery.spaces.items()}
    return tuple(trajectories({name: model(name) for name in between}, between, backbone("painter"), steps, ways))


def _ends(z: Tensor, ends: Ends) -> tuple[Tensor, Tensor]:
    if not all(ends):
        raise ValueError("expected paintings at both ends, got an empty selection: draw a box on a map")
    start, end = (z[list(rows)].mean(dim=0) for rows in ends)
    return start, end


def profile_table(found: Sequence[Trajectory]) -> pd.DataFrame:
    """The style loss of every step, a row a step."""
    return pd.DataFrame(
        [
            {"model": told(trajectory.model), "way": trajectory.way, "step": step + 1, "style loss": loss}
            for trajectory in found
            for step, loss in enumerate(trajectory.losses.tolist())
        ]
    )


def shape_table(found: Sequence[Trajectory]) -> pd.DataFrame:
    """The shape of every profile as a number, a row a model and way."""
    return pd.DataFrame(
        [
            {
                "model": told(trajectory.model),
                "way": trajectory.way,
                "curvature": trajectory.curvature,
                "shape": "horseshoe" if trajectory.curvature > 0 else "wave" if trajectory.curvature < 0 else "flat",
                "departure": trajectory.departure,
                "distance of the ends": trajectory.distance,
                "style loss, sum": trajectory.losses.sum().item(),
            }
            for trajectory in found
        ]
    )


def film(found: Sequence[Trajectory]) -> np.ndarray:
    """The frames of a film of trajectories side by side, a column a model, a row a way: (T, H, W, 3) uint8."""
    columns = len({trajectory.model for trajectory in found})
    ways = len(found) // columns
    order = [found[column * ways + way] for way in range(ways) for column in range(columns)]
    pictures = np.stack([to_colours(trajectory.pictures) for trajectory in order], axis=1)
    return np.stack([sheet(frame, columns, gap=2) for frame in pictures])


def strip(pictures: np.ndarray, most: int = 11) -> np.ndarray:
    """Some of the pictures (T, S, S, 3) of a trajectory in a row, both ends among them: (S, most·S, 3) uint8."""
    chosen = np.unique(np.linspace(0, len(pictures) - 1, min(most, len(pictures))).round().astype(int))
    return sheet(pictures[chosen], len(chosen))


# Components, clusters, attributes


@lru_cache(maxsize=16)
def components(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of the variance by component, overall and by style; and how the styles lie to each other."""
    gallery = collection()
    z, classes = gallery.spaces[name].z, gallery.labels
    rows = {"all": variance_shares(z)} | dict(zip(STYLES, class_variance_shares(z, classes, len(STYLES)), strict=True))
    shares = [
        {"model": told(name), "of": of, "component": i + 1, "share": share}
        for of, row in rows.items()
        for i, share in enumerate(row.tolist())
    ]
    lie = {
        "model": told(name),
        "style": STYLES,
        "centroid offset": centroid_offsets(z, classes, len(STYLES)).tolist(),
        "the same by chance": by_chance(partial(centroid_offsets, classes=len(STYLES)), z, classes).tolist(),
        "in standard deviations": centroid_offsets(z, classes, len(STYLES), relative=True).tolist(),
        "angle of first component, °": first_component_angles(z, classes, len(STYLES)).tolist(),
    }
    return pd.DataFrame(shares), pd.DataFrame(lie)


@lru_cache(maxsize=64)
def clusters(name: str, method: str) -> tuple[pd.DataFrame, float]:
    """What each cluster is made of, a row a cluster and style; and their purity."""
    gallery = collection()
    found = gallery.spaces[name].clusters[method]
    counts = composition(found, gallery.labels, len(STYLES)).tolist()
    rows = [
        {"model": told(name), "cluster": f"{k + 1}", "style": style, "paintings": n}
        for k, row in enumerate(counts)
        for style, n in zip(STYLES, row, strict=True)
    ]
    return pd.DataFrame(rows), purity(found, gallery.labels)


def cluster_centres(name: str, method: str) -> np.ndarray:
    """The mean latent of each cluster, decoded: (k, S, S, 3) uint8."""
    space = collection().spaces[name]
    found = space.clusters[method]
    means = torch.stack([space.z[found == k].mean(dim=0) for k in range(int(found.max()) + 1)])
    with torch.inference_mode():
        return to_colours(model(name).decode(means))


def attribute_walk(
    name: str, attribute: str, row: int, group: Sequence[int], reach: float, projection: str, steps: int = 9
) -> tuple[np.ndarray, np.ndarray]:
    """From a painting against an attribute and along it, decoded and on the map.

    Args:
        name: of the model.
        attribute: a style, or "selection": the group against all other paintings.
        row: of the painting.
        group: rows of the selection.
        reach: how many lengths of the vector to go either way.
        projection: of the map.
        steps: how many points.

    Returns:
        Pictures (steps, S, S, 3) uint8 and places (steps, 2).

    Raises:
        ValueError: if the selection is empty, or everything.
    """
    gallery = collection()
    space = gallery.spaces[name]
    vector = _vector(space.z, gallery.labels, attribute, group)
    path = linear(space.z[row] - reach * vector, space.z[row] + reach * vector, steps - 1)
    with torch.inference_mode():
        pictures = to_colours(model(name).decode(path))
    return pictures, on_map(path, space.z, space.maps[projection]).numpy()


def _vector(z: Tensor, classes: Tensor, attribute: str, group: Sequence[int]) -> Tensor:
    if attribute in STYLES:
        return class_vectors(z, classes, len(STYLES))[STYLES.index(attribute)]
    if not 0 < len(group) < len(z):
        raise ValueError("expected a selection of some paintings, got none or all of them: draw a box on a map")
    chosen = torch.zeros(len(z), dtype=torch.bool)
    chosen[list(group)] = True
    return attribute_vector(z[chosen], z[~chosen])


def style_paths(models: tuple[str, ...], projection: str) -> pd.DataFrame:
    """Every style's attribute vector on the maps, walked from the centre of all paintings."""
    gallery, rows = collection(), []
    for side, name in zip(SIDES, models, strict=False):
        space = gallery.spaces[name]
        for label, style in enumerate(STYLES):
            vector = class_vectors(space.z, gallery.labels, len(STYLES))[label]
            centre = space.z.mean(dim=0)
            places = on_map(linear(centre - 2 * vector, centre + 2 * vector, 8), space.z, space.maps[projection])
            rows += [{"side": side, "of": style, "step": i, "x": x, "y": y} for i, (x, y) in enumerate(places.tolist())]
    return pd.DataFrame(rows)


# Files


def selection_json(models: Sequence[str], first: int, second: int, group: Sequence[int], query: str) -> str:
    """What is chosen, by the names of files, as JSON."""
    works = collection().works
    near = {
        name: [{"file": works[row].file, "distance": round(distance, 4)} for row, distance in neighbours(name, first)]
        for name in models
    }
    chosen = {
        "models": list(models),
        "first": asdict(works[first]),
        "second": asdict(works[second]),
        "neighbours_of_first": near,
        "selection": [works[row].file for row in group],
        "link": f"?{query}",
    }
    return json.dumps(chosen, ensure_ascii=False, indent=1)


def table_csv(models: tuple[str, ...], projection: str, rows: Sequence[int] | None) -> str:
    """The points of the maps as CSV: those selected, or all where no box is drawn."""
    table = points(models, projection, "style").drop(columns=[f"colour_{side}" for side in SIDES[: len(models)]])
    return table.iloc[slice(None) if rows is None else list(rows)].to_csv(index=False)
