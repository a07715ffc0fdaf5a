"""What StyleApp's map shows: every latent of the atlas, the space of two dimensions, and where one character lies."""

import base64
from functools import lru_cache

import torch

from apps.ui.answers import Answer, answered
from apps.ui.map import ROWS
from apps.views.handwriting.view import asked_for, sheet_of, work
from core.handwriting.session import load_session
from core.imaging import rendering
from core.latent.latent_grid import SIDE, latent_grid, to_place
from core.latent.sampling import traverse
from core.registry.load import load

FLAT = "chars62-betavae-2"
TRAVERSED = torch.linspace(-3, 3, 9)


@answered
def map_dots(_: object) -> Answer:
    """The dots of the map, and what they are, as bytes in base64."""
    atlas = load_session().atlas
    xy = (atlas.xy.clamp(0, 1) * 65535).round().numpy().astype("<u2")
    labels = atlas.labels.numpy().astype("u1")
    return {"xy": base64.b64encode(xy.tobytes()).decode(), "labels": base64.b64encode(labels.tobytes()).decode()}


@answered
def map_dot(number: object) -> Answer:
    """One dot of the map, decoded."""
    atlas = load_session().atlas
    if type(number) is not int or not 0 <= number < len(atlas.z):
        raise ValueError(f"expected the number of a dot, got {str(number)[:20]!r}")
    return sheet_of(atlas.z[number][None])


@answered
def flat_grid(_: object) -> Answer:
    """The space of two dimensions, decoded on a grid."""
    return {"address": grid_picture()}


@answered
def place(query: object) -> Answer:
    """Where the character of a query lies on the map and on the grid, and each of its dimensions traversed."""
    session, done = load_session(), work(asked_for(query))
    rows = session.glyphs(traverse(done.z_pad, TRAVERSED).flatten(0, 1))
    groups = rows.reshape(-1, ROWS * len(TRAVERSED), *rows.shape[1:])
    return {
        "xy": session.atlas.place(done.z_pad).tolist(),
        "grid": to_place(load(FLAT).autoencoder.encode(done.ink).mean[0]),
        "rows": [rendering.inline(rendering.sheet(group, len(TRAVERSED))) for group in groups],
    }


@lru_cache(maxsize=1)
def grid_picture() -> str:
    """The grid's picture, decoded once a process."""
    glyphs = rendering.to_array(latent_grid(load(FLAT).autoencoder))
    return rendering.inline(rendering.sheet(glyphs, SIDE))
