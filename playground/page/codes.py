"""An address as a picture that a telephone's camera reads, made on this machine."""

from __future__ import annotations

import io
from typing import Any

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.once import Once
from playground.page.http import FRESH
from trainers.errors import UserError

MOST = 1_500  # letters: more make squares that no camera tells apart across a room
TOO_LONG = "This link is too long for a code that a camera reads: shorten its text, or give out the address itself."


def svg(address: str) -> bytes:
    """A QR code of an address as an SVG file, dark on white; UserError where it is none, or too long."""
    if not address.startswith(("http://", "https://")) or not address.isprintable():
        raise UserError("This question is not understood.")
    if len(address.encode()) > MOST:
        raise UserError(TOO_LONG)
    out = io.BytesIO()
    code: Any = segno.make_qr(address, error="l", boost_error=True)
    code.save(out, kind="svg", border=3, dark="#000", light="#fff", xmldecl=False, omitsize=True)
    return out.getvalue()


def routes() -> list[BaseRoute]:
    """/code.svg?text=ADDRESS."""
    codes = Once(svg, kept=64, at_once=1, waiting=24)  # a long one takes a tenth of a second of a core

    async def code(request: Request) -> Response:
        body = await run_in_threadpool(codes, request.query_params.get("text", ""))
        return Response(body, media_type="image/svg+xml", headers=FRESH)

    return [Route("/code.svg", code)]
