"""The Hub's upload protocol on this machine: commits become git repositories, which olah serves for download.

It speaks the routes that the real client calls and refuses what the Hub refuses: a missing token, a repository that was
not created, metadata that is not YAML, a large file that was never sent. Safetensors and pictures go by Git LFS, as on
the Hub; a client that would send them by Xet falls back to it under `HF_HUB_DISABLE_XET`.
"""

import base64
import hashlib
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.core.hub_server import git

LARGE = (".safetensors", ".png")
TOKEN = "hf_local"


@dataclass
class Request:
    """One request: its method, path, and body as parsed JSON, as lines of JSON, or as bytes."""

    method: str
    path: str
    body: Any


@dataclass
class Stored:
    """What the server has: repositories under `folder`, large files by sha256, and all requests so far."""

    folder: Path
    objects: dict[str, bytes] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def repository(self, repo_id: str, kind: str) -> Path:
        return self.folder / "mirrors" / f"{kind}s" / repo_id

    def requests_for(self, part: str) -> list[Request]:
        """The requests whose path has this part."""
        return [request for request in self.requests if part in request.path]

    def commits(self, repo_id: str, kind: str = "model") -> list[str]:
        """The shas of a repository's commits, newest first."""
        return git(self.repository(repo_id, kind), "log", "--format=%H").split()

    def files(self, repo_id: str, kind: str = "model") -> dict[str, bytes]:
        """The newest content of a repository."""
        root = self.repository(repo_id, kind)
        found = [path for path in sorted(root.rglob("*")) if path.is_file() and ".git" not in path.parts]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}

    def add_all(self, repo_id: str, kind: str = "model") -> None:
        """Commit what lies in the folder of a repository, as someone else would who has write access."""
        git(self.repository(repo_id, kind), "add", "--all")
        git(self.repository(repo_id, kind), "commit", "--quiet", "--message", "by hand")


class RefusedError(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, message: str, **further: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": message, "errors": [{"message": message}]} | further


class UploadServer(ThreadingHTTPServer):
    """Takes uploads into a folder; see `Stored`."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Upload)
        self.stored = Stored(folder)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def running(self) -> Iterator["UploadServer"]:
        """Serve from a thread as long as the context lasts."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class _Upload(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def stored(self) -> Stored:
        assert isinstance(self.server, UploadServer)
        return self.server.stored

    def do_POST(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def answer(self) -> None:
        path, data = urlsplit(self.path).path, self.read_body()
        try:
            self.reply(200, self.route(path, data))
        except RefusedError as refusal:
            self.reply(refusal.status, refusal.body)

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, status: int, answer: Any) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def route(self, path: str, data: bytes) -> Any:
        """The answer to a request, as JSON."""
        lines = "/commit/" in path
        body: Any = data
        if not path.startswith("/lfs/"):
            body = [json.loads(line) for line in data.splitlines()] if lines else json.loads(data or b"null")
        self.stored.requests.append(Request(self.command, path, body))
        if not path.startswith("/lfs/") and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise RefusedError(401, "Invalid user token")
        match path.strip("/").split("/"):
            case ["lfs", sha256]:
                return self.take_object(sha256, data)
            case ["api", "validate-yaml"]:
                return self.validate(body)
            case ["api", "repos", "create"]:
                return self.create(body)
            case [*prefix, owner, name, "info", "lfs", "objects", "batch"]:
                kind = "space" if prefix == ["spaces"] else "model"
                return self.batch(f"{owner}/{name.removesuffix('.git')}", kind, body)
            case ["api", kinds, owner, name, "tree", "main"]:
                root = self.opened(f"{owner}/{name}", kinds[:-1])
                paths = git(root, "ls-files").splitlines()
                return [{"type": "file", "path": path, "oid": "0" * 40, "size": 0} for path in paths]
            case ["api", kinds, owner, name, "preupload", "main"]:
                return self.preupload(self.opened(f"{owner}/{name}", kinds[:-1]), body)
            case ["api", kinds, owner, name, "commit", "main"]:
                return self.commit(self.opened(f"{owner}/{name}", kinds[:-1]), body)
            case ["api", kinds, owner, name, "revision", "main"]:
                root = self.opened(f"{owner}/{name}", kinds[:-1])
                return {"id": f"{owner}/{name}", "sha": git(root, "rev-parse", "HEAD")}
        raise RefusedError(404, f"no route {self.command} {path}")

    def opened(self, repo_id: str, kind: str) -> Path:
        root = self.stored.repository(repo_id, kind)
        if not (root / ".git").is_dir():
            raise RefusedError(404, f"repository {repo_id} not found")
        return root

    def validate(self, body: Any) -> Any:
        _, front, _ = body["content"].split("---\n", 2)
        try:
            metadata = yaml.safe_load(front)
        except yaml.YAMLError as error:
            raise RefusedError(400, str(error)) from None
        if body["repoType"] == "space" and metadata.get("sdk") not in ("gradio", "docker", "static"):
            raise RefusedError(400, "sdk must be one of gradio, docker, static")
        if len(metadata.get("short_description", "")) > 60:
            raise RefusedError(400, "short_description length must be less than or equal to 60 characters long")
        return {"errors": [], "warnings": []}

    def create(self, body: Any) -> Any:
        repo_id, kind = f"{body['organization']}/{body['name']}", body.get("type", "model")
        root, url = self.stored.repository(repo_id, kind), f"http://{self.headers['Host']}/{repo_id}"
        if root.exists():
            raise RefusedError(409, "You already created this repo", url=url)
        root.mkdir(parents=True)
        git(root, "init", "--quiet", "--initial-branch", "main")
        git(root, "commit", "--quiet", "--allow-empty", "--message", "initial commit")
        return {"url": url}

    def preupload(self, root: Path, body: Any) -> Any:
        return {"files": [self.mode(root, each) for each in body["files"]]}

    def mode(self, root: Path, each: Any) -> Any:
        large, path = each["path"].endswith(LARGE), root / each["path"]
        oid = None
        if path.is_file():
            oid = hashlib.sha256(path.read_bytes()).hexdigest() if large else git(root, "hash-object", each["path"])
        return {
            "path": each["path"],
            "uploadMode": "lfs" if large else "regular",
            "shouldIgnore": False,
            "oid": oid,
        }

    def batch(self, repo_id: str, kind: str, body: Any) -> Any:
        self.opened(repo_id, kind)
        host = f"http://{self.headers['Host']}"
        objects = [
            each
            if each["oid"] in self.stored.objects
            else each | {"actions": {"upload": {"href": f"{host}/lfs/{each['oid']}"}}}
            for each in body["objects"]
        ]
        return {"transfer": "basic", "objects": objects}

    def take_object(self, sha256: str, data: bytes) -> Any:
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RefusedError(400, "content is not that of its sha256")
        self.stored.objects[sha256] = data
        return {}

    def commit(self, root: Path, lines: list[Any]) -> Any:
        header, *operations = lines
        for operation in operations:
            key, value = operation["key"], operation["value"]
            if key == "deletedFile":
                (root / value["path"]).unlink()
                continue
            path = root / value["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(value["content"]) if key == "file" else self.large(value))
        git(root, "add", "--all")
        try:
            git(root, "commit", "--quiet", "--message", header["value"]["summary"])
        except subprocess.CalledProcessError:
            raise RefusedError(400, "empty commit") from None
        sha = git(root, "rev-parse", "HEAD")
        return {
            "commitUrl": f"http://{self.headers['Host']}/{root.parent.name}/{root.name}/commit/{sha}",
            "commitOid": sha,
        }

    def large(self, value: Any) -> bytes:
        if value["oid"] not in self.stored.objects:
            raise RefusedError(400, f"{value['path']} was never uploaded")
        return self.stored.objects[value["oid"]]

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the requests are in the server's list."""
