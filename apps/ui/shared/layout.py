"""The parts of a page that hold no data: its title and small headings."""

import gradio as gr

DICE = (
    '<svg viewBox="0 0 20 20"><rect x="3" y="3" width="14" height="14" rx="2"/>'
    '<path d="M7 7h0M13 7h0M10 10h0M7 13h0M13 13h0" stroke-width="2.4"/></svg>'
)


def masthead(title: str, summary: str) -> gr.HTML:
    """The app's name, and what it does in a sentence or two."""
    return gr.HTML(f'<header class="masthead"><h1>{title}</h1><p>{summary}</p></header>', apply_default_css=False)


def heading(text: str) -> gr.HTML:
    """The small heading of a column's part."""
    return gr.HTML(f"<h2>{text}</h2>", apply_default_css=False)
