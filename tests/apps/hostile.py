"""What hostile clients of every app get: no server error, nothing of the machine, no file; counted."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import httpx
from hypothesis import HealthCheck, Phase, settings

CALLS = int(os.environ.get("STYLESCAPE_HOSTILE", "500"))  # an app, each within a second
PATIENCE = 60.0
SECRETS = (
    "pyproject.toml",
    "checkpoints.yaml",
    "apps/ui/server/launching.py",
    "README.md",
    "/etc/passwd",
    "/proc/self/environ",
)
CLIMBS = (
    "{}",
    "../{}",
    "../../../../{}",
    "..%2f..%2f{}",
    "....//{}",
    "%2e%2e/{}",
    "/{}",
    "file://{}",
    "\\{}",
    "./././{}",
)
LEAKS = ("Traceback (most recent", 'File "/', "root:x:0:0", "site-packages", "[build-system]", "sha256:")


class Target(NamedTuple):
    """A running app and what came back so far."""

    client: httpx.Client
    seen: Counter[int]

    def check(self, answer: httpx.Response) -> None:
        """No server error, and nothing of the machine in it."""
        self.seen[answer.status_code] += 1
        full = answer.status_code == 503 and "Queue is full" in answer.text  # which is an answer, and a clear one
        assert full or answer.status_code < 500, (answer.request.url, answer.request.content[:300], answer.text[:600])
        assert not [leak for leak in LEAKS if leak in answer.text], (answer.request.url, answer.text[:600])

    def climb(self, doors: Sequence[str]) -> None:
        """Ask for the machine's files at each door; nothing comes but the page itself."""
        for path in (door.format(climb.format(secret)) for door in doors for climb in CLIMBS for secret in SECRETS):
            answer = self.client.get(f"/{path}")
            self.check(answer)
            assert answer.status_code != 200 or "<html" in answer.text.lower(), answer.request.url

    def row(self, name: str) -> str:
        """Of the table of docs/security.md."""
        told = ", ".join(f"{count} × {status}" for status, count in sorted(self.seen.items()))
        return f"\n| {name} | {self.seen.total()} | {told} |"


def at_random(doors: Sequence[str]) -> settings:
    """As many examples as an app has calls left after climbing; the same ones each time."""
    return settings(
        max_examples=CALLS - len(doors) * len(CLIMBS) * len(SECRETS),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
