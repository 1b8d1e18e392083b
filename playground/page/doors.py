"""Who may ask the app at all: by which names it is called, whose pages may send it something, who stands before it."""

from __future__ import annotations

import html
import ipaddress
import os
from typing import Any

from gradio.utils import colab_check, is_hosted_notebook
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.texts import LANGUAGES, language_of, told
from trainers.errors import UserError

ANY = "*"
# No stranger can have a name below these lead to a visitor's own machine: the first three are in no public DNS, and the
# others' are answered by Gradio's share server and by Hugging Face.
SAFE = (".localhost", ".local", ".internal", ".gradio.live", ".hf.space")
LOOPBACK = ("localhost", "127.0.0.1", "0.0.0.0")  # for which Gradio lets no page of another site send headers of its own
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # addresses of runs, and of who they belong to, go to nobody
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
UNKNOWN = (
    "This app is not known as {host}: open it by its IP address, or ask whoever keeps it to add {host} to PLAYGROUND_HOSTS."
)
FOREIGN = "A page of another site asked for this: open the playground itself, or name that site in PLAYGROUND_HOSTS."


class Doors:
    """Around all routes, Gradio's too. Refuses names that could be a stranger's, and what pages of other sites send or read.

    hosts: names by which the app may be called beside IP addresses, names without a dot and SAFE ones; "*" is any. A page
    whose site has a name that leads to this machine could read everything, as a browser takes both for one site.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...] = ()) -> None:
        self.app = app
        self.hosts = {_name(name.strip()) for name in (*hosts, *os.environ.get("SPACE_HOST", "").split(",")) if name.strip()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what is not refused; what is answered gets HEADERS."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = _name(headers.get("host", ""))
        if not self._knows(host):
            refusal: Response | None = _unknown(host)
        elif self._is_foreign(headers, host) and not _may_be_shown(scope, headers):
            refusal = _foreign(scope)
        else:
            refusal = None

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    found.setdefault(name, value)
            await send(message)

        if refusal is None:
            await self.app(scope, receive, guarded)
        elif scope["type"] == "http":
            await refusal(scope, receive, guarded)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _knows(self, host: str) -> bool:
        return "." not in host or host in self.hosts or ANY in self.hosts or host.endswith(SAFE) or _is_address(host)

    def _is_foreign(self, headers: Headers, host: str) -> bool:
        """Whether a page of another site asks. Browsers say so; older ones, and all without https, at least where from."""
        own = {host, *self.hosts}
        if host in LOOPBACK:  # a proxy on this machine may say what it is called; elsewhere any page could
            own.add(_name(headers.get("x-forwarded-host", "")))
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "")
        name = None if origin is None else _name(origin.partition("://")[2]) or "null"
        if name in own:
            return name == host and site == "same-site"  # another port of this machine, where anything may be served
        return (site or ("none" if origin is None else "cross-site")) == "cross-site"


def is_private(
    server_name: str | None = None, share: bool | None = None, hosts: tuple[str, ...] = (), behind: bool = False
) -> bool:
    """Whether nobody but who sits at this machine can ask: it listens on loopback, is not shared and has no other name.

    server_name, share: what Gradio's launch is told; where it is told nothing, what it finds in the environment itself.
    behind: whether a proxy hands visitors on, who then come from loopback too.
    """
    listens = _name(server_name or os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"))
    if share is None:
        share = os.environ.get("GRADIO_SHARE", "").lower() == "true" or colab_check() or is_hosted_notebook()
    loopback = listens == "localhost" or (_is_address(listens) and ipaddress.ip_address(listens).is_loopback)
    return loopback and not share and not hosts and not behind and "SPACE_ID" not in os.environ


def _may_be_shown(scope: Scope, headers: Headers) -> bool:
    """Whether a page of another site may have a browser get this: the page itself, also in a frame, and what a link leads to.

    What is below /playground works for its answer, and whoever opens a page with a picture of that address asks for it.
    """
    if "origin" in headers or scope.get("method") not in ("GET", "HEAD"):
        return False
    return "/playground/" not in scope["path"] or headers.get("sec-fetch-mode", "navigate") == "navigate"


def _unknown(host: str) -> Response:
    """For whoever reads it in a browser, whose language nobody has asked for yet: in all."""
    error = UserError(UNKNOWN, host=host[:100])
    said = "".join(f'<p lang="{name}">{html.escape(told(language, error))}</p>' for language, name in LANGUAGES.items())
    page = f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>421</title>{said}'
    return HTMLResponse(page, status_code=421)


def _foreign(scope: Scope) -> Response:
    said = told(language_of(Request(scope).query_params.get("lang", "")), UserError(FOREIGN)) if scope["type"] == "http" else ""
    return JSONResponse({"error": said, "detail": said}, status_code=400)  # detail: by which Gradio's own page finds it


def _name(netloc: str) -> str:
    """The name of "name:port" or "[::1]:port", as it is compared."""
    name = netloc.rpartition("@")[2]
    inner = name.partition("]")[0].removeprefix("[") if name.startswith("[") else name
    return _plain(inner if name.startswith("[") or inner.count(":") > 1 else inner.partition(":")[0])


def _plain(name: str) -> str:
    return name.strip().lower().rstrip(".")


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
