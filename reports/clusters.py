"""Clusters without labels and the style loss baseline, with the paper's figures beside ours.

    python -m reports.clusters --data ROOT                   # clusters.json, tables and pictures of docs/
    python -m reports.clusters --data ROOT --split test --seeds 5
    python -m reports.clusters --tables                      # the tables again, nothing is measured

Hu, Thompson and Tsoi, "LLAMA: Learning Latent trAnsforMations for generative style trAnsfer", sections 4.4, 4.5, 5.2
and 5.3, figures 8 and 9. The only figures typed in are the paper's own, in `PAPER`.
"""

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from benchmarks.report import machine
from core.data import data_root
from core.data.characters import CLASSES as NAMES
from core.data.dataset import as_ink
from core.handwriting.experiments.cluster_pipelines import CLASSES, GUIDED, PIPELINES, Bench, Characters, measure
from core.handwriting.neural_style_transfer import Progression, transfer
from core.imaging import rendering
from core.latent.clustering import composition
from core.latent.encoding import decode_set, encode_set
from core.latent.interpolation import linear
from core.metrics.rounded import rounded
from core.models.base import Autoencoder
from core.nn.shape_measures import shape_style
from core.registry.load import load
from core.registry.store import ROOT
from core.style.backbones import LOCAL, TEACHER, backbone
from reports.figures import rendered
from reports.tables import insert

PAGE = ROOT / "docs" / "clusters.md"
MEASURED = ROOT / "docs" / "clusters.json"
PICTURES = ROOT / "docs" / "pictures"
PAPER = {"pixels": 0.48, "betavae": 0.14, "infovae": 0.57}  # section 5.3, on EMNIST, of the characters clustered
FIGURE_9 = {"betavae": "BetaVAE, k-means", "infovae": "InfoVAE, k-means", "gradients-manifold": "the best of 62"}
PAIRS = ("oo", "AB", "5g")  # of glyphs, the thinnest in ink of the first and the boldest of the second; the last turned
STEPS = 60
FRAMES = 8


def cluster_table(rows: list[dict[str, Any]]) -> str:
    """A row a pipeline: what it does, the paper's figure, ours on the characters fitted and on unseen ones."""
    head = (
        "pipeline",
        "what is compared",
        "clusters",
        "k",
        "paper",
        "fitted",
        "unseen",
        "one to one",
        "NMI",
        "ARI",
        "s",
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in rows:
        pipeline = PIPELINES[row["name"]]
        cells = (
            f"`{row['name']}`",
            compared(row["name"]),
            pipeline.method,
            f"{row['k']:.0f}",
            f"{PAPER[row['name']]:.2f}" if row["name"] in PAPER else "",
            f"{row['majority_accuracy_train']:.3f}",
            f"**{row['majority_accuracy']:.3f}** ± {row['majority_accuracy_spread']:.3f}",
            f"{row['hungarian_accuracy']:.3f}",
            f"{row['nmi']:.3f}",
            f"{row['ari']:.3f}",
            f"{row['seconds']:.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def compared(name: str) -> str:
    """The points of a pipeline in words."""
    pipeline = PIPELINES[name]
    known = {"pixels": "pixels", "gradients": "oriented gradients"}
    parts = [known.get(pipeline.features, f"latents of `{pipeline.features}`")]
    parts += ["deskewed"] if pipeline.upright else []
    parts += ["as directions"] if pipeline.sphere else []
    parts += [f"UMAP to {pipeline.dimensions}"] if pipeline.dimensions else []
    parts += ["**labels took part**"] if pipeline.labelled else []
    return ", ".join(parts)


def conditions(measured: dict[str, Any]) -> str:
    """What was measured on what, in a sentence."""
    row = measured["clusters"][0]
    return (
        f"Fitted and named on the training part of {row['data']}; *unseen* is its part `{row['split']}`, {row['n']} "
        f"characters. Means over {row['seeds']} seeds, ± standard deviation. Seconds, a rough guide, in one thread: "
        f"{measured['machine']}."
    )


def style_table(rows: list[dict[str, Any]]) -> str:
    """A row a way from glyph to glyph: seconds, and where it ends."""
    lines = [
        "| way | seconds | times the interpolation | content loss at the end | style loss at the end |",
        "|---" * 5 + "|",
    ]
    fastest = rows[-1]["seconds"]
    for row in rows:
        ends = (f"{row[key]:.2f}" if key in row else "" for key in ("content", "style"))
        lines.append(f"| {row['way']} | {row['seconds']:.3f} | {row['seconds'] / fastest:.0f} | {' | '.join(ends)} |")
    return "\n".join(lines)


def page(text: str, measured: dict[str, Any]) -> str:
    """The page with its tables as measured."""
    text = insert(text, "conditions", conditions(measured))
    text = insert(text, "clusters", cluster_table(measured["clusters"]))
    return insert(text, "style-loss", style_table(measured["style_loss"]))


def figure_9(bench: Bench) -> Image.Image:
    """Clusters by classes: how many unseen characters of each class each cluster holds, rows by their majority."""
    figure = Figure(figsize=(6.4 * len(FIGURE_9), 6.8), layout="constrained", dpi=110)
    for axes, (name, title) in zip(figure.subplots(1, len(FIGURE_9)), FIGURE_9.items(), strict=True):
        clustered = bench.run(PIPELINES[name])
        order = clustered.names.argsort(stable=True)
        table = composition(torch.cat([clustered.unseen, torch.arange(len(order))]), _padded(bench, order), CLASSES + 1)
        axes.imshow(table[order][:, :CLASSES], cmap="Blues", vmin=0, vmax=25, interpolation="nearest")
        axes.set_xticks(range(CLASSES), NAMES, fontsize=6)
        axes.set_yticks(range(len(order)), [NAMES[i] for i in clustered.names[order]], fontsize=6)
        axes.set(title=title, xlabel="class", ylabel="clusters, named by majority on the training part")
    return rendered(figure)


def _padded(bench: Bench, clusters: Tensor) -> Tensor:
    """The labels of the unseen, and of one more of no class in every cluster, so that empty ones have a row too."""
    return torch.cat([bench.unseen.labels, torch.full((len(clusters),), CLASSES)])


def pair(characters: Characters, names: str) -> tuple[Tensor, Tensor]:
    """Two unseen glyphs, (1, 1, 28, 28): a thin and a bold one of the two classes; if a digit comes first, reversed."""
    bold_first = names[0].isdigit()
    return extreme(characters, names[0], bold=bold_first), extreme(characters, names[1], bold=not bold_first)


def extreme(characters: Characters, name: str, *, bold: bool) -> Tensor:
    """The glyph of a class with the boldest strokes, or the thinnest."""
    glyphs = as_ink(characters.ink[characters.labels == NAMES.index(name)])
    weight = shape_style(glyphs)[:, 3]
    return glyphs[weight.argmax() if bold else weight.argmin()][None]


def between(model: Autoencoder, content: Tensor, style: Tensor) -> Tensor:
    """Our way: (FRAMES, 1, 28, 28) along the line between two glyphs' latents."""
    start, end = encode_set(model, rendering.to_bytes(torch.cat([content, style]))).mean
    return decode_set(model, linear(start, end, FRAMES - 1))


def figure_8(characters: Characters, root: Path | None) -> tuple[Image.Image, list[dict[str, Any]]]:
    """Base, style and the way between: style loss by each backbone at hand, then interpolation; and what they cost."""
    model, rows = load(GUIDED).autoencoder, []
    pairs = [pair(characters, names) for names in PAIRS]
    at_hand = ["painter", TEACHER] if (data_root(root) / LOCAL).is_file() else ["painter"]
    runs = {name: [transfer(*ends, backbone(name, root), steps=STEPS) for ends in pairs] for name in at_hand}
    for i, ends in enumerate(pairs):
        rows += [torch.cat([*ends, runs[name][i].strip(FRAMES)]) for name in at_hand]
        rows.append(torch.cat([*ends, between(model, *ends)]))
    sheet = rendering.sheet(rendering.enlarge(rendering.to_array(torch.cat(rows)), 3), FRAMES + 2, gap=6)
    costs = [cost(name, runs[name]) for name in at_hand]
    return rendering.on_paper(sheet), [*costs, interpolation_cost(model, pairs)]


def cost(name: str, runs: list[Progression]) -> dict[str, Any]:
    """Mean seconds of some optimisations but the first, which warms up; mean losses of their last frames."""
    means = torch.tensor([[run.content[-1], run.style[-1]] for run in runs]).mean(dim=0).tolist()
    means = [sum(run.seconds for run in runs[1:]) / len(runs[1:]), *means]
    way = f"style loss through `{name}`, {STEPS} steps"
    return {"way": way} | dict(zip(("seconds", "content", "style"), means, strict=True))


def interpolation_cost(model: Autoencoder, pairs: list[tuple[Tensor, Tensor]]) -> dict[str, Any]:
    """The same for interpolation."""
    between(model, *pairs[0])
    begun = perf_counter()
    for ends in pairs[1:]:
        between(model, *ends)
    seconds = (perf_counter() - begun) / len(pairs[1:])
    return {"way": f"interpolation in the latent space of `{GUIDED}`, {FRAMES} pictures", "seconds": seconds}


def main() -> None:
    """Measure, keep what was measured, write the tables and draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the data root")
    parser.add_argument("--split", choices=("val", "test"), default="val", help="which part the unseen characters are")
    parser.add_argument("--seeds", type=int, default=3, help="runs to average over")
    parser.add_argument("--tables", action="store_true", help="write the tables from what was measured before")
    parser.add_argument(
        "--style-loss", action="store_true", help="measure what style loss costs again, and no clusters"
    )
    chosen = parser.parse_args()
    if not chosen.tables:
        torch.set_num_threads(1)
        bench = Bench.of(chosen.split, chosen.data)
        picture, costs = figure_8(bench.unseen, chosen.data)
        picture.save(PICTURES / "clusters-figure-8.png", optimize=True)
        measured = json.loads(MEASURED.read_text(encoding="utf-8")) if chosen.style_loss else {}
        measured |= {"machine": machine(), "style_loss": costs}
        if not chosen.style_loss:
            measured["clusters"] = measure(list(PIPELINES), bench, seeds=chosen.seeds)
            figure_9(bench).save(PICTURES / "clusters-figure-9.png", optimize=True)
        MEASURED.write_text(json.dumps(rounded(measured), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    written = page(PAGE.read_text(encoding="utf-8"), json.loads(MEASURED.read_text(encoding="utf-8")))
    PAGE.write_text(written, encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
