"""Links that were made before fields were declared once open the same states, and the states have the same links."""

from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import pytest

from apps.ui.shared.state import to_query
from apps.views.analogies import state as analogies
from apps.views.fashion import state as fashion
from apps.views.generator import state as generator
from apps.views.handwriting import state as handwriting
from core.analogies import session as analogies_session
from core.generator import session as generator_session
from core.handwriting import session as handwriting_session

PAD = {"strokes": [{"w": 14, "p": [128, 30, 128, 220.5]}, {"w": 8, "p": [30, 40, 60, 70, 90, 200]}]}
PHOTO = {"glyph": "eNpjYBh64D8QjMoNXbnBDADGnz_B"}
EMPTY: dict[str, Any] = {"strokes": []}
STROKES, GLYPH = "strokes=HAKABHgA-gUQA3igAXh4eIgE", "glyph=eNpjYBh64D8QjMoNXbnBDADGnz_B"
MAX = 2**31 - 1
VAE = "mnist-mmd-10"

HANDWRITING = [
    (PAD, "", "", 0.5, 0.3, 0, f"{STROKES}&lambda=0.5&sigma=0.3&seed=0"),
    (PAD, "a", "34", 0.255, 1.5, MAX, f"{STROKES}&target=a&hand=34&lambda=0.26&sigma=1.5&seed=2147483647"),
    (PHOTO, "0", 0, 1, 0, 7, f"{GLYPH}&target=0&hand=0&lambda=1&sigma=0&seed=7"),
    (PHOTO, "", "3", 0, 0.07, 10, f"{GLYPH}&hand=3&lambda=0&sigma=0.07&seed=10"),
]
CORRECTED = {"seed": 9, "at": {"3": -100, "11": 7}}
ANALOGIES = [
    (PAD, {}, {}, "", 0, 0, "", f"{STROKES}&lambda=0&seed=0"),
    (
        *(PAD, {"digit": 1}, CORRECTED, "12", 0.7, 4, "6"),
        f"{STROKES}&digit=1&style=9&z=3.-100_11.7&to=12&lambda=0.7&seed=4&map=6",
    ),
    (EMPTY, {}, {"seed": 0, "at": {}}, "0", 1, MAX, "0", "style=0&to=0&lambda=1&seed=2147483647&map=0"),
    (PHOTO, {}, {"at": {"15": 256}}, None, 0.333, 5, None, f"{GLYPH}&z=15.256&lambda=0.33&seed=5"),
]
BAG, BOOT = {"kind": "bag", "variation": 3}, {"kind": "ankle boot", "variation": 9999}
FASHION = [
    (EMPTY, {"kind": "sneaker", "variation": 0}, 0.7, False, [], "garment=sneaker&variation=0&strength=0.7"),
    (PAD, BAG, 1.5, True, ["K8-3", "K0-1"], f"{STROKES}&strength=1.5&outline=1&pins=K8-3.K0-1"),
    (PHOTO, {}, 0, False, ["K9-9999"], f"{GLYPH}&strength=0&pins=K9-9999"),
    (EMPTY, BOOT, 0.125, True, [], "garment=ankle+boot&variation=9999&strength=0.12&outline=1"),
]
SIMPLE, MEDIUM = {"vae": VAE, "generator": "simple"}, {"vae": VAE, "generator": "medium-1", "form": "each"}
ONE = SIMPLE | {"form": "one", "theta": 0.45, "n": 2, "temperature": 0.5, "guided": True}
FULL = {"vae": VAE, "generator": "full", "form": "one", "theta": 1.5}
SECOND = {"vae": VAE, "generator": "medium-2", "temperature": 1.25, "guided": True}
DIALS = {"of": VAE, "at": {"3": 40, "1": 125}}
MADE = f"vae={VAE}&generator"
GENERATOR = [
    ({"text": "20 26"}, {}, {}, 0, None, f"digits=2026&seed=0&{MADE}=simple&theta=0.6&n=1&temperature=1&model=V"),
    (
        *({"classes": [7, 1], "count": 3}, ONE, {}, 9, None),
        f"classes=17&count=3&seed=9&{MADE}=simple&theta=0.45&n=2&temperature=0.5&guided=1&model=V",
    ),
    (
        *({"classes": []}, MEDIUM | {"n": 5}, DIALS, MAX, None),
        f"classes=none&count=10&seed={MAX}&{MADE}=medium-1&thetas=1.125_3.40&n=5&temperature=1&model=V",
    ),
    (
        *({"classes": []}, MEDIUM, {}, 1, None),
        f"classes=none&count=10&seed=1&{MADE}=medium-1&thetas=fitted&n=1&temperature=1&model=V",
    ),
    (
        *({"text": "7"}, FULL, {}, 0, SECOND),
        f"digits=7&seed=0&{MADE}=full&theta=1.5&n=1&temperature=1&model=V"
        f"&bvae={VAE}&bgenerator=medium-2&btemperature=1.25&bguided=1&bmodel=V",
    ),
    (
        *({}, SIMPLE, {}, 0, SIMPLE | {"form": "one", "theta": 0, "n": 3}),
        f"classes=0123456789&count=10&seed=0&{MADE}=simple&temperature=1&model=V"
        f"&bvae={VAE}&bgenerator=simple&btheta=0&bn=3&btemperature=1&bmodel=V",
    ),
]


@pytest.mark.parametrize(
    ("app", "values"),
    [
        *((handwriting, values) for values in HANDWRITING),
        *((analogies, values) for values in ANALOGIES),
        *((fashion, values) for values in FASHION),
    ],
)
def test_a_link_with_a_drawing_is_what_it_was(app: ModuleType, values: tuple[Any, ...]) -> None:
    version = {
        handwriting: lambda: handwriting_session.load_session().version,
        analogies: lambda: analogies_session.load_session().version,
    }
    model = version.get(app, fashion.version)()
    *controls, link = values
    state = app.check(*controls)
    assert to_query(state, model) == f"{link}&model={model}"
    assert app.linked(dict(parse_qsl(f"{link}&model={model}"))) == (state, [])


@pytest.mark.parametrize("values", GENERATOR)
def test_a_link_of_the_generator_is_what_it_was(values: tuple[Any, ...]) -> None:
    *controls, link = values
    link = link.replace("model=V", f"model={generator_session.load_session(VAE).version}")
    state = generator.check(*controls)
    assert generator.to_query(state) == link
    assert generator.linked(dict(parse_qsl(link))) == (state, [])


def test_a_picture_of_fashion_mnist_has_the_link_it_had() -> None:
    state = fashion.State(number=17, pins=("N2",))
    assert to_query(state, "0123abcd") == "number=17&strength=0.7&pins=N2&model=0123abcd"
