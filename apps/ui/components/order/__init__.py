"""What is to be written: digits that are typed, or so many of each of those chosen."""

from apps.ui.components.order.order import digit_order

__all__ = ["digit_order"]
