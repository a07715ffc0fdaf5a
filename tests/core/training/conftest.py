"""Fixtures of the training tests."""

from collections.abc import Iterator

import pytest
from accelerate.state import AcceleratorState


@pytest.fixture(scope="module", autouse=True)
def fresh_accelerator() -> Iterator[None]:
    """A process has one precision for all its runs: forget that of tests before these."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)
