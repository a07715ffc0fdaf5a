"""The scripts and fonts of the pages: all are there, none but these are served, and for how long."""

import re

import gradio as gr
import httpx
import pytest
from fontTools.ttLib import TTFont

from apps.ui.server.launching import blocks, head_of
from apps.ui.shared import fonts, modules
from apps.ui.shared.component import COMPONENTS, component
from tests.serving import served

SIGNS = "λσθμΣ×−…·²€→←↔≤≥√“”’–—éń"


@pytest.fixture(scope="module")
def address():
    with blocks("parts") as demo:
        component("status", '<p class="status"></p>', {"message": "here", "kind": "hint"}, as_text=True)
    with served(demo) as url:
        yield url


def test_every_component_has_a_module_that_mounts() -> None:
    for path in COMPONENTS.glob("*/*.html"):
        source = modules.files()[f"components/{path.parent.name}/{path.parent.name}.js"].read_text(encoding="utf-8")
        assert "export function mount(" in source, path


def test_every_module_imports_what_is_there() -> None:
    for name, path in modules.files().items():
        stated = re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8"))
        imported = modules.imports_of(name)
        assert len(imported) == len(stated) - path.read_text(encoding="utf-8").count("@import"), name
        assert set(imported) <= set(modules.files()), name


def test_a_page_begins_to_load_what_its_components_import() -> None:
    with gr.Blocks() as demo:
        component("share", "<div></div>")
    head = head_of(demo)
    for name in ("components/share/share.js", "shared/channels.js", "shared/files.js"):
        assert name in head
    assert "components/map/map.js" not in head


def test_modules_are_served_and_kept(address) -> None:
    answer = httpx.get(f"{address}modules/{modules.digest()}/components/status/status.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert "export function mount(" in answer.text


def test_a_page_of_another_version_gets_modules_that_are_not_kept(address) -> None:
    answer = httpx.get(f"{address}modules/0123456789ab/components/status/status.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "components/status/status.py",
        "shared/style.css",
        "shared/../../../pyproject.toml",
        "..%2f..%2f..%2fpyproject.toml",
        "/etc/passwd",
        "",
    ],
)
def test_nothing_else_is_served(address, name) -> None:
    for route, digest in (("modules", modules.digest()), ("fonts", fonts.digest())):
        assert httpx.get(f"{address}{route}/{digest}/{name}").status_code == 404


def test_fonts_are_served_and_kept(address) -> None:
    for name in fonts.files():
        answer = httpx.get(f"{address}fonts/{fonts.digest()}/{name}")
        assert answer.headers["content-type"] == "font/woff2"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content[:4] == b"wOF2"


def test_fonts_are_small_and_hold_the_signs_of_the_pages() -> None:
    assert sum(path.stat().st_size for path in fonts.files().values()) < 120_000
    held = {name: TTFont(path).getBestCmap() for name, path in fonts.files().items()}
    assert not [sign for sign in SIGNS if ord(sign) not in held["sans.woff2"]]
    letters = re.sub("[→←↔≤≥√]", "", SIGNS)  # the serif takes these from the sans
    for name in ("serif-regular.woff2", "serif-italic.woff2"):
        assert not [sign for sign in letters if ord(sign) not in held[name]], name


def test_renamed_fonts_keep_their_licence() -> None:
    for path in fonts.files().values():
        names = {record.nameID: str(record) for record in TTFont(path)["name"].names}
        assert names[1].startswith("Stylescape")
        assert "Open Font License" in names[13]
    for name in ("OFL-sans.txt", "OFL-serif.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.FOLDER / name).read_text(encoding="utf-8")
