"""Generator: digits on demand, from the statistics of a latent space, each with what two judges read in it.

A class mean, a spread and a factor θ of it make a latent, the decoder of a variational autoencoder draws it. More θ is
more diverse and less often right: the frontier between the two is the paper's figure 1. "Statistical generation of
hand-written digits via analysis of learned latent representations" (Vargas Aguilar, Gu and Lee), all of it.

    gradio apps/generator.py
"""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from gradio.events import api

from apps.ui.components.dataset import dataset_maker
from apps.ui.components.dials import style_dials
from apps.ui.components.digit_sheet import digit_sheet
from apps.ui.components.frontier import frontier_chart
from apps.ui.components.knobs import generator_knobs
from apps.ui.components.order import digit_order
from apps.ui.components.seed import seed_field
from apps.ui.components.share import share_bar
from apps.ui.components.status import status_line
from apps.ui.server.launching import blocks, launch
from apps.ui.shared.about import about
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.layout import heading, masthead
from apps.ui.shared.opening import QUICK, open_address
from apps.views.generator.choices import frontier, offers, shown_records, theta_profile
from apps.views.generator.dataset import dataset
from apps.views.generator.state import (
    MAX_THETA,
    MOST_OF_EACH,
    State,
    check,
    dials_of,
    knobs_of,
    linked,
    order_of,
)
from apps.views.generator.view import KINDS, beside, keepsake, view_of
from core.generator.dataset_export import FORMS, MOST_A_CLASS
from core.generator.session import DRAWS, GRID

WAIT = "The digits are on their way."
HONEST = """<p class="honesty">Two judges, because one flatters: the paper's judge learned from this VAE's own
reconstructions, so it knows its mistakes; the independent one has seen real digits alone. A guide that rejects digits
is neither of them. A digit that is rightly read is not a digit that somebody wrote.</p>"""

# Handlers


@answered
def show(order: Any, knobs: Any, dials: Any, seed: Any, other: Any) -> Answer:
    """The view of what the visitor has set."""
    return view_of(check(order, knobs, dials, seed, other))


def open_link(request: gr.Request, *controls: Any) -> tuple[Any, ...]:
    """Every control's value and the view, as the page's address has them, or else the view of what is set."""
    return open_address(request, linked, view_of, controls_of, [gr.skip()] * len(controls), lambda: show(*controls))


def controls_of(state: State) -> tuple[Any, ...]:
    """What the controls hold in a state."""
    other = knobs_of(state.other) if state.other else {}
    return order_of(state), knobs_of(state.setting), dials_of(state.setting), state.seed, other


def make(order: Any, knobs: Any, dials: Any, seed: Any) -> Iterator[Answer]:
    """A data set, step by step."""
    yield from dataset(order, knobs, dials, seed)


def generate(
    digits: str = "2026",
    vae: str = "",
    generator: str = "simple",
    theta: float | None = None,
    n: int = 1,
    temperature: float = 1.0,
    seed: int = 0,
    guided: bool = False,
) -> dict[str, Any]:
    """Digits → a sheet of them as a `data:` address, and what two judges read in each.

    Args:
        digits: up to 400; spaces and dashes are left out.
        vae: a record with fitted generators, or "" for the first one.
        generator: simple, medium-1, medium-2, full, mixture or flow.
        theta: θ from 0 to 1.5 for simple and full, or None for θ and n as they were fitted.
        n: draws that are averaged, 1, 2, 3 or 5.
        temperature: factor of the noise, from 0 to 1.5.
        seed: of the noise.
        guided: draw again what a guide doubts.
    """
    how = {"generator": generator, "n": n, "temperature": temperature, "guided": guided}
    how |= {"form": "fitted"} if theta is None else {"form": "one", "theta": theta}
    view = show({"text": digits, "classes": []}, how | ({"vae": vae} if vae else {}), {}, seed, {})
    if view["kind"] == "error":
        raise gr.Error(view["message"], print_exception=False)
    return view


# Layout

with blocks("Generator") as demo:
    masthead("Generator", "Digits on demand: any number, as alike or as diverse as you like, judged twice.")
    with gr.Tabs(elem_classes="pages"):
        with gr.Tab("Make digits"):
            view = status_line(WAIT)
            with gr.Row(elem_classes="desk making"):
                with gr.Column(elem_classes="choose", min_width=0):
                    heading("Which digits")
                    order = digit_order(MOST_OF_EACH)
                    heading("How they are made")
                    knobs = generator_knobs(offers, DRAWS, MAX_THETA)
                    seed = seed_field()
                with gr.Column(elem_classes="see", min_width=0):
                    digit_sheet()
                with gr.Column(elem_classes="tune", min_width=0):
                    heading("Diverse or right: the frontier")
                    frontier_chart(frontier)
                    dials = style_dials(theta_profile, grid=GRID, reach=MAX_THETA, low=0, form="thetas", follow=True)
                    share_bar(KINDS, keepsake)
                    gr.HTML(HONEST, apply_default_css=False)
        with gr.Tab("Side by side"), gr.Row(elem_classes="desk pair"):
            with gr.Column(elem_classes="see", min_width=0):
                heading("The first tab's")
                digit_sheet()
            with gr.Column(elem_classes="see", min_width=0):
                heading("The same digits and seed by another")
                digit_sheet(beside)
            with gr.Column(elem_classes="choose", min_width=0):
                heading("How the other is made")
                other = generator_knobs(offers, DRAWS, MAX_THETA, part="other", forms=("fitted", "one"))
        with gr.Tab("A data set"):
            heading("Labelled digits to take along")
            order_form = dataset_maker(FORMS, MOST_A_CLASS)
        with gr.Tab("About"):
            records = gr.HTML(apply_default_css=False)

    controls = [order, knobs, dials, seed, other]
    gr.on([each.input for each in controls], show, controls, view, **QUICK)
    order_form.submit(
        make, [order_form, knobs, dials, seed], order_form, show_progress="hidden", api_visibility="private"
    )
    demo.load(open_link, controls, [*controls, view], **QUICK)
    demo.load(lambda: about(shown_records()), None, records, **QUICK)
    api(generate, api_name="generate")

if __name__ == "__main__":
    launch(demo)
