"""Handlers run here as they are served: with one thread, and with uploads in a folder of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Two threads on a busy machine wait for each other: a decode then takes a hundred times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
