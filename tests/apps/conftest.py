"""Uploads lie in a folder of their own, as they do when apps are served."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes, Callable[[str], Any]], Any]:
    """`upload(content, handler)` puts a file where Gradio puts uploads; the handler's answer. The file must be gone."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))

    def take(content: bytes, handler: Callable[[str], Any]) -> Any:
        path = tmp_path / "0123" / "photo"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        answer = handler(str(path))
        assert not path.parent.exists()
        return answer

    return take
