"""What a visitor of the Generator has set, and its link."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import torch
from torch import Tensor

from apps.ui.shared.answers import Answer
from apps.ui.shared.edits import Edits, check_edits, edits_of, edits_text, sliders_value
from apps.ui.shared.permalink import MAX_SEED, Reader, number, parse_query
from apps.ui.shared.state import (
    Known,
    flag_field,
    number_field,
    parse_values,
    query_of,
    read_values,
    value_field,
)
from core.generator.session import (
    DRAWS,
    GRID,
    MOST_DIGITS,
    Setting,
    available_models,
    digits_of,
    each_of,
    is_ready,
    load_session,
)

DIGITS = 10
MOST_OF_EACH = MOST_DIGITS // DIGITS
MAX_THETA = MAX_TEMPERATURE = 1.5
SECOND = "b"  # before the keys of the second generator in a link


# The values of fields


def ready_vae(name: str) -> str:
    """The name of a VAE with fitted generators; raises a `ValueError` for any other."""
    load_session(name)
    return name


def vae_name(value: object) -> str:
    """The name of a VAE as text; whether there is one is seen when its generator is asked for."""
    if not isinstance(value, str):
        raise ValueError(f"expected a VAE by its name, got {type(value).__name__}")
    return value


def draws(value: object) -> int:
    """The paper's n, checked."""
    n = number("n", value)
    if n not in DRAWS:
        raise ValueError(f"expected n out of {', '.join(map(str, DRAWS))}, got {n:g}")
    return int(n)


def thetas(at: object, vae: str) -> Edits:
    """θ in hundredths by dimension of a VAE, checked."""
    return check_edits(at, "θ", load_session(vae).model.latent, 0, round(MAX_THETA * GRID))


def typed_digits(value: object) -> str:
    """The digits of a typed text, without what stands between them."""
    if not isinstance(value, str):
        raise ValueError(f"expected digits as text, got {type(value).__name__}")
    return "".join(map(str, digits_of(value)[0]))


def chosen_classes(value: object) -> tuple[int, ...]:
    """The classes that were chosen, in order."""
    if not isinstance(value, list) or len(value) > DIGITS:
        raise ValueError(f"expected at most {DIGITS} digits to choose from, got {str(value)[:20]}")
    return tuple(sorted({round(number("a digit", each, 0, DIGITS - 1)) for each in value}))


def text_of(classes: tuple[int, ...]) -> str:
    """Classes as one text, "none" for none of them."""
    return "".join(map(str, classes)) or "none"


def classes_of(text: str) -> tuple[int, ...]:
    """The classes of such a text."""
    return () if text == "none" else tuple(sorted(set(digits_of(text)[0])))


# The fields


@dataclass(frozen=True)
class LinkedSetting(Setting):
    """How digits are made, with what a link holds of it; `form` follows from which θ it holds."""

    vae: str = value_field("vae", "", vae_name, decode=lambda text, _: ready_vae(text))
    generator: str = value_field("generator", "simple", str)
    theta: float = number_field(
        "theta", "θ", Setting.theta, high=MAX_THETA, digits=2, applies=lambda known: known["form"] == "one"
    )
    edits: tuple[tuple[int, int], ...] = value_field(
        "thetas",
        (),
        tuple,
        decode=lambda text, known: thetas({} if text == "fitted" else edits_of(text, THETAS), known["vae"]),
        text=lambda edits: edits_text(edits) or "fitted",
        applies=lambda known: known["form"] == "each",
    )
    n: int = value_field("n", 1, draws, applies=lambda known: known["form"] != "fitted")
    temperature: float = number_field("temperature", "the temperature", 1.0, high=MAX_TEMPERATURE, digits=2)
    guided: bool = flag_field("guided", "the guide")


THETAS = "θ by dimension such as 3.40_12.80"


def _of_classes(known: Known) -> bool:
    return not known["digits"]


@dataclass(frozen=True)
class State:
    """What the visitor has set.

    Attributes:
        setting: how the digits are made.
        digits: what was typed, digits alone; it takes the place of the choice of classes.
        classes: classes to draw, in order.
        count: digits of each class.
        seed: of all noise.
        other: how those beside them are made, with the same seed; None for `beside`.
        dropped: spaces and dashes that were left out of what was typed.
    """

    setting: Setting
    digits: str = value_field("digits", "", typed_digits)
    classes: tuple[int, ...] = value_field(
        "classes",
        tuple(range(DIGITS)),
        chosen_classes,
        decode=lambda text, _: classes_of(text),
        text=text_of,
        applies=_of_classes,
    )
    count: int = number_field("count", "how many of each", DIGITS, low=1, high=MOST_OF_EACH, applies=_of_classes)
    seed: int = number_field("seed", "the seed", 0, high=MAX_SEED)
    other: Setting | None = None
    dropped: int = field(default=0, compare=False)

    @property
    def asked(self) -> Tensor:
        """The classes of all digits, (N,)."""
        return torch.tensor([int(digit) for digit in self.digits]) if self.digits else each_of(self.classes, self.count)

    @property
    def beside(self) -> Setting:
        """How the digits beside them are made: unless it was chosen, as fitted by the last generator of the paper."""
        if self.other:
            return self.other
        fitted = fitted_of(self.setting.vae)
        return Setting(self.setting.vae, "medium-2" if "medium-2" in fitted else fitted[0])


def default_setting() -> Setting:
    """What a visitor meets: one θ, on the first VAE whose generators are fitted, the paper's MMD-10 before others.

    Raises:
        ValueError: if there is none.
    """
    ready = [name for name, record in available_models().items() if is_ready(record)]
    if not ready:
        raise ValueError("no VAE has fitted generators yet: run `stylescape fit mnist-mmd-10`")
    vae = "mnist-mmd-10" if "mnist-mmd-10" in ready else ready[0]
    fitted = fitted_of(vae)
    return Setting(vae, form="one") if "simple" in fitted else Setting(vae, fitted[0])


def fitted_of(vae: str) -> list[str]:
    """The names of the generators that were fitted for a VAE."""
    return list(load_session(vae).generators.fitted)


def plain(setting: Setting) -> Setting:
    """A setting without the values that its form does not use, so that equal sheets have equal links.

    Raises:
        ValueError: for a generator that its VAE does not have, or a form that does not apply to it.
    """
    kept = Setting(setting.vae, setting.generator, setting.form, temperature=setting.temperature, guided=setting.guided)
    if setting.form == "one":
        kept = replace(kept, theta=setting.theta)
    if setting.form == "each":
        kept = replace(kept, edits=setting.edits)
    if setting.form != "fitted" and setting.generator != "full":
        kept = replace(kept, n=setting.n)
    load_session(kept.vae).latents(kept)
    return kept


# From the page


def check(order: object, knobs: object, dials: object, seed: object, other: object) -> State:
    """The state that the page's controls hold.

    Args:
        order: `{"text", "classes", "count"}`; defaults for what is left out.
        knobs: `{"vae", "generator", "form", "theta", "n", "temperature", "guided"}`; likewise.
        dials: `{"of", "at"}`, θ by dimension; ignored if it is meant for another VAE.
        seed: a number.
        other: knobs of the second generator, or nothing.

    Raises:
        ValueError: with one sentence that names the value.
    """
    setting = check_setting(knobs, dials)
    second = check_setting(other, {}) if other else None
    return State(setting, other=second, **check_order(order), **parse_values(State, {"seed": seed}))


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
    digits = typed_digits(text)
    if digits:
        return {"digits": digits, "dropped": len(text) - len(digits)}
    return parse_values(State, {name: order[name] for name in ("classes", "count") if name in order})


def check_setting(knobs: object, dials: object) -> Setting:
    """One generator's settings; defaults for what is left out."""
    if not isinstance(knobs, dict) or not isinstance(dials, dict):
        raise ValueError(f"expected the settings of a generator, got {type(knobs).__name__}, {type(dials).__name__}")
    given = knobs_of(Setting("") if "vae" in knobs else default_setting()) | knobs
    setting = Setting(form=str(given.pop("form")), **parse_values(LinkedSetting, given | {"edits": ()}))
    if setting.form == "each" and dials.get("of", setting.vae) == setting.vae:
        setting = replace(setting, edits=thetas(dials.get("at") or {}, setting.vae))
    return plain(setting)


def order_of(state: State) -> Answer:
    """A state's digits as their control holds them."""
    return {"text": state.digits, "classes": list(state.classes), "count": state.count}


def knobs_of(setting: Setting) -> Answer:
    """A setting as the knobs hold it."""
    return {name: value for name, value in vars(setting).items() if name != "edits"}


def dials_of(setting: Setting) -> Answer:
    """A setting's θ by dimension as the sliders hold it."""
    return sliders_value(setting.vae, None, setting.edits)


# The link


def to_query(state: State) -> str:
    """The query string of a state."""
    second = {f"{SECOND}{key}": value for key, value in setting_query(state.other).items()} if state.other else {}
    return urlencode(query_of(State, vars(state)) | setting_query(state.setting) | second)


def setting_query(setting: Setting) -> dict[str, str]:
    """The part of a query that holds how digits are made, with the version of weights and generators."""
    return query_of(LinkedSetting, vars(setting)) | {"model": load_session(setting.vae).version}


def linked(query: Mapping[str, str]) -> tuple[State, list[str]]:
    """The state of a link, and notes for the visitor: values that were clipped or left out, other versions."""
    reader = Reader(query, [])
    asked = read_values(State, reader, {})
    dropped = len(query["digits"]) - len(asked["digits"]) if asked["digits"] else 0
    setting = read_setting(reader)
    second = {key.removeprefix(SECOND): text for key, text in query.items() if key.startswith(SECOND)}
    second.pop("thetas", None)  # the second generator has no sliders by dimension
    other = read_setting(Reader(second, reader.notes)) if "vae" in second else None
    return State(setting, **asked, other=other, dropped=dropped), reader.notes


def read_setting(reader: Reader) -> Setting:
    """How a link has digits made; what cannot be is left out and noted."""
    query = reader.query
    vae = reader.value("vae", "", ready_vae) or default_setting().vae
    if "generator" not in query:
        return plain(Setting(vae, fitted_of(vae)[0])) if "vae" in query else default_setting()
    form = "each" if "thetas" in query else "one" if "theta" in query else "fitted"
    try:
        kept = plain(Setting(**read_values(LinkedSetting, reader, {"vae": vae, "form": form})))
    except ValueError as error:
        reader.notes.append(str(error))
        kept = plain(Setting(vae, fitted_of(vae)[0]))
    reader.version(load_session(kept.vae).version)
    return kept


def state_of(query: object) -> State:
    """The state of the query string that a component sends along."""
    return linked(parse_query(query))[0]
