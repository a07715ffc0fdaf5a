"""Training on tiny data: what it leaves behind, that it can be repeated, and that stopping costs nothing."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from core.data import load
from core.latent.class_means import class_means
from core.latent.encoding import decode_set, encode_set
from core.registry.load import load as load_checkpoint
from core.registry.schema import Recipe
from core.registry.store import get_record, read_tensors, sha256_of
from core.training import loop as training
from core.training.curves import FILM_ROWS, film_strip
from core.training.loop import learning_rate

CONDITIONAL = ["digits-cvae", "digits-style-cvae"]
AUTOENCODERS = ["tiny-vae", "tiny-infovae", "digits-vae", *CONDITIONAL]
TRAINED = [*AUTOENCODERS, "chars62-classifier"]
TERMS = {
    "tiny-infovae": {"mmd", "kl", "reconstruction"},
    "digits-cvae": {"kl", "reconstruction", "classification", "reconstruction_mse"},
    "digits-style-cvae": {"kl", "reconstruction", "leakage", "diversity", "cycle", "style", "guidance"},
    "chars62-classifier": {"accuracy"},
}


class PlugPulledError(Exception):
    """Somebody pulled the plug."""


# What a run leaves behind


@pytest.mark.parametrize("name", TRAINED)
def test_the_record_names_the_file_it_made_and_forgets_old_results(name: str, trained) -> None:
    record = get_record(name, trained.registry)
    path = trained.weights(name)
    assert record.sha256 == sha256_of(path)
    assert record.bytes == path.stat().st_size
    assert record.results == {}
    tensors, metadata = read_tensors(path)
    assert json.loads(metadata["config"]) == record.config
    assert all(tensor.isfinite().all() for tensor in tensors.values())
    assert {tensor.dtype for tensor in tensors.values() if tensor.is_floating_point()} == {torch.float16}


def history(folder: Path) -> list[dict[str, float]]:
    with (folder / "curve.csv").open() as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


@pytest.mark.parametrize("name", TRAINED)
def test_the_learning_curve_has_a_row_an_epoch_and_a_picture(name: str, trained) -> None:
    rows = history(trained.runs / name)
    epochs = get_record(name, trained.registry).recipe.epochs
    assert [row["epoch"] for row in rows] == list(range(epochs))
    assert {"total", "score"} | TERMS.get(name, {"kl", "reconstruction", "reconstruction_mse"}) <= rows[0].keys()
    assert all(math.isfinite(value) for row in rows for value in row.values())
    with Image.open(trained.runs / name / "curve.png") as picture:
        panels = len(rows[0].keys() - {"epoch", "score"})
        assert picture.size == (360 * panels, 312)
        assert len(np.unique(np.asarray(picture))) > 20


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_the_film_strip_has_a_row_an_epoch_and_a_column_a_class(name: str, trained) -> None:
    record = get_record(name, trained.registry)
    classes = 10 if record.recipe.data == "mnist" else 62
    with Image.open(trained.runs / name / "film.png") as picture:
        assert picture.size == (classes * 28, record.recipe.epochs * 28)


def test_a_classifier_has_no_film(trained) -> None:
    assert not (trained.runs / "chars62-classifier" / "film.png").exists()


@pytest.mark.parametrize("name", CONDITIONAL)
def test_each_column_of_a_conditional_film_is_drawn_as_its_class(name: str, trained, tiny_root: Path) -> None:
    checkpoint = load_checkpoint(name, trained.registry)
    ink, labels = load("mnist", "val", tiny_root).tensors(checkpoint.preprocess)
    means = class_means(encode_set(checkpoint.autoencoder, ink, labels).mean, labels, 10).nan_to_num()
    drawn = decode_set(checkpoint.autoencoder, means, torch.arange(10))
    with Image.open(trained.runs / name / "film.png") as picture:
        shown = 1 - torch.from_numpy(np.array(picture.convert("L"))) / 255
    scores = [row["score"] for row in history(trained.runs / name)]
    kept, frame = scores.index(max(scores)), torch.cat([*drawn[:, 0]], dim=1)
    torch.testing.assert_close(
        shown.split(28)[kept], frame, atol=0.02, rtol=0
    )  # the weights were rounded after the film was made


@pytest.mark.parametrize("name", CONDITIONAL)
def test_a_conditional_model_is_kept_for_its_reconstructions_guided_or_not(name: str, trained) -> None:
    for row in history(trained.runs / name):
        assert row["score"] == -row["reconstruction_mse"]
        assert "guide_midpoint_accuracy" not in row


def test_a_guide_is_not_trained_with_what_it_guides(trained) -> None:
    guide = load_checkpoint("digits-guide", trained.registry).model
    stored = {key: value.float() for key, value in load_file(trained.weights("digits-guide")).items()}
    used = {key: value.float() for key, value in guide.state_dict().items()}
    torch.testing.assert_close(used, stored, atol=0, rtol=0)
    assert not guide.training


def test_a_style_model_is_stored_settled(trained, tiny_root: Path) -> None:
    checkpoint = load_checkpoint("digits-style-cvae", trained.registry)
    ink, labels = load("mnist", "train", tiny_root).tensors(checkpoint.preprocess)
    means = class_means(encode_set(checkpoint.autoencoder, ink, labels).mean, labels, 10)
    torch.testing.assert_close(means, torch.zeros(10, 3), atol=2e-3, rtol=0)
    assert load_file(trained.weights("digits-style-cvae"))["centres"].any()


def test_a_long_film_is_thinned_and_keeps_its_ends() -> None:
    frames = [torch.full((2, 1, 4, 4), epoch, dtype=torch.uint8) for epoch in range(100)]
    strip = 255 - np.asarray(film_strip(frames))
    assert strip.shape == (FILM_ROWS * 4, 8)
    assert (strip[0, 0], strip[-1, 0]) == (0, 99)


def test_training_gets_somewhere(trained) -> None:
    first, last = history(trained.runs / "tiny-vae")
    assert last["total"] < first["total"] < 28 * 28 * math.log(2) + 1  # an even guess
    assert last["score"] > first["score"]


# Doing it again


@pytest.mark.parametrize("name", ["tiny-vae", "chars62-classifier", "digits-cvae"])
def test_the_same_seed_gives_the_same_weights(name: str, trained, workshop, tiny_root: Path) -> None:
    torch.manual_seed(99)  # what happened before does not matter
    again = workshop.train(name, tiny_root)
    torch.testing.assert_close(load_file(workshop.weights(name)), load_file(trained.weights(name)), atol=0, rtol=0)
    assert again.sha256 == get_record(name, trained.registry).sha256


@pytest.mark.parametrize("name", ["tiny-infovae", "chars62-classifier", "digits-style-cvae"])
def test_a_stopped_run_goes_on_as_if_it_had_not_been(name: str, trained, workshop, tiny_root, monkeypatch) -> None:
    save_epoch = training.save_epoch

    def save_and_stop(*state, **options) -> None:
        save_epoch(*state, **options)
        raise PlugPulledError

    if guide := get_record(name, workshop.registry).recipe.guide:
        workshop.train(guide, tiny_root)
    with monkeypatch.context() as patched, pytest.raises(PlugPulledError):
        patched.setattr(training, "save_epoch", save_and_stop)
        workshop.train(name, tiny_root)
    assert get_record(name, workshop.registry).sha256 is None
    torch.manual_seed(99)
    workshop.train(name, tiny_root, resume=True)
    assert history(workshop.runs / name) == history(trained.runs / name)
    resumed, straight = load_file(workshop.weights(name)), load_file(trained.weights(name))
    torch.testing.assert_close(resumed, straight, atol=0, rtol=0)


def test_another_length_is_kept_with_the_weights(workshop, tiny_root: Path) -> None:
    record = workshop.train("digits-vae", tiny_root, epochs=3)
    assert (record.epochs, record.recipe.epochs) == (3, 1)
    assert get_record("digits-vae", workshop.registry).epochs == 3
    assert len(history(workshop.runs / "digits-vae")) == 3


def test_the_best_epoch_is_kept_and_not_the_last(workshop, tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores, kept = iter([1.0, 3.0, 2.0]), []
    validate = training.validate

    def validate_as_told(run, *data) -> dict[str, float]:
        kept.append({key: value.clone() for key, value in run.average.module.state_dict().items()})
        return validate(run, *data) | {"score": next(scores)}

    monkeypatch.setattr(training, "validate", validate_as_told)
    workshop.train("digits-vae", tiny_root, epochs=3)
    stored = load_file(workshop.weights("digits-vae"))
    assert all(torch.equal(stored[key], value.half()) for key, value in kept[1].items())
    assert not all(torch.equal(stored[key], value.half()) for key, value in kept[2].items())


# What cannot be trained


def test_a_batch_larger_than_the_data_set_is_refused(workshop, tiny_root: Path) -> None:
    with pytest.raises(ValueError, match="expected at least one batch of 4096 pictures to train on, got 298"):
        workshop.train("greedy-vae", tiny_root)


def test_there_must_be_something_to_resume(workshop, tiny_root: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a stopped run to resume at .*last\.safetensors, found none"):
        workshop.train("tiny-vae", tiny_root, resume=True)


def test_unknown_records_and_missing_data_are_refused(workshop, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected a record out of"):
        workshop.train("no-such-record", tmp_path)
    with pytest.raises(ValueError, match="expected a data set out of"):
        workshop.train("lost-vae", tmp_path)


# The rate


def rate(progress: float, **recipe) -> float:
    return learning_rate(Recipe(data="mnist", epochs=1, batch=2, lr=8.0, **recipe), progress)


@pytest.mark.parametrize(
    ("progress", "cosine", "warm", "constant"),
    [
        (0.0, 8.0, 0.0, 8.0),
        (0.1, 7.804, 4.0, 8.0),
        (0.2, 7.236, 8.0, 8.0),
        (0.5, 4.0, 5.531, 8.0),
        (0.6, 2.764, 4.0, 8.0),
    ],
)
def test_the_rate_at_a_share_of_the_run(progress: float, cosine: float, warm: float, constant: float) -> None:
    assert rate(progress) == pytest.approx(cosine, abs=1e-3)
    assert rate(progress, warmup=0.2) == pytest.approx(warm, abs=1e-3)
    assert rate(progress, schedule="constant") == constant


def test_the_rate_ends_at_nothing() -> None:
    assert rate(1.0) == pytest.approx(0, abs=1e-6)
    assert rate(1.0, warmup=0.2) == pytest.approx(0, abs=1e-6)
