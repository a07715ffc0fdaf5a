"""The script and the template of a component lie beside its Python file; this reads them."""

from pathlib import Path

FOLDER = Path(__file__).parent


def script(*names: str) -> str:
    """`apps/ui/<name>.js`, which runs when the component appears, after what it shares with others.

    See `gr.HTML` for what it is given.
    """
    return "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names)


def template(name: str) -> str:
    """`apps/ui/<name>.html`, what the component is made of."""
    return (FOLDER / f"{name}.html").read_text(encoding="utf-8")
