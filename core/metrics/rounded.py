"""Figures rounded for a record."""

from typing import Any


def rounded(value: Any) -> Any:
    """A figure, or those of an object or a list, to five decimals."""
    if isinstance(value, list):
        return [rounded(part) for part in value]
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return round(value, 5) if isinstance(value, float) else value
