"""The drawing pad: strokes by mouse, touch or pen, a photo, or a typed key for an example."""

from apps.ui.components.pad.pad import drawing_pad

__all__ = ["drawing_pad"]
