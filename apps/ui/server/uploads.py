"""Take an uploaded file in and off the disk."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gradio.utils import get_upload_folder

from core.imaging.preprocess import MAX_BYTES


class Uploads(set[str]):
    """The paths of all uploads, for the sweep of those whose visitor left.

    Gradio goes through them in a thread, where one more upload in between would end its sweep for good: here it goes
    through a copy. What was read and deleted leaves the list, which would else grow as long as the app runs.
    """

    def __iter__(self) -> Iterator[str]:
        """Those that are still there."""
        paths = self.copy()
        gone = {path for path in paths if not Path(path).is_file()}
        self.difference_update(gone)
        return iter(paths - gone)


def read_upload(path: object) -> bytes:
    """The bytes of a file that the page has uploaded, which is deleted at once.

    Raises:
        ValueError: for a path outside the upload folder, a file that is gone or too large.
    """
    if not isinstance(path, str) or "\0" in path:
        raise ValueError("expected an uploaded file, got something else")
    file = Path(path).resolve()
    if not _is_upload(file):
        raise ValueError("expected an uploaded file, got one that is not there: try again")
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ValueError(
                f"expected a file of at most {MAX_BYTES // 10**6} MB, got {file.stat().st_size / 1e6:.1f} MB"
            )
        return file.read_bytes()
    finally:
        file.unlink(missing_ok=True)
        with suppress(OSError):  # Gradio gives each upload a folder of its own
            file.parent.rmdir()


def _is_upload(file: Path) -> bool:
    try:
        return file.is_relative_to(Path(get_upload_folder()).resolve()) and file.is_file()
    except OSError:  # a name longer than a disk can hold
        return False
