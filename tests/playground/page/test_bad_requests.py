"""Questions that no page of ours asks: to every route, each is answered without a trace."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from playground import ui
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.runs.store import Runs
from tests.playground.conftest import Finished
from tests.reliability.bad import ASKED_FOR, BODIES, KINDS, VALUES, every, filled


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
    for method, path in every(app):
        for name in ASKED_FOR if method == "GET" else ():
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
