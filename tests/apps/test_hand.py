"""The tab *Your hand* without a browser: what the page gets, what strangers can send, and that nothing of it stays."""

import base64
import gc
import json
import secrets
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from gradio.utils import get_upload_folder
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from safetensors.torch import load, save

from apps import handwriting as app
from apps.views.handwriting import your_hand as views
from apps.views.handwriting.your_hand import (
    draw_cell,
    learned,
    opened,
    pack,
    pages,
    print_sheet,
    unpack,
    writer_cells,
    writers,
)
from core.handwriting.session import load_session
from core.handwriting.worksheets.layout import layouts
from core.handwriting.worksheets.uploads import MAX_PAGES, read_pages
from core.handwriting.writer_style import average_writer, known_writer, text_classes
from core.handwriting.writer_style_file import MAX_BYTES, from_bytes, to_bytes
from core.imaging import rendering
from core.imaging.preprocess import MAX_BYTES as MAX_FILE
from tests.apps.strangers import BAD_FILES, is_mistake, picture, saved
from tests.photographs import Camera, filled, photograph
from tests.serving import served

BAR = [{"w": 14, "p": [128, 40, 128, 210]}]
WRITER = 7
PATIENCE = 60.0
# Gradio counts its queue with parts of pandas that pandas gives up; as an error this would stop Gradio's own cleaning.
DOWNCASTING = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio.queueing")


def asked(**what: Any) -> str:
    """What the page sends when it asks for something: the place of a file."""
    return sent(json.dumps(what).encode())


def sent(content: bytes) -> str:
    folder = Path(get_upload_folder()) / secrets.token_hex(8)
    folder.mkdir(parents=True)
    (folder / "asked").write_bytes(content)
    return json.dumps({"path": str(folder / "asked")})


def written(text: str) -> np.ndarray:
    return rendering.to_array(known_writer(load_session().autoencoder, WRITER).write(text))


def cells(text: str) -> list[list[str]]:
    return [[label, pack(glyph)] for label, glyph in zip(text, written(text), strict=True)]


@pytest.fixture(scope="module")
def photo() -> bytes:
    """A photograph of the first page, its box of an f empty, h and i each in the other's box."""
    layout = layouts("letter")[0]
    glyphs = dict(enumerate(written(layout.text)))
    del glyphs[5]
    glyphs[7], glyphs[8] = glyphs[8], glyphs[7]
    return photograph(filled(layout, glyphs), Camera(turn=8, tilt=0.04, shadow=0.2, blur=0.6, grain=3, pixels=1800))


@pytest.fixture(scope="module")
def hand() -> str:
    """The file of a hand in base64."""
    *_, last = learned(asked(cells=cells("abcdeHl62")))
    return last["hand"]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Upload files; answers the last that the page would get. Every file must be gone."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))

    def take(*contents: bytes, text: str = "") -> dict[str, Any]:
        paths = [tmp_path / f"folder-{place}" / "photo" for place, _ in enumerate(contents)]
        for path, content in zip(paths, contents, strict=True):
            path.parent.mkdir()
            path.write_bytes(content)
        *_, last = pages(asked(paths=[str(path) for path in paths], text=text))
        assert list(tmp_path.iterdir()) == []
        return last

    return take


def verdicts(answer: dict[str, Any]) -> dict[str, str]:
    return {cell["label"]: cell["status"] for cell in answer["cells"]}


# Write and check


def test_a_photographed_sheet_becomes_cells(read, photo: bytes) -> None:
    answer = read(photo)
    seen = verdicts(answer)
    assert seen["f"] == "empty"
    assert seen["h"] == seen["i"] == "suspicious"
    assert sum(status == "ok" for status in seen.values()) >= 31
    assert unpack(answer["cells"][0]["glyph"]).max() > 127
    assert picture(answer["pages"][0]).width == views.PAGE_WIDTH
    assert answer["message"].startswith("1 page: 33 characters read, 2 to look at.")


def test_a_sheet_on_its_head_is_read_alike(read, photo: bytes) -> None:
    over = saved(Image.open(BytesIO(photo)).rotate(180), "JPEG", quality=90)
    assert verdicts(read(over)) == verdicts(read(photo))


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_told_and_the_others_are_read(read, photo: bytes, name: str) -> None:
    answer = read(BAD_FILES[name], photo)
    assert len(answer["cells"]) == 36
    assert answer["kind"] == "error"
    assert answer["message"].count("File 1: expected") == 1
    assert "\n" not in answer["message"]
    alone = read(BAD_FILES[name])
    assert alone["cells"] == []
    assert alone["message"].startswith("Expected")


def test_a_pdf_of_two_hundred_pages_is_refused(read) -> None:
    file = BytesIO()
    canvas = Canvas(file)
    for _ in range(200):
        canvas.showPage()
    canvas.save()
    assert read(file.getvalue())["message"] == f"Expected a PDF of at most {MAX_PAGES} pages, got 200."


def test_a_picture_of_something_else_is_told(read) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
    cat = saved(Image.fromarray(noise).resize((1200, 900)), "JPEG")
    assert "got a picture without them" in read(cat)["message"]


def test_a_free_sheet_is_read_by_its_text(read) -> None:
    sheet = np.full((400, 900), 235, np.uint8)
    for place, glyph in enumerate(rendering.enlarge(written("H7b"), 5)):
        at = sheet[120:260, 80 + 260 * place : 220 + 260 * place]
        at[:] = np.minimum(at, 235 - glyph // 2 - glyph // 4)
    answer = read(saved(Image.fromarray(sheet)), text="H7b")
    assert [cell["label"] for cell in answer["cells"]] == ["H", "7", "b"]
    assert answer["pages"] == []


def test_no_more_cells_than_a_page_can_hold(read, photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_CELLS", 50)
    answer = read(photo, photo)
    assert len(answer["cells"]) == 36
    assert "File 2: expected at most 50 characters on all pages" in answer["message"]


def test_others_wait_for_a_minute_at_most(read, photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "READING", -1)
    answer = read(photo)
    assert answer["kind"] == "error" and not answer["cells"] and "upload this one by itself" in answer["message"]


@pytest.mark.parametrize(
    "note",
    [
        None,
        7,
        "",
        "3",
        "{" * 10_000,
        "[" * 100_000,
        "{}",
        '{"path": 7}',
        '{"path": "/etc/passwd"}',
        json.dumps({"path": "y" * 300}),
        "x" * 10**7,
    ],
)
def test_what_names_no_upload_gets_one_clear_message(note: Any) -> None:
    for answers in (pages(note), learned(note), [opened(note)]):
        assert [is_mistake(answer) for answer in answers] == [True]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"3",
        b"[" * 100_000,
        b"{}",
        b'{"paths": []}',
        b'{"paths": "photo"}',
        json.dumps({"paths": ["/etc/passwd"] * 13}).encode(),
        b'{"paths": ["x"], "text": 7}',
        bytes(MAX_FILE + 1),
    ],
)
def test_what_is_no_upload_gets_one_clear_message(content: bytes) -> None:
    assert [is_mistake(answer) for answer in pages(sent(content))] == [True]


@pytest.mark.parametrize("path", [None, 7, "", "/etc/passwd", "/no/such/file", "a\0b", __file__])
def test_only_uploaded_files_are_read(path: Any) -> None:
    (answer,) = pages(asked(paths=[path]))
    assert answer["cells"] == []
    assert answer["message"].startswith("Expected an uploaded file")
    assert Path(__file__).exists()


def test_a_drawn_character_becomes_a_glyph() -> None:
    assert unpack(draw_cell(BAR)["glyph"]).max() == 255


@pytest.mark.parametrize("drawing", [None, [], "x", [{"w": 14, "p": [900, 900]}], [{"w": 0, "p": [1, 1]}]])
def test_a_bad_drawing_gets_one_clear_message(drawing: Any) -> None:
    assert is_mistake(draw_cell(drawing))


def test_a_known_writer_has_one_of_each() -> None:
    assert writers("")["count"] > 1
    answer = writer_cells(str(WRITER))
    assert "".join(cell["label"] for cell in answer["cells"]) == views.ALL
    assert np.array_equal(unpack(answer["cells"][10]["glyph"]), written("A")[0])


@pytest.mark.parametrize("chosen", ["", None, -1, "999", "x", [1], True, float("nan"), {}])
def test_a_bad_writer_gets_one_clear_message(chosen: Any) -> None:
    assert is_mistake(writer_cells(chosen))


@pytest.mark.parametrize(("paper", "width"), [("letter", 612), ("a4", 595)])
def test_the_worksheet_is_a_pdf_of_its_paper(paper: str, width: int) -> None:
    file = print_sheet(paper)
    data = base64.b64decode(file["address"].split(",")[1])
    assert file["name"] == f"worksheet-{paper}.pdf"
    assert f"[ 0 0 {width}" in data.decode("latin-1")
    assert len(read_pages(data)) == 6


@pytest.mark.parametrize("paper", [None, "", "A3", 4, ["a4"], {}])
def test_a_bad_paper_gets_one_clear_message(paper: Any) -> None:
    assert is_mistake(print_sheet(paper))


# Learn


def test_a_hand_is_learned_step_by_step() -> None:
    *steps, last = learned(asked(cells=cells("abcdefghijklmnopqrstuvwxyz0123456789")))
    shares = [step["progress"] for step in steps]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert last["message"] == "Learned from 36 characters."
    hand = from_bytes(base64.b64decode(last["hand"]), load_session().autoencoder)
    assert hand.seen.sum() == 36
    sheet = picture(last["sheet"]["address"])
    assert sheet.size == (28 * 62, 28 * (views.STEPS + 1))


def test_the_letters_lead_from_the_own_hand_to_the_other() -> None:
    model = load_session().autoencoder
    own, other = known_writer(model, WRITER), known_writer(model, 3)
    sheet = views.lettering(own, other)
    alpha = np.asarray(picture(sheet["address"]).convert("RGBA"))[..., 3]
    row = dict(zip(sheet["letters"], range(62), strict=True))["g"]
    drawn = [alpha[28 * i : 28 * i + 28, 28 * row : 28 * row + 28] for i in range(views.STEPS + 1)]
    for place, hand in ((0, own), (views.STEPS - 1, other), (views.STEPS, average_writer(model))):
        assert np.abs(drawn[place].astype(int) - rendering.to_array(hand.write("g"))[0]).max() <= 1


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"cells": "abc"},
        {"cells": [["a"]]},
        {"cells": [["a", "x"]] * 3},
        {"cells": [["é", pack(np.ones((28, 28), np.uint8))]] * 3},
        {"cells": [["a", pack(np.zeros((28, 28), np.uint8))]] * 3},
        {"cells": [["a", pack(np.ones((28, 28), np.uint8))]] * 2},
        {"cells": [["a", pack(np.ones((28, 28), np.uint8))]] * (views.MAX_CELLS + 1)},
        {"cells": [["a", pack(np.ones((28, 28), np.uint8))]] * 3, "other": "x"},
        {"cells": [[["a"], 7]] * 3},
    ],
)
def test_what_cannot_be_learned_from_gets_one_clear_message(wanted: dict) -> None:
    *_, last = learned(asked(**wanted))
    assert is_mistake(last)


def test_a_lesson_stops_when_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = []

    def endless(*_: Any, cancelled: Any, **__: Any) -> None:
        while not cancelled():
            time.sleep(0.01)
        stopped.append(True)

    monkeypatch.setattr(views, "learn", endless)
    lesson = learned(asked(cells=cells("abc")))
    assert "progress" in next(lesson)
    lesson.close()  # pyright: ignore[reportAttributeAccessIssue]
    deadline = time.monotonic() + 5
    while not stopped and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stopped


def test_a_hand_file_opens_again(hand: str) -> None:
    answer = opened(asked(hand=hand, other="3"))
    assert answer["message"] == "A hand learned from 9 characters."
    assert picture(answer["sheet"]["address"]).width == 28 * 62


def _changed(data: bytes, **tensors: torch.Tensor) -> bytes:
    size = int.from_bytes(data[:8], "little")
    told = json.loads(data[8 : 8 + size])["__metadata__"]
    return save(load(data) | tensors, metadata=told)


ALTERED = {
    "wrong shape": lambda data: _changed(data, z=torch.zeros(62, 31, dtype=torch.half)),
    "huge tensor": lambda data: _changed(data, huge=torch.zeros(800_000, dtype=torch.half)),
    "infinite": lambda data: _changed(data, z=torch.full((62, 32), torch.inf, dtype=torch.half)),
    "no metadata": lambda data: save(load(data)),
    "cut short": lambda data: data[:-100],
    "header of a terabyte": lambda data: (10**12).to_bytes(8, "little") + data[8:],
    "too large": lambda data: data + bytes(MAX_BYTES),
    "empty": lambda _: b"",
    "a picture": lambda _: saved(Image.new("L", (9, 9))),
}


@pytest.mark.parametrize("change", ALTERED)
def test_an_altered_hand_file_gets_one_clear_message(hand: str, change: str) -> None:
    data = ALTERED[change](base64.b64decode(hand))
    answer = opened(asked(hand=base64.b64encode(data).decode()))
    assert is_mistake(answer)
    assert "hand" in answer["message"] or "tensors" in answer["message"] or "shape" in answer["message"]


@pytest.mark.parametrize("wanted", [{}, {"hand": 7}, {"hand": "é"}, {"hand": "AAA"}, {"hand": ["AAAA"]}])
def test_what_is_no_hand_file_gets_one_clear_message(wanted: dict) -> None:
    assert is_mistake(opened(asked(**wanted)))


# Nothing stays


class Visit:
    """Someone who talks with the served app as its page does."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=PATIENCE)
        self.doors = {
            each["targets"][0][1]: number
            for number, each in enumerate(self.client.get("config").json()["dependencies"])
            if each["targets"] and each["targets"][0][1] in ("submit", "stop", "select")
        }

    def ask(self, event: str, content: str, session: str) -> Iterator[dict[str, Any]]:
        """What comes back of an event, message by message."""
        (path,) = self.client.post("gradio_api/upload", files={"files": ("asked", content.encode())}).json()
        body = {"data": [json.dumps({"path": path})], "fn_index": self.doors[event], "session_hash": session}
        self.client.post("gradio_api/queue/join", json=body).raise_for_status()
        with self.client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line[5:])


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    with served(app.demo) as url:
        visit = Visit(url)
        yield visit
        visit.client.close()


def remembered(*pieces: str) -> int:
    """How many texts of this process hold a piece of a visitor's, looked for in all that the collector knows."""
    gc.collect()
    texts = {
        id(each): each for held in gc.get_objects() for each in gc.get_referents(held) if type(each) in (str, bytes)
    }
    long = (each for each in texts.values() if len(each) > 10_000)
    plain = (each if isinstance(each, str) else each.decode("latin-1") for each in long)
    return sum(any(piece in text for piece in pieces) for text in plain)


@DOWNCASTING
@pytest.mark.slow
def test_nothing_of_a_hand_stays_after_the_visit(visit: Visit) -> None:
    own = cells("abcdeHl62")
    own[0][1] = pack(np.random.default_rng(5).integers(0, 255, (28, 28), np.uint8))  # like no other
    piece = own[0][1][200:600]
    kept = [json.dumps({"cells": own * 2})]
    assert remembered(piece) == 1  # this one: what is there is found
    finished = [each for each in visit.ask("submit", kept[0], "guest") if each["msg"] == "process_completed"]
    answer = json.loads(finished[0]["output"]["data"][0])
    assert answer["message"] == "Learned from 18 characters."
    middle = len(answer["hand"]) // 2
    learnt = answer["hand"][middle : middle + 200]
    assert remembered(learnt) >= 1
    del kept, finished, answer
    deadline = time.monotonic() + 20
    while (left := remembered(piece, learnt)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left == 0
    assert [path for path in Path(get_upload_folder()).rglob("asked") if piece in path.read_text("latin-1")] == []


@DOWNCASTING
def test_leaving_the_page_ends_the_lesson(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = []

    def endless(*_: Any, cancelled: Any, **__: Any) -> None:
        while not cancelled():
            time.sleep(0.01)
        stopped.append(True)

    monkeypatch.setattr(views, "learn", endless)
    for message in visit.ask("submit", json.dumps({"cells": cells("abc")}), "leaver"):
        if message["msg"] == "process_generating":
            break
    deadline = time.monotonic() + 20
    while not stopped and time.monotonic() < deadline:
        time.sleep(0.1)
    assert stopped


def test_every_class_of_the_text_is_a_letter_of_the_sheet() -> None:
    assert text_classes(views.ALL).tolist() == list(range(62))
    assert len(to_bytes(known_writer(load_session().autoencoder, 0))) < MAX_BYTES
