"""Ten digits beside the garment they were made from: one composed sheet, cut up so that each has its caption."""

from apps.ui.components.tens.tens import ten_digits

__all__ = ["ten_digits"]
