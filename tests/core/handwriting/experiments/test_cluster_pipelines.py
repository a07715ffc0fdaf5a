"""Pipelines from ink to clusters: what they compare, that labels fit nothing, and how they are told of."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from apps import __main__
from core.handwriting.experiments import cluster_pipelines
from core.handwriting.experiments.cluster_pipelines import (
    PIPELINES,
    Bench,
    Characters,
    Pipeline,
    features,
    manifold,
    measure,
)

K = 5


@pytest.fixture
def bench(draw) -> Bench:
    """Five classes, twelve hands to fit on and four unseen ones."""

    def some(hands: range) -> Characters:
        ink = np.stack([draw(c, hand, side=28) for hand in hands for c in "7FhOx"])
        return Characters(torch.from_numpy(ink)[:, None], torch.arange(K).repeat(len(hands)))

    return Bench(some(range(12)), some(range(50, 54)))


@pytest.mark.parametrize("pipeline", [Pipeline("pixels", k=K), Pipeline("gradients", upright=True, sphere=True, k=K)])
def test_clusters_read_unseen_characters(bench: Bench, pipeline: Pipeline) -> None:
    figures = bench.figures(bench.run(pipeline))
    assert figures["k"] == K
    assert figures["majority_accuracy"] > 0.6 and figures["majority_accuracy_train"] > 0.6
    assert figures["hungarian_accuracy"] <= 1 and figures["nmi"] > 0.5
    assert json.loads(json.dumps(figures)) == figures


def test_labels_give_names_and_fit_nothing(bench: Bench) -> None:
    turned = Bench(Characters(bench.fitted.ink, (bench.fitted.labels + 1) % K), bench.unseen)
    ours, theirs = (each.run(Pipeline("gradients", k=K)) for each in (bench, turned))
    assert torch.equal(ours.fitted, theirs.fitted) and torch.equal(ours.unseen, theirs.unseen)
    assert torch.equal((ours.names + 1) % K, theirs.names)


def test_points_are_those_of_the_pipeline(bench: Bench) -> None:
    ink = bench.unseen.ink
    assert torch.equal(features(Pipeline("pixels"), ink), ink.flatten(1) / 255)
    assert not torch.equal(features(Pipeline("pixels", upright=True), ink), ink.flatten(1) / 255)
    directions = features(Pipeline("chars62-infovae-32", sphere=True), ink)
    assert directions.shape == (len(ink), 32)
    torch.testing.assert_close(directions.norm(dim=1), torch.ones(len(ink)))


def test_points_shared_by_pipelines_are_found_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def flat(z: Tensor, others: Tensor, dimensions: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
        asked.append((dimensions, seed))
        return z[:, 400 : 400 + dimensions], others[:, 400 : 400 + dimensions]  # the row through the middle

    monkeypatch.setattr(cluster_pipelines, "manifold", flat)
    for k in (3, 4):
        for seed in (0, 1, 0):
            bench.run(Pipeline("pixels", dimensions=6, k=k), seed=seed)
    assert asked == [(6, 0), (6, 1)]
    assert len(bench.kept) == 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::ImportWarning")
@pytest.mark.slow
def test_others_are_laid_beside_their_like_on_the_manifold() -> None:
    owner = torch.arange(90) % 3
    z = torch.randn((90, 8), generator=torch.Generator().manual_seed(0)) + 30 * torch.eye(8)[owner]
    known, new = manifold(z[:60], z[60:], 3)
    assert (known.shape, new.shape) == ((60, 3), (30, 3))
    assert torch.equal(owner[:60][torch.cdist(new, known).argmin(dim=1)], owner[60:])
    with pytest.raises(ValueError, match="expected more than 15 points"):
        manifold(z[:10], z[60:], 3)


def test_means_over_seeds_are_told_with_their_spread(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PIPELINES, "few", Pipeline("pixels", k=K))
    (row,) = measure(["few"], bench, seeds=3)
    each = [bench.figures(bench.run(PIPELINES["few"], seed=seed)) for seed in range(3)]
    assert row["majority_accuracy"] == pytest.approx(np.mean([figures["majority_accuracy"] for figures in each]))
    assert row["majority_accuracy_spread"] == pytest.approx(np.std([figures["majority_accuracy"] for figures in each]))
    assert (row["name"], row["n"], row["seeds"], row["labelled"]) == ("few", 20, 3, False)


def test_what_is_unknown_is_named(bench: Bench, tiny_root: Path) -> None:
    with pytest.raises(ValueError, match=r"expected pipelines out of pixels, .*got voronoi"):
        measure(["pixels", "voronoi"], bench)
    with pytest.raises(ValueError, match="expected the unseen characters of val or test"):
        Bench.of("train", tiny_root)


def test_the_command_prints_a_json_object_a_line(tiny_root: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(
        "sys.argv", ["stylescape", "cluster", "pixels", "gradients", "--data", str(tiny_root), "--json"]
    )
    with pytest.raises(SystemExit) as stop:
        __main__.main()
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert not stop.value.code
    assert [(row["name"], row["split"], row["k"]) for row in rows] == [("pixels", "val", 62), ("gradients", "val", 62)]


@pytest.mark.data
def test_the_marks_are_met_on_unseen_characters(real_root: Path) -> None:
    """k-means reads four in ten by pixels, and three in five by oriented gradients of upright glyphs."""
    rows = measure(["pixels", "gradients-upright"], Bench.of("val", real_root))
    pixels, gradients = (row["majority_accuracy"] for row in rows)
    assert 0.3 < pixels < 0.45
    assert gradients >= 0.59
