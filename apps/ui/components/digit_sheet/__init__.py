"""A sheet of digits that were made, each with what the judges read in it."""

from apps.ui.components.digit_sheet.digit_sheet import digit_sheet

__all__ = ["digit_sheet"]
