"""The tables of "Your own hand", with what the paper says beside them.

    python -m reports.writers                   # measures for minutes, then writes docs/hands.json and the tables
    python -m reports.writers --tables          # the tables alone, from docs/hands.json
    python -m reports.writers --split test      # measures on the separate part

Hu, Thompson and Tsoi, "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer", sections 4.6 and 5.4.
What is typed in here is the paper's own words; every figure is measured.
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.data import load as load_data
from core.handwriting.experiments import few_shot
from core.metrics.rounded import rounded
from core.registry.store import ROOT
from reports.tables import insert

PAGE = ROOT / "docs" / "hands.md"
FIGURES = ROOT / "docs" / "hands.json"

TRANSFER = {
    "method": "method",
    "n": "judged",
    "class_accuracy": "class accuracy",
    "accuracy_47": "accuracy_47",
    "writer_identification": "right writer",
    "mse": "MSE",
    "round_trip_mse": "round trip MSE",
    "spread": "spread",
    "condition": "condition",
}
CHAIN = {
    "method": "map",
    "n": "judged",
    "class_accuracy": "A → B: class accuracy",
    "writer_identification": "right writer",
    "round_trip_mse": "A → B → A: MSE",
    "chained_class_accuracy": "A → B → C: class accuracy",
    "chained_identification": "right writer ",
    "chain_mse": "MSE to A → C",
}
TUNING = {
    "part": "what may change",
    "mse": "MSE",
    "edge_sharpness": "edge sharpness",
    "epochs": "best epoch (mean)",
    "seconds": "seconds",
}
CRISP = {"decoder": "decoder", "n": "n", "mse": "MSE", "edge_sharpness": "edge sharpness"}
PAPER = {  # what it says, section 5.4
    "no adaptation": "–",
    "the paper's A (joint loss)": "“does not appear to learn a meaningful mapping” (5.4.1, figure 11)",
    "both": "“easily able … using only 200 samples in a single epoch”",
    "encoder": "“able to reconstruct only a few character classes”",
}


def measure(split: str, root: Path | None) -> dict[str, Any]:
    """All trials on one split."""
    started = time.perf_counter()
    of = few_shot.gather(split, root)
    record = of.checkpoint.record
    ink, _ = load_data(record.recipe.data, split, root).tensors(of.checkpoint.preprocess)
    figures = {
        "split": split,
        "writers": len(of.x),
        "chance": 1 / len(of.x),
        "transfer": few_shot.transfer_rows(of),
        "chain": few_shot.chain_rows(of),
        "tuning": few_shot.tuning_rows(of),
        "crisp": few_shot.crisp_rows(of, ink),
    }
    return figures | {"minutes": (time.perf_counter() - started) / 60}


def table(rows: Sequence[Mapping[str, Any]], head: Mapping[str, str], paper: bool = False) -> str:
    """A Markdown table of some columns; with the paper's words in the last one if asked."""
    names = [*head.values(), *(["the paper"] if paper else [])]
    lines = [f"| {' | '.join(name.strip() for name in names)} |", "|---" * len(names) + "|"]
    for row in rows:
        cells = [shown(row.get(key)) for key in head]
        cells += [PAPER.get(row[next(iter(head))], "")] if paper else []
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def shown(value: Any) -> str:
    """A cell: three significant figures or more; nothing where nothing was measured."""
    if value is None or value != value:
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if 0 < abs(value) < 0.1 else f"{value:.3f}"


def tables(rows: Sequence[Mapping[str, Any]], head: Mapping[str, str]) -> str:
    """A table for each number of characters seen, with the paper's words."""
    parts = []
    for seen in dict.fromkeys(row["seen"] for row in rows):
        chosen = [row for row in rows if row["seen"] == seen]
        parts.append(f"{heading(seen)}\n\n{table(chosen, head, paper=True)}")
    return "\n\n".join(parts)


def heading(seen: int) -> str:
    """Of a table."""
    return f"**{seen} characters seen**" if seen else "**All the others seen** (46 or 47 of 62)"


def told(figures: Mapping[str, Any]) -> str:
    """Where the figures are from."""
    return (
        f"Measured on the {figures['writers']} known writers of chars62's `{figures['split']}` part; chance of the "
        f"right writer: {figures['chance']:.3f}; the whole took {figures['minutes']:.1f} minutes."
    )


def filled(page: str, figures: Mapping[str, Any]) -> str:
    """The page with its tables."""
    parts = {
        "told": told(figures),
        "transfer": tables(figures["transfer"], TRANSFER),
        "chain": table(figures["chain"], CHAIN),
        "tuning": tables(figures["tuning"], TUNING),
        "crisp": table(figures["crisp"], CRISP),
    }
    for mark, text in parts.items():
        page = insert(page, mark, text)
    return page


def main() -> None:
    """Measure unless told not to, keep the figures, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", action="store_true", help="only write the tables, from docs/hands.json")
    parser.add_argument("--split", default="val", choices=("val", "test"), help="which part of the data set")
    parser.add_argument("--data", type=Path, help="the data root")
    chosen = parser.parse_args()
    if not chosen.tables:
        figures = rounded(measure(chosen.split, chosen.data))
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
