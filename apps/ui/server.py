"""How every app is served: one look, no traces of visitors, one thread a request."""

import importlib
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.state_holder import SessionState
from starlette.middleware import Middleware

from apps.ui.refusals import Refusals
from apps.ui.theme import HEAD, THEME
from apps.ui.uploads import Uploads
from core.imaging.preprocess import MAX_BYTES

APPS = Path(__file__).parent.parent
MAX_WAITING = 40  # calls of the public endpoints in the queue; one more is told at once that it is full
AT_ONCE = 2  # of these are worked on
REVIEWER = "reviewer"  # who may enter a shared app, unless told otherwise
STREAMLIT = ("cartography",)  # apps that `streamlit run` serves; all others are Gradio's
FIRST_PORT, PORTS = 7860, 100  # those that are tried, as Gradio does
SWEEP, KEEP = 60, 240  # seconds between two sweeps, and how long an upload may wait to be read: a page gives up at 180

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
    "app_kwargs": {"middleware": [Middleware(Refusals)]},
}


def forget(self: SessionState, key: int, value: Any) -> None:
    """Instead of Gradio's note of every value that a session sends or gets.

    It serves deep links alone, which no app has, and would hold what visitors draw and write in memory until ten
    thousand others have come.
    """


def blocks(title: str) -> gr.Blocks:
    """An empty app: no analytics, no values of visitors in memory, uploads swept away if their visitor left."""
    SessionState._update_value_in_config = forget
    demo = gr.Blocks(title=title, fill_width=True, analytics_enabled=False, delete_cache=(SWEEP, KEEP))
    demo.upload_file_set = demo.temp_file_sets[0] = Uploads()
    return demo


def launch(demo: gr.Blocks, **options: Any) -> Any:
    """`demo.launch` with the options of all apps; `options` overrides them."""
    import cv2
    import torch  # both loaded with the first model anyway

    cv2.setNumThreads(1)
    torch.set_num_threads(1)  # a request uses one core; more only make requests wait for each other
    demo.queue(max_size=MAX_WAITING, default_concurrency_limit=AT_ONCE)
    return demo.launch(**{**OPTIONS, **options})


def serve(
    name: str,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    browser: bool = True,
    share: bool = False,
    auth: str | None = None,
) -> None:
    """Serve the app `apps/<name>.py` until it is stopped.

    Args:
        name: the app.
        host, port: where to listen.
        browser: whether to open the page.
        share: whether to reach it from outside too, through Gradio's tunnel and with a password.
        auth: "user:password"; made up for a shared app if there is none.

    Raises:
        ValueError: if there is no such app, or it cannot be shared like that.
    """
    known = sorted(path.stem for path in APPS.glob("[a-z]*.py"))
    if name not in known:
        raise ValueError(f"expected an app out of {', '.join(known)}, got {name!r}")
    if name in STREAMLIT:
        if share or auth:
            raise ValueError(NO_TUNNEL.format(name=name))
        serve_streamlit(name, host=host, port=port or free_port(host), browser=browser)
        return
    entry = credentials(auth) if auth or share else None
    module = importlib.import_module(f"apps.{name}")
    if share and entry:
        print(SHARED.format(user=entry[0], password=entry[1]))
    launch(module.demo, server_name=host, server_port=port, inbrowser=browser, share=share, auth=entry)


SHARED = """Sharing through Gradio's tunnel: what visitors send passes its servers.
The link works while this command runs, and for a week at most; it is another one each time.
Name: {user}
Password: {password}"""
NO_TUNNEL = (
    "expected an app of Gradio, got {name}, which runs on Streamlit and has no tunnel: deploy it as a private Space "
    "(`stylescape deploy {name} --namespace USER`), or run it by `streamlit run` and forward its port with ssh -R"
)


def credentials(auth: str | None) -> tuple[str, str]:
    """Name and password of "user:password"; made up if there is none.

    Example:
        >>> credentials("ada:open sesame")
        ('ada', 'open sesame')
        >>> credentials("ada")
        Traceback (most recent call last):
        ValueError: expected a name and a password as user:password, got no colon between two
    """
    if auth is None:
        return REVIEWER, secrets.token_urlsafe(12)
    user, _, password = auth.partition(":")
    if not user or not password:
        raise ValueError("expected a name and a password as user:password, got no colon between two")
    return user, password


def serve_streamlit(name: str, *, host: str, port: int, browser: bool) -> None:
    """Run a Streamlit app in a process of its own, from the root of the project, where its settings are."""
    command = [sys.executable, "-m", "streamlit", "run", str(APPS / f"{name}.py")]
    options = [f"--server.address={host}", f"--server.port={port}", f"--server.headless={str(not browser).lower()}"]
    try:
        ended = subprocess.run([*command, *options], cwd=APPS.parent, check=False).returncode  # noqa: S603  no shell
    except KeyboardInterrupt:
        return
    if ended:
        raise OSError(f"expected Streamlit to serve {name} on {host}:{port}, got exit status {ended}")


def free_port(host: str) -> int:
    """The first port from 7860 on that nobody listens on.

    Raises:
        OSError: if a hundred are taken.
    """
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"expected a free port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1}, got none")
