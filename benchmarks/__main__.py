"""Run every benchmark and print one table; `python -m benchmarks --readme` also keeps it in the README."""

import argparse

from benchmarks import (
    cartography,
    generator,
    glyph_style,
    hands,
    interaction,
    startup,
    style_loss,
    throughput,
    worksheets,
)
from benchmarks.report import Row, machine, markdown
from core.registry.store import ROOT
from reports.tables import insert

README = ROOT / "README.md"
BENCHMARKS = (throughput, style_loss, glyph_style, worksheets, hands, startup, interaction, generator, cartography)


def main() -> None:
    """Measure, then print the machine and a row a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="also write the table into the README")
    keep = parser.parse_args().readme
    rows: list[Row] = []
    for benchmark in BENCHMARKS:
        print(f"… {(benchmark.__doc__ or '').splitlines()[0]}", flush=True)
        rows += benchmark.measure()
    text = f"Measured on {machine()}:\n\n{markdown(rows)}"
    print(f"\n{text}")
    if keep:
        README.write_text(insert(README.read_text(encoding="utf-8"), "speed", text), encoding="utf-8")


if __name__ == "__main__":
    main()
