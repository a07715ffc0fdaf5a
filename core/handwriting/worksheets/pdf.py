"""Draws the pages of a stranger's PDF in a process of its own, where memory and time are bounded.

Run as a file, by `core.handwriting.worksheets.uploads`: the PDF comes in on standard input; each page goes out as its
height and width, 4 bytes each, and its RGB bytes. It imports nothing of the project, so that it starts quickly.
"""

import contextlib
import sys
from typing import Any

MEMORY = 1 << 30  # bytes of address space
SECONDS = 30  # of the processor
TOO_MANY, DAMAGED = 3, 4  # exit statuses


def main(most_pages: int, longest: int, memory: int) -> int:
    """Draw at most so many pages, the longer side of each in so many pixels; the exit status."""
    _bound(memory)
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        count = len(document)
    except pypdfium2.PdfiumError:
        return DAMAGED
    if count > most_pages:
        print(count, file=sys.stderr)
        return TOO_MANY
    for i in range(count):
        try:
            page = document[i]
        except pypdfium2.PdfiumError:
            return DAMAGED
        bitmap = page.render(scale=longest / max(*page.get_size(), 1.0), rev_byteorder=True, may_draw_forms=False)
        _write(bitmap)
        bitmap.close()
        page.close()
    return 0 if count else DAMAGED


def _bound(memory: int) -> None:
    """Limits that the system itself enforces; Windows has none, and keeps the caller's time limit only."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(bitmap: Any) -> None:
    out = sys.stdout.buffer
    out.write(bitmap.height.to_bytes(4, "big") + bitmap.width.to_bytes(4, "big"))
    rows, step = memoryview(bitmap.buffer).cast("B"), bitmap.n_channels
    for start in range(0, bitmap.height * bitmap.stride, bitmap.stride):
        row = rows[start : start + bitmap.width * step]
        if step == 3:
            out.write(row)
        else:
            pixels = bytearray(3 * bitmap.width)
            for channel in range(3):
                pixels[channel::3] = row[channel if step == 4 else 0 :: step]
            out.write(pixels)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
