"""The seed of all noise, and a dice for another."""

from apps.ui.components.seed.seed import seed_field

__all__ = ["seed_field"]
