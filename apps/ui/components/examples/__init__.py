"""Pictures to start from: a click puts one on the pad, as a typed key does."""

from apps.ui.components.examples.examples import example_gallery

__all__ = ["example_gallery"]
