"""The likeliest characters, as bars."""

from apps.ui.components.recognition.recognition import recognition

__all__ = ["recognition"]
