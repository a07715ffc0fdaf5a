"""StyleApp: write a character, see it read, and pull it towards another style.

The visitor draws on a pad (or gives a photo, or types a key), a classifier names the character out of 62, an InfoVAE
encodes it, and z = z_pad + λ (z_μ − z_pad) walks from it to the mean of a class, or to a writer's hand; σ scatters
samples around it. "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer" (Hu, Thompson and Tsoi),
section 4.7. The tab *Your hand* learns a visitor's own hand from sheets, sections 4.1 and 4.6.

    gradio apps/handwriting.py
"""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from gradio.events import api

from apps.ui.components.cells import cell_grid
from apps.ui.components.comparison import comparison
from apps.ui.components.glyphs import glyph_matrix, writer_gallery
from apps.ui.components.intake import sheet_intake
from apps.ui.components.learner import style_learner
from apps.ui.components.map import latent_map
from apps.ui.components.pad import drawing_pad
from apps.ui.components.pad.drawings import pad_value
from apps.ui.components.recognition import recognition
from apps.ui.components.share import share_bar
from apps.ui.components.stage import stage
from apps.ui.components.status import status_line
from apps.ui.server.launching import blocks, launch
from apps.ui.shared.about import about
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.layout import heading, masthead
from apps.ui.shared.opening import QUICK, open_address
from apps.ui.shared.permalink import MAX_SEED
from apps.views.handwriting import your_hand as own
from apps.views.handwriting.map import FLAT, flat_grid, map_dot, map_dots, place
from apps.views.handwriting.state import DEFAULT, MAX_SIGMA, State, check, linked
from apps.views.handwriting.style_loss import style_loss_rows
from apps.views.handwriting.view import (
    EMPTY,
    KINDS,
    glyph_for,
    hand_sheet,
    keepsake,
    mean_sheet,
    surroundings_of,
    view_of,
)
from core.handwriting.writer_style_file import MAX_BYTES as MOST_OF_A_HAND
from core.style.backbones import STYLE_FEATURES

# Handlers


@answered
def show(drawing: Any, *settings: Any) -> Answer:
    """The view of what the visitor has set."""
    return view_of(check(drawing, *settings))


@answered
def surround(drawing: Any, *settings: Any) -> Answer:
    """What lies around the result, which takes longer and so comes after it: the way to the target, and samples."""
    return surroundings_of(check(drawing, *settings))


def take_in(drawing: Any, *settings: Any) -> tuple[Any, Answer]:
    """A photo or a typed key: the glyph for the pad, and its view."""
    pad = glyph_for(drawing)
    return (gr.skip(), pad) if "message" in pad else (pad, show(pad, *settings))


def read_sheets(asked: Any) -> Iterator[Answer]:
    """The cells of uploaded pages, page by page."""
    yield from own.pages(asked)


def learn_hand(asked: Any) -> Iterator[Answer]:
    """The hand that the page's cells show, step by step."""
    yield from own.learned(asked)


def open_hand(asked: Any) -> Answer:
    """The letters of a hand that the page holds."""
    return own.opened(asked)


def open_link(request: gr.Request) -> tuple[Any, ...]:
    """Every control's value and the view, as the page's address has them; one that holds nothing changes nothing."""
    return open_address(request, linked, view_of, controls_of, [gr.skip()] * 6)


def controls_of(state: State) -> tuple[Any, ...]:
    """What the controls hold in a state."""
    hand = "" if state.hand is None else str(state.hand)
    return pad_value(state), state.target, hand, state.lam, state.sigma, state.seed


def restyle(
    drawing: list[dict[str, Any]],
    target: str = "",
    hand: int | None = None,
    lam: float = DEFAULT.lam,
    sigma: float = DEFAULT.sigma,
    seed: int = DEFAULT.seed,
) -> dict[str, Any]:
    """Strokes on a pad of 256 × 256 → what they read as, and the restyled pictures as `data:` addresses.

    Args:
        drawing: strokes, each {"w": width, "p": [x0, y0, x1, y1, …]}.
        target: a character, or "" to follow what the drawing reads as.
        hand: the number of a writer's hand, or None for the class mean.
        lam: λ from 0 to 1.
        sigma: σ from 0 to 1.5.
        seed: of the samples.
    """
    settings = {"strokes": drawing}, target, hand, lam, sigma, seed
    view = show(*settings)
    if view["kind"] == "error":
        raise gr.Error(view["message"], print_exception=False)
    return view | surround(*settings)


# Layout

with blocks("StyleApp") as demo:
    masthead("StyleApp", "Write a character. It is read, placed among 62 others, and pulled towards another hand.")
    with gr.Tabs(elem_classes="pages"):
        with gr.Tab("Write"):
            view = status_line(EMPTY)
            with gr.Row(elem_classes="desk"):
                with gr.Column(elem_classes="write", min_width=0):
                    heading("Your character")
                    pad = drawing_pad()
                    recognition()
                with gr.Column(elem_classes="choose", min_width=0):
                    heading("Towards")
                    target = glyph_matrix(mean_sheet)
                    heading("In the hand of")
                    hand = writer_gallery(hand_sheet)
                with gr.Column(elem_classes="see", min_width=0):
                    heading("What comes of it")
                    around = stage()
                    lam = gr.Slider(0, 1, DEFAULT.lam, step=0.01, label="λ: how far towards it", buttons=[])
                    with gr.Row(elem_classes="scatter"):
                        sigma = gr.Slider(
                            0, MAX_SIGMA, DEFAULT.sigma, step=0.01, label="σ: how much samples vary", buttons=[]
                        )
                        seed = gr.Number(
                            DEFAULT.seed, label="Seed", precision=0, minimum=0, maximum=MAX_SEED, min_width=90, scale=0
                        )
                    share_bar(KINDS, keepsake)
        with gr.Tab("Your hand"), gr.Row(elem_classes="desk handwork"):
            with gr.Column(elem_classes="write", min_width=0):
                heading("1 · Write")
                sheets = sheet_intake(own.print_sheet, own.writers, own.writer_cells, own.MAX_FILES)
                heading("2 · Check")
                cell_grid(own.draw_cell, own.MAX_CELLS)
            with gr.Column(elem_classes="see", min_width=0):
                heading("3 · Learn")
                learner = style_learner(own.writers, MOST_OF_A_HAND)
        with gr.Tab("Beside style loss"):
            comparison(style_loss_rows, "Write a character first: its way to the target is shown here, by two methods.")
        with gr.Tab("The map"):
            latent_map(map_dots, flat_grid, map_dot, place)
        with gr.Tab("About"):
            records = gr.HTML(apply_default_css=False)

    controls = [pad, target, hand, lam, sigma, seed]
    moved = [pad.input, target.input, hand.input, lam.input, lam.release, sigma.input, sigma.release, seed.input]
    gr.on(moved, show, controls, view, **QUICK)
    gr.on([around.select, sigma.input, sigma.release, seed.input], surround, controls, around, **QUICK)
    pad.upload(take_in, controls, [pad, view], **QUICK)
    slow: Any = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 1}
    reading = sheets.upload(read_sheets, sheets, sheets, concurrency_id="sheets", **slow)
    sheets.stop(None, None, None, cancels=[reading], queue=False, api_visibility="private")
    lesson = learner.submit(learn_hand, learner, learner, concurrency_id="lessons", **slow)
    learner.select(open_hand, learner, learner, concurrency_id="hands", **slow)
    learner.stop(None, None, None, cancels=[lesson], queue=False, api_visibility="private")
    demo.load(open_link, None, [*controls, view], **QUICK)
    demo.load(lambda: about(["chars62-infovae-32", "chars62-classifier", FLAT, STYLE_FEATURES]), None, records, **QUICK)
    api(restyle, api_name="restyle")

if __name__ == "__main__":
    launch(demo)
