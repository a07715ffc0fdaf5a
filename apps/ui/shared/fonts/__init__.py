"""The suite's own fonts, so that its pages look alike on every machine.

Serif: Gentium Book Plus 400 (SIL International), of the package `@fontsource/gentium-book-plus` 5.3.0: latin,
latin-ext and greek, merged by fontTools. Sans: Source Sans 3 (Adobe), of `source-sans` 3.52.0, variable, 400 to 700.
Both are under the SIL Open Font License, see `OFL-*.txt`. They were subset to Latin-1, Latin Extended-A, Greek, and the
arrows and signs of the pages, and renamed, because the licence reserves their names for the originals.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
SANS, SERIF = "Stylescape Sans", "Stylescape Serif"


class Face(NamedTuple):
    """One file of a family, and what a system's font is stretched by to take as much room until it is loaded.

    Attributes:
        family, file, weight, style: as in `@font-face`.
        local: fonts of most systems that resemble it.
        size: their `size-adjust`, the ratio of mean widths of English letters, in per cent.
        ascent, descent: of the face, in its own size.
    """

    family: str
    file: str
    weight: str
    style: str
    local: tuple[str, ...]
    size: float
    ascent: float
    descent: float


ARIAL = ("Arial", "Liberation Sans", "Helvetica")
TIMES = ("Times New Roman", "Liberation Serif", "Times")
FACES = (
    Face(SANS, "sans.woff2", "400 700", "normal", ARIAL, 94.7, 1.0, 0.326),
    Face(SERIF, "serif-regular.woff2", "400", "normal", TIMES, 105.3, 1.099, 0.366),
    Face(SERIF, "serif-italic.woff2", "400", "italic", TIMES, 94.7, 1.099, 0.366),
)


@cache
def files() -> dict[str, Path]:
    """The files, by name."""
    return {face.file: FOLDER / face.file for face in FACES}


@cache
def digest() -> str:
    """The first letters of a hash of all files."""
    content = sha256()
    for path in files().values():
        content.update(path.read_bytes())
    return content.hexdigest()[:12]


def font_faces(base: str = "") -> str:
    """The `@font-face` rules of all faces, and of what stands in for them until they are loaded.

    Args:
        base: what stands before `fonts/` in their addresses.
    """
    return "\n".join(_rule(face, base) + "\n" + _stand_in(face) for face in FACES)


def _rule(face: Face, base: str) -> str:
    address = f"{base}fonts/{digest()}/{face.file}"
    return (
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style};'
        f' font-display: swap; src: url("{address}") format("woff2"); }}'
    )


def _stand_in(face: Face) -> str:
    local = ", ".join(f'local("{name}")' for name in face.local)
    ascent, descent = (100 * height / face.size * 100 for height in (face.ascent, face.descent))
    return (
        f'@font-face {{ font-family: "{face.family} stand-in"; font-weight: {face.weight}; font-style: {face.style};'
        f" src: {local}; size-adjust: {face.size}%; ascent-override: {ascent:.1f}%; descent-override: {descent:.1f}%;"
        f" line-gap-override: 0%; unicode-range: U+20-17F, U+391-3C9, U+2010-2026; }}"
    )


def stack(family: str) -> tuple[str, ...]:
    """A family, what stands in for it, and where signs come from that it lacks."""
    return (
        (family, f"{family} stand-in", SANS, "serif")
        if family == SERIF
        else (family, f"{family} stand-in", "sans-serif")
    )
