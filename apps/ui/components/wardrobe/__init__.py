"""Garments to choose from: a gallery of drawn ones, another variation of them all, and pictures of FashionMNIST."""

from apps.ui.components.wardrobe.wardrobe import wardrobe

__all__ = ["wardrobe"]
