"""Small pictures of a gallery on request, so that a page with thousands of points loads none before it is looked at."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

KEEP = {"Cache-Control": "public, max-age=3600"}


def thumbnails(draw: Callable[[str, int], bytes]) -> Route:
    """The route `/thumbnails/{model}/{row}.webp`.

    Args:
        draw: a WebP file of one picture of one model; a `ValueError` means that there is none.
    """

    async def answer(request: Request) -> Response:
        try:
            content = await run_in_threadpool(draw, request.path_params["model"], request.path_params["row"])
        except (ValueError, FileNotFoundError):
            return PlainTextResponse("no such picture", status_code=404)
        return Response(content, media_type="image/webp", headers=KEEP)

    return Route("/thumbnails/{model}/{row:int}.webp", answer)
