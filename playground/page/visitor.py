"""Where a visitor comes from: the network address behind a request, once, for Gradio's handlers and the page's own routes."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network

import gradio as gr
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send


class Visitor:
    """Puts the address that a trusted proxy names in place of the connection's own, which is the proxy's.

    header: where that proxy writes it; empty: what headers say is not believed, as anybody may write them.
    """

    def __init__(self, app: ASGIApp, header: str) -> None:
        self.app, self.header = app, header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Of a list the last entry counts: the trusted proxy wrote it, and those before it came with the request."""
        if self.header and scope["type"] in ("http", "websocket"):
            named = ",".join(Headers(scope=scope).getlist(self.header)).rpartition(",")[2].strip()
            scope = {**scope, "client": (named, 0)} if named else scope
        await self.app(scope, receive, send)


def address(request: gr.Request | HTTPConnection) -> str:
    """The visitor's network address, behind `Visitor`: of IPv6 the first 64 bits, as one household has all of the others.

    Where there is none, as at a socket of this machine, "unknown".
    """
    client = request.client
    host = str(client.host if client else "").partition("%")[0][:100]  # without the name of a network card
    for text in (host, host.rpartition(":")[0].strip("[]"), host.strip("[]")):  # some proxies write the port beside it
        try:
            found = ip_address(text)
        except ValueError:
            continue
        if isinstance(found, IPv4Address) or found.ipv4_mapped:
            return str(getattr(found, "ipv4_mapped", None) or found)
        return str(ip_network((found, 64), strict=False))
    return host or "unknown"
