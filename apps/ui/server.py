"""How every app is served: one look, no traces of visitors, one thread a request."""

import importlib
from pathlib import Path
from typing import Any

import gradio as gr

from apps.ui.theme import HEAD, THEME
from core.preprocess import MAX_BYTES

APPS = Path(__file__).parent.parent
KEEP_SECONDS = 60  # a file that lingers in the upload folder, because a visitor left, is deleted after this

OPTIONS: dict[str, Any] = {
    "theme": THEME,
    "head": HEAD,
    "footer_links": ["api", "gradio"],
    "run_history": False,
    "enable_monitoring": False,
    "max_file_size": MAX_BYTES,
    "allowed_paths": [],
    "strict_cors": True,
    "ssr_mode": False,
}


def blocks(title: str) -> gr.Blocks:
    """An empty app: no analytics, uploads swept away every minute."""
    return gr.Blocks(title=title, fill_width=True, analytics_enabled=False, delete_cache=(KEEP_SECONDS, KEEP_SECONDS))


def launch(demo: gr.Blocks, **options: Any) -> Any:
    """`demo.launch` with the options of all apps; `options` overrides them."""
    import cv2
    import torch  # both loaded with the first model anyway

    cv2.setNumThreads(1)
    torch.set_num_threads(1)  # a request uses one core; more only make requests wait for each other
    return demo.launch(**{**OPTIONS, **options})


def serve(name: str, *, host: str = "127.0.0.1", port: int | None = None, browser: bool = True) -> None:
    """Serve the app `apps/<name>.py` until it is stopped.

    Raises:
        ValueError: if there is no such app.
    """
    known = sorted(path.stem for path in APPS.glob("[a-z]*.py"))
    if name not in known:
        raise ValueError(f"expected an app out of {', '.join(known)}, got {name!r}")
    module = importlib.import_module(f"apps.{name}")
    launch(module.demo, server_name=host, server_port=port, inbrowser=browser)
