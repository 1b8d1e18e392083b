"""What is sent as JSON: whoever reads it holds up everybody else meanwhile, by the number of its parts and not by its bytes."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.page.uploads import is_form
from playground.texts import language_of, told
from trainers.errors import UserError

PARTS = 50_000  # values of lists and objects, and commas of texts: 2,000 long labels have fewer
BYTES = 120 << 20  # 80 MB of pictures as base64, and what is around them


class Bodies:
    """Refuses a body, but for forms, of more than PARTS parts: the half million that a megabyte holds stop all others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what is short; of what is long count the parts first."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        length = headers.get("content-length", "0")
        size = int(length) if length.isdecimal() and len(length) < 16 else 0
        if size <= PARTS or is_form(headers):
            await self.app(scope, receive, send)
            return
        came: list[Message] = []
        parts = PARTS + 1 if size > BYTES else 0
        while parts <= PARTS:
            came.append(message := await receive())
            body = message.get("body", b"")
            parts += body.count(b",") + body.count(b"[") + body.count(b"{") + body.count(b"&")
            if not message.get("more_body", False):  # that, or whoever sends it has gone away
                break
        if parts > PARTS:
            said = told(language_of(Request(scope).query_params.get("lang", "")), UserError("This question is too long."))
            await JSONResponse({"error": said, "detail": said}, status_code=413)(scope, receive, send)
            return

        async def again() -> Message:
            return came.pop(0) if came else await receive()

        await self.app(scope, again, send)
