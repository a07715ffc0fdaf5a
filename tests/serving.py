"""Serve an app for a test, on a port that nobody uses."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0  # seconds that a busy machine has for importing what an app needs


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(demo: gr.Blocks, **options: Any) -> Iterator[str]:
    """The address of an app on this machine.

    The port is chosen here: Gradio tries one after the other and leaves a socket open for each that is taken.
    """
    from apps.ui.server.launching import launch

    where = {"server_name": "127.0.0.1", "server_port": free_port()}
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, **where, **options)
    yield url
    demo.close()


@contextmanager
def streamlit_served(module: Sequence[str], app: Path) -> Iterator[str]:
    """The address of a Streamlit app on this machine, in a process of its own.

    Args:
        module: what `python -m` runs, with its arguments: ["streamlit"], or one that prepares something first.
        app: the script.
    """
    port = free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    command = [sys.executable, "-m", *module, "run", str(app), *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def _wait(address: str, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"expected an answer from {address}, got none; exit status {process.poll()}")
