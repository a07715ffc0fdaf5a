"""The tables and figures of the cartography paper's chapters 5 to 7 beside ours, with intervals.

    python -m reports.paintings --data ROOT                 # docs/cartography-report.md and its figures
    python -m reports.paintings --data ROOT --split test --backbone vgg19-conv3_1 --pairs 20

Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic Style", 2021. What chapter 6 states is read
from the results that `stylescape evaluate art-* --save` has put into the registry; the rest is measured here.
"""

import argparse
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from core.cartography.pair_selection import choose_pairs
from core.cartography.trajectory_experiments import (
    PAIRS,
    GeodesicComparison,
    Measures,
    between_classes,
    compare_geodesics,
    measure_lines,
    within_classes,
)
from core.data.artworks import STYLES
from core.data.dataset import as_ink
from core.latent.encoding import decode_set, encode_set
from core.latent.pca import by_chance, centroid_offsets, first_component_angles
from core.metrics import rank_correlation
from core.metrics.trajectory_shape import Interval, bootstrap, rank_interval
from core.models.base import Autoencoder, Backbone
from core.registry.load import load
from core.registry.schema import Record
from core.registry.store import ROOT, read_registry
from core.style.backbones import BACKBONES, backbone
from core.training.training_data import examples
from reports.figures import rendered

PAGE = ROOT / "docs" / "cartography-report.md"
PICTURES = ROOT / "docs" / "pictures"
MODELS = {"AAE": "art-aae", "TVAE": "art-tvae", "β-VAE": "art-betavae", "VAE": "art-vae", "AE": "art-ae"}
COLOURS = {"AAE": "#b5442e", "TVAE": "#1f3a5f", "β-VAE": "#5b8c85", "VAE": "#c9a227", "AE": "#6b6254"}
CLASS_COLOURS: dict[str, str] = dict(zip(STYLES, ("#b5442e", "#5b8c85", "#6b6254", "#1f3a5f"), strict=True))
RESAMPLES = 200
DETOURS = 12  # pairs of each model that geodesics are found for

# What the paper states: table 5.2, then by class for the models in the order of `MODELS`.
RECONSTRUCTION = {"AE": 0.0042, "VAE": 0.0081, "β-VAE": 0.0047, "TVAE": 0.0051, "AAE": 0.0076}
OFFSETS = {
    "expressionism": (136, 410, 335, 40, 133),
    "impressionism": (111, 258, 294, 26, 140),
    "realism": (81, 251, 187, 23, 107),
    "romanticism": (92, 219, 200, 23, 103),
}
ANGLES = {
    "expressionism": (75, 47, 19, 137, 169),
    "impressionism": (76, 48, 25, 31, 9),
    "realism": (161, 158, 22, 47, 7),
    "romanticism": (158, 130, 10, 54, 5),
}
DISTANCES = {
    "expressionism": (4238, 2941, 4580, 1378, 1926),
    "impressionism": (4091, 2438, 3994, 1349, 1707),
    "realism": (3947, 2512, 4070, 1366, 1765),
    "romanticism": (3982, 2585, 4106, 1370, 1781),
}
FIRST_COMPONENT = {"AAE": 2.5, "TVAE": 23.0}  # per cent, section 6.2; of the others it says "at least 10"
SHAPES = {"AAE": "horseshoe", "TVAE": "wave", "β-VAE": "wave", "VAE": "horseshoe", "AE": "wave"}  # section 8.3, point 1
STYLE_ORDER = ("impressionism", "realism", "romanticism", "expressionism")  # of rising style loss, section 7.2.1


@dataclass
class Subject:
    """A model under examination: its latents, and what it was walked through."""

    record: Record
    model: Autoencoder
    z: Tensor
    labels: Tensor
    errors: Tensor  # mean squared error of each picture
    inside: dict[str, Measures] = field(default_factory=dict)
    across: dict[tuple[str, str], Measures] = field(default_factory=dict)
    shortest: dict[str, Measures] = field(default_factory=dict)
    longest: dict[str, Measures] = field(default_factory=dict)
    hundred: Measures | None = None
    detours: GeodesicComparison | None = None


Subjects = dict[str, Subject]


def subject(name: str, split: str, root: Path | None) -> Subject:
    """A trained record and the latents of a split."""
    checkpoint = load(name)
    pictures, labels = examples(checkpoint.record, split, root=root)
    model = checkpoint.autoencoder
    z = encode_set(model, pictures).mean.clone()
    batches = zip(z.split(256), pictures.split(256), strict=True)
    errors = [(decode_set(model, rows) - as_ink(x)).square().mean(dim=(1, 2, 3)) for rows, x in batches]
    return Subject(checkpoint.record, model, z, labels, torch.cat(errors))


def walk(one: Subject, network: Backbone, pairs: int) -> None:
    """All experiments of chapter 7."""
    known = (one.model, network, one.z, one.labels, STYLES)
    one.inside = within_classes(*known, pairs=pairs)
    one.across = between_classes(*known, pairs=pairs)
    one.shortest = within_classes(*known, choice="shortest", pairs=1)
    one.longest = within_classes(*known, choice="longest", pairs=1)
    far = choose_pairs(one.z, one.labels, 3, 3, "longest")
    one.hundred = measure_lines(one.model, network, one.z[far[:, 0]], one.z[far[:, 1]], 100)
    some = torch.cat([choose_pairs(one.z, one.labels, k, k, "random", count=DETOURS // 4) for k in range(4)])
    one.detours = compare_geodesics(one.model, network, one.z[some[:, 0]], one.z[some[:, 1]])


# Tables


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def shown(interval: Interval, digits: int = 3) -> str:
    """An estimate and its interval."""
    return f"{interval.estimate:.{digits}g} ({interval.low:.{digits}g} to {interval.high:.{digits}g})"


def compared(what: str, paper: Mapping[str, float], ours: Mapping[str, float]) -> str:
    """Whether two orderings agree, in a sentence."""
    names = [name for name in paper if name in ours]
    if len(names) < 2:
        return f"{what}: too few to order."
    theirs, mine = (sorted(names, key=values.__getitem__) for values in (paper, ours))
    ranks = rank_correlation(*(torch.tensor([float(values[name]) for name in names]) for values in (paper, ours)))
    agreement = "the orderings agree" if ranks > 0.999 else "the orderings do not agree"
    return f"{what}: {agreement}; paper {' < '.join(theirs)}, ours {' < '.join(mine)} (rank correlation {ranks:.2f})."


def column(values: Mapping[str, Sequence[float]], model: str) -> dict[str, float]:
    """One model's column of a table of the paper, by class."""
    return {name: row[list(MODELS).index(model)] for name, row in values.items()}


def by_class(
    subjects: Subjects,
    paper: Mapping[str, Sequence[float]],
    ours: Mapping[str, Mapping[str, Interval]],
    digits: int = 3,
) -> str:
    """A table of the paper with its cells beside ours: a row a class, two columns a model."""
    head = ["class", *(f"{model}, {whose}" for model in subjects for whose in ("paper", "ours"))]
    rows = [
        [name, *(cell for m in subjects for cell in (f"{column(paper, m)[name]:g}", shown(ours[m][name], digits)))]
        for name in STYLES
    ]
    return table(head, rows)


def resampled(
    one: Subject, measure: Callable[[Tensor, Tensor], Tensor], resamples: int, most: float = math.inf
) -> dict[str, Interval]:
    """A measure of latents and labels by class, (K,) from 0 to `most`, ± 1.96 standard errors.

    The errors are of pictures drawn again class by class. Percentiles would not do: lengths of means only grow in such
    draws, so that the estimate may lie below all of them.
    """
    generator = torch.Generator().manual_seed(0)
    members = [(one.labels == k).nonzero()[:, 0] for k in range(len(STYLES))]
    draws = []
    for _ in range(resamples):
        rows = torch.cat([m[torch.randint(len(m), (len(m),), generator=generator)] for m in members])
        draws.append(measure(one.z[rows], one.labels[rows]))
    exact, reach = measure(one.z, one.labels).double(), 1.96 * torch.stack(draws).double().std(dim=0)
    low, high = (exact - reach).clamp(0), (exact + reach).clamp(0, most)
    return {name: Interval(*map(float, triple)) for name, *triple in zip(STYLES, exact, low, high, strict=True)}


def mean_distances(one: Subject) -> dict[str, Interval]:
    """Table 7.1 with intervals: pictures are drawn again, and a picture's distance to itself does not count."""
    found = {}
    generator = torch.Generator().manual_seed(0)
    for k, name in enumerate(STYLES):
        members = one.z[one.labels == k]
        apart = torch.cdist(members, members)
        drawn = torch.randint(len(members), (RESAMPLES, len(members)), generator=generator)
        counts = torch.zeros(RESAMPLES, len(members)).scatter_add_(1, drawn, torch.ones(drawn.shape))
        pairs = len(members) ** 2 - counts.square().sum(dim=1)
        means = ((counts @ apart) * counts).sum(dim=1) / pairs
        low, high = means.quantile(torch.tensor([0.025, 0.975])).tolist()
        found[name] = Interval(torch.pdist(members).mean().item(), low, high)
    return found


# Figures


def panels(subjects: Subjects, draw: Callable[[Any, Subject], None], name: str, title: str) -> str:
    """One panel a model, drawn and saved; the Markdown that shows it."""
    figure = Figure(figsize=(3.1 * len(subjects), 3.0), layout="constrained", dpi=110)
    axes = np.atleast_1d(np.asarray(figure.subplots(1, len(subjects))))
    for panel, (model, one) in zip(axes, subjects.items(), strict=True):
        draw(panel, one)
        panel.set_title(model, fontsize=10)
        panel.tick_params(labelsize=7)
        panel.spines[["top", "right"]].set_visible(False)
    axes[0].legend(fontsize=6, frameon=False)
    rendered(figure).save(PICTURES / f"cartography-{name}.png", optimize=True)
    return f"![{title}](pictures/cartography-{name}.png)\n\n*{title}*"


def curves(panel: Any, lines: Mapping[str, Measures], *, colours: Mapping[str, str] | None = None, bands: bool) -> None:
    """Mean profiles over the steps, with a standard deviation to either side where asked for."""
    for name, walks in lines.items():
        mean, sd = (part.numpy() for part in walks.band)
        steps = np.arange(1, len(mean) + 1)
        (line,) = panel.plot(steps, mean, label=name, lw=1.4, color=(colours or {}).get(name))
        if bands:
            panel.fill_between(steps, np.clip(mean - sd, 0, None), mean + sd, color=line.get_color(), alpha=0.15, lw=0)
    panel.set_xlabel("step", fontsize=8)
    panel.set_ylim(bottom=0)


def shares_of(panel: Any, rows: Mapping[str, Sequence[float]], colours: Mapping[str, str]) -> None:
    """Per cent of the variance along each of the first components."""
    for name, shares in rows.items():
        panel.plot(np.arange(1, len(shares) + 1), 100 * np.array(shares), label=name, lw=1.4, color=colours.get(name))
    panel.set_xlabel("component", fontsize=8)
    panel.set_ylim(bottom=0)


# Sections


def losses(subjects: Subjects) -> str:
    """Chapter 5: table 5.2."""
    errors = {model: bootstrap(one.errors, resamples=RESAMPLES) for model, one in subjects.items()}
    rows = [[model, f"{RECONSTRUCTION[model]:g}", shown(errors[model])] for model in subjects]
    said = compared("Reconstruction loss", RECONSTRUCTION, {m: e.estimate for m, e in errors.items()})
    return f"## Reconstruction (table 5.2)\n\n{table(['model', 'paper', 'ours'], rows)}\n\n{said}"


def components(subjects: Subjects, split: str) -> str:
    """Chapter 6.2: figures 6.1 to 6.7, tables 6.1 and 6.2."""
    text = ["## Principal components (figures 6.1 to 6.7, tables 6.1 and 6.2)"]
    stated = {m: one.record.results.get(split, {}).get("pca") for m, one in subjects.items()}
    if all(stated.values()):

        def draw(panel: Any, one: Subject) -> None:
            pca = one.record.results[split]["pca"]
            rows = {"combined": pca["variance_shares"]} | pca["class_variance_shares"]
            shares_of(panel, rows, CLASS_COLOURS | {"combined": "black"})

        text.append(panels(subjects, draw, "variance", "Per cent of the variance along the first ten components"))
        first = {m: 100 * pca["variance_shares"][0] for m, pca in stated.items() if pca}
        rows = [[m, f"{FIRST_COMPONENT[m]:g}" if m in FIRST_COMPONENT else "≥ 10", f"{first[m]:.1f}"] for m in subjects]
        text.append(table(["first component, %", "paper", "ours"], rows))
        text.append(compared("First component", FIRST_COMPONENT, first))
    classes = len(STYLES)
    offsets = {m: resampled(one, partial(centroid_offsets, classes=classes), RESAMPLES) for m, one in subjects.items()}
    angle = partial(first_component_angles, classes=classes)
    angles = {m: resampled(one, angle, 40, most=90) for m, one in subjects.items()}
    folded = {name: tuple(min(angle, 180 - angle) for angle in row) for name, row in ANGLES.items()}
    text += ["### How far the classes lie from the centre (table 6.1)", by_class(subjects, OFFSETS, offsets)]
    lot = {m: by_chance(partial(centroid_offsets, classes=classes), one.z, one.labels) for m, one in subjects.items()}
    text.append("The fewer members a class has, the further off it lies by chance; with shuffled labels:")
    text.append(
        table(["", *subjects], [[name, *(f"{lot[m][k]:.3g}" for m in subjects)] for k, name in enumerate(STYLES)])
    )
    for m in subjects:
        beyond = {name: offsets[m][name].estimate - float(lot[m][k]) for k, name in enumerate(STYLES)}
        text.append(compared(f"{m}, classes, beyond chance", column(OFFSETS, m), beyond))
    text.append("### Angle of each class's first component, folded to 0 to 90° (table 6.2)")
    text.append(by_class(subjects, folded, angles, digits=2))
    return "\n\n".join(text)


def clusters(subjects: Subjects, split: str) -> str:
    """Chapter 6.3: figures 6.8 to 6.10 at the paper's four clusters, and the scores it does not give."""
    rows, text = [], ["## Clusters (figures 6.8 to 6.10)"]
    for model, one in subjects.items():
        for method, counts in one.record.results.get(split, {}).get("clustering", {}).items():
            scores = [f"{counts['4'][key]:.3f}" for key in ("silhouette", "purity", "nmi", "ari")]
            best = max(counts, key=lambda k, counts=counts: counts[k]["silhouette"])
            rows.append([model, method, *scores, best, "; ".join(map(made_of, counts["4"]["composition"]))])
    if not rows:
        return f"{text[0]}\n\nNot measured yet: `stylescape evaluate art-ae --split {split} --save` does it."
    head = ["model", "method", "silhouette", "purity", "NMI", "ARI", "best k", f"clusters of {', '.join(STYLES)}"]
    text.append(table(head, rows))
    with_labels = {m: float(r[4]) for m in subjects for r in rows if r[0] == m and r[1] == "k-means"}
    best = max(with_labels, key=with_labels.__getitem__)
    text.append(
        f"The paper finds the clusters of the TVAE closest to the classes; ours are those of the {best} by NMI, "
        f"which {'agrees' if best == 'TVAE' else 'does not agree'}."
    )
    return "\n\n".join(text)


def made_of(cluster: Mapping[str, int]) -> str:
    """The counts of a cluster in the order of the classes."""
    return " / ".join(str(cluster[name]) for name in STYLES)


def interpolation(subjects: Subjects) -> str:
    """Chapter 7: the figures of mean, shortest and longest walks, and what shape they have."""
    coloured = partial(curves, colours=CLASS_COLOURS)
    figures = [
        panels(
            subjects,
            lambda panel, one: coloured(panel, one.inside, bands=False),
            "within",
            "Mean style loss of random pairs within each class (figure 7.2)",
        ),
        panels(
            subjects,
            lambda panel, one: coloured(panel, {"romanticism": one.inside["romanticism"]}, bands=True),
            "band",
            "Mean and standard deviation within Romanticism (figure 7.4)",
        ),
        panels(
            subjects,
            lambda panel, one: coloured(panel, one.shortest, bands=False),
            "shortest",
            "The shortest walk within each class (figures 7.5 and 7.8)",
        ),
        panels(
            subjects,
            lambda panel, one: coloured(panel, one.longest, bands=False),
            "longest",
            "The longest walk within each class (figure 7.10)",
        ),
        panels(
            subjects,
            lambda panel, one: curves(panel, {"romanticism": one.hundred} if one.hundred else {}, bands=False),
            "hundred",
            "The longest walk within Romanticism in 100 steps (figure 7.12)",
        ),
        panels(
            subjects,
            lambda panel, one: curves(panel, {f"{a} – {b}": w for (a, b), w in one.across.items()}, bands=False),
            "between",
            "Mean style loss of random pairs between classes (figure 7.13)",
        ),
    ]
    parts = [*figures, shapes(subjects), orders(subjects), curved(subjects)]
    return "\n\n".join(["## Style loss along trajectories (figures 7.2 to 7.18)", *parts])


def shapes(subjects: Subjects) -> str:
    """Horseshoe or wave, as a number."""
    rows, agree = [], []
    for model, one in subjects.items():
        found = Measures.joined(list(one.inside.values())).shape
        beyond = found.beyond_null.low > 0 or found.beyond_null.high < 0
        cells = [shown(part, 2) for part in (found.curvature, found.null, found.beyond_null)]
        rows.append([model, SHAPES[model], found.shape, *cells, "yes" if beyond else "no", shown(found.departure, 2)])
        agree.append(f"{model} {'agrees' if found.shape == SHAPES[model] else 'does not agree'}")
    head = ["model", "paper", "ours", "curvature", "of the dissolve", "difference", "beyond it", "departure"]
    everything = Measures.joined([walks for one in subjects.values() for walks in one.inside.values()])
    link = rank_interval(everything.departures, everything.curvatures)
    return "\n\n".join(
        [
            "### Horseshoe or wave",
            "Curvature is positive for a horseshoe and negative for a wave, and is set beside that of the pixel "
            "cross-dissolve between the same decoded ends; departure is how far the pictures are from that dissolve, "
            "by the distance of its ends. Intervals are over pairs.",
            table(head, rows),
            f"{'; '.join(agree)}. The paper holds that a horseshoe is a transformation and a wave a dissolve: over all "
            f"pairs and models the rank correlation of departure and curvature is {shown(link, 2)}.",
        ]
    )


def orders(subjects: Subjects) -> str:
    """Table 7.1, its correlation with style loss, and how large the losses are."""
    text = ["### Mean distances between samples (table 7.1) and style loss"]
    apart = {model: mean_distances(one) for model, one in subjects.items()}
    text.append(by_class(subjects, DISTANCES, apart))
    paper_losses = {name: float(rank) for rank, name in enumerate(STYLE_ORDER)}
    for model, one in subjects.items():
        losses = {name: walks.profiles.mean().item() for name, walks in one.inside.items()}
        text.append(compared(f"{model}, distances", column(DISTANCES, model), estimates(apart[model])))
        text.append(compared(f"{model}, style loss", paper_losses, losses))
        joined = Measures.joined(list(one.inside.values()))
        link = rank_interval(joined.distances, joined.profiles.mean(dim=1))
        text.append(f"{model}: over pairs, distance and style loss have a rank correlation of {shown(link, 2)}.")
    size = {
        m: bootstrap(Measures.joined(list(one.inside.values())).profiles.mean(dim=1)) for m, one in subjects.items()
    }
    across = {
        m: bootstrap(Measures.joined(list(one.across.values())).profiles.mean(dim=1)) for m, one in subjects.items()
    }
    text.append(
        table(["style loss a step", "within", "between"], [[m, shown(size[m]), shown(across[m])] for m in size])
    )
    largest = max(size, key=lambda model: size[model].estimate)
    text.append(
        f"The paper finds the largest losses with the AAE; ours are with the {largest}, which "
        f"{'agrees' if largest == 'AAE' else 'does not agree'}. It finds those within and between classes alike; the "
        f"intervals of ours overlap for {', '.join(m for m in size if overlap(size[m], across[m])) or 'no model'}."
    )
    return "\n\n".join(text)


def curved(subjects: Subjects) -> str:
    """Geodesics, the paper's first further work."""
    rows = []
    for model, one in subjects.items():
        if one.detours:
            line, curve = one.detours.straight.shape, one.detours.geodesic.shape
            shorter = bootstrap(one.detours.shortening)
            rows.append([model, shown(shorter, 3), shown(line.curvature, 2), shown(curve.curvature, 2), curve.shape])
    head = ["model", "length by the line's", "curvature, line", "curvature, geodesic", "shape"]
    return "\n\n".join(
        [
            "### Geodesics (section 8.6, point 1)",
            f"{DETOURS} random pairs of each model. Length is in the responses of the backbone, which the path's "
            "energy is minimised in; style loss plays no part in that.",
            table(head, rows),
        ]
    )


def estimates(intervals: Mapping[str, Interval]) -> dict[str, float]:
    """The estimates alone."""
    return {name: interval.estimate for name, interval in intervals.items()}


def overlap(one: Interval, other: Interval) -> bool:
    """Whether two intervals have a value in common."""
    return one.low <= other.high and other.low <= one.high


def introduction(subjects: Subjects, split: str, network: str, layers: Sequence[str], pairs: int) -> str:
    """What was measured, on what, through what."""
    absent = [model for model in MODELS if model not in subjects]
    sizes = {one.record.config.get("latent") for one in subjects.values()}
    n = len(next(iter(subjects.values())).z)
    agreed = read_registry()["art-style-features"].results.get("val", {}).get("rank_correlation")
    seen = f"{network}, whose layers {', '.join(layers)} count 1/{len(layers)} each"
    if network == "painter" and agreed is not None:
        seen += f" and whose losses have a rank correlation of {agreed:.3f} with those of VGG19 to conv3_1"
    lines = [
        "# Cartography beside its paper",
        'The tables and figures of William Rich, "Exploring the Latent Space of Autoencoders with a Metric of Artistic '
        'Style", 2021, and ours. Made by `python -m reports.paintings`.',
        f"Ours are of {n} paintings of the split `{split}`, with {', '.join(map(str, sorted(map(str, sizes))))} latent "
        f"dimensions (the paper: 4096), {pairs} pairs for each experiment, and style seen through {seen}. Brackets "
        "hold 95 % bootstrap intervals over pictures or pairs. Units of latents differ between models and from the "
        "paper's, so orderings are compared and not sizes.",
    ]
    return "\n\n".join([*lines, *([f"Not trained yet: {', '.join(absent)}."] if absent else [])])


def report(split: str, root: Path | None, network_name: str, pairs: int) -> str:
    """The whole page."""
    records, network = read_registry(), backbone(network_name, root)
    trained = {m: name for m, name in MODELS.items() if name in records and records[name].sha256}
    if not trained:
        raise ValueError(f"expected a trained record out of {', '.join(MODELS.values())}, got none")
    subjects = {model: subject(name, split, root) for model, name in trained.items()}
    for model, one in subjects.items():
        print(f"… {model}", flush=True)
        walk(one, network, pairs)
    sections = [
        introduction(subjects, split, network_name, network.layers, pairs),
        losses(subjects),
        components(subjects, split),
        clusters(subjects, split),
        interpolation(subjects),
    ]
    return "\n\n".join(sections) + "\n"


def main() -> None:
    """Write the page and its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the data root")
    parser.add_argument("--split", default="val", choices=("train", "val", "test"))
    parser.add_argument("--backbone", default="painter", choices=BACKBONES)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="of each experiment")
    chosen = parser.parse_args()
    PAGE.write_text(report(chosen.split, chosen.data, chosen.backbone, chosen.pairs), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
