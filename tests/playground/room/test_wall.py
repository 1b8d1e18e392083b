"""The wall of a room, over the routes that the page has: what is on it, who may do what, and what is taken along."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import ui
from playground.maps.making import LIVE, Maps
from playground.room.wall import POINTS, Walls
from playground.runs.rooms import Rooms
from playground.runs.store import Runs
from playground.texts import text
from tests.playground.conftest import Finished
from trainers import record
from trainers.data import FOLDER
from trainers.errors import UserError
from trainers.train import RunConfig

SECRET, HOST, BEN = "open sesame", "h" * 16, "b" * 16


@pytest.fixture(scope="module")
def client(finished: Finished) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[ui.mount(Maps(finished.runs))])) as client:
        yield client


@pytest.fixture
def room(client: TestClient, finished: Finished) -> str:
    """A room with the finished run, whose owner is called =Ann there."""
    room = client.post("/playground/rooms", json={"name": "<b>Monday</b>", "host": SECRET, "secret": HOST}).json()["room"]
    Rooms(finished.runs).join(room, "=Ann", "me")
    os.utime(finished.runs.root / finished.run / "run.json")
    return room


def test_the_wall_shows_each_run_small_with_whose_it_is_and_what_it_reached(
    client: TestClient, finished: Finished, room: str
) -> None:
    wall = client.get(f"/playground/rooms/{room}/wall").json()
    assert (wall["name"], wall["people"], wall["pinned"]) == ("<b>Monday</b>", ["=Ann"], "")
    (tile,) = wall["runs"]
    end = finished.runs.view(finished.run).of("Finished")[0]["summary"]["knn"]
    assert (tile["person"], tile["title"], tile["changed"]) == ("=Ann", "SimCLR · Digits", "")
    assert tile["reached"] == f"kNN {end:.1%}" and tile["progress"] == 1 and tile["tone"] == "good"
    small = tile["map"]
    points = np.frombuffer(base64.b64decode(small["points"]), "<i2").reshape(-1, 2).astype(float)
    step = finished.runs.view(finished.run).of("Snapshot")[-1]["step"]
    whole = Maps(finished.runs).frame(finished.run, LIVE, step).positions
    some = np.linspace(0, len(whole) - 1, POINTS).round().astype(int)
    assert small["step"] == step and len(points) == len(small["labels"]) == POINTS
    assert np.allclose(points / 32_767 * np.abs(whole[some]).max(), whole[some], atol=1e-3)
    labels = json.loads((finished.runs.root / finished.run / "images.json").read_text())["labels"]
    assert small["labels"] == [labels[i] for i in some]
    assert len(json.dumps(tile)) < 4_000  # thirty of them come with one question every two seconds


def test_a_wall_is_sent_once_and_in_the_readers_language(client: TestClient, room: str) -> None:
    first = client.get(f"/playground/rooms/{room}/wall").json()
    again = client.get(f"/playground/rooms/{room}/wall", params={"after": first["version"]})
    assert again.status_code == 204 and not again.content
    other = client.get(f"/playground/rooms/{room}/wall", params={"after": first["version"], "lang": "zh"})
    assert other.json()["runs"][0]["status"] != first["runs"][0]["status"]


def test_guests_come_and_go_and_only_the_host_pins_takes_and_closes(client: TestClient, finished: Finished, room: str) -> None:
    at = f"/playground/rooms/{room}"
    assert client.post(f"{at}/guests?lang=zh", json={"name": " ", "secret": BEN}).json()["error"].endswith("。")
    assert client.post(f"{at}/guests", json={"name": "Ben", "secret": BEN}).json() == {"name": "Ben"}
    assert [guest.name for guest in Rooms(finished.runs).guests(room)] == ["=Ann", "Ben"]
    assert client.post(f"{at}/leave", json={"secret": BEN}).json() == {}
    assert [guest.name for guest in Rooms(finished.runs).guests(room)] == ["=Ann"]
    run = finished.run
    for path, body in (("pin", {"run": run}), ("close", {}), ("host", {})):
        for host in ("wrong", None, 3, "x" * 201, BEN):
            answer = client.post(f"{at}/{path}", json=body | {"host": host, "secret": BEN})
            assert answer.status_code == 400 and answer.json()["error"]
    assert client.post(f"{at}/runs.zip", data={"host": "wrong"}).status_code == 400
    assert client.post(f"{at}/runs.zip", data={"host": "x" * 3_000}).status_code == 400
    assert client.post(f"{at}/pin", json={"run": run, "host": SECRET}).status_code == 200
    assert client.get(at).json() == {"name": "<b>Monday</b>", "pinned": run, "title": "=Ann · SimCLR"}
    assert client.post(f"{at}/close", json={"host": SECRET}).status_code == 200
    for path in ("", "/wall"):
        gone = client.get(f"{at}{path}")
        assert gone.status_code == 404 and gone.json()["error"].startswith("This room is closed")
    assert finished.runs.folder(run)


def test_all_of_it_is_a_zip_of_runs_that_load_and_one_table(client: TestClient, finished: Finished, room: str) -> None:
    answer = client.post(f"/playground/rooms/{room}/runs.zip", data={"host": SECRET})
    assert answer.headers["content-type"] == "application/zip" and "room.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        run = finished.runs.root / finished.run
        for name in ("events.jsonl", "model.safetensors", "images.png"):
            assert archive.read(f"{finished.run}/{name}") == (run / name).read_bytes()
        about = json.loads(archive.read(f"{finished.run}/run.json"))
        assert about["config"]["dataset"] == "digits" and "owner" not in about
        assert not [name for name in names if ".lock" in name or "/maps/" in name]
        rows = list(csv.DictReader(io.StringIO(archive.read("runs.csv").decode("utf-8-sig"))))
    end = finished.runs.view(finished.run).of("Finished")[0]["summary"]
    run = finished.run if finished.run[0] != "-" else f"'{finished.run}"  # which a spreadsheet would work out
    assert [(row["run"], row["person"], row["method"]) for row in rows] == [(run, "'=Ann", "simclr")]
    assert float(rows[0]["knn"]) == end["knn"]


def test_what_is_taken_along_does_not_say_where_this_machine_keeps_images(finished: Finished) -> None:
    runs = Runs(finished.runs.root.parent / "own")
    rooms = Rooms(runs)
    room = rooms.open("Room", SECRET, HOST)
    rooms.join(room, "Ben", BEN)
    runs.create(RunConfig("simclr", f"{FOLDER}{runs.root}/uploads/abc/photos.zip", seconds=1.0), BEN)
    walls = Walls(Maps(runs), rooms)
    body = b"".join(walls.packed(room, "en"))
    assert str(runs.root).encode() not in body and b"folder:photos.zip" in body
    assert walls.wall(room, "en")["runs"][0]["map"] is None  # type: ignore[index]


def test_one_is_packed_at_a_time_and_one_that_nobody_takes_ends(finished: Finished, room: str) -> None:
    walls = Walls(Maps(finished.runs), Rooms(finished.runs))
    begun = walls.packed(room, "en")
    with pytest.raises(UserError, match="Too many people"):
        walls.packed(room, "en")
    del begun
    assert b"runs.csv" in b"".join(walls.packed(room, "en"))


def test_a_room_that_is_taken_slowly_is_in_no_other_rooms_way(finished: Finished, room: str) -> None:
    rooms = Rooms(finished.runs)
    walls, other = Walls(Maps(finished.runs), rooms), rooms.open("Another", SECRET, HOST)
    begun = walls.packed(room, "en")  # by somebody who reads on in an hour
    assert b"runs.csv" in b"".join(walls.packed(other, "en"))
    del begun
    rooms.close(other, SECRET)


def test_a_damaged_run_is_left_out_of_the_wall(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> None:
    runs = Runs(tmp_path_factory.mktemp("damaged"))
    rooms = Rooms(runs)
    room = rooms.open("Room", SECRET, HOST)
    rooms.join(room, "Ben", BEN)
    good, bad = (runs.create(RunConfig("simclr", "digits", seconds=1.0), BEN) for _ in range(2))
    about = record.read_about(runs.root / bad) | {"config": {"method": "nosuch"}}
    (runs.root / bad / "run.json").write_text(json.dumps(about))
    wall = Walls(Maps(runs), rooms).wall(room, "en")
    assert wall is not None and [tile["run"] for tile in wall["runs"]] == [good]
    assert wall["runs"][0]["status"].startswith(text("en", "live.queued")[:7])
