"""What the Analogies app's map shows: two spaces of two dimensions on a grid, and where real digits lie in one."""

import torch
from torch import Tensor

from apps.ui.components.pad import drawings
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.latent_map import dots_of, grid_picture, latent_of
from apps.ui.shared.permalink import number
from apps.views.analogies.state import DIGITS, state_of
from apps.views.analogies.view import restyled
from core.analogies.session import load_session
from core.imaging import rendering
from core.latent.atlas import Atlas, load_atlas
from core.latent.encoding import decode_set
from core.latent.latent_grid import from_place, to_place
from core.registry.load import load
from core.registry.store import get_record

UNLABELLED, LABELLED = "mnist-vae-2", "mnist-cvae-mlp-2"
MOST_DOTS = 6_000


def model_of(plane: int | None) -> str:
    """The record whose space is shown: the one without labels, or the one that draws a digit."""
    return UNLABELLED if plane is None else LABELLED


def plane_of(choice: object) -> int | None:
    """The digit that the map's choice asks for; "" asks for the model without labels."""
    return None if choice == "" else round(number("the digit of the map", choice, 0, DIGITS - 1))


@answered
def plane_grid(choice: object) -> Answer:
    """The chosen space, decoded on a grid (figure 8)."""
    plane = plane_of(choice)
    return {"address": grid_picture(model_of(plane), plane)}


@answered
def plane_spot(asked: object) -> Answer:
    """What is decoded at a place on the grid; asked is [choice, x, y]."""
    choice, x, y = asked if isinstance(asked, list) and len(asked) == 3 else ("", None, None)
    plane = plane_of(choice)
    z = from_place(number("a place", x, 0, 1), number("a place", y, 0, 1))
    told = f"({z[0]:.2f}, {z[1]:.2f})".replace("-", "−")
    return glyph_of(z[None], plane) | {"label": told}


def glyph_of(z: Tensor, plane: int | None) -> Answer:
    """What a latent (1, 2) of one of the spaces is decoded to."""
    label = None if plane is None else torch.tensor([plane])
    glyph = rendering.to_array(decode_set(load(model_of(plane)).autoencoder, z, label))
    return {"address": rendering.inline(rendering.enlarge(glyph, 3)[0])}


def dots() -> Atlas:
    """The atlas of the space without labels (figure 9)."""
    if not has_dots():
        raise ValueError(f"the latents of real digits are not here yet: run `stylescape atlas {UNLABELLED}`")
    return load_atlas(UNLABELLED)


def has_dots() -> bool:
    """Has the atlas been made?"""
    atlas = get_record(UNLABELLED).atlas
    return atlas is not None and atlas.sha256 is not None


def stride() -> int:
    """Every so many dots are shown, evenly through the data set."""
    return -(-len(dots().z) // MOST_DOTS)


@answered
def plane_dots(_: object) -> Answer:
    """The dots of the map."""
    return dots_of(dots(), stride())


@answered
def plane_dot(number: object) -> Answer:
    """One dot of the map, decoded."""
    return glyph_of(latent_of(number, dots().z[:: stride()]), None)


@answered
def plane_place(query: str) -> Answer:
    """Where the digit of a query lies on the map, and on the grid of the chosen space."""
    state = state_of(query)
    if state.empty:
        return {}
    ink = drawings.ink_of(state, load_session().preprocess)
    with torch.inference_mode():
        unlabelled = load(UNLABELLED).autoencoder.encode(ink).mean[0]
        digit = torch.tensor([restyled(state).digit or 0])
        own = unlabelled if state.plane is None else load(LABELLED).autoencoder.encode(ink, digit).mean[0]
    on_map = {"xy": dots().place(unlabelled).tolist()} if has_dots() else {}
    return {"grid": to_place(own)} | on_map
