"""A component of a page: a folder of `apps/ui/components` with a constructor, its markup and its module."""

import json
from abc import ABCMeta
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from apps.ui.shared.modules import digest

COMPONENTS = Path(__file__).parents[1] / "components"
Ask = Callable[[Any], dict[str, Any]]

# Gradio runs this text as a function whose arguments it names; a module is imported from a path, as the page's own
# address may end in a prefix without a slash.
MOUNT = """const base = new URL(window.gradio_config.root, location.href).pathname.replace(/\\/$/, "");
import(`${{base}}/modules/{digest}/components/{name}/{name}.js`).then(({{ mount }}) =>
  mount({{ element, props: Object.assign(props, {settings}), trigger, watch, upload, server: {{ {asks} }} }}),
).catch(console.error);"""

# A component whose answers reach the page as one JSON text: Gradio's page copies every number of an object by itself,
# several times over. Its metaclass would write a .pyi file beside this one, so that is left out.
TextHTML: type[gr.HTML] = ABCMeta.__new__(
    type(gr.HTML), "TextHTML", (gr.HTML,), {"__module__": __name__, "postprocess": lambda _, value: json.dumps(value)}
)


def markup(name: str, form: str = "", **parts: object) -> str:
    """The HTML of a component, from `<name>/<form>.html`, with each `@part` replaced; the form is its name if empty."""
    html = (COMPONENTS / name / f"{form or name}.html").read_text(encoding="utf-8")
    for part, text in parts.items():
        html = html.replace(f"@{part}", str(text))
    return html


def component(
    name: str,
    html: str,
    value: Any = None,
    *,
    asks: Mapping[str, Ask | None] | None = None,
    settings: Mapping[str, Any] | None = None,
    as_text: bool = False,
    **options: Any,
) -> gr.HTML:
    """A `gr.HTML` that mounts the module `<name>/<name>.js`.

    Args:
        name: of its folder.
        html: its markup.
        value: its value at first.
        asks: functions that its module can call, by the names that it calls them; those that are None are left out.
        settings: what its module finds in `props` beside the value. They are in the script, because an update that
            comes before its tab is shown drops a component's own props.
        as_text: whether values from Python reach the module as JSON text.
        options: of `gr.HTML`.
    """
    functions = {role: function for role, function in (asks or {}).items() if function}
    calls = ", ".join(f"{role}: server.{function.__name__}" for role, function in functions.items())
    return (TextHTML if as_text else gr.HTML)(
        value,
        html_template=html,
        js_on_load=MOUNT.format(digest=digest(), name=name, settings=json.dumps(settings or {}), asks=calls),
        apply_default_css=False,
        server_functions=list(functions.values()),
        **options,
    )
