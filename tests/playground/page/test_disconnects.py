"""Whoever goes away in the middle, and streams of sessions that are gone: no trace, and nobody else notices."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from playground import api, ui
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.page.disconnects import Disconnects
from playground.runs.store import Runs

FORM = "multipart/form-data; boundary=x"
BEGUN = b'--x\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n\r\nabc'


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    """The whole app, as it is launched."""
    runs = Runs(tmp_path_factory.mktemp("gone"))
    matching = Matching(Maps(runs), Background())
    with api.Blocks() as demo:
        gr.HTML("")
        api.build(runs, matching)
    demo.max_file_size = None  # what launch() sets
    demo.queue()
    own = {"routes": [ui.mount(matching.maps, matching)], "middleware": [Middleware(Disconnects)]}
    return App.create_app(demo, app_kwargs=own | {"exception_handlers": api.HANDLERS})


def half(app: ASGIApp, path: str, kind: str, body: bytes) -> list[Message]:
    """What is sent to somebody who begins a body, and goes away before its end."""
    coming: list[Message] = [{"type": "http.request", "body": body, "more_body": True}, {"type": "http.disconnect"}]
    sent: list[Message] = []
    headers = [(b"host", b"127.0.0.1"), (b"content-type", kind.encode()), (b"content-length", b"1000")]
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "scheme": "http", "root_path": "", "http_version": "1.1",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip

    async def receive() -> Message:
        return coming.pop(0) if len(coming) > 1 else coming[0]

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))  # which raises what would be a trace
    return sent


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        *((f"/playground/{path}", "application/json", b'{"secret":') for path in ("runs", "rooms", "match/find", "deletion")),
        *((f"/playground/{path}", FORM, BEGUN) for path in ("sets", "pictures", "runs/x/fit", "rooms/x/runs.zip")),
        ("/gradio_api/upload", FORM, BEGUN),
        ("/gradio_api/queue/join", "application/json", b'{"data":'),
    ],
)
def test_who_goes_away_in_the_middle_of_a_body_leaves_no_trace(app: ASGIApp, path: str, kind: str, body: bytes) -> None:
    half(app, path, kind, body)


@pytest.mark.parametrize("path", ["queue/data?session_hash=gone", "call/state/gone"])
def test_a_stream_of_a_session_that_is_gone_says_so_and_ends(app: ASGIApp, path: str) -> None:
    answer = TestClient(app).get(f"/gradio_api/{path}")
    assert answer.status_code == 200 and "404" in answer.text


def test_what_else_goes_wrong_is_still_an_error(caplog: pytest.LogCaptureFixture) -> None:
    def pieces(error: Exception) -> Iterator[bytes]:
        yield b"first"
        raise error

    def streamed(error: Exception) -> ASGIApp:
        async def route(request: Request) -> Response:
            return StreamingResponse(pieces(error))

        return Disconnects(Starlette(routes=[Route("/", route)], exception_handlers={KeyError: _handled}))

    for error in (RuntimeError("mine"), KeyError("one for which there is a handler")):
        with pytest.raises(RuntimeError):
            TestClient(streamed(error)).get("/")

    async def unreadable(*args: Any) -> None:
        try:
            raise OSError(5, "Input/output error")
        except OSError:
            raise ClientDisconnect from None  # as Starlette does where a stream breaks off

    half(Disconnects(unreadable), "/room.zip", FORM, b"")
    assert "Input/output error" in caplog.text


async def _handled(request: Request, error: Exception) -> Response:
    return Response("handled")
