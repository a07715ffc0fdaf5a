"""Run every benchmark and print one table: `python -m benchmarks` (or `make bench`)."""

import platform

from benchmarks import interaction, startup, throughput
from benchmarks.report import Row, markdown


def main() -> None:
    """Measure, then print the machine and a row a question."""
    rows: list[Row] = []
    for benchmark in (throughput, startup, interaction):
        print(f"… {(benchmark.__doc__ or '').splitlines()[0]}", flush=True)
        rows += benchmark.measure()
    print(f"\n{platform.machine()}, {processor()}\n")
    print(markdown(rows))


def processor() -> str:
    """The processor's name and the number of cores this process may use."""
    import os
    from pathlib import Path

    info = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    return f"{names[0] if names else platform.processor() or 'unknown processor'}, {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
