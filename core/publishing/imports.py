"""The imports of Python files, read from their source without running it.

By hand: grimp does not distinguish imports inside functions, nor follow the `__init__` files that an import runs.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Import(NamedTuple):
    """The dotted name of a module, and whether it is imported only when some function is called."""

    module: str
    deferred: bool


class Reach(NamedTuple):
    """What some files import, directly or not.

    Attributes:
        files: the project's own files, sorted.
        needed: third-party modules imported with the files.
        deferred: third-party modules imported only when some function is called.
    """

    files: list[Path]
    needed: set[str]
    deferred: set[str]


def imports_of(source: str) -> list[Import]:
    """The modules that a source imports; of `from a import b` both `a` and `a.b`, which may be a module.

    Example:
        >>> imports_of("from core import hub\\ndef f():\\n    import numpy as np")
        [Import(module='core', deferred=False), Import(module='core.hub', deferred=False),
         Import(module='numpy', deferred=True)]
        >>> imports_of("from . import hub")
        Traceback (most recent call last):
        ValueError: expected imports by full name, got a relative one in line 1
    """
    return list(_imports(ast.parse(source), deferred=False))


def _imports(node: ast.AST, *, deferred: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, deferred) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        if node.level or not node.module:
            raise ValueError(f"expected imports by full name, got a relative one in line {node.lineno}")
        yield Import(node.module, deferred)
        yield from (Import(f"{node.module}.{alias.name}", deferred) for alias in node.names)
    inside = deferred or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, deferred=inside)


def reach(starts: list[Path], root: Path) -> Reach:
    """Follow imports from some files through the packages under `root`."""
    own = {path.name for path in root.iterdir() if (path / "__init__.py").is_file()}
    waiting = [(path, False) for path in starts]
    seen: dict[Path, bool] = {}  # with whether it is reached by deferred imports alone
    others: dict[str, bool] = {}
    while waiting:
        path, late = waiting.pop()
        if not seen.get(path, True) or (path in seen and late):
            continue
        seen[path] = late
        for module, deferred in imports_of(path.read_text(encoding="utf-8")):
            top = module.split(".")[0]
            if top in own:
                waiting += [(found, late or deferred) for found in module_files(module, root)]
            elif top not in sys.stdlib_module_names:
                others[top] = others.get(top, True) and (late or deferred)
    needed = {name for name, later in others.items() if not later}
    return Reach(sorted(seen), needed, set(others) - needed)


def module_files(module: str, root: Path) -> list[Path]:
    """The files that importing a module runs: its own, if it is one, and those of the packages around it."""
    parts = module.split(".")
    folders = [root.joinpath(*parts[: end + 1]) for end in range(len(parts))]
    candidates = [file for folder in folders for file in (folder / "__init__.py", folder.with_suffix(".py"))]
    return [file for file in candidates if file.is_file()]


def constants_of(source: str) -> set[str]:
    """All string constants of a source, docstrings included.

    Example:
        >>> sorted(constants_of("MODEL = 'digits'\\nf(x=['a', 1])"))
        ['a', 'digits']
    """
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
