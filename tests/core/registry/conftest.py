"""A registry with one record, written anew for each test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.core.conftest import RECORD

WriteRegistry = Callable[..., Path]


@pytest.fixture
def write_registry(tmp_path: Path) -> WriteRegistry:
    """`write_registry(**changes)`: the record `tiny`; a change to None leaves a field out."""

    def write(**changes: Any) -> Path:
        fields = {key: value for key, value in (RECORD | changes).items() if value is not None}
        path = tmp_path / "checkpoints.yaml"
        path.write_text(yaml.safe_dump({"tiny": fields}), encoding="utf-8")
        return path

    return write
