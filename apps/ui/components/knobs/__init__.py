"""How digits are made: the VAE, the generator, where θ comes from, n, temperature, and whether a guide rejects."""

from apps.ui.components.knobs.knobs import generator_knobs

__all__ = ["generator_knobs"]
