"""Copy the link to the view, and save its pictures and numbers."""

from apps.ui.components.share.share import asked_file, share_bar

__all__ = ["asked_file", "share_bar"]
