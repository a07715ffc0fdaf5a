"""The map: latents as a coloured scatter with decoded glyphs, and a space of two dimensions on a grid."""

from apps.ui.components.map.map import ROWS, latent_map

__all__ = ["ROWS", "latent_map"]
