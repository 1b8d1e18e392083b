"""Where an answer ends before its end: whoever asked has gone away, or a stream of Gradio's has told its reader why."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)


class Disconnects:
    """Around all routes, Gradio's too: neither is an error of the app, and each would be a trace in its log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and end what was begun."""
        begun = over = False

        async def watched(message: Message) -> None:
            nonlocal begun, over
            begun = begun or message["type"] == "http.response.start"
            over = over or (message["type"] == "http.response.body" and not message.get("more_body", False))
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect as error:
            if isinstance(error.__context__, OSError):  # Starlette's word also for a file that could not be read on
                log.error("%s: %s", scope["path"], error.__context__)
        except RuntimeError as error:
            # of a session that is not there any more, Gradio's streams say so, and then raise it as well
            if not begun or not isinstance(error.__cause__, HTTPException):
                raise
            if not over:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
