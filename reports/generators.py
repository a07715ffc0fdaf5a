"""Table 4 and figure 1 of the paper beside ours, from the registry and the generators' files.

    python -m reports.generators    # tables of docs/generator.md, docs/pictures/generator-figure-1.png

Vargas Aguilar, Gu and Lee, "Statistical generation of hand-written digits via analysis of learned latent
representations". The only figures typed in are the paper's own, in `PAPER`.
"""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from core.generator import Diagonal, Generators, load_generators
from core.generator.accuracy_diversity import real_point
from core.registry.schema import Record
from core.registry.store import ROOT, read_registry
from reports.tables import insert

PAGE = ROOT / "docs" / "generator.md"
PICTURE = ROOT / "docs" / "pictures" / "generator-figure-1.png"
SPLIT = "val"
OURS = "mnist-vae-conv"
SHOWN = {"mnist-elbo-20": "#1f3a5f", "mnist-mmd-20": "#b5432c"}  # figure 1: 20 dimensions
JUDGES = {"recon_judge_accuracy": ("the paper's judge", "-"), "judge_accuracy": ("independent judge", "--")}


class Row(NamedTuple):
    """A row of the paper's table 4."""

    record: str
    generator: str
    theta: str
    cosine: float
    accuracy: float


PAPER = (
    Row("mnist-elbo-20", "simple", "0.4 / 2", 0.9200, 0.995),
    Row("mnist-mmd-20", "simple", "0.6 / 3", 0.8870, 0.9968),
    Row("mnist-mmd-10", "medium-1", "[0 0 0.2 0.2 0.4 0.4 0.4 0.4 0.4 0.8]", 0.8132, 0.9980),
    Row("mnist-mmd-10", "medium-2", "not given", 0.7461, 0.9999),
)


def table_4(records: dict[str, Record]) -> str:
    """The paper's rows, each followed by ours under a floor, by eq. 4 and with a guide; then our own model's."""
    head = ("VAE", "generator", "θ / n", "cosine", "accuracy, own judge", "accuracy, independent judge", "search")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for paper in PAPER:
        name = paper.record.removeprefix("mnist-").upper()
        cells = (name, f"{paper.generator}, paper", paper.theta, f"{paper.cosine:.4f}", f"{paper.accuracy:g}", "", "")
        lines.append(f"| {' | '.join(cells)} |")
        for generator in (paper.generator, f"{paper.generator}-eq4", f"{paper.generator}-eq4-guided"):
            lines += our_row(name, paper.record, generator, records)
    for generator in records[OURS].generated.get(SPLIT, {}):
        lines += our_row("ours", OURS, generator, records)
    return "\n".join(lines)


def our_row(label: str, name: str, generator: str, records: dict[str, Record]) -> list[str]:
    """One row of ours, or none if it was not measured."""
    figures = records[name].generated.get(SPLIT, {}).get(generator)
    if figures is None:
        return []
    fitted = load_generators(name)
    seconds = fitted.notes[generator.removesuffix("-guided")]["seconds"]
    cells = (
        label,
        f"{generator}, {aim(fitted, generator)}",
        theta(fitted, generator),
        f"**{figures['mean_cosine']:.4f}**",
        f"{figures['recon_judge_accuracy']:.4f}" if "recon_judge_accuracy" in figures else "",
        f"{figures['judge_accuracy']:.4f}",
        f"{seconds / 60:.1f} min",
    )
    return [f"| {' | '.join(cells)} |"]


def aim(fitted: Generators, generator: str) -> str:
    """What a generator was fitted for."""
    notes = fitted.notes[generator.removesuffix("-guided")]
    if "floor" not in notes:
        return "likelihood"
    return "eq. 4" if notes["floor"] is None else f"accuracy ≥ {notes['floor']:g}"


def theta(fitted: Generators, generator: str) -> str:
    """θ in a few characters: itself, a row of it, or its range over classes and dimensions; and n."""
    latents = fitted[generator.removesuffix("-guided")]
    if not isinstance(latents, Diagonal):
        return ""
    scales = latents.scales
    if scales.unique().numel() == 1:
        return f"{scales[0, 0].item():.1f} / {latents.n}"
    if (scales == scales[0]).all():
        return f"[{' '.join(f'{value:.2g}' for value in scales[0].tolist())}] / {latents.n}"
    return f"{scales.min().item():.2g} … {scales.max().item():.2g} / {latents.n}"


def all_figures(records: dict[str, Record]) -> str:
    """Every metric of every generator that was measured."""
    rows = {
        (name, generator): flat(figures)
        for name, record in records.items()
        for generator, figures in record.generated.get(SPLIT, {}).items()
    }
    if not rows:
        return "Nothing was measured yet."
    names = list(dict.fromkeys(key for row in rows.values() for key in row))
    lines = [f"| record | generator | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    for (name, generator), row in rows.items():
        cells = [f"{row[key]:.4g}" if key in row else "" for key in names]
        lines.append(f"| `{name}` | `{generator}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def flat(figures: dict[str, Any]) -> dict[str, float]:
    """The metrics of a generator, those of an object by their own names; nothing about θ or the data."""
    metrics = {key: value for key, value in figures.items() if isinstance(value, float)}
    near = figures.get("nearest_neighbour", {})
    return metrics | {f"nearest_neighbour {key}": near[key] for key in ("generated", "real") if key in near}


def figure_1(records: dict[str, Record]) -> Image.Image:
    """Accuracy against cosine over the grid of the Simple generator at 20 dimensions, beside the paper's table 4."""
    figure = Figure(figsize=(7, 4.6), layout="constrained", dpi=120)
    axes: Any = figure.subplots()
    for name, colour in SHOWN.items():
        rows = sorted(load_generators(name).frontier, key=lambda row: row["cosine"])
        cosines = [row["cosine"] for row in rows]
        for judge, (reading, line) in JUDGES.items():
            label = f"{name.removeprefix('mnist-').upper()}, {reading}"
            axes.plot(cosines, [row[judge] for row in rows], line, color=colour, marker=".", markersize=4, label=label)
    for paper in PAPER:
        axes.plot(paper.cosine, paper.accuracy, "kx")
        axes.annotate(f"{paper.record[6:].upper()} {paper.generator}", (paper.cosine, paper.accuracy), fontsize=7)
    if real := real_point(records[OURS], SPLIT):
        axes.plot(real["cosine"], real["judge_accuracy"], "k*", markersize=9, label="real digits")
    axes.plot([], [], "kx", label="the paper's table 4")
    axes.set(xlabel="mean cosine similarity within a class (lower is more diverse)", ylabel="accuracy")
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def main() -> None:
    """Write the tables into their page, and draw the figure."""
    records = read_registry()
    text = insert(PAGE.read_text(encoding="utf-8"), "table-4", table_4(records))
    PAGE.write_text(insert(text, "generators", all_figures(records)), encoding="utf-8")
    figure_1(records).save(PICTURE, optimize=True)
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
