"""Routes for what a page of pictures fetches: the points of a map once, thumbnails when they are looked at."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

KEEP = {"Cache-Control": "public, max-age=3600"}


def thumbnails(draw: Callable[[str, int], bytes]) -> Route:
    """The route `/thumbnails/{model}/{row}.webp`.

    Args:
        draw: returns a WebP file of one picture of one model; a `ValueError` means that there is none.
    """

    async def answer(request: Request) -> Response:
        return await _answer(draw, "image/webp", request.path_params["model"], request.path_params["row"])

    return Route("/thumbnails/{model}/{row:int}.webp", answer)


def points(table: Callable[[tuple[str, ...], str, str], bytes]) -> Route:
    """The route `/maps/{model}+{model}/{projection}/{colouring}.csv`.

    Args:
        table: returns a CSV file with a row a point; a `ValueError` means that there is no such map.
    """

    async def answer(request: Request) -> Response:
        asked = request.path_params
        models = tuple(asked["models"].split("+")[:2])
        return await _answer(table, "text/csv", models, asked["projection"], asked["colouring"])

    return Route("/maps/{models}/{projection}/{colouring}.csv", answer)


async def _answer(make: Callable[..., bytes], kind: str, *asked: object) -> Response:
    try:
        return Response(await run_in_threadpool(make, *asked), media_type=kind, headers=KEEP)
    except (ValueError, FileNotFoundError):
        return PlainTextResponse("not found", status_code=404)
