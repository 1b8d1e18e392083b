"""An app that takes no pictures: every way in says so, and the page has no place for them."""

from __future__ import annotations

import base64
import inspect
import os
import time
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from gradio.routes import App
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from playground import ui
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.page import head
from playground.page.http import png
from playground.page.uploads import CLOSED, Allowance, Uploads, clear_halves, clear_much
from playground.runs.clearing import AN_HOUR, HOUR
from playground.runs.storage import occupied
from playground.runs.store import Runs
from playground.texts import text
from playground.train.controls import OWN, Controls
from trainers.errors import UserError

FILE = {"images": ("a.png", png(np.full((9, 9, 3), 90, np.uint8)), "image/png")}
WAYS = ("/playground/pictures", "/playground/sets", "/playground/runs/x/fit", "/playground/runs/x/maps/y/place")


@pytest.fixture(scope="module")
def matching(tmp_path_factory: pytest.TempPathFactory) -> Matching:
    return Matching(Maps(Runs(tmp_path_factory.mktemp("closed"))), Background(), uploads=False)


@pytest.fixture(scope="module")
def demo(matching: Matching) -> gr.Blocks:
    return ui.build(matching.maps.runs, matching, "Room 7 & <friends>")[0]


@pytest.fixture(scope="module")
def web(demo: gr.Blocks, matching: Matching) -> TestClient:
    own = {"routes": [ui.mount(matching.maps, matching)], "middleware": [Middleware(Uploads, False, 1_000)]}
    return TestClient(App.create_app(demo, app_kwargs=own))


@pytest.mark.parametrize("way", [*WAYS, "/gradio_api/upload"])
def test_no_form_with_files_is_taken(web: TestClient, matching: Matching, way: str) -> None:
    files = {"files": FILE["images"]} if way.endswith("upload") else FILE
    for language, said in (("en", CLOSED), ("zh", "这里不能使用自己的图像：管理员已关闭此功能。")):
        answer = web.post(way, params={"lang": language}, files=files)
        assert answer.status_code == 403 and answer.json()["error"] == said
    assert not (matching.own.root).exists()
    opened = TestClient(Uploads(PlainTextResponse("taken"), True, 1_000))
    assert opened.post(way, files=files).text == "taken"


def test_nor_are_pictures_of_the_api(demo: gr.Blocks, matching: Matching) -> None:
    coded = base64.b64encode(FILE["images"][1]).decode()
    for name, data in (("own_set", [[coded]]), ("find", ["", coded]), ("match", [[coded], ["cat"]])):
        function = next(one.fn for one in demo.fns.values() if one.api_name == name)
        somebody = [SimpleNamespace(client=SimpleNamespace(host="10.0.0.1"))] * (
            "request" in inspect.signature(function).parameters
        )
        with pytest.raises(gr.Error) as raised:
            function(*somebody, *data)
        assert raised.value.message == CLOSED
    assert not list(matching.own.root.glob("*"))


def test_train_offers_no_images_of_ones_own() -> None:
    with gr.Blocks():
        closed, opened = Controls(lambda key: key, uploads=False), Controls(lambda key: key)
    offered = [[value for _, value in one.data.choices] for one in (closed, opened)]
    assert OWN not in offered[0] and offered[1] == [*offered[0], OWN]
    found, wrong = closed.asked({"data": OWN})
    assert closed.data not in found and "is not offered here" in str(wrong)
    given = {one: one.value for one in closed.inputs()} | {closed.data: OWN, closed.upload: "/etc/passwd"}
    with pytest.raises(UserError) as raised:
        closed.config(given, Path)
    assert str(raised.value) == CLOSED


def test_the_page_has_its_hosts_title_and_its_scripts_know_of_what_is_off(web: TestClient) -> None:
    config = web.get("/config").json()
    assert config["title"] == "Room 7 & <friends>"
    (heading,) = [one["props"] for one in config["components"] if one["props"].get("elem_id") == "title"]
    assert heading["value"] == "Room 7 &amp; &lt;friends&gt;"
    words = head.words(also={"uploads": False, "page": "Room 7"})
    assert words.count('"uploads": false') == words.count('"page": "Room 7"') == words.count('"no_uploads": ') == 2
    assert text("en", "page.no_uploads") == CLOSED


def test_an_address_sends_so_much_an_hour_and_no_other_pays_for_it() -> None:
    now = [0.0]
    allowance = Allowance(100, lambda: now[0])
    assert allowance.takes("a", 60) and not allowance.takes("a", 50) and allowance.takes("a", 40)
    assert not allowance.takes("a", 1) and allowance.takes("b", 100)
    assert allowance.takes("a", 0)  # a question holds nothing
    now[0] = HOUR - 1
    assert not allowance.takes("a", 1)
    assert all(len(own) == 1 for own in allowance._sent.values())  # a minute is one number, however much is asked in it
    now[0] = HOUR
    assert allowance.takes("a", 100) and list(allowance._sent) == ["a"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_too_much_from_one_address_is_a_sentence_that_names_the_setting(language: str) -> None:
    web = TestClient(Uploads(PlainTextResponse("taken"), True, 0.01, "PLAYGROUND_MEGABYTES_ADDRESS"))
    big = {"images": ("a.png", bytes(6_000), "image/png")}
    assert web.post("/x", files=big).text == "taken"
    for more in ({"files": big}, {"json": {"picture": "x" * 6_000}}):
        answer = web.post("/x", params={"lang": language}, **more)
        assert answer.status_code == 429 and "0.01 MB" in answer.json()["error"]
        assert "PLAYGROUND_MEGABYTES_ADDRESS" in answer.json()["detail"]
    assert web.get("/x").text == "taken" and web.post("/x", json={"small": 1}).text == "taken"
    answer = web.post("/x", content=iter([bytes(10)]))  # of unknown length
    assert answer.status_code == 411 and "Content-Length" in answer.json()["error"]


def test_what_broke_off_an_hour_ago_is_cleared_away(tmp_path: Path) -> None:
    for name in ("tmpold", "tmpnew", "whole/tmpfile", "mine.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
        if name != "tmpnew":
            os.utime(tmp_path / name, (time.time() - 2 * HOUR,) * 2)
    clear_halves(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"tmpnew", "whole/tmpfile", "mine.zip"}


def test_of_too_many_uploads_that_came_whole_the_oldest_go(tmp_path: Path) -> None:
    one = 0.0
    for age, name in enumerate(("new", "old", "older")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.zip").write_bytes(bytes(1000))
        os.utime(tmp_path / name / "mine.zip", (time.time() - age * HOUR,) * 2)
        one = occupied(tmp_path / name / "mine.zip") / 1e6  # MB, of whole blocks: above its thousand bytes
    assert one > 0.004
    for megabytes, left in ((3 * one, {"new", "old", "older"}), (2.1 * one, {"new", "old"}), (0.0001, set[str]())):
        clear_much(tmp_path, megabytes)
        assert {path.parent.name for path in tmp_path.rglob("*.zip")} == {path.name for path in tmp_path.iterdir()} == left


def test_what_is_a_day_old_goes_whoever_took_it_and_after_a_jump_of_the_clock_a_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    for number in range(300):
        for name in (f"{number:03}/mine.zip", f"tmp{number:03}"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"x")
            os.utime(tmp_path / name, (now - (30 if number < 3 else 1) * HOUR - 300 + number,) * 2)
    clear_much(tmp_path, 1e9)
    assert sorted(path.parent.name for path in tmp_path.rglob("*.zip")) == [f"{number:03}" for number in range(3, 300)]
    monkeypatch.setattr("playground.page.uploads.time.time", lambda: now + 15 * 86_400)
    clear_much(tmp_path, 1e9)
    clear_halves(tmp_path)
    left = [{path.name for path in tmp_path.iterdir() if path.name.startswith("tmp") == half} for half in (False, True)]
    assert left == [{f"{number:03}" for number in range(32, 300)}, {f"tmp{number:03}" for number in range(AN_HOUR, 300)}]
