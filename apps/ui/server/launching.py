"""How every Gradio app is launched: one look, no traces of visitors, one thread a request."""

import json
import re
from typing import Any

import gradio as gr
from gradio.state_holder import SessionState
from starlette.middleware import Middleware

from apps.ui.server.refusals import Refusals
from apps.ui.server.static_routes import static_route
from apps.ui.server.uploads import Uploads
from apps.ui.shared import fonts, modules
from apps.ui.shared.theme import STYLE, THEME
from core.imaging.preprocess import MAX_BYTES

MAX_WAITING = 40  # calls of the public endpoints in the queue; one more is answered at once that it is full
AT_ONCE = 2  # of these are worked on
SWEEP, KEEP = 60, 240  # seconds between two sweeps, and how long an upload may wait to be read: a page gives up at 180
MOUNTED = re.compile(r"components/\w+/\w+\.js")

OPTIONS: dict[str, Any] = {
    "theme": THEME,
    "footer_links": ["api", "gradio"],
    "run_history": False,
    "enable_monitoring": False,
    "max_file_size": MAX_BYTES,
    "allowed_paths": [],
    "strict_cors": True,
    "ssr_mode": False,
    "app_kwargs": {
        "middleware": [Middleware(Refusals)],
        "routes": [
            static_route("modules", modules.digest(), modules.files()),
            static_route("fonts", fonts.digest(), fonts.files()),
        ],
    },
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
    return demo.launch(**{**OPTIONS, "head": head_of(demo), **options})


HEAD = """<style>{style}</style><script>{{
const base = new URL(window.gradio_config.root, location.href).pathname.replace(/\\/$/, "");
const faces = {faces}.replaceAll("@base", base);
document.head.append(Object.assign(document.createElement("style"), {{ textContent: faces }}));
for (const face of {fonts}) document.fonts.load(face).catch(() => {{}});
for (const name of {names})
  document.head.append(Object.assign(document.createElement("link"), {{
    rel: "modulepreload", href: `${{base}}/modules/{digest}/${{name}}`
  }}));
}}</script>"""


def head_of(demo: gr.Blocks) -> str:
    """What stands in the head of a page: the look, and a script that begins to load its fonts and modules."""
    scripts = [getattr(block, "js_on_load", None) or "" for block in demo.blocks.values()]
    names = modules.with_imports({name for script in scripts for name in MOUNTED.findall(script)})
    return HEAD.format(
        style=STYLE,
        faces=json.dumps(fonts.font_faces("@base/")),
        fonts=json.dumps([f'{face.style} 16px "{face.family}"' for face in fonts.FACES]),
        names=json.dumps(names),
        digest=modules.digest(),
    )
