"""ASGI middleware: 422 instead of 500 for malformed requests."""

import json
import logging
from typing import Any

logger = logging.getLogger(__name__)

STATUS = 422
BODY = json.dumps({"error": "Expected a request that the page could send."}).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


class Refusals:
    """ASGI middleware that answers a request on which Gradio fails with 422 and one sentence.

    The handlers answer every mistake of a visitor by themselves; what is left are calls with arguments missing or of
    shapes that the components cannot hold, for which Gradio says 500. It prints the traceback of each for the operator.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, and its answer back unless it is a server error."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = refused = False

        async def guarded(message: Any) -> None:
            nonlocal started, refused
            if message["type"] == "http.response.start":
                started, refused = True, message["status"] == 500
                if refused:
                    await refuse(send)
            if not refused:
                await send(message)

        try:
            await self.app(scope, receive, guarded)
        except Exception:
            if started:
                raise
            logger.exception("a request to %s failed", scope["path"])
            await refuse(send)


async def refuse(send: Any) -> None:
    """Send the refusal."""
    await send({"type": "http.response.start", "status": STATUS, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
