"""A real Hub server on this machine, and a proxy before it that spoils requests on demand."""

import http.client
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.serving import free_port

CONFIG = """
[basic]
host = "127.0.0.1"
port = {port}
mirrors-path = ["./mirrors"]
[accessibility]
offline = true
"""


@dataclass(frozen=True)
class HubServer:
    """A running olah: every git repository under `mirrors/models` is a repository of this Hub."""

    port: int
    folder: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def commit(self, repo_id: str, files: dict[str, bytes]) -> str:
        """Write files into a repository, made if need be, and commit them; the full sha of the commit."""
        repository = self.folder / "mirrors" / "models" / repo_id
        repository.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (repository / name).write_bytes(content)
        git(repository, "init", "--quiet")
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message", "Add weights")
        return git(repository, "rev-parse", "HEAD")


def git(repository: Path, *arguments: str) -> str:
    """Run git with an identity of its own, whatever the machine's settings; its output."""
    identity = {
        f"GIT_{role}_{field}": "tests@localhost" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")
    }
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    outside = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(
        command, env=outside | identity | nothing, check=True, capture_output=True, text=True
    ).stdout.strip()


@contextmanager
def serve_hub(folder: Path) -> Iterator[HubServer]:
    """Run olah over the git repositories in a folder, on a free port of this machine."""
    server = HubServer(free_port(), folder)
    (folder / "mirrors" / "models").mkdir(parents=True)
    (folder / "olah.toml").write_text(CONFIG.format(port=server.port))
    with (folder / "olah.out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "olah.server", "--config", "olah.toml"], cwd=folder, stdout=out, stderr=out
        )
        try:
            wait_until(lambda: process.poll() is not None or listens(server.port), seconds=60)
            assert process.poll() is None, (folder / "olah.out").read_text()
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def connect(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """Do to the imported client what `HF_ENDPOINT` does when it is imported."""
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


def listens(port: int) -> bool:
    """Whether something on this machine accepts connections on the port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Poll a condition; a `TimeoutError` if it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing happened within {seconds:g} s")
        time.sleep(0.02)


class FaultyProxy(ThreadingHTTPServer):
    """Forwards requests to a Hub and spoils some of those for files.

    Attributes:
        faults: pairs of method and fault; each spoils the next request of its method, then is forgotten.
            "reset": the connection is reset; an integer: that status is the answer; "cut": the connection closes in
            the middle of the body; "stall": the answer stops there until `resume` is set.
        requests: the methods of requests for files so far.
        stalled, resume: events about the fault "stall".
    """

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), _ProxiedRequest)
        self.upstream = upstream
        self.faults: list[tuple[str, str | int]] = []
        self.requests: list[str] = []
        self.stalled, self.resume = threading.Event(), threading.Event()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def next_fault(self, method: str) -> str | int | None:
        """The fault that waits for this method, taken out of the list."""
        self.requests.append(method)
        waiting = [index for index, (spoiled, _) in enumerate(self.faults) if spoiled == method]
        return self.faults.pop(waiting[0])[1] if waiting else None

    @contextmanager
    def running(self) -> Iterator["FaultyProxy"]:
        """Serve from a thread as long as the context lasts."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.resume.set()
            self.shutdown()
            thread.join()
            self.server_close()


class _ProxiedRequest(BaseHTTPRequestHandler):
    @property
    def proxy(self) -> FaultyProxy:
        assert isinstance(self.server, FaultyProxy)
        return self.server

    def do_GET(self) -> None:
        fault = self.proxy.next_fault(self.command) if "/resolve/" in self.path else None
        if fault == "reset":
            self.reset()
        elif isinstance(fault, int):
            self.refuse(fault)
        else:
            self.forward(fault)

    do_HEAD = do_GET  # noqa: N815 - http.server asks for this name

    def reset(self) -> None:
        """Close at once with a TCP reset instead of an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.rfile.close()
        self.close_connection = True

    def refuse(self, status: int) -> None:
        """Answer with a status alone; 404 as the Hub answers for a revision."""
        self.send_response(status)
        if status == 404:
            self.send_header("X-Error-Code", "RevisionNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def forward(self, fault: str | int | None) -> None:
        """Answer as the Hub does, with the body spoilt by the fault."""
        upstream = http.client.HTTPConnection("127.0.0.1", self.proxy.upstream, timeout=30)
        try:
            upstream.request(self.command, self.path)
            answer = upstream.getresponse()
            body = answer.read()
        finally:
            upstream.close()
        self.send_response(answer.status)
        for name in ("ETag", "X-Repo-Commit", "X-Error-Code"):
            if value := answer.getheader(name):
                self.send_header(name, value)
        self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(body)))
        self.end_headers()
        self.send_body(body, fault)

    def send_body(self, body: bytes, fault: str | int | None) -> None:
        """The body whole, or its first half and then the fault."""
        if fault not in ("cut", "stall"):
            self.wfile.write(body)
            return
        half = len(body) // 2
        self.wfile.write(body[:half])
        if fault == "stall":
            self.proxy.stalled.set()
            self.proxy.resume.wait(60)
            with suppress(ConnectionError):
                self.wfile.write(body[half:])

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the requests are in the server's list."""
