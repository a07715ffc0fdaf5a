"""The status line: the one output of an app's handlers, which shows its message and passes views on."""

from apps.ui.components.status.status import status_line

__all__ = ["status_line"]
