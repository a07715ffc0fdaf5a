"""Serve an app for a test, on a port that nobody uses."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr


@contextmanager
def served(demo: gr.Blocks, **options: Any) -> Iterator[str]:
    """The address of an app on this machine.

    The port is chosen here: Gradio tries one after the other and leaves a socket open for each that is taken.
    """
    from apps.ui.server import launch

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = {"server_name": "127.0.0.1", "server_port": port}
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, **where, **options)
    yield url
    demo.close()
