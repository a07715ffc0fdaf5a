"""Fashion → digits: choose, draw or photograph a garment, and see the ten digits that carry its shape.

A conditional variational autoencoder that has only ever seen digits encodes the garment as if it were handwriting,
z_y ~ q(z | x, y), and decodes it as every digit, G(t z_y, y), with a strength t. "Generative Models and Applications in
Style Transfer with Interaction" (Chandra, Drelich, Scholl and Wortsman), section 3.3.

    gradio apps/fashion.py
"""

from typing import Any

import gradio as gr
from gradio.events import api

from apps.ui.components.pad import drawing_pad
from apps.ui.components.pad.drawings import pad_value
from apps.ui.components.pins import pinned
from apps.ui.components.share import share_bar
from apps.ui.components.status import status_line
from apps.ui.components.tens import ten_digits
from apps.ui.components.wardrobe import wardrobe
from apps.ui.server.launching import blocks, launch
from apps.ui.shared.about import about
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.layout import heading, masthead
from apps.ui.shared.opening import QUICK, open_address
from apps.views.fashion.garments import JUDGE, taken_in, wardrobe_sheet
from apps.views.fashion.state import (
    DEFAULT,
    MAX_PINS,
    MAX_VARIATION,
    MODEL,
    State,
    check,
    fashion_here,
    fashion_pictures,
    linked,
    picked_of,
)
from apps.views.fashion.view import FILES, honesty, keepsake, pinned_rows, view_of
from core.data.fashion_mnist import KINDS
from core.fashion.shape_transfer import MAX_STRENGTH

WAIT = "The garment is on its way."
FOLLOW = "How far they follow it: 0 not at all, 1 as the model encodes it"

# Handlers


@answered
def show(drawing: Any, picked: Any, *settings: Any) -> Answer:
    """The view of what the visitor has set."""
    return view_of(check(drawing, picked, *settings))


def take_in(drawing: Any, picked: Any, *settings: Any) -> tuple[Any, Any, Answer]:
    """A photo goes to the pad without its background; a key from 0 to 9 chooses from the gallery; and the view."""
    if isinstance(drawing, dict) and drawing.get("key") in [*"0123456789"]:
        turn = drawing.get("turn")
        picked = {"kind": KINDS[int(drawing["key"])], "variation": turn if turn else 0}
        return {"strokes": []}, picked, show({"strokes": []}, picked, *settings)
    pad = taken_in(drawing)
    return (gr.skip(), gr.skip(), pad) if "message" in pad else (pad, gr.skip(), show(pad, picked, *settings))


def open_link(request: gr.Request, *controls: Any) -> tuple[Any, ...]:
    """Every control's value and the view, as the page's address has them, or else the view of what is set."""
    return open_address(request, linked, view_of, controls_of, [gr.skip()] * len(controls), lambda: show(*controls))


def controls_of(state: State) -> tuple[Any, ...]:
    """What the controls hold in a state."""
    return pad_value(state), picked_of(state), state.strength, state.outline, list(state.pins)


def carry(
    garment: str = DEFAULT.kind,
    variation: int = DEFAULT.variation,
    strength: float = DEFAULT.strength,
    drawing: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A garment → the ten digits that carry its shape, as one picture, with their agreement and doubts.

    Args:
        garment: T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag or ankle boot.
        variation: its seed, from 0 to 9999.
        strength: how far the digits follow it, from 0 to 1.5.
        drawing: strokes on a pad of 256 × 256 in place of it, each {"w": width, "p": [x0, y0, x1, y1, …]}.
    """
    view = show({"strokes": drawing or []}, {"kind": garment, "variation": variation}, strength, False, [])
    if view["kind"] == "error":
        raise gr.Error(view["message"], print_exception=False)
    return view


# Layout

with blocks("Fashion → digits") as demo:
    masthead("Fashion → digits", "Choose, draw or photograph a garment: ten digits take on its shape.")
    with gr.Tabs(elem_classes="pages"):
        with gr.Tab("Wear"):
            view = status_line(WAIT)
            with gr.Row(elem_classes="desk dressing"):
                with gr.Column(elem_classes="choose", min_width=0):
                    heading("A garment")
                    pictures = len(fashion_pictures()) if fashion_here() else 0
                    picked = wardrobe(wardrobe_sheet, KINDS, MAX_VARIATION + 1, pictures, picked_of(DEFAULT))
                with gr.Column(elem_classes="write", min_width=0):
                    heading("Or your own")
                    pad = drawing_pad("garment", "key from 0 to 9", verb="Draw")
                with gr.Column(elem_classes="see", min_width=0):
                    heading("Ten digits in its shape")
                    ten_digits()
                    with gr.Row(elem_classes="scatter"):
                        strength = gr.Slider(0, MAX_STRENGTH, DEFAULT.strength, step=0.01, label=FOLLOW, buttons=[])
                        outline = gr.Checkbox(DEFAULT.outline, label="Its outline over them", scale=0, min_width=170)
                    pins = pinned(pinned_rows, MAX_PINS)
                    share_bar(FILES, keepsake)
                    honest = gr.HTML(apply_default_css=False)
        with gr.Tab("About this model"):
            records = gr.HTML(apply_default_css=False)

    controls = [pad, picked, strength, outline, pins]
    moved = [pad.input, picked.input, strength.input, strength.release, outline.input, pins.input]
    gr.on(moved, show, controls, view, **QUICK)
    pad.upload(take_in, controls, [pad, picked, view], **QUICK)
    demo.load(open_link, controls, [*controls, view], **QUICK)
    demo.load(honesty, None, honest, **QUICK)
    demo.load(lambda: about([MODEL, JUDGE]), None, records, **QUICK)
    api(carry, api_name="carry")

if __name__ == "__main__":
    launch(demo)
