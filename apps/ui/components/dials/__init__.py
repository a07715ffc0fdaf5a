"""Sliders of the latent dimensions, a dice for a random style, undo and redo: one light component for all of them."""

from apps.ui.components.dials.dials import dial, style_dials

__all__ = ["dial", "style_dials"]
