"""The README's one table: what each paper reports, and what was measured here.

The only figures typed in are the papers' own, each with its place in the paper; ours are those of the registry and of
the measurements kept beside the documentation. `python -m reports.tables` writes the table.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from core.registry.schema import Record
from reports import clusters, generators, paintings, writers

SPLIT = "val"
CLASSIFIER_ACCURACY = 0.72  # LLAMA, section 4.7: 62 classes of EMNIST, validation part
LLAMA, INTERACTION, VARIATIONAL = "LLAMA", "Style transfer with interaction", "Variational style transfer"
ARTISTIC, STATISTICAL = "A metric of artistic style", "Statistical generation"
LATENT = 4096  # Rich, section 5.2


class Row(NamedTuple):
    """One figure of a paper beside ours: `data` is what ours was measured on, `mark` whether it reaches the paper's."""

    paper: str
    figure: str
    theirs: str
    ours: str
    data: str
    mark: str


def headline_table(records: dict[str, Record]) -> str:
    """The rows of all papers as a Markdown table."""
    rows = [Row("paper", "figure", "the paper", "ours", "our data", "mark"), Row(*("---",) * len(Row._fields))]
    for rows_of in (characters, digits, artworks, statistics):
        rows += rows_of(records)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def characters(records: dict[str, Record]) -> Iterator[Row]:
    """LLAMA: the classifier, clusters without labels, and a writer's unseen characters."""
    ours = records["chars62-classifier"].results[SPLIT]
    data = data_of(ours)
    accuracy = ours["accuracy"]
    theirs = f"{CLASSIFIER_ACCURACY:.2f} (EMNIST)"
    yield Row(
        LLAMA, "accuracy, 62 classes (§4.7)", theirs, f"{accuracy:.3f}", data, at_least(accuracy, CLASSIFIER_ACCURACY)
    )
    theirs = clusters.PAPER["infovae"]
    pipelines = [row for row in kept(clusters.MEASURED)["clusters"] if row["k"] == 62 and not row["labelled"]]
    fitted = {row["name"]: row["majority_accuracy_train"] for row in pipelines}
    best = max(fitted, key=lambda name: fitted[name])
    yield Row(
        LLAMA,
        "characters in a cluster of their class, k-means on InfoVAE latents, k = 62 (§5.3)",
        f"{theirs:.2f} (EMNIST)",
        f"{fitted['infovae']:.3f}; without an autoencoder (`{best}`) {fitted[best]:.3f}",
        "chars62, train",
        at_least(fitted["infovae"], theirs),
    )
    hands = kept(writers.FIGURES)
    right = {row["method"]: row["writer_identification"] for row in hands["transfer"] if row["seen"] not in (5, 20)}
    served, own = right["kriging and fine-tuning, as served"], "the writers' own"
    yield Row(
        LLAMA,
        "a writer's unseen characters: share given to the right writer (§5.4.1)",
        "“does not appear to learn a meaningful mapping”",
        f"{served:.3f}; chance {hands['chance']:.3f}, the writer's own characters {right[own]:.3f}",
        f"chars62, {hands['split']}, {hands['writers']} writers",
        at_least(served, right["no adaptation"]),
    )


def digits(records: dict[str, Record]) -> Iterator[Row]:
    """Chandra et al. give pictures and no figures: their convolutional network, trained here, stands for them."""
    ours, theirs = (records[name].results[SPLIT] for name in ("mnist-cvae", "mnist-cvae-conv"))
    for metric, figure, data in (
        ("content_accuracy", "analogies read as the digit asked for (figure 13)", data_of(ours)),
        ("fashion_content_accuracy", "garments read as the digit asked for (figure 14)", "garments of our own drawing"),
    ):
        reached = at_least(ours[metric], theirs[metric])
        baseline = f"pictures only; its network trained here: {theirs[metric]:.3f}"
        yield Row(INTERACTION, figure, baseline, f"{ours[metric]:.4f}", data, reached)
    yield Row(
        VARIATIONAL, "style transfer by a variational autoencoder", "pictures only", "–", "–", "not implemented yet"
    )


def artworks(records: dict[str, Record]) -> Iterator[Row]:
    """Rich: reconstruction errors of five autoencoders, and the shape of the style loss along trajectories."""
    results = {model: records[name].results[SPLIT] for model, name in paintings.MODELS.items()}
    data = data_of(results["AE"])
    theirs, ours = paintings.RECONSTRUCTION, {model: row["reconstruction_mse"] for model, row in results.items()}
    same_order = sorted(theirs, key=theirs.__getitem__) == sorted(ours, key=ours.__getitem__)
    met = same_order and all(ours[model] <= theirs[model] for model in ours)
    yield Row(
        ARTISTIC,
        "mean squared error, best model to worst (table 5.2)",
        in_order(theirs),
        in_order(ours),
        f"{data}; {records['art-ae'].config['latent']} latent dimensions for {LATENT:,}",
        "met" if met else "**missed**: larger" if same_order else "**missed**: other order",
    )
    report = paintings.PAGE.read_text(encoding="utf-8")
    pairs = re.findall(r"^\| \S+ \| (horseshoe|wave) \| (horseshoe|wave) \|", report, flags=re.M)
    agree = sum(paper == found for paper, found in pairs)
    yield Row(
        ARTISTIC,
        "style loss along trajectories: horseshoe for AAE and VAE, wave for the others (§8.3)",
        "5 of 5 models",
        f"{agree} of {len(pairs)} models agree",
        data,
        "met" if agree == len(pairs) else "**missed**",
    )


def statistics(records: dict[str, Record]) -> Iterator[Row]:
    """Vargas Aguilar et al., table 4: mean cosine similarity (lower is more diverse) and accuracy."""
    for paper in generators.PAPER:
        ours = records[paper.record].generated[SPLIT][paper.generator]
        cosine, accuracy = ours["mean_cosine"], ours["recon_judge_accuracy"]
        short = [f"cosine {cosine - paper.cosine:+.3f}"] if cosine > paper.cosine else []
        short += [f"accuracy {accuracy - paper.accuracy:+.4f}"] if round(accuracy, 4) < paper.accuracy else []
        yield Row(
            STATISTICAL,
            f"{paper.generator}, {paper.record.removeprefix('mnist-').upper()}: cosine (less is better) at accuracy "
            "(table 4)",
            f"{paper.cosine:.4f} at {paper.accuracy:.4f}",
            f"{cosine:.4f} at {accuracy:.4f}",
            f"{ours['data']}, {ours['generated']:,} generated",
            f"**missed**: {', '.join(short)}" if short else "met",
        )


def at_least(ours: float, theirs: float) -> str:
    """Whether a figure of which more is better reaches another."""
    return "met" if ours >= theirs else f"**missed** by {theirs - ours:.3f}"


def in_order(errors: dict[str, float]) -> str:
    """Models from the least error to the greatest, the first and the last with theirs."""
    names = sorted(errors, key=lambda model: errors[model])
    return " < ".join([f"{names[0]} {errors[names[0]]:.4f}", *names[1:-1], f"{names[-1]} {errors[names[-1]]:.4f}"])


def data_of(result: dict[str, Any]) -> str:
    """Data set, split and number of pictures."""
    return f"{result['data']}, {SPLIT}, n = {result['n']:,}"


def kept(file: Path) -> dict[str, Any]:
    """Figures that another report keeps beside its page."""
    return json.loads(file.read_text(encoding="utf-8"))
