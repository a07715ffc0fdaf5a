"""What StyleApp's map shows: every latent of the atlas, the space of two dimensions, and where one character lies."""

import torch

from apps.ui.components.map import ROWS
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.latent_map import dots_of, grid_picture, latent_of
from apps.views.handwriting.state import state_of
from apps.views.handwriting.view import restyled, sheet_of
from core.handwriting.session import load_session
from core.imaging import rendering
from core.latent.latent_grid import to_place
from core.latent.sampling import traverse
from core.registry.load import load

FLAT = "chars62-betavae-2"
TRAVERSED = torch.linspace(-3, 3, 9)


@answered
def map_dots(_: object) -> Answer:
    """The dots of the map."""
    return dots_of(load_session().atlas)


@answered
def map_dot(number: object) -> Answer:
    """One dot of the map, decoded."""
    return sheet_of(latent_of(number, load_session().atlas.z))


@answered
def flat_grid(_: object) -> Answer:
    """The space of two dimensions, decoded on a grid."""
    return {"address": grid_picture(FLAT)}


@answered
def place(query: object) -> Answer:
    """Where the character of a query lies on the map and on the grid, and each of its dimensions traversed."""
    session, done = load_session(), restyled(state_of(query))
    rows = session.glyphs(traverse(done.z_pad, TRAVERSED).flatten(0, 1))
    groups = rows.reshape(-1, ROWS * len(TRAVERSED), *rows.shape[1:])
    return {
        "xy": session.atlas.place(done.z_pad).tolist(),
        "grid": to_place(load(FLAT).autoencoder.encode(done.ink).mean[0]),
        "rows": [rendering.inline(rendering.sheet(group, len(TRAVERSED))) for group in groups],
    }
