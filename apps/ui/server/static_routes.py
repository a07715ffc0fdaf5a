"""The files that a page loads beside Gradio's own: its modules, at addresses that change with their content."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

TYPES = {".js": "text/javascript", ".woff2": "font/woff2"}
IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
STALE = {"Cache-Control": "no-store"}  # asked for by a page of another version


def static_route(prefix: str, digest: str, files: Mapping[str, Path]) -> Route:
    """The route `/<prefix>/<digest>/<name>` of some files, and of no other."""

    async def answer(request: Request) -> Response:
        file = files.get(request.path_params["name"])
        if file is None:
            return PlainTextResponse("not found", status_code=404)
        headers = IMMUTABLE if request.path_params["digest"] == digest else STALE
        # Read here, a few kilobytes: Starlette's own file response takes three turns of a thread for each of 30 files.
        return Response(file.read_bytes(), media_type=TYPES[file.suffix], headers=headers)

    return Route(f"/{prefix}/{{digest}}/{{name:path}}", answer)
