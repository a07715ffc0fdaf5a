"""The result, its samples, and the strip of pictures on the way to the target, which can be played."""

from apps.ui.components.stage.stage import stage

__all__ = ["stage"]
