"""Sharing with reviewers: a password, bounds, and what is said about it."""

import threading
import time
from collections.abc import Iterator

import gradio as gr
import httpx
import pytest

from apps.ui.server import serving as server
from apps.ui.server.launching import MAX_WAITING, blocks
from apps.ui.server.serving import credentials, serve
from tests.serving import served


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """The options that apps were launched with, instead of launching them."""
    options: list[dict] = []
    monkeypatch.setattr(server, "launch", lambda demo, **given: options.append(given))
    return options


def test_a_shared_app_has_a_password_of_its_own_and_says_so(launched, capsys) -> None:
    for _ in range(2):
        serve("handwriting", share=True)
    (user, first), (_, second) = (options["auth"] for options in launched)
    assert user == "reviewer"
    assert len(first) >= 16
    assert first != second
    told = capsys.readouterr().out
    for part in (f"Password: {first}", f"Password: {second}", "a week at most", "passes its servers"):
        assert part in told
    assert all(options["share"] for options in launched)


def test_a_chosen_password_is_taken_and_an_unshared_app_has_none(launched) -> None:
    serve("handwriting", share=True, auth="ada:open sesame")
    serve("handwriting")
    assert [options["auth"] for options in launched] == [("ada", "open sesame"), None]
    assert [options["share"] for options in launched] == [True, False]


@pytest.mark.parametrize("auth", ["ada", ":secret", "ada:", ""])
def test_half_a_password_is_refused(auth: str) -> None:
    with pytest.raises(ValueError, match="expected a name and a password"):
        credentials(auth)


def test_an_app_without_gradio_says_what_works_instead() -> None:
    with pytest.raises(ValueError, match=r"no tunnel: deploy it as a private Space .*ssh -R"):
        serve("cartography", share=True)


@pytest.fixture
def slow() -> Iterator[tuple[str, threading.Event]]:
    """An app whose one endpoint waits, and what ends the wait."""
    go_on = threading.Event()
    with blocks("slow") as demo:
        gr.api(lambda: str(go_on.wait(30)), api_name="wait")
    with served(demo) as url:
        yield url, go_on
        go_on.set()


def test_a_full_queue_answers_at_once(slow) -> None:
    url, go_on = slow
    ask = f"{url}gradio_api/call/wait"
    answers = [httpx.post(ask, json={"data": []}, timeout=10) for _ in range(MAX_WAITING + 4)]
    start = time.perf_counter()
    full = httpx.post(ask, json={"data": []}, timeout=10)
    assert time.perf_counter() - start < 2
    assert full.status_code == 503
    assert "Queue is full" in full.text
    assert answers[0].status_code == 200
    go_on.set()


@pytest.mark.parametrize("path", ["gradio_api/info", "config", "gradio_api/call/wait"])
def test_nothing_is_answered_without_the_password(path: str) -> None:
    with blocks("private") as demo:
        gr.api(lambda: "secret", api_name="wait")
    with served(demo, auth=("ada", "open sesame")) as url:
        assert httpx.get(f"{url}{path}").status_code in (401, 403, 404, 405)
        with httpx.Client(base_url=url) as client:
            wrong = client.post("login", data={"username": "ada", "password": "guess"})
            assert wrong.status_code == 400
            assert client.post("login", data={"username": "ada", "password": "open sesame"}).status_code == 200
            assert client.get("config").status_code == 200
