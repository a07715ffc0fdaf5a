"""Pictures in rows with their captions."""

from apps.ui.components.plates.plates import STYLE, Plate, plates, strips

__all__ = ["STYLE", "Plate", "plates", "strips"]
