"""Run every benchmark and print one table; `--save` also writes it into docs/speed.md."""

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

PAGE = ROOT / "docs" / "speed.md"
BENCHMARKS = (throughput, style_loss, glyph_style, worksheets, hands, startup, interaction, generator, cartography)


def main() -> None:
    """Measure, then print the machine and a row a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help="also write the table into docs/speed.md")
    keep = parser.parse_args().save
    rows: list[Row] = []
    for benchmark in BENCHMARKS:
        print(f"… {(benchmark.__doc__ or '').splitlines()[0]}", flush=True)
        rows += benchmark.measure()
    text = f"Measured on {machine()}:\n\n{markdown(rows)}"
    print(f"\n{text}")
    if keep:
        PAGE.write_text(insert(PAGE.read_text(encoding="utf-8"), "speed", text), encoding="utf-8")


if __name__ == "__main__":
    main()
