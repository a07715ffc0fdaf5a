"""Fitting and measuring the generators of a record: what the file holds, what the figures are, what is refused."""

import json
import math
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from apps import __main__
from core import metrics
from core.data import load as load_data
from core.data.dataset import as_ink
from core.generator import GENERATORS, Diagonal, Rejected, evaluation, fitting, load_generators
from core.generator.accuracy_diversity import frontier
from core.generator.evaluation import evaluate_generator, save_generated
from core.generator.fitting import fit_generators
from core.generator.variance_search import Plan
from core.latent.encoding import decode_set, encode_set
from core.registry.load import load
from core.registry.roles import recon_judge
from core.registry.sources import pull
from core.registry.store import get_record, sha256_of, update_record
from core.training.training_data import examples

HEAD = ["name", "data", "split", "n", "generator"]
FIGURES = [
    "recon_judge_accuracy",
    "mean_cosine",
    "judge_accuracy",
    "classification_accuracy_score",
    "classifier_fid",
    "classifier_kid",
]


def record(name: str, model: str, config: dict[str, Any], generators: bool = False, **recipe: Any) -> dict[str, Any]:
    return {
        "model": model,
        "config": config,
        "file": f"{name}.safetensors",
        **({"generators": {"file": f"{name}-generators.safetensors"}} if generators else {}),
        "recipe": {"data": "mnist", "epochs": 1, "batch": 32, "lr": 0.003} | recipe,
        "licence": "Apache-2.0",
        "paper": "none",
    }


VAE = {"latent": 3, "architecture": "softplus", "width": 16}
RECORDS = {
    "digits-vae": record("digits-vae", "vae.VAE", VAE, generators=True),
    "digits-recon": record("digits-recon", "conv_classifier.ConvClassifier", {}, through="digits-vae"),
    "mnist-classifier": record("mnist-classifier", "classifier.CharacterClassifier", {"classes": 10, "width": 4}),
    "mnist-guide": record("mnist-guide", "classifier.CharacterClassifier", {"classes": 10, "width": 4}, seed=1),
    "judgeless-vae": record("judgeless-vae", "vae.VAE", VAE, generators=True),
    "untrained-vae": record("untrained-vae", "vae.VAE", VAE, generators=True),
    "plain-vae": record("plain-vae", "vae.VAE", VAE),
}


@pytest.fixture(scope="module", autouse=True)
def brief() -> Any:
    """Searches, frontiers and samples of a size for tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fitting, "Plan", partial(Plan, steps=2, sweeps=1, halvings=2, members=4))
        patched.setattr(fitting, "frontier", partial(frontier, members=2))
        patched.setattr(fitting, "CHECKED", 10)
        patched.setattr(evaluation, "MEMBERS", 12)
        yield


@pytest.fixture(scope="module")
def house(trained, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A workshop of digits in which everything is trained and `digits-vae` has all its generators."""
    house = type(trained)(tmp_path_factory.mktemp("digits"))
    house.registry.write_text(yaml.safe_dump(RECORDS, sort_keys=False), encoding="utf-8")
    for name in RECORDS.keys() - {"untrained-vae"} - {"digits-recon"}:
        house.train(name, tiny_root)
    house.train("digits-recon", tiny_root)
    fit_generators("digits-vae", root=tiny_root, registry=house.registry, runs=house.runs)
    return house


# Through another model


def test_a_record_may_see_its_pictures_through_an_autoencoder(house, tiny_root: Path) -> None:
    seen, labels = examples(get_record("digits-recon", house.registry), "val", root=tiny_root, registry=house.registry)
    checkpoint = load("digits-vae", house.registry)
    ink, same = load_data("mnist", "val", tiny_root).tensors(checkpoint.preprocess)
    model = checkpoint.autoencoder
    expected = decode_set(model, encode_set(model, ink).mean)
    torch.testing.assert_close(as_ink(seen), expected, atol=0.5 / 255 + 1e-6, rtol=0)
    assert torch.equal(labels, same)
    plain, _ = examples(get_record("digits-vae", house.registry), "val", root=tiny_root, registry=house.registry)
    assert torch.equal(plain, ink)


def test_the_judge_of_a_model_is_the_record_that_goes_through_it(house) -> None:
    assert recon_judge("digits-vae", house.registry) == "digits-recon"
    assert recon_judge("plain-vae", house.registry) is None


# Fitting


def test_a_file_holds_every_generator_and_what_it_took(house) -> None:
    kept = get_record("digits-vae", house.registry)
    assert kept.generators is not None
    path = house.registry.parent / "checkpoints" / kept.generators.file
    assert kept.generators.sha256 == sha256_of(path)
    assert path in pull("digits-vae", house.registry)
    generators = load_generators("digits-vae", house.registry)
    assert sorted(generators.fitted) == sorted(GENERATORS)
    assert sorted(generators.notes) == sorted(GENERATORS)
    assert all(notes["seconds"] >= 0 for notes in generators.notes.values())
    assert len(generators.frontier) == 44
    assert list(generators.frontier[0]) == ["theta", "n", "cosine", "recon_judge_accuracy", "judge_accuracy"]
    shapes = {"simple": (), "medium-1": (3,), "medium-2": (10, 3)}
    for name, shape in shapes.items():
        for each in (name, f"{name}-eq4"):
            latents = generators[each]
            assert isinstance(latents, Diagonal)
            assert torch.as_tensor(latents.theta).shape == shape
        assert generators.notes[name]["floor"] == fitting.FLOORS[name]
        assert generators.notes[f"{name}-eq4"]["floor"] is None


def test_fitting_one_keeps_the_others_and_drops_its_own_results(house, tiny_root: Path) -> None:
    before = load_generators("digits-vae", house.registry)
    for name in ("simple", "flow", "flow-guided"):
        save_generated({"name": "digits-vae", "split": "val", "generator": name, "mean_cosine": 0.5}, house.registry)
    fit_generators("digits-vae", ["flow"], root=tiny_root, registry=house.registry, runs=house.runs, seed=1)
    load_generators.cache_clear()
    after = load_generators("digits-vae", house.registry)
    y = torch.arange(10)
    for name in GENERATORS:
        once, again = (kept[name].sample(y, generator=torch.Generator().manual_seed(0)) for kept in (before, after))
        assert torch.equal(once, again) == (name != "flow")
    assert get_record("digits-vae", house.registry).generated.keys() == {"val"}
    assert get_record("digits-vae", house.registry).generated["val"].keys() == {"simple"}


def test_training_again_forgets_the_generators(trained, tiny_root: Path, tmp_path: Path) -> None:
    house = type(trained)(tmp_path)
    house.registry.write_text(
        yaml.safe_dump({"plain-vae": RECORDS["plain-vae"] | {"generators": {}}}), encoding="utf-8"
    )
    made = {"generators": {"sha256": "0" * 64, "bytes": 1}, "generated": {"val": {"full": {"mean_cosine": 0.5}}}}
    update_record("plain-vae", house.registry, **made)
    fresh = house.train("plain-vae", tiny_root)
    assert fresh.generators is not None
    assert (fresh.generators.file, fresh.generators.sha256) == ("plain-vae-generators.safetensors", None)
    assert fresh.generated == {}


# Measuring


@pytest.mark.parametrize("generator", ["medium-2", "full", "flow", "mixture-guided"])
def test_a_generator_has_all_its_figures(house, tiny_root: Path, generator: str) -> None:
    figures = evaluate_generator("digits-vae", generator, root=tiny_root, registry=house.registry)
    theta = ["theta"] if generator in ("medium-2", "full") else []
    assert list(figures) == [*HEAD, *theta, "generated", *FIGURES, "real", "nearest_neighbour"]
    assert [figures[key] for key in HEAD] == ["digits-vae", "mnist", "val", 24, generator]
    assert figures["generated"] == 120
    assert set(FIGURES) | {"nearest_neighbour"} <= set(metrics.__all__)
    assert all(math.isfinite(figures[key]) for key in FIGURES)
    assert figures["real"].keys() == {"mean_cosine", "judge_accuracy"}
    assert json.loads(json.dumps(figures)) == figures
    if generator == "full":
        assert figures == evaluate_generator("digits-vae", generator, root=tiny_root, registry=house.registry)


def test_a_guided_generator_never_asks_its_judge(house) -> None:
    latents = evaluation.chosen(load("digits-vae", house.registry), "flow-guided", house.registry)
    assert isinstance(latents, Rejected)
    assert latents.guide is load("mnist-guide", house.registry).model
    assert set(evaluation.GUIDES.values()).isdisjoint(evaluation.JUDGES.values())


def test_figures_are_kept_by_split_and_generator(house) -> None:
    for split in ("val", "test"):
        for name in ("full", "mixture"):
            figures = {"name": "digits-vae", "split": split, "generator": name, "mean_cosine": 0.123456789}
            save_generated(figures, house.registry)
    kept = get_record("digits-vae", house.registry).generated
    assert {"full", "mixture"} <= kept["val"].keys()
    assert kept["test"]["full"].keys() == {"mean_cosine", "date"}
    assert kept["test"]["full"]["mean_cosine"] == 0.12346


# The command line


@pytest.fixture
def run(house, tiny_root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run the command on the tiny digits."""
    options = {"registry": house.registry}
    monkeypatch.setenv("STYLESCAPE_DATA", str(tiny_root))
    monkeypatch.setattr(fitting, "fit_generators", partial(fit_generators, runs=house.runs, **options))
    monkeypatch.setattr(evaluation, "evaluate_generator", partial(evaluate_generator, **options))
    monkeypatch.setattr(evaluation, "save_generated", partial(save_generated, **options))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["stylescape", *arguments])
        with pytest.raises(SystemExit) as stop:
            __main__.main()
        out, err = capfd.readouterr()
        return int(stop.value.code or 0), out, err

    return run


def test_the_command_measures_and_saves_a_generator(run, house) -> None:
    status, out, _ = run("evaluate", "digits-vae", "--generator", "medium-1", "--json", "--save")
    assert status == 0
    figures = json.loads(out)
    assert [figures[key] for key in HEAD] == ["digits-vae", "mnist", "val", 24, "medium-1"]
    kept = get_record("digits-vae", house.registry).generated["val"]["medium-1"]
    assert kept["mean_cosine"] == pytest.approx(figures["mean_cosine"], abs=1e-5)


def test_the_command_fits_and_names_the_file(run, house) -> None:
    status, out, _ = run("fit", "digits-vae", "--generator", "full", "--generator", "mixture")
    asset = get_record("digits-vae", house.registry).generators
    assert status == 0
    assert asset is not None
    assert out.split() == [asset.file, str(asset.bytes), "bytes", "sha256", asset.sha256]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evaluate", "digits-vae", "--generator", "best"], ["expected a fitted generator out of", "'best'"]),
        (
            ["evaluate", "judgeless-vae", "--generator", "flow"],
            ["no generators yet", "`stylescape fit judgeless-vae`"],
        ),
        (["evaluate", "plain-vae", "--generator", "flow"], ["record plain-vae has no place for generators"]),
        (["evaluate", "untrained-vae", "--generator", "flow"], ["record untrained-vae has no weights"]),
        (["fit", "digits-vae", "--generator", "best"], ["expected a generator out of simple", "'best'"]),
        (["fit", "plain-vae"], ["record plain-vae has no place for generators"]),
        (["fit", "untrained-vae"], ["record untrained-vae has no weights"]),
        (["fit", "judgeless-vae", "--generator", "simple"], ["record judgeless-vae has no judge"]),
        (["fit", "mnist-guide"], ["record mnist-guide has no place for generators"]),
        (["fit", "nobody"], ["expected a record out of", "'nobody'"]),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line(run, arguments: list[str], words: list[str]) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    lines = [line for line in err.splitlines() if line.startswith("stylescape: ")]
    assert len(lines) == 1
    assert "Traceback" not in err
    assert all(word in lines[0] for word in words)
