"""Pictures to choose from by click or arrow keys: the matrix of class means, the writers' styles, or any others."""

from apps.ui.components.glyphs.glyphs import COLUMNS, glyph_choice, glyph_matrix, writer_gallery

__all__ = ["COLUMNS", "glyph_choice", "glyph_matrix", "writer_gallery"]
