"""The cells of a visitor's sheets: what each is taken for, and what the visitor makes of it."""

from apps.ui.components.cells.cells import cell_grid

__all__ = ["cell_grid"]
