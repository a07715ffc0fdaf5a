"""Run every benchmark and print one table; `python -m benchmarks --readme` also keeps it in the README."""

import argparse
import os
import platform
from pathlib import Path

from benchmarks import cartography, interaction, startup, style_loss, throughput
from benchmarks.report import Row, markdown
from core.checkpoint import ROOT
from docs.build import insert

README = ROOT / "README.md"


def main() -> None:
    """Measure, then print the machine and a row a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="also write the table into the README")
    keep = parser.parse_args().readme
    rows: list[Row] = []
    for benchmark in (throughput, style_loss, startup, interaction, cartography):
        print(f"… {(benchmark.__doc__ or '').splitlines()[0]}", flush=True)
        rows += benchmark.measure()
    text = f"Measured on {machine()}:\n\n{markdown(rows)}"
    print(f"\n{text}")
    if keep:
        README.write_text(insert(README.read_text(encoding="utf-8"), "speed", text), encoding="utf-8")


def machine() -> str:
    """The processor's name and the number of cores this process may use."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
