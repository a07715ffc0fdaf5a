"""Imported modules → pinned distributions: the `requirements.txt` of a Space."""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

TORCH_OWN = ("cuda-", "nvidia-", "setuptools", "triton")  # pinned by each version of PyTorch itself


def pins(lock: str) -> dict[str, str]:
    """The lines of a lock file by name of their distribution.

    Example:
        >>> pins("torch==2.15.0\\nPyYAML==6.0.3 ; python_version > '3'\\n")
        {'torch': 'torch==2.15.0', 'pyyaml': "PyYAML==6.0.3 ; python_version > '3'"}
    """
    lines: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, lock.splitlines())):
        lines.setdefault(normal(Requirement(line).name), []).append(line)
    return {name: "\n".join(same) for name, same in lines.items()}


def normal(name: str) -> str:
    """A distribution's name as the package index compares it.

    Example:
        >>> normal("Huggingface_Hub")
        'huggingface-hub'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(pyproject: Path) -> set[str]:
    """The names of the distributions that a project depends on."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    return {normal(Requirement(line).name) for line in project["dependencies"]}


def distributions(modules: Iterable[str], among: Iterable[str]) -> set[str]:
    """The distributions that bring top-level modules, as this machine has them installed.

    Raises:
        ValueError: names the module that nothing in `among` brings.
    """
    known, found = set(among), set()
    for module in modules:
        bring = {normal(name) for name in _providers().get(module, [])} & known
        if not bring:
            raise ValueError(f"expected {module} from a pinned distribution, got {_providers().get(module, 'none')}")
        found |= bring
    return found


@lru_cache(maxsize=1)
def _providers() -> dict[str, list[str]]:
    return {module: list(names) for module, names in metadata.packages_distributions().items()}


def closed(names: Iterable[str], lock: dict[str, str]) -> set[str]:
    """Distributions with all that they need in turn, as far as the lock has it."""
    waiting = [(name, frozenset[str]()) for name in names]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        at = waiting.pop()
        if at in seen or at[0] not in lock:
            continue
        seen.add(at)
        waiting += _needed(*at)
    return {name for name, _ in seen}


def _needed(name: str, extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    """The dependencies of an installed distribution with some extras, for any platform."""
    try:
        wanted = [Requirement(line) for line in metadata.requires(name) or []]
    except metadata.PackageNotFoundError:
        return []  # pinned for another platform
    kept = [each for each in wanted if "extra" not in str(each.marker) or _wanted(each, extras)]
    return [(normal(each.name), frozenset(each.extras)) for each in kept]


def _wanted(each: Requirement, extras: frozenset[str]) -> bool:
    return any(each.marker.evaluate({"extra": extra}) for extra in extras) if each.marker else True


def requirements(wanted: Iterable[str], lock: dict[str, str], torch: str | None = None) -> str:
    """A `requirements.txt` that pins some distributions and all they need.

    Args:
        wanted: names of distributions.
        lock: lines by distribution, as `pins` returns them.
        torch: another version of PyTorch than the lock's; its own dependencies are then left to it.
    """
    names = closed(wanted, lock)
    if torch and "torch" in names:
        lock = lock | {"torch": f"torch=={torch}"}
        names = {name for name in names if not name.startswith(TORCH_OWN)}
    return "".join(f"{lock[name]}\n" for name in sorted(names))
