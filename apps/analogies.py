"""Analogies: one style, ten contents. Write a digit and see all ten digits in its style.

A classifier names the digit y, the encoder of a conditional variational autoencoder takes its style z ~ q(z | x, y),
and the decoder draws G(z, 0) … G(z, 9). Sliders move each dimension of z, and λ morphs it towards another style.
"Generative Models and Applications in Style Transfer with Interaction" (Chandra, Drelich, Scholl and Wortsman),
sections 3.1, 3.2 and 4.1.

    gradio apps/analogies.py
"""

from typing import Any

import gradio as gr
from gradio.events import api

from apps.ui.components.comparison import comparison
from apps.ui.components.dials import style_dials
from apps.ui.components.digits import digit_choice
from apps.ui.components.examples import example_gallery
from apps.ui.components.glyphs import glyph_choice
from apps.ui.components.map import latent_map
from apps.ui.components.pad import drawing_pad
from apps.ui.components.pad.drawings import pad_value
from apps.ui.components.share import share_bar
from apps.ui.components.stage import stage
from apps.ui.components.status import status_line
from apps.ui.server.launching import blocks, launch
from apps.ui.shared.about import about
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.layout import heading, masthead
from apps.ui.shared.opening import QUICK, open_address
from apps.ui.shared.permalink import MAX_SEED
from apps.views.analogies.examples import dial_profile, example_names, example_sheet, glyph_for
from apps.views.analogies.map import LABELLED, UNLABELLED, plane_dot, plane_dots, plane_grid, plane_place, plane_spot
from apps.views.analogies.side_by_side import MODELS, compare
from apps.views.analogies.state import DEFAULT, TURNS, State, check, digit_value, linked, style_value
from apps.views.analogies.view import EMPTY, KINDS, film_of, keepsake, view_of
from core.analogies.session import GRID, REACH
from core.data.characters import CLASSES

DIGITS = CLASSES[:10]

# Handlers


@answered
def show(drawing: Any, digit: Any, style: Any, *settings: Any) -> Answer:
    """The view of what the visitor has set: the ten digits."""
    return view_of(check(drawing, digit, style, *settings))


@answered
def film(drawing: Any, digit: Any, style: Any, *settings: Any) -> Answer:
    """The morph, which takes longer and so comes after the view."""
    return film_of(check(drawing, digit, style, *settings))


def take_in(drawing: Any, *settings: Any) -> tuple[Any, Answer]:
    """A photo, a typed key or an example: the glyph for the pad, and its view."""
    pad = glyph_for(drawing)
    return (gr.skip(), pad) if "message" in pad else (pad, show(pad, *settings))


def open_link(request: gr.Request) -> tuple[Any, ...]:
    """Every control's value and the view, as the page's address has them; one that holds nothing changes nothing."""
    untouched = *[gr.skip()] * 6, ""  # to skip would undo a gr.HTML in a tab not opened yet
    return open_address(request, linked, view_of, controls_of, untouched)


def controls_of(state: State) -> tuple[Any, ...]:
    """What the controls hold in a state."""
    toward, plane = ("" if number is None else str(number) for number in (state.toward, state.plane))
    return pad_value(state), digit_value(state), style_value(state), toward, state.lam, state.seed, plane


def analogies(
    drawing: list[dict[str, Any]],
    digit: int | None = None,
    style: int | None = None,
    z: dict[str, float] | None = None,
    toward: int | None = None,
    lam: float = DEFAULT.lam,
    seed: int = DEFAULT.seed,
) -> dict[str, Any]:
    """Strokes on a pad of 256 × 256 → what they read as, and their style in all ten digits as `data:` addresses.

    Args:
        drawing: strokes, each {"w": width, "p": [x0, y0, x1, y1, …]}; none for a style alone.
        digit: what the drawing is, 0 to 9, or None to let the classifier say.
        style: seed of a random style to take the drawing's place, or None.
        z: latents to set, by dimension from "0" on, each from −4 to 4.
        toward: number of an example to morph towards, 0 to 19, or None for a random style.
        lam: λ from 0 to 1.
        seed: of the random style to morph towards.

    Returns:
        message, kind, query (the link's), digits (ten probabilities), digit, z (in steps of 1/64), result (the sheet of
        ten, two rows of five) and strip (eleven pictures of the morph, each two digits wide).
    """
    at = {key: value * GRID if isinstance(value, int | float) else value for key, value in (z or {}).items()}
    settings = {"strokes": drawing}, {"digit": digit}, {"seed": style, "at": at}, toward, lam, seed, ""
    view = show(*settings)
    if view["kind"] == "error":
        raise gr.Error(view["message"], print_exception=False)
    return view | film(*settings)


# Layout

with blocks("Analogies") as demo:
    masthead("Analogies", "Write a digit. Its style is taken from it and given to all ten: one hand, ten contents.")
    with gr.Tabs(elem_classes="pages"):
        with gr.Tab("Ten digits"):
            view = status_line(EMPTY)
            with gr.Row(elem_classes="desk digits-desk"):
                with gr.Column(elem_classes="write", min_width=0):
                    heading("Your digit")
                    pad = drawing_pad("digit", "digit")
                    digit = digit_choice()
                    heading("Or one of these")
                    example_gallery(example_sheet, DIGITS, TURNS)
                with gr.Column(elem_classes="see", min_width=0):
                    heading("Its style, in all ten")
                    sheet = stage("sheet", across=2, down=5)
                    with gr.Row(elem_classes="morph"):
                        toward = glyph_choice(
                            example_sheet, example_names(), 10, "Morph towards", ("random", "A random style")
                        )
                        with gr.Column(min_width=0):
                            lam = gr.Slider(0, 1, DEFAULT.lam, step=0.01, label="λ: how far towards it", buttons=[])
                            seed = gr.Number(DEFAULT.seed, label="Seed", precision=0, minimum=0, maximum=MAX_SEED)
                with gr.Column(elem_classes="tune", min_width=0):
                    heading("The style, dimension by dimension")
                    style = style_dials(dial_profile, grid=GRID, reach=REACH)
                    share_bar(KINDS, keepsake)
        with gr.Tab("Side by side"):
            comparison(compare, "Write a digit in the first tab to see it through four models.")
        with gr.Tab("The map"):
            plane = latent_map(plane_dots, plane_grid, plane_dot, plane_place, plane_spot, form="planes", names=DIGITS)
        with gr.Tab("About"):
            records = gr.HTML(apply_default_css=False)

    controls = [pad, digit, style, toward, lam, seed, plane]
    moved = [pad.input, digit.input, style.input, toward.input, lam.input, lam.release, seed.input, plane.input]
    gr.on(moved, show, controls, view, **QUICK)
    sheet.select(film, controls, sheet, **QUICK)
    pad.upload(take_in, controls, [pad, view], **QUICK)
    demo.load(open_link, None, [*controls, view], **QUICK)
    demo.load(lambda: about([*MODELS, UNLABELLED, LABELLED, "mnist-classifier"]), None, records, **QUICK)
    api(analogies, api_name="analogies")

if __name__ == "__main__":
    launch(demo)
