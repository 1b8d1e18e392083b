"""Plain web routes beside Gradio's, which the page's own parts fetch: what they take, and how they answer or refuse."""

from __future__ import annotations

import gzip
import io
import json
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.page.uploads import is_form
from playground.page.visitor import address
from playground.runs.shipped import is_example
from playground.runs.store import Runs
from playground.shares import asks
from playground.texts import language_of, text, told
from trainers.data.files import is_junk
from trainers.errors import NotFound, UserError, of_disk

log = logging.getLogger(__name__)
UPLOAD_FILES, SET_FILES, UPLOAD_BYTES = 16, 2_000, 80 << 20  # of a person's own images, at once
QUESTION_BYTES = 1 << 20
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH = {"Cache-Control": "no-store"}
MINUTES = {"Cache-Control": "public, max-age=600"}  # the next version of the app has other examples under the same names


class Number(Convertor[int]):
    """{step:number} of an address: Starlette's own int fails where there are more digits than Python reads."""

    regex = "[0-9]{1,12}"

    def convert(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """As it is in an address."""
        return str(value)


register_url_convertor("number", Number())


def mounted(routes: Sequence[BaseRoute]) -> Mount:
    """Routes under /playground; what goes wrong in one is a sentence in the reader's language."""
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Asking), Middleware(GZipMiddleware, minimum_size=1000, compresslevel=3)],
        exception_handlers={UserError: _refuse, FileNotFoundError: _missing, OSError: _lost, Exception: _failed},
    )
    return Mount("/playground", app=app)


class Asking:
    """Says from which network address a request comes to what counts by it, in its threads too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on."""
        before = asks.set(address(Request(scope)) if scope["type"] == "http" else "")
        try:
            await self.app(scope, receive, send)
        finally:
            asks.reset(before)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, UserError)
    code = 404 if isinstance(error, NotFound) else 400
    return JSONResponse({"error": told(language(request.query_params), error)}, status_code=code)


async def _lost(request: Request, error: Exception) -> Response:
    if (found := of_disk(error)) is not None:
        log.error("%s: %s", request.url.path, error)
        return JSONResponse({"error": told(language(request.query_params), found)}, status_code=507)
    raise error  # to _failed


async def _failed(request: Request, error: Exception) -> Response:  # the trace goes to the log by itself
    return JSONResponse({"error": text(language(request.query_params), "toast.unexpected")}, status_code=500)


async def _missing(request: Request, error: Exception) -> Response:
    return Response(status_code=404)


def lasting(runs: Runs) -> Callable[[Request], dict[str, str]]:
    """For how long what a run's route gives may be kept: it never changes, but for that of a run that came with the app."""

    def headers(request: Request) -> dict[str, str]:
        return MINUTES if is_example(runs.root / request.path_params.get("run", "")) else FOREVER

    return headers


def answer(
    work: Callable[[Any, Any], Any], headers: Callable[[Request], dict[str, str]] = lambda request: FRESH
) -> Callable[[Request], Awaitable[Response]]:
    """A route from what it works out of the path and the query, in a thread: an array goes as bytes, the rest as JSON."""

    async def route(request: Request) -> Response:
        kept = headers(request)
        found = await run_in_threadpool(work, request.path_params, request.query_params)
        if found is None:  # as it was
            return Response(status_code=204, headers=kept)
        if isinstance(found, np.ndarray):
            return Response(found.tobytes(), media_type="application/octet-stream", headers=kept)
        return JSONResponse(found, headers=kept)

    return route


def language(query: Any) -> str:
    """What a query wants to be answered in."""
    return language_of(query.get("lang", ""))


async def question(request: Request) -> dict[str, Any]:
    """What a browser asks, as JSON."""
    if int(request.headers.get("content-length") or QUESTION_BYTES + 1) > QUESTION_BYTES:
        raise UserError("This question is too long.")
    if is_form(request.headers):  # whose parts nobody has counted
        raise UserError("This question is not understood.")
    try:
        asked = await request.json()
        json.dumps(asked, ensure_ascii=False).encode()  # half a surrogate is no text, and nothing could be answered with it
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise UserError("This question is not understood.")
    return asked


def secret(asked: dict[str, Any]) -> str:
    """The browser's secret, by which its runs are its own."""
    found = asked.get("secret")
    if not isinstance(found, str) or not 16 <= len(found) <= 100:
        raise UserError("This question is not understood.")
    return found


async def uploads(request: Request, most: int = UPLOAD_FILES) -> list[tuple[str, bytes]]:
    """Names and contents of the files that came as "images"."""
    return (await kept_uploads(request, most))[0]


async def kept_uploads(request: Request, most: int = UPLOAD_FILES) -> tuple[list[tuple[str, bytes]], str]:
    """The files that came as "images", to be kept, and the browser's "secret", by which they are its own; "" without one."""
    if int(request.headers.get("content-length") or UPLOAD_BYTES + 1) > UPLOAD_BYTES:
        raise UserError("These files are too large together: at most {limit} MB at once.", limit=UPLOAD_BYTES >> 20)
    try:
        async with request.form(max_files=3 * most, max_fields=1) as form:  # what systems put beside images does not count
            sent = [f for f in form.getlist("images") if isinstance(f, UploadFile) and not _is_junk(f.filename or "")]
            if len(sent) > most:
                raise ValueError
            files = [(f.filename or "?", await f.read()) for f in sent]
            owner = form.get("secret")
    except (HTTPException, LookupError, ValueError) as error:  # too many; no form at all; in letters that there are not
        raise UserError("These files did not come whole: choose at most {most} at once.", most=most) from error
    return files, "" if owner is None else secret({"secret": owner})


def _is_junk(name: str) -> bool:
    return any(map(is_junk, re.split(r"[\\/]", name)))


def gzipped(request: Request, body: bytes, kind: str, headers: dict[str, str]) -> Response:
    """An answer whose body is compressed already."""
    headers = headers | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(body), media_type=kind, headers=headers)


def png(image: NDArray[np.uint8]) -> bytes:
    """(H,W,1 or 3) as a file."""
    out = io.BytesIO()
    Image.fromarray(image if image.shape[2] == 3 else image[..., 0]).save(out, "PNG")
    return out.getvalue()
