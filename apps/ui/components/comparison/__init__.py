"""One drawing through several models or methods, a row each."""

from apps.ui.components.comparison.comparison import comparison

__all__ = ["comparison"]
