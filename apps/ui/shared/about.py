"""The panel "About this model", from the records alone."""

from html import escape
from typing import Any

from core.registry.schema import Record
from core.registry.store import read_registry

PRIVACY = """
<h3>Where your drawing goes</h3>
<p>Nowhere. The machine that serves this page keeps it in memory while the page is open, to answer you, and never on
disk; the app has no accounts, no log and no statistics. A photo is a temporary file for the moment it takes to read it,
and is then deleted. The page's address holds the drawing, so that a link reopens it: whoever has the link can see
it.</p>
"""


def about(names: list[str], privacy: str = PRIVACY) -> str:
    """HTML of the panel: each record's model, data, results and licence, and what becomes of a visitor's input."""
    records = read_registry()
    parts = [_model(name, records[name]) for name in names if name in records]
    return f'<div class="about">{"".join(parts)}<section>{privacy}</section></div>'


def _model(name: str, record: Record) -> str:
    recipe, epochs = record.recipe, record.epochs or record.recipe.epochs
    rows = {
        "Model": f"{record.model}, {', '.join(f'{key} {value}' for key, value in record.config.items())}",
        "Version": record.sha256[:8] if record.sha256 else "not trained yet",
        "Data": record.data_note or recipe.data,
        "Training": f"{epochs} epochs, batches of {recipe.batch}, {recipe.optimiser}, seed {recipe.seed}",
        "Licence": record.licence,
        "Paper": record.paper,
    }
    listed = "".join(f"<dt>{key}</dt><dd>{escape(value)}</dd>" for key, value in rows.items())
    figures = "".join(_figures(split, result) for split, result in record.results.items())
    return f"<section><h3>{escape(name)}</h3><dl>{listed}{figures}</dl></section>"


def _figures(split: str, result: dict[str, Any]) -> str:
    """One measured split, "val" or "test", with its numbers."""
    numbers = {name: value for name, value in result.items() if isinstance(value, int | float) and name != "n"}
    listed = "; ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in numbers.items())
    source = f"{result.get('n')} pictures of {result.get('data')}, {result.get('date')}"
    return f"<dt>{escape(split)}</dt><dd>{escape(listed)}<br><small>{escape(source)}</small></dd>"
