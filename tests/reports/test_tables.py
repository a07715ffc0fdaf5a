"""What the documentation says is what was measured."""

import csv
import json
import re
from pathlib import Path

import pytest

from core.handwriting.experiments.cluster_pipelines import PIPELINES
from core.registry.store import ROOT, read_registry
from core.training import loop
from reports import clusters, generators, writers
from reports.headline import headline_table
from reports.tables import PAGES, README, insert, results_table


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_those_of_the_registry(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert insert(text, "results", results_table(read_registry(), PAGES[page])) == text


def test_the_readme_states_the_measured_figures() -> None:
    text = README.read_text(encoding="utf-8")
    assert insert(text, "headline", headline_table(read_registry())) == text


def test_the_tables_of_the_generators_are_those_of_the_registry() -> None:
    text, records = generators.PAGE.read_text(encoding="utf-8"), read_registry()
    assert insert(text, "table-4", generators.table_4(records)) == text
    assert insert(text, "generators", generators.all_figures(records)) == text


def test_the_tables_of_the_clusters_are_what_was_measured() -> None:
    text, measured = (
        clusters.PAGE.read_text(encoding="utf-8"),
        json.loads(clusters.MEASURED.read_text(encoding="utf-8")),
    )
    assert clusters.page(text, measured) == text
    assert [row["name"] for row in measured["clusters"]] == list(PIPELINES)
    assert "| `infovae` |" in text and "style loss through `painter`" in text


def test_the_tables_of_hands_are_those_that_were_measured() -> None:
    text = writers.PAGE.read_text(encoding="utf-8")
    assert writers.filled(text, json.loads(writers.FIGURES.read_text(encoding="utf-8"))) == text


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name
)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = [part.split(")")[0] for part in page.read_text(encoding="utf-8").split("](")[1:]]
    paths = [target.split("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert not [path for path in paths if not (page.parent / path).exists()]


def test_the_readme_s_map_of_the_code_names_functions_of_these_files() -> None:
    places = re.findall(r"\]\((core/[\w/]+\.py)\) `(\w+)`", README.read_text(encoding="utf-8"))
    assert len(places) >= 6
    assert not [place for place in places if f"def {place[1]}(" not in (ROOT / place[0]).read_text(encoding="utf-8")]


def test_every_page_stands_in_the_index() -> None:
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages == set(re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "docs" / "index.md").read_text(encoding="utf-8")))


@pytest.mark.data
def test_training_again_follows_the_kept_learning_curve(real_root: Path, tmp_path: Path, monkeypatch) -> None:
    """The stated tolerance of a record's reproduction, over its first epoch; the whole run takes minutes."""
    name = "chars62-betavae-2"
    with (ROOT / "docs" / "training" / f"{name}-curve.csv").open(encoding="utf-8") as file:
        kept = {key: float(value) for key, value in next(csv.DictReader(file)).items()}
    rows: list[dict[str, float]] = []

    def stop_after_the_first(run: loop.Run, _: Path, **__: str) -> None:
        rows.append(run.history[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "save_epoch", stop_after_the_first)
    with pytest.raises(KeyboardInterrupt):
        loop.train(name, root=real_root, runs=tmp_path)
    assert rows[0] == pytest.approx(kept, rel=0.03)
