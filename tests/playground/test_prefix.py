"""A path with the proxy's prefix, and without it, is the same path of the app."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from playground.page.prefix import Prefix


def client(prefix: str) -> TestClient:
    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"page {request.url.path}")

    async def run(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"run {request.path_params['run']}")

    mount = Mount("/playground", app=Starlette(routes=[Route("/runs/{run}", run)]))
    routes = [mount, Route("/", page), Route("/config", page)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Prefix, mount)]), root_path=prefix)


@pytest.mark.parametrize("prefix", ["", "/some/prefix", "/some/prefix/", "https://example.org/some/prefix", "/playground"])
def test_with_the_prefix_and_without(prefix: str) -> None:
    public = prefix.removeprefix("https://example.org").rstrip("/")
    for before in ("", public):
        answers = [client(prefix).get(before + path) for path in ("/", "/config", "/playground/runs/one")]
        assert [answer.text for answer in answers] == ["page /", "page /config", "run one"], before
        assert client(prefix).get(f"{before}/nothing").status_code == 404


def test_without_its_last_slash_the_address_leads_on() -> None:
    answer = client("/some/prefix").get("/some/prefix", follow_redirects=False)
    assert answer.status_code == 307 and answer.headers["location"] == "/some/prefix/"
    assert client("/some/prefix").get("/some/prefixes").status_code == 404
