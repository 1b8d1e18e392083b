"""What is sent as JSON: much of it may be long, little of it may be in many parts."""

from __future__ import annotations

import base64
import json

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from playground.page.bodies import BYTES, PARTS, Bodies
from playground.page.http import mounted, question

LABELS = [f"a photo of the {number}th thing, with a comma or two, in a long sentence" for number in range(2_000)]


async def _length(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def web() -> TestClient:
    return TestClient(Starlette(routes=[Route("/", _length, methods=["POST"])], middleware=[Middleware(Bodies)]))


@pytest.mark.parametrize(
    "body",
    [
        {"data": [base64.b64encode(bytes(3 << 20)).decode()] * 2},
        {"texts": LABELS},
        {"hidden": list(range(10_000))},
    ],
    ids=["pictures", "labels", "patches"],
)
def test_what_people_send_comes_whole(web: TestClient, body: object) -> None:
    content = json.dumps(body).encode()
    assert web.post("/", content=content).text == str(len(content))


@pytest.mark.parametrize("part", [b"1,", b"[", b'{"a":', b"a=b&"])
def test_many_parts_are_refused_before_anybody_reads_them(web: TestClient, part: bytes) -> None:
    answer = web.post("/?lang=zh", content=part * (PARTS + 1))
    assert answer.status_code == 413 and answer.json()["error"] == "这个问题太长。"
    assert web.post("/", content=part * (PARTS // 2)).status_code == 200
    assert web.post("/", content=b"x", headers={"content-length": str(BYTES + 1)}).status_code == 413


def test_files_have_limits_of_their_own_and_a_question_is_no_form(web: TestClient) -> None:
    assert web.post("/", files={"images": ("a.png", b"," * (PARTS + 1))}).status_code == 200

    async def asked(request: Request) -> Response:
        return PlainTextResponse(str(await question(request)))

    own = TestClient(Starlette(routes=[mounted([Route("/", asked, methods=["POST"])])]))
    for kind, code in (("application/json", 200), ("text/plain", 200), ("multipart/form-data; boundary=x", 400)):
        assert own.post("/playground/", content=b'{"a": 1}', headers={"content-type": kind}).status_code == code
