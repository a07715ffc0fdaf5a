"""What a drawing reads as, and ten buttons to put it right."""

from apps.ui.components.digits.digits import digit_choice

__all__ = ["digit_choice"]
