"""What the Generator shows of a state: the sheet with both judges' readings, the one beside it, and files to keep."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from apps.ui.components.share import asked_file
from apps.ui.shared.answers import Answer, answered
from apps.views.generator.state import DIGITS, State, knobs_of, order_of, state_of, text_of, to_query
from core.generator.fast_inference import Prediction
from core.generator.session import GRID, Batch, Setting, Tally, available_models, load_session, tally
from core.generator.theta import draws_of, theta_of
from core.imaging import rendering
from core.imaging.export import as_json, as_npz
from core.models.base import SURE

EMPTY = "Nothing asked for yet: type some digits, or choose which ones and how many of each."
KINDS = {
    "PNG": "the sheet",
    "JSON": "how it was made and what both judges read",
    "npz": "the latents, for NumPy",
}


@dataclass(frozen=True, eq=False)
class Made:
    """Digits that were made, what the judges say of them, and what they are worth."""

    batch: Batch
    predictions: dict[str, Prediction]
    tally: Tally


def made(state: State, setting: Setting) -> Made:
    """The digits of a state, by one of its generators."""
    session = load_session(setting.vae)
    (batch,) = session.stream(state.asked, setting, state.seed)
    predictions = session.predict(batch.pictures)
    return Made(batch, predictions, tally(batch, predictions))


def view_of(state: State) -> Answer:
    """What the page shows of a state: a message, and the parts that its components know."""
    setting = state.setting
    shown = {"query": to_query(state), "source": setting.vae, "knobs": knobs_of(setting), "order": order_of(state)}
    shown |= {"other": knobs_of(state.beside)} | thetas_of(setting)
    if not len(state.asked):
        return {"message": EMPTY, "kind": "hint"} | shown
    sheet = sheet_of(made(state, setting))
    return spoken(state, sheet) | shown | sheet


def thetas_of(setting: Setting) -> Answer:
    """θ by dimension in steps for the sliders, and whose they are; nothing where they do not apply."""
    if setting.form != "each":
        return {"dials": "", "z": []}
    theta = torch.tensor(theta_of(load_session(setting.vae).latents(setting)))
    return {"dials": setting.vae, "z": theta.mul(GRID).round().int().tolist()}


def sheet_of(shown: Made) -> Answer:
    """The sheet as one picture, and what each judge says of each digit in it."""
    glyphs = rendering.to_array(shown.batch.pictures)
    across = columns_for(len(glyphs))
    return {
        "result": rendering.inline(picture_of(glyphs, 1 if across >= DIGITS else 4)),  # the page enlarges a full sheet
        "across": across,
        "asked": text_of(tuple(shown.batch.asked.tolist())),
        "judges": [judge_of(name, found, shown) for name, found in shown.predictions.items()],
        "cosine": shown.tally.cosine,
        "sure": round(100 * SURE),
    }


def judge_of(name: str, found: Prediction, shown: Made) -> Answer:
    """One judge's predictions: what it reads, in one text, and with what probability, in per cent."""
    return {
        "name": name,
        "accuracy": shown.tally.accuracy[name],
        "read": "".join(map(str, found.classes.tolist())),
        "percent": found.probabilities.mul(100).round().int().tolist(),
    }


def columns_for(count: int) -> int:
    """How many digits stand in a row: one row up to ten, twenty to a row past a hundred.

    Example:
        >>> [columns_for(count) for count in (4, 100, 101)]
        [4, 10, 20]
    """
    return min(count, DIGITS) if count <= DIGITS**2 else 2 * DIGITS


def picture_of(glyphs: np.ndarray, factor: int) -> np.ndarray:
    """Glyphs (N, S, S) uint8 as one sheet."""
    return rendering.sheet(rendering.enlarge(glyphs, factor), columns_for(len(glyphs)))


def spoken(state: State, sheet: Answer) -> Answer:
    """How much of a sheet the judges read as asked, as a sentence."""
    count = len(sheet["asked"])
    right = [round(judge["accuracy"] * count) for judge in sheet["judges"]]
    said = f"the independent judge reads {right[0]} as asked"
    said += f", the paper's judge {right[1]}" if len(right) > 1 else "; the paper's judge of this VAE is not trained"
    left_out = f" Left out {state.dropped} {'sign' if state.dropped == 1 else 'signs'} between them." * bool(
        state.dropped
    )
    digits = "digit" if count == 1 else "digits"
    return {"message": f"{count} {digits}: {said}.{left_out}", "kind": "sure" if right[0] == count else "unsure"}


@answered
def beside(query: object) -> Answer:
    """The digits of a query made by its second generator, with the same seed."""
    state = state_of(query)
    if not len(state.asked):
        raise ValueError("expected digits to compare, got none: ask for some in the first tab")
    return sheet_of(made(state, state.beside)) | {"title": title_of(state.beside)}


def title_of(setting: Setting) -> str:
    """How digits are made, in a line.

    Example:
        >>> title_of(Setting("mnist-mmd-10", form="one", theta=0.4, n=2, guided=True))
        'mnist-mmd-10, simple, θ 0.4, n 2, guided'
    """
    theta = {"one": f"θ {setting.theta:g}", "each": "θ by dimension"}.get(setting.form, "as fitted")
    n = f"n {setting.n}" if setting.form != "fitted" and setting.generator != "full" else ""
    temperature = "" if setting.temperature == 1 else f"temperature {setting.temperature:g}"
    parts = [setting.vae, setting.generator, theta, n, temperature, "guided" if setting.guided else ""]
    return ", ".join(filter(None, parts))


# Files


@answered
def keepsake(asked: object) -> Answer:
    """A file of the view that a query describes; asked is [kind, query]."""
    kind, query = asked_file(asked, KINDS)
    state = state_of(query)
    if not len(state.asked):
        raise ValueError("expected digits to save, got none")
    media, data = file_of(kind, state, made(state, state.setting))
    return {"name": f"digits.{kind.lower()}", "address": rendering.data_uri(data, media)}


def file_of(kind: str, state: State, shown: Made) -> tuple[str, bytes]:
    """The media type and the content of a file, one of `KINDS`."""
    if kind == "PNG":
        sheet = picture_of(rendering.to_array(shown.batch.pictures), 4)
        return "image/png", rendering.png(rendering.on_paper(sheet))
    latents = {"z": shown.batch.z.numpy(), "asked": shown.batch.asked.numpy()}
    if kind == "npz":
        return "application/octet-stream", as_npz(latents)
    judges = {
        name: {"read": found.classes.tolist(), "belief": found.probabilities.tolist()}
        for name, found in shown.predictions.items()
    }
    told = made_how(state.setting, state.seed) | {"accuracy": shown.tally.accuracy, "cosine": shown.tally.cosine}
    return "application/json", as_json(latents, **told, judges=judges)


def made_how(setting: Setting, seed: int) -> dict[str, Any]:
    """How digits are made, for a card or a file: everything that is needed to make them again."""
    record, latents = available_models()[setting.vae], load_session(setting.vae).latents(setting)
    return {
        "model": {"name": setting.vae, "sha256": record.sha256},
        "generator": {"name": setting.generator, "sha256": record.generators.sha256 if record.generators else None},
        "guided": setting.guided,
        "theta": theta_of(latents),
        "n": draws_of(latents),
        "temperature": setting.temperature,
        "seed": seed,
    }
