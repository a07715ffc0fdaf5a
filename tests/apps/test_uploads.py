"""The list of uploads that Gradio's sweep goes through."""

from pathlib import Path

from apps.handwriting import demo
from apps.ui.server.uploads import Uploads


def test_what_is_gone_leaves_the_list(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    uploads = Uploads()
    uploads.update({str(tmp_path / "there"), str(tmp_path / "gone")})
    assert list(uploads) == [str(tmp_path / "there")]
    assert len(uploads) == 1


def test_an_upload_does_not_end_the_sweep(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).touch()
    uploads = Uploads(str(tmp_path / name) for name in "ab")
    for _ in uploads:
        uploads.add(str(tmp_path / "c"))
    assert len(uploads) == 3


def test_every_app_has_such_a_list() -> None:
    assert isinstance(demo.upload_file_set, Uploads)
    assert demo.temp_file_sets[0] is demo.upload_file_set
