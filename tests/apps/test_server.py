"""StyleApp over the wire: one public endpoint, clear refusals, nothing of the machine given away."""

import contextlib
import json

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from apps import handwriting
from apps.__main__ import serve_command
from apps.ui.server.serving import APPS, serve
from tests.serving import served

ELL = [{"w": 14, "p": [90, 40, 90, 200, 180, 200]}]


@pytest.fixture(scope="module")
def address():
    with served(handwriting.demo) as url:
        yield url


@pytest.fixture(scope="module")
def client(address):
    return Client(address, verbose=False)


def test_one_endpoint_is_public(client):
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/restyle"]


def test_the_endpoint_answers(client):
    view = client.predict(drawing=ELL, target="S", api_name="/restyle")
    assert view["top"][0][0] == "L"
    for part in ("result", "strip", "samples"):
        assert view[part].startswith("data:image/png")


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"lam": 1.01}, "λ"),
        ({"sigma": 1e9}, "σ"),
        ({"seed": -1}, "seed"),
        ({"target": "nobody"}, "target"),
        ({"hand": 999}, "hand"),
        ({"drawing": [{"w": 14, "p": [1]}]}, "pairs of coordinates"),
        ({"drawing": {"not": "a list"}}, "list of strokes"),
    ],
)
def test_a_bad_value_through_the_api_is_refused_in_one_sentence(client, bad, told):
    with pytest.raises(AppError, match=told):
        client.predict(**({"drawing": ELL} | bad), api_name="/restyle")
    assert client.predict(drawing=ELL, api_name="/restyle")["top"][0][0] == "L"


@pytest.mark.parametrize(
    ("number", "told"),
    [("NaN", "Expected λ as a number"), ("Infinity", "Expected λ as a number"), ("1e999", "Expected λ")],
)
def test_numbers_that_are_none_are_refused_in_one_sentence(address, number, told):
    body = f'{{"data": [{json.dumps(ELL)}, "", null, {number}, 0.3, 0]}}'
    asked = httpx.post(f"{address}gradio_api/call/restyle", content=body, headers={"content-type": "application/json"})
    answer = httpx.get(f"{address}gradio_api/call/restyle/{asked.json()['event_id']}", timeout=20)
    assert "event: error" in answer.text
    assert (
        told in json.loads(f'"{answer.text}"'.replace("\n", " ").replace('"', "", 1)[:-1].split("data: ")[1])["error"]
    )


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"data": null}', b'{"data": [NaN]}', b"{" * 1000])
def test_garbage_requests_leave_the_app_running(address, body):
    for fn in range(4):
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(
                f"{address}gradio_api/run/predict?fn_index={fn}",
                content=body,
                headers={"content-type": "application/json"},
            )
    assert httpx.get(address).status_code == 200


@pytest.mark.parametrize("path", ["pyproject.toml", "checkpoints.yaml", "core/strokes.py", "README.md"])
def test_files_of_the_project_are_not_served(address, path):
    assert httpx.get(f"{address}gradio_api/file={path}").status_code in (403, 404)


def test_the_look_is_in_the_page(address):
    assert "/* Ink on paper." in httpx.get(address).text
    assert "#f7f3ea" in httpx.get(f"{address}theme.css").text


@pytest.mark.parametrize("name", ["nonsense", "../core", "ui", "Handwriting", ""])
def test_an_unknown_app_is_a_clear_error(name):
    with pytest.raises(ValueError, match=r"expected an app out of .*handwriting"):
        serve(name)


def test_the_command_line_names_every_app():
    told = serve_command.__annotations__["name"].__metadata__[0].help
    assert [path.stem for path in APPS.glob("[a-z]*.py") if path.stem not in told] == []
