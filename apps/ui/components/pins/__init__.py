"""Things put side by side: the one shown can be pinned, and every pinned one has a row that can be removed."""

from apps.ui.components.pins.pins import pinned

__all__ = ["pinned"]
