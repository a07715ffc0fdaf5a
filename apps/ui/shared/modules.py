"""The scripts of the pages: native ES modules, each named by its path under `apps/ui`."""

import re
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath

FOLDER = Path(__file__).parents[1]
FROM = re.compile(r'^(?:import|export|\}) ?[^;"]*from "(\.[^";]+)";', re.MULTILINE)


@cache
def files() -> dict[str, Path]:
    """The files of all modules, by name."""
    return {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*.js"))}


@cache
def digest() -> str:
    """The first letters of a hash of all modules: a page that was built with others asks for other addresses."""
    content = sha256()
    for name, path in files().items():
        content.update(name.encode() + b"\0" + path.read_bytes())
    return content.hexdigest()[:12]


def imports_of(name: str) -> list[str]:
    """The names of the modules that a module imports itself."""
    source = files()[name].read_text(encoding="utf-8")
    return [_joined(name, reference) for reference in FROM.findall(source)]


def _joined(name: str, reference: str) -> str:
    """`./x.js` and `../y/x.js` as seen from a module."""
    parts = list(PurePosixPath(name).parent.parts)
    for part in PurePosixPath(reference).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def with_imports(names: Iterable[str]) -> list[str]:
    """The names of some modules and of all that these import, sorted."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports_of(name)
    return sorted(found)
