"""Questions that no page of ours asks: to every route, each is answered without a trace."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from playground import ui
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.runs.store import Runs
from tests.playground.conftest import Finished

GOOD = {
    "run": "good",
    "key": "pca-2",
    "step": "0",
    "other": "good",
    "other_step": "0",
    "index": "3",
    "name": "error",
    "kind": "json",
}
VALUES = (
    "9" * 5000, "9" * 30, "2147483648", "-1", "1e400", "nan", "a" * 300, "a%00b", "%00", "..%2f..", "%ff%fe",
    "%F0%9F%98%80", "İ", "%20", "pca-2", "pca-999999999999999999999", "umap-nan-0.1-cosine-0-2",
    "tsne-" + "1" * 300 + "-cosine-0-2", "umap-15-0.1-cosine-0-" + "9" * 4400,
)  # fmt: skip
KINDS = (
    "application/json", "application/json; charset=undefined", "text/plain", "multipart/form-data",
    "multipart/form-data; boundary=x; charset=undefined", f"multipart/form-data; boundary={'x' * 300}",
    "application/x-www-form-urlencoded; charset=undefined",
)  # fmt: skip
ASKED = '{"secret": "ssssssssssssssssssss", '
BODIES = (
    "", "null", "[]", "{", '{"a":' + "[" * 3000, '{"image":' + "9" * 5000 + "}", '{"index": NaN}', "\udcff{}",
    "--x\r\n\r\n--x--",
    '--x\r\nContent-Disposition: form-data; name="images"; filename="a\x00b.png"\r\n'
    "Content-Type: image/png; charset=undefined\r\n\r\nabc\r\n--x--\r\n",
    ASKED + '"like": "' + "a" * 300 + '"}',
    ASKED + '"dataset": "digits", "method": "simclr", "seed": ' + "9" * 4400 + "}",
    ASKED + '"dataset": "digits", "method": "' + "a" * 300 + '", "seed": "' + "9" * 4400 + '"}',
    ASKED + '"dataset": "digits", "method": "simclr", "knobs": {"batch": ' + "9" * 400 + "}}",
    ASKED + '"dataset": "digits", "method": "simclr", "knobs": {"temperature": "' + "9" * 4400 + '"}}',
)  # fmt: skip


@pytest.fixture(scope="module")
def app(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mount]:
    root = tmp_path_factory.mktemp("asked")
    shutil.copytree(finished.runs.root / finished.run, root / "good")
    making, models = Background(), Background()
    maps = Maps(Runs(root), making)
    yield ui.mount(maps, Matching(maps, models, local=False))
    making.close()
    models.close()


@pytest.fixture(scope="module")
def web(app: Mount) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[app]), raise_server_exceptions=False) as client:
        yield client


def filled(path: str, **values: str) -> str:
    return "/playground" + re.sub(r"{(\w+)(?::\w+)?}", lambda found: (GOOD | values).get(found[1], "x"), path)


def every(app: Mount) -> list[tuple[str, str]]:
    routes = [route for route in app.routes if isinstance(route, Route)]
    return [(method, route.path) for route in routes for method in sorted((route.methods or set()) - {"HEAD"})]


def test_no_word_of_an_address_is_too_much(app: Mount, web: TestClient) -> None:
    asked = 0
    for method, path in every(app):
        for slot in re.findall(r"{(\w+)", path):
            for value in VALUES:
                answer = web.request(method, filled(path, **{slot: value}))
                assert answer.status_code < 500, (method, path, slot, value[:40], answer.text)
                asked += 1
    assert asked > 500


def test_nothing_after_the_question_mark_is_too_much(app: Mount, web: TestClient) -> None:
    names = ("lang", "after", "also", "runs", "row", "who", "frames", "axis", "set", "seed", "count", "size")
    for method, path in every(app):
        for name in names if method == "GET" else ():
            for value in VALUES:
                answer = web.get(f"{filled(path)}?{name}={value}")
                assert answer.status_code < 500, (path, name, value[:40], answer.text)


def test_nothing_that_is_sent_is_too_much(app: Mount, web: TestClient) -> None:
    asked = 0
    for method, path in every(app):
        for kind in KINDS if method != "GET" else ():
            for body in BODIES:
                content = body.encode("utf-8", "surrogateescape")
                answer = web.request(method, filled(path), content=content, headers={"content-type": kind})
                assert answer.status_code < 500, (method, path, kind, body[:60], answer.text)
                asked += 1
    assert asked > 500
