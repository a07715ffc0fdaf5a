"""Where a visitor's writing comes in: worksheets to print, pages to upload, or a known writer."""

from apps.ui.components.intake.intake import sheet_intake

__all__ = ["sheet_intake"]
