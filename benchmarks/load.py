"""How does one process answer many visitors who draw at human pace, and does it keep its memory?

python -m benchmarks.load                 # 1, 10, 50 and 100 visitors, then 10,000 events
python -m benchmarks.load --brief         # a few seconds of each, 1,000 events
"""

import argparse
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx
import numpy as np
import psutil

from benchmarks.interaction import OURS, served
from benchmarks.report import machine
from core.registry.store import ROOT
from reports.tables import insert

VISITORS = (1, 10, 50, 100)
SECONDS = 20.0
EVENTS = 10_000
PAUSE = (0.6, 1.4)  # seconds between two strokes of a visitor
TIMEOUT = 30.0
MARK = "50 visitors: p95 ≤ 300 ms, no error; memory grows by ≤ 50 MB"
DIRECT = "gradio_api/run/predict"


class Load(NamedTuple):
    """What some visitors met: milliseconds of each answer, and how many calls had none."""

    visitors: int
    times: list[float]
    errors: int

    def percentile(self, share: float) -> float:
        """Milliseconds that this share of the answers took at most."""
        return float(np.percentile(self.times, share)) if self.times else float("nan")


class Event(NamedTuple):
    """The number of the page's handler that answers a stroke, and its arguments for one drawing."""

    number: int
    pad: int
    values: list[object]

    def body(self, session: str, stroke: list[dict[str, object]]) -> dict[str, object]:
        """The request that the page sends after a stroke."""
        values = [*self.values]
        values[self.pad] = {"strokes": stroke}
        return {"fn_index": self.number, "data": values, "session_hash": session, "trigger_id": None}


def stroke_event(address: str) -> Event:
    """Find the handler of the pad's `input` in the page's own configuration."""
    config = httpx.get(f"{address}/config", timeout=TIMEOUT).json()
    values = {part["id"]: part["props"].get("value") for part in config["components"]}
    pads = {key for key, value in values.items() if isinstance(value, dict) and "strokes" in value}
    for number, each in enumerate(config["dependencies"]):
        hits = [target for target in each["targets"] if target[0] in pads and target[1] == "input"]
        if hits:
            place = each["inputs"].index(hits[0][0])
            return Event(each.get("id", number), place, [values[key] for key in each["inputs"]])
    raise ValueError("expected a page with a drawing pad, got none")


def a_stroke(luck: random.Random) -> list[dict[str, object]]:
    """A bent line somewhere on the pad of 256 × 256."""
    points = [luck.uniform(40, 216) for _ in range(12)]
    return [{"w": 14, "p": [round(value, 1) for value in points]}]


def visit(address: str, event: Event, until: float, seed: int, load: Load, lock: threading.Lock) -> int:
    """One visitor who draws until a moment; the number of calls that failed."""
    luck, failed = random.Random(seed), 0
    with httpx.Client(base_url=address, timeout=TIMEOUT) as client:
        time.sleep(luck.uniform(0, PAUSE[1]))
        while time.perf_counter() < until:
            start = time.perf_counter()
            failed += not answered(client, event.body(f"visitor{seed}", a_stroke(luck)))
            with lock:
                load.times.append(1000 * (time.perf_counter() - start))
            time.sleep(luck.uniform(*PAUSE))
    return failed


def answered(client: httpx.Client, body: dict[str, object]) -> bool:
    """Ask once: is there a view with a picture?"""
    try:
        answer = client.post(DIRECT, json=body)
        return answer.status_code == 200 and "data:image" in answer.text
    except httpx.HTTPError:
        return False


def crowd(address: str, event: Event, visitors: int, seconds: float) -> Load:
    """Visitors who draw at the same time, each in a thread of this process."""
    load, lock, failed = Load(visitors, [], 0), threading.Lock(), []
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=lambda seed=seed: failed.append(visit(address, event, until, seed, load, lock)))
        for seed in range(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load._replace(errors=sum(failed))


def storm(address: str, event: Event, events: int) -> int:
    """One visitor without pauses; the number of calls that failed."""
    luck = random.Random(0)
    with httpx.Client(base_url=address, timeout=TIMEOUT) as client:
        return sum(not answered(client, event.body("storm", a_stroke(luck))) for _ in range(events))


def resident(pid: int) -> float:
    """Memory of a process in MB."""
    return psutil.Process(pid).memory_info().rss / 2**20


def listener(address: str) -> int:
    """The process that listens at an address of this machine."""
    port = int(address.rpartition(":")[2])
    return next(
        each.pid for each in psutil.net_connections("tcp") if each.laddr and each.laddr.port == port and each.pid
    )


@contextmanager
def app(name: str) -> Iterator[tuple[str, int]]:
    """The address and the process of an app."""
    with served(OURS.replace("handwriting", name)) as address:
        yield address, listener(address)


def measure(name: str, seconds: float, events: int) -> list[str]:
    """The rows of the table."""
    with app(name) as (address, pid):
        event = stroke_event(address)
        storm(address, event, 20)  # loads the models
        rows = [row(crowd(address, event, visitors, seconds)) for visitors in VISITORS]
        before = resident(pid)
        failed = storm(address, event, events)
        after = resident(pid)
    return [
        *rows,
        f"| {events:,} events in a row | {failed} | {before:.0f} MB, then {after:.0f} MB ({after - before:+.0f}) | | |",
    ]


def row(load: Load) -> str:
    """One number of visitors as a row of the table."""
    p50, p95, p99 = (f"{load.percentile(share):.0f} ms" for share in (50, 95, 99))
    return f"| {load.visitors} visitors, {len(load.times)} strokes | {load.errors} | {p50} | {p95} | {p99} |"


def main() -> None:
    """Measure one app, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", default="handwriting")
    parser.add_argument("--brief", action="store_true", help="a few seconds, to see that it works")
    parser.add_argument("--save", action="store_true", help="also write the table into docs/speed.md")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    rows = measure(options.app, 5.0 if options.brief else SECONDS, EVENTS // 10 if options.brief else EVENTS)
    head = ["| load | errors | p50 | p95 | p99 |", "|---|---|---|---|---|"]
    text = "\n".join([f"Measured on {machine()}, load average {busy:.1f} beforehand; mark: {MARK}:", "", *head, *rows])
    print(text)
    if options.save:
        page = ROOT / "docs" / "speed.md"
        page.write_text(insert(page.read_text(encoding="utf-8"), "load", text), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
