"""What every benchmark returns: a median, the median of its reference, and their ratio."""

import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Row(NamedTuple):
    """One question and its answer, times in milliseconds."""

    question: str
    ours: float
    reference: str
    theirs: float
    mark: str

    @property
    def ratio(self) -> float:
        """Ours by theirs."""
        return self.ours / self.theirs


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median milliseconds of two calls, timed A B A B …, so that a drifting machine slows both alike."""
    for call in (ours, theirs):
        call()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for call, seen in zip((ours, theirs), times, strict=True):
            start = perf_counter()
            call()
            seen.append(1000 * (perf_counter() - start))
    return median(times[0]), median(times[1])


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| question | median | reference | its median | ratio | mark |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {row.question} | {row.ours:.1f} ms | {row.reference} | {row.theirs:.1f} ms | {row.ratio:.2f} | {row.mark} |"
        for row in rows
    ]
    return "\n".join(lines)


def machine() -> str:
    """The processor's name and the number of cores this process may use."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
