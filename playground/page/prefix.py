"""Behind a reverse proxy that serves the app under a prefix, Gradio's root_path: it may be taken off a path, or left on."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import RedirectResponse
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """Hands on the app's own paths, without the prefix: a Mount would add itself to it and find its routes only with it on."""

    def __init__(self, app: ASGIApp, mount: Mount) -> None:
        self.app, self.mount = app, mount

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the prefix off what has it; the address without its last slash, in which no relative link is right, leads on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        prefix, scope = urlsplit(scope.get("root_path", "")).path.rstrip("/"), {**scope, "root_path": ""}
        if prefix and scope["path"] == prefix and scope["type"] == "http":
            await RedirectResponse(f"{prefix}/")(scope, receive, send)
            return
        if prefix and scope["path"].startswith(f"{prefix}/") and not self._mounted(scope):
            scope["path"] = scope["path"].removeprefix(prefix)
        await self.app(scope, receive, send)

    def _mounted(self, scope: Scope) -> bool:
        """Whether the path is one of the mount as it is: the prefix may have the mount's own name."""
        match, child = self.mount.matches(scope)
        inner = {**scope, **child}
        return match is not Match.NONE and any(route.matches(inner)[0] is not Match.NONE for route in self.mount.routes)
