"""Style loss beside interpolation: from the drawn glyph to its target, by optimised pixels and through latent space.

"LLAMA: Learning Latent trAnsforMations for generative style trAnsfer" (Hu, Thompson and Tsoi), sections 4.4 and 5.2.
"""

from threading import Semaphore
from time import perf_counter

from torch import Tensor

from apps.ui.shared.answers import Answer, answered
from apps.views.handwriting.state import state_of
from apps.views.handwriting.view import restyled
from core.handwriting.neural_style_transfer import Progression, transfer
from core.handwriting.session import Restyling, load_session
from core.imaging import rendering
from core.latent.encoding import decode_set
from core.latent.interpolation import linear
from core.style.backbones import STYLE_FEATURES, backbone

STEPS, SHOWN = 60, 8
PATIENCE = 10.0  # seconds that a visitor waits for another's optimisation
ONE = Semaphore()  # seconds of work, one visitor's at a time


@answered
def style_loss_rows(query: object) -> Answer:
    """Both ways as rows of pictures, with what they cost."""
    state = state_of(query)
    if state.empty:
        raise ValueError("expected a character, got none: write one in the first tab")
    done = restyled(state)
    return {"rows": [optimised(done), interpolated(done)]}


def optimised(done: Restyling) -> Answer:
    """The row of the baseline."""
    goal = decode_set(load_session().autoencoder, done.z_target[None])
    if not ONE.acquire(timeout=PATIENCE):
        raise ValueError("others' glyphs are being optimised: open this tab again in a moment")
    try:
        run = transfer(done.ink, goal, backbone("painter"), steps=STEPS)
    finally:
        ONE.release()
    return row("Style loss", note_of(run), run.strip(SHOWN))


def note_of(run: Progression) -> str:
    """What an optimisation cost, and how far it came, in a line."""
    kept, taken = run.content[-1].item(), 1 - run.style[-1].item()
    return (
        f"{len(run.frames) - 1} steps on the pixels through {STYLE_FEATURES}, {run.seconds:.1f} s; "
        f"{kept:.0%} of the way from its content, {taken:.0%} of the way to the other's style"
    )


def interpolated(done: Restyling) -> Answer:
    """The row of our interpolation."""
    begun = perf_counter()
    glyphs = decode_set(load_session().autoencoder, linear(done.z_pad, done.z_target, SHOWN - 1))
    return row("Interpolation", f"{SHOWN} pictures, {1000 * (perf_counter() - begun):.0f} ms", glyphs)


def row(title: str, told: str, glyphs: Tensor) -> Answer:
    """A strip of glyphs (N, 1, S, S) under its title."""
    strip = rendering.sheet(rendering.enlarge(rendering.to_array(glyphs), 3), len(glyphs))
    return {"title": title, "note": told, "address": rendering.inline(strip)}
