"""The command line as a user meets it: JSON on standard output, or one line on standard error and status 2."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from apps import __main__
from core import evaluate as evaluation
from core.registry.store import ROOT, get_record
from core.training import loop as training

COMMANDS = [command.name or "" for command in __main__.app.registered_commands]


class Answer(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process: `run("evaluate", "tiny-vae")`."""

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["stylescape", *arguments])
        with pytest.raises(SystemExit) as stop:
            __main__.main()
        return Answer(int(stop.value.code or 0), *capfd.readouterr())

    return run


@pytest.fixture
def in_workshop(trained, workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command with tiny records: it measures those that are trained, and writes into a fresh workshop."""
    train = partial(training.train, registry=workshop.registry, runs=workshop.runs)
    monkeypatch.setattr(training, "train", train)
    monkeypatch.setattr(evaluation, "evaluate", partial(evaluation.evaluate, registry=trained.registry))
    monkeypatch.setattr(evaluation, "save_results", partial(evaluation.save_results, registry=workshop.registry))


def assert_refused(answer: Answer, *words: str) -> None:
    """Status 2, nothing on standard output, one line on standard error that has the words."""
    assert answer.status == 2
    assert answer.out == ""
    lines = answer.err.splitlines()
    assert len(lines) == 1, answer.err
    assert lines[0].startswith("stylescape: ")
    assert all(word in lines[0] for word in words)


# What it can do


@pytest.mark.parametrize("arguments", [[], ["--help"]], ids=["nothing", "--help"])
def test_help_lists_the_commands(run: Run, arguments: list[str]) -> None:
    answer = run(*arguments)
    assert (answer.status, answer.err) == (0, "")
    assert {"train", "evaluate", "pull", "serve"} <= set(COMMANDS)
    assert all(f"  {command} " in answer.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    answer = run(command, "--help")
    assert (answer.status, answer.err) == (0, "")
    assert f"stylescape {command}" in answer.out
    assert len(answer.out.splitlines()) > 4


@pytest.mark.parametrize("name", ["tiny-vae", "chars62-classifier"])
@pytest.mark.parametrize("split", ["val", "test"])
def test_evaluate_prints_one_json_object(
    run: Run, in_workshop, trained, tiny_root: Path, name: str, split: str
) -> None:
    answer = run("evaluate", name, "--data", str(tiny_root), "--split", split, "--json")
    assert answer.status == 0
    figures = json.loads(answer.out)
    assert answer.out.count("\n") == 1
    assert figures == evaluation.evaluate(name, root=tiny_root, split=split)
    assert (figures["name"], figures["data"], figures["split"]) == (name, "emnist-byclass", split)


def test_evaluate_prints_a_table_and_saves_on_request(run: Run, in_workshop, workshop, tiny_root: Path) -> None:
    before = get_record("digits-vae", workshop.registry).results
    answer = run("evaluate", "digits-vae", "--data", str(tiny_root))
    assert answer.status == 0
    table = dict(line.split() for line in answer.out.splitlines())
    assert (table["name"], table["n"]) == ("digits-vae", "24")
    assert 0 < float(table["reconstruction_mse"]) < 1
    assert get_record("digits-vae", workshop.registry).results == before
    run("evaluate", "digits-vae", "--data", str(tiny_root), "--split", "train", "--save")
    assert get_record("digits-vae", workshop.registry).results["train"]["n"] == 96


def test_the_data_root_may_come_from_the_environment(run: Run, in_workshop, tiny_root: Path, monkeypatch) -> None:
    monkeypatch.setenv("STYLESCAPE_DATA", str(tiny_root))
    assert json.loads(run("evaluate", "digits-vae", "--json").out)["n"] == 24


def test_train_names_the_file_it_made(run: Run, in_workshop, workshop, tiny_root: Path) -> None:
    answer = run("train", "digits-vae", "--data", str(tiny_root), "--epochs", "1")
    assert answer.status == 0
    record = get_record("digits-vae", workshop.registry)
    assert answer.out.split() == ["digits-vae.safetensors", str(record.bytes), "bytes", "sha256", record.sha256]


# What it refuses


def test_unknown_records_are_refused_with_the_known_ones(run: Run, in_workshop) -> None:
    for command in ("train", "evaluate"):
        assert_refused(run(command, "no-such-record"), "tiny-vae", "'no-such-record'")
    for command in ("atlas", "pull"):
        assert_refused(run(command, "no-such-record"), "'no-such-record'")


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_missing_data_is_refused_with_its_place(run: Run, in_workshop, offline, tmp_path: Path, command: str) -> None:
    answer = run(command, "digits-vae", "--data", str(tmp_path / "nowhere"))
    assert_refused(answer, "train-images-idx3-ubyte", str(tmp_path / "nowhere"), "network is unreachable")


def test_untrained_records_are_refused_with_the_way_to_train_them(run: Run, in_workshop, tiny_root: Path) -> None:
    answer = run("evaluate", "tiny-untrained", "--data", str(tiny_root))
    assert_refused(answer, "record tiny-untrained has no weights", "`stylescape train tiny-untrained`")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evaluate", "tiny-vae", "--split", "all"], ["--split", "'all'", "'train', 'val', 'test'"]),
        (["evaluate"], ["Missing argument"]),
        (["evaluate", "tiny-vae", "--jason"], ["--jason"]),
        (["train", "tiny-vae", "--epochs", "0"], ["--epochs"]),
        (["train", "tiny-vae", "--epochs", "many"], ["--epochs"]),
        (["train", "tiny-vae", "--resume"], ["expected a stopped run to resume"]),
        (["train", "greedy-vae"], ["expected at least one batch of 4096 pictures"]),
        (["paint"], ["'paint'"]),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line(run: Run, in_workshop, tiny_root, monkeypatch, arguments: list[str], words) -> None:
    monkeypatch.setenv("STYLESCAPE_DATA", str(tiny_root))
    assert_refused(run(*arguments), *words)


# As its own process


def test_the_module_is_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "apps.__main__", "evaluate", "no-such-record", "--data", str(tmp_path), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert_refused(Answer(done.returncode, done.stdout, done.stderr), "no-such-record")


def test_help_needs_no_heavy_import() -> None:
    code = (
        "import sys, apps.__main__; print([name for name in ('torch', 'accelerate', 'gradio') if name in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_worksheets_are_written_and_read_again(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "sheets" / "mine.pdf"
    answer = run("worksheet", "--paper", "a4", "--out", str(out))
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"{out}: six pages for a4 paper, 216 characters\n"
    answer = run("worksheet", "--check", str(out))
    assert (answer.status, answer.err) == (0, "")
    first, *_ = lines = answer.out.splitlines()
    assert len(lines) == 6
    assert first == f"{out}: a4 page 1, 36 empty (abcdefghijklmnopqrstuvwxyz0123456789)"


def test_what_is_no_worksheet_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Dear all")
    assert_refused(run("worksheet", "--check", str(note)), "expected a photograph or scan", "got something else")
    assert_refused(run("worksheet", "--check", str(tmp_path / "lost.jpg")), "lost.jpg")
    assert_refused(run("worksheet", "--paper", "legal"), "legal")
