"""What the Generator app shows: the state of its page and its link, the sheet with both judges' verdicts, and files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import torch
from torch import Tensor

from apps.ui.components.share import asked_file
from apps.ui.shared.answers import Answer, answered
from apps.ui.shared.permalink import MAX_SEED, Reader, number, parse_query
from core.generator.fast_inference import Verdict
from core.generator.session import (
    DRAWS,
    GRID,
    MOST_DIGITS,
    Batch,
    Setting,
    Tally,
    digits_of,
    each_of,
    is_ready,
    load_dispenser,
    shelf,
    tally,
)
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
DIGITS = 10
MOST_OF_EACH = MOST_DIGITS // DIGITS
MAX_THETA = MAX_TEMPERATURE = 1.5
SECOND = "b"  # before the keys of the second generator in a link


@dataclass(frozen=True)
class State:
    """What the visitor has set.

    Attributes:
        setting: how the digits are made.
        seed: of all noise.
        digits: what was typed, digits alone; it comes before the choice of classes.
        classes: classes to draw, in order.
        count: digits of each class.
        other: how those beside them are made, with the same seed; None for `beside`.
        dropped: spaces and dashes that were left out of what was typed.
    """

    setting: Setting
    seed: int = 0
    digits: str = ""
    classes: tuple[int, ...] = tuple(range(DIGITS))
    count: int = DIGITS
    other: Setting | None = None
    dropped: int = field(default=0, compare=False)

    @property
    def asked(self) -> Tensor:
        """The classes of all digits, (N,)."""
        return torch.tensor([int(digit) for digit in self.digits]) if self.digits else each_of(self.classes, self.count)

    @property
    def beside(self) -> Setting:
        """How the digits beside them are made: unless it was chosen, as fitted by the last word of the paper."""
        if self.other:
            return self.other
        fitted = load_dispenser(self.setting.vae).generators.fitted
        return Setting(self.setting.vae, "medium-2" if "medium-2" in fitted else next(iter(fitted)))


def default_setting() -> Setting:
    """What a visitor meets: one θ, on the first VAE whose generators are fitted, the paper's MMD-10 before others.

    Raises:
        ValueError: if there is none.
    """
    ready = [name for name, record in shelf().items() if is_ready(record)]
    if not ready:
        raise ValueError("no VAE has fitted generators yet: run `stylescape fit mnist-mmd-10`")
    vae = "mnist-mmd-10" if "mnist-mmd-10" in ready else ready[0]
    fitted = fitted_of(vae)
    return Setting(vae, form="one") if "simple" in fitted else Setting(vae, fitted[0])


def fitted_of(vae: str) -> list[str]:
    """The names of the generators that were fitted for a VAE."""
    return list(load_dispenser(vae).generators.fitted)


# From the page


def check(order: object, knobs: object, dials: object, seed: object, other: object) -> State:
    """The state that the page's components hold, every value checked.

    Args:
        order: `{"text", "classes", "count"}`, of `apps.ui.components.order`; what is left out is as at first.
        knobs: `{"vae", "generator", "form", "theta", "n", "temperature", "guided"}`, of `apps.ui.components.knobs`.
        dials: `{"of", "at"}`, of `apps.ui.components.dials`; let go of where it is meant for another VAE.
        seed: a number.
        other: knobs of the second generator, or nothing.

    Raises:
        ValueError: with one sentence that names the value.
    """
    setting = check_setting(knobs, dials)
    second = check_setting(other, {}) if other else None
    return State(setting, round(number("the seed", seed, 0, MAX_SEED)), **check_order(order), other=second)


def check_order(order: object) -> dict[str, Any]:
    """The digits that are asked for.

    Example:
        >>> check_order({"text": "20 26"})
        {'digits': '2026', 'dropped': 1}
        >>> check_order({"classes": [7, 1], "count": 3})
        {'classes': (1, 7), 'count': 3}
    """
    if not isinstance(order, dict):
        raise ValueError(f"expected digits that are asked for, got {type(order).__name__}")
    text = order.get("text", "")
    if not isinstance(text, str):
        raise ValueError(f"expected digits as text, got {type(text).__name__}")
    digits, dropped = digits_of(text)
    if digits:
        return {"digits": "".join(map(str, digits)), "dropped": dropped}
    classes = order.get("classes", list(range(DIGITS)))
    if not isinstance(classes, list) or len(classes) > DIGITS:
        raise ValueError(f"expected at most {DIGITS} digits to choose from, got {str(classes)[:20]}")
    chosen = {round(number("a digit", each, 0, DIGITS - 1)) for each in classes}
    count = round(number("how many of each", order.get("count", DIGITS), 1, MOST_OF_EACH))
    return {"classes": tuple(sorted(chosen)), "count": count}


def check_setting(knobs: object, dials: object) -> Setting:
    """One generator's settings; what is left out is as at first."""
    if not isinstance(knobs, dict) or not isinstance(dials, dict):
        raise ValueError(f"expected the settings of a generator, got {type(knobs).__name__}, {type(dials).__name__}")
    told = knobs_of(Setting("") if "vae" in knobs else default_setting()) | knobs
    vae, guided = told["vae"], told["guided"]
    if not isinstance(vae, str):
        raise ValueError(f"expected a VAE by its name, got {type(vae).__name__}")
    if not isinstance(guided, bool):
        raise ValueError(f"expected the guide on or off, got {str(guided)[:20]}")
    setting = Setting(
        vae,
        str(told["generator"]),
        str(told["form"]),
        theta=round(number("θ", told["theta"], 0, MAX_THETA), 2),
        n=draws(told["n"]),
        temperature=round(number("the temperature", told["temperature"], 0, MAX_TEMPERATURE), 2),
        guided=guided,
    )
    return plain(setting, edits_for(setting, dials))


def plain(setting: Setting, edits: tuple[tuple[int, int], ...] = ()) -> Setting:
    """A setting without the values that its form does not use, so that equal sheets have equal links.

    Raises:
        ValueError: for a generator that its VAE does not have, or a form that does not apply to it.
    """
    kept = Setting(setting.vae, setting.generator, setting.form, temperature=setting.temperature, guided=setting.guided)
    if setting.form == "one":
        kept = replace(kept, theta=setting.theta)
    if setting.form == "each":
        kept = replace(kept, edits=edits)
    if setting.form != "fitted" and setting.generator != "full":
        kept = replace(kept, n=setting.n)
    load_dispenser(kept.vae).latents(kept)
    return kept


def draws(value: object) -> int:
    """The paper's n, checked."""
    n = number("n", value)
    if n not in DRAWS:
        raise ValueError(f"expected n out of {', '.join(map(str, DRAWS))}, got {n:g}")
    return int(n)


def edits_for(setting: Setting, dials: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """The sliders that were moved, unless they are of another VAE."""
    if setting.form != "each" or dials.get("of", setting.vae) != setting.vae:
        return ()
    at, latent = dials.get("at") or {}, load_dispenser(setting.vae).model.latent
    if not isinstance(at, dict) or len(at) > latent:
        raise ValueError(f"expected at most {latent} θ by dimension, got {type(at).__name__} of another form")
    pairs = {
        round(number("a dimension", key, 0, latent - 1)): round(number("θ", value, 0, MAX_THETA * GRID))
        for key, value in at.items()
    }
    return tuple(sorted(pairs.items()))


def order_of(state: State) -> Answer:
    """A state's digits as their component takes them."""
    return {"text": state.digits, "classes": list(state.classes), "count": state.count}


def knobs_of(setting: Setting) -> Answer:
    """A setting as the knobs take it."""
    return {name: value for name, value in vars(setting).items() if name != "edits"}


def dials_of(setting: Setting) -> Answer:
    """A setting's θ by dimension as the sliders take it."""
    return {"of": setting.vae, "seed": None, "at": {str(dimension): at for dimension, at in setting.edits}}


# The link


def version(setting: Setting) -> str:
    """The version of a setting's weights and generators."""
    return load_dispenser(setting.vae).version


def to_query(state: State) -> str:
    """The query string of a state."""
    asked = {"digits": state.digits} if state.digits else {"classes": _digits(state.classes), "count": state.count}
    second = {f"{SECOND}{key}": value for key, value in setting_query(state.other).items()} if state.other else {}
    return urlencode(asked | {"seed": state.seed} | setting_query(state.setting) | second)


def setting_query(setting: Setting) -> dict[str, str]:
    """The part of a query that holds how digits are made."""
    theta = {
        "one": {"theta": f"{setting.theta:g}", "n": str(setting.n)},
        "each": {"thetas": "_".join(f"{d}.{at}" for d, at in setting.edits) or "fitted", "n": str(setting.n)},
    }.get(setting.form, {})
    guided = {"guided": "1"} if setting.guided else {}
    told = {"vae": setting.vae, "generator": setting.generator} | theta | {"temperature": f"{setting.temperature:g}"}
    return told | guided | {"model": version(setting)}


def from_query(query: Mapping[str, str]) -> tuple[State, list[str]]:
    """The state of a link, and what the visitor should know: values that were clipped or left out, other versions."""
    read = Reader(query, [])
    order: dict[str, Any] = read.value("digits", {}, lambda text: check_order({"text": text}))
    if not order:
        classes = read.value("classes", None, _classes)
        count = round(read.number("count", "how many of each", DIGITS, MOST_OF_EACH, 1))
        order = {"count": count} | ({} if classes is None else {"classes": classes})
    seed = round(read.number("seed", "the seed", 0, MAX_SEED))
    setting = read_setting(read)
    second = {key.removeprefix(SECOND): text for key, text in query.items() if key.startswith(SECOND)}
    second.pop("thetas", None)  # the second generator has no sliders by dimension
    other = read_setting(Reader(second, read.notes)) if f"{SECOND}vae" in query else None
    return State(setting, seed, **order, other=other), read.notes


def read_setting(read: Reader) -> Setting:
    """How digits are made, out of a link; what cannot be is left out and noted."""
    vae = read.value("vae", "", _ready) or default_setting().vae
    if "generator" not in read.query:
        return default_setting() if "vae" not in read.query else plain(Setting(vae, fitted_of(vae)[0]))
    told = Setting(
        vae,
        read.query["generator"],
        "each" if "thetas" in read.query else "one" if "theta" in read.query else "fitted",
        theta=round(read.number("theta", "θ", Setting.theta, MAX_THETA), 2),
        n=read.value("n", Setting.n, draws),
        temperature=round(read.number("temperature", "the temperature", 1, MAX_TEMPERATURE), 2),
        guided=read.query.get("guided") == "1",
    )
    edits = read.value("thetas", (), lambda text: edits_for(told, {"at": _edits(text)}))
    try:
        kept = plain(told, edits)
    except ValueError as error:
        read.notes.append(str(error))
        kept = plain(Setting(vae, fitted_of(vae)[0]))
    read.version(version(kept))
    return kept


def _ready(name: str) -> str:
    load_dispenser(name)
    return name


def _digits(classes: tuple[int, ...]) -> str:
    return "".join(map(str, classes)) or "none"


def _classes(text: str) -> tuple[int, ...]:
    return () if text == "none" else tuple(sorted(set(digits_of(text)[0])))


def _edits(text: str) -> dict[str, str]:
    pairs = [part.partition(".") for part in text.split("_")] if text != "fitted" else []
    if not all(dimension.isdecimal() and at.isdecimal() for dimension, _, at in pairs):
        raise ValueError(f"expected θ by dimension such as 3.40_12.80, got {text[:20]!r}")
    return {dimension: at for dimension, _, at in pairs}


def asked_for(query: object) -> State:
    """The state of the query string that a component sends along."""
    return from_query(parse_query(query))[0]


# The view


@dataclass(frozen=True, eq=False)
class Made:
    """Digits that were made, what the judges say of them, and what they are worth."""

    batch: Batch
    verdicts: dict[str, Verdict]
    tally: Tally


def made(state: State, setting: Setting) -> Made:
    """The digits of a state, by one of its generators."""
    dispenser = load_dispenser(setting.vae)
    (batch,) = dispenser.stream(state.asked, setting, state.seed)
    verdicts = dispenser.judged(batch.pictures)
    return Made(batch, verdicts, tally(batch, verdicts))


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
    theta = torch.tensor(theta_of(load_dispenser(setting.vae).latents(setting)))
    return {"dials": setting.vae, "z": theta.mul(GRID).round().int().tolist()}


def sheet_of(shown: Made) -> Answer:
    """The sheet as one picture, and what each judge says of each digit in it."""
    glyphs = rendering.to_array(shown.batch.pictures)
    across = columns_for(len(glyphs))
    return {
        "result": rendering.inline(picture_of(glyphs, 1 if across >= DIGITS else 4)),  # the page enlarges a full sheet
        "across": across,
        "asked": _digits(tuple(shown.batch.asked.tolist())),
        "judges": [judge_of(name, said, shown) for name, said in shown.verdicts.items()],
        "cosine": shown.tally.cosine,
        "sure": round(100 * SURE),
    }


def judge_of(name: str, said: Verdict, shown: Made) -> Answer:
    """One judge's verdicts: what it reads, in one text, and with what probability, in per cent."""
    return {
        "name": name,
        "accuracy": shown.tally.accuracy[name],
        "read": "".join(map(str, said.read.tolist())),
        "percent": said.belief.mul(100).round().int().tolist(),
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
    state = asked_for(query)
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
    state = asked_for(query)
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
        name: {"read": said.read.tolist(), "belief": said.belief.tolist()} for name, said in shown.verdicts.items()
    }
    told = made_how(state.setting, state.seed) | {"accuracy": shown.tally.accuracy, "cosine": shown.tally.cosine}
    return "application/json", as_json(latents, **told, judges=judges)


def made_how(setting: Setting, seed: int) -> dict[str, Any]:
    """How digits are made, for a card or a file: everything that is needed to make them again."""
    record, latents = shelf()[setting.vae], load_dispenser(setting.vae).latents(setting)
    return {
        "model": {"name": setting.vae, "sha256": record.sha256},
        "generator": {"name": setting.generator, "sha256": record.generators.sha256 if record.generators else None},
        "guided": setting.guided,
        "theta": theta_of(latents),
        "n": draws_of(latents),
        "temperature": setting.temperature,
        "seed": seed,
    }
