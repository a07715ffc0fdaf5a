"""The parts of a page that hold no data: its title and small headings."""

import gradio as gr


def masthead(title: str, told: str) -> gr.HTML:
    """The app's name, and what it does in a sentence or two."""
    return gr.HTML(f'<header class="masthead"><h1>{title}</h1><p>{told}</p></header>', apply_default_css=False)


def heading(text: str) -> gr.HTML:
    """The small heading of a column's part."""
    return gr.HTML(f"<h2>{text}</h2>", apply_default_css=False)
