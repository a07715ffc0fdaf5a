"""The browser of the end-to-end tests."""

from tests.e2e.conftest import browser

__all__ = ["browser"]
