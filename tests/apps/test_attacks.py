"""What hostile clients send to every endpoint of every app: no server error, no traceback, no file, no crash.

A row an app for docs/security.md:
`STYLESCAPE_HOSTILE=2000 python -m pytest -qs tests/apps/test_attacks*.py | grep -a '^|'`
"""

import importlib
import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ui.server.serving import STREAMLIT
from core.imaging.preprocess import MAX_BYTES
from core.publishing.spaces import app_names
from tests.apps.hostile import CALLS, PATIENCE, Target, at_random
from tests.serving import served

DOORS = (
    "gradio_api/file={}",
    "file={}",
    "gradio_api/file/{}",
    "static/{}",
    "assets/{}",
    "{}",
    "gradio_api/proxy=http://127.0.0.1/{}",
)
# The app runs in a thread of this process, and Gradio draws random numbers while Hypothesis draws its own.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"),
]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
values = st.recursive(
    scalars | st.just({"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}) | st.just({"glyph": "eNoD" * 40}),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


class Handler(NamedTuple):
    """What the app's own description tells of one: its number, how many arguments it takes, its name."""

    number: int
    arguments: int
    name: str | None


def handlers_of(client: httpx.Client) -> list[Handler]:
    config = client.get("config").json()
    return [
        Handler(each.get("id", number), len(each["inputs"]), each.get("api_name") or None)
        for number, each in enumerate(config["dependencies"])
    ]


@pytest.fixture(scope="module", params=[name for name in app_names() if name not in STREAMLIT])
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    demo = importlib.import_module(f"apps.{request.param}").demo
    with served(demo) as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
        target = Target(client, Counter())
        yield target
        assert client.get("").status_code == 200  # the process survives
    print(target.row(request.param))


def test_files_stay_where_they_are(target: Target) -> None:
    target.climb(DOORS)


@pytest.mark.timeout(CALLS)
def test_anything_through_every_handler(target: Target) -> None:
    @at_random(DOORS)
    @given(st.sampled_from(handlers_of(target.client)), st.lists(values, max_size=9), st.integers(0, 3))
    def attack(handler: Handler, data: list[Any], shape: int) -> None:
        fitting = (data * (handler.arguments + 1))[: handler.arguments] if data and shape else data
        body = {"data": fitting, "fn_index": handler.number, "session_hash": "attack"}
        content = json.dumps(body)  # with NaN and Infinity, which are no JSON
        path = f"gradio_api/call/{handler.name}" if handler.name and shape == 2 else "gradio_api/run/predict"
        headers = {"content-type": "application/json"}
        target.check(target.client.post(path, content=content, headers=headers))

    attack()


def test_what_is_no_request_at_all(target: Target) -> None:
    for content in (
        b"",
        b"null",
        b"[]",
        b"{" * 5000,
        b'{"data": null}',
        b"\xff\xfe",
        b'{"data": ' + b"[" * 3000 + b"]" * 3000 + b"}",
    ):
        for path in ("run/predict", "queue/join", "component_server/", "component_server", "upload", "cancel", "reset"):
            target.check(
                target.client.post(f"gradio_api/{path}", content=content, headers={"content-type": "application/json"})
            )


def test_an_upload_that_is_too_large_is_refused(target: Target) -> None:
    answer = target.client.post("gradio_api/upload", files={"files": ("large.png", bytes(MAX_BYTES + 2**20))})
    assert answer.status_code == 413
    target.check(answer)


def test_a_slow_body_holds_no_one_else_up(target: Target) -> None:
    host, port = target.client.base_url.host, target.client.base_url.port
    assert port
    with socket.create_connection((host, port), timeout=10) as slow:
        slow.sendall(b"POST /gradio_api/run/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{")
        start = time.perf_counter()
        assert target.client.get("config").status_code == 200
        assert time.perf_counter() - start < 10


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_other_sites_may_not_read_answers(target: Target, origin: str) -> None:
    handler = handlers_of(target.client)[0]
    body = {"data": [None] * handler.arguments, "fn_index": handler.number}
    answer = target.client.post("gradio_api/run/predict", json=body, headers={"origin": origin})
    assert answer.headers.get("access-control-allow-origin") not in ("*", origin)
