"""Runs that are damaged or of another version, among others: nobody else is in their way, and each says what it is."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import ui
from playground.background import Background
from playground.maps.layout import read_layout
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.runs.rooms import Rooms
from playground.runs.storage import slot
from playground.runs.store import TRAINING, UPLOADS, Runs, read_images
from tests.playground.conftest import Finished
from tests.reliability.bad import bombs, damage
from tests.reliability.corpus import QUESTIONS as QUESTIONS_OF_CORPUS
from tests.reliability.corpus import REPAIRS
from trainers import record
from trainers.checkpoint import build, load_model
from trainers.errors import UserError
from trainers.train import RunConfig

LISTS = ("runs", "repairs", "models", "compare", "compare?runs=good,{run}", "learn")
QUESTIONS = ("live", "timeline", "knobs", "images.json", "images.png", "maps/pca-2", "lesson")


def config(**values: Any) -> Callable[[Path], object]:
    """Changes what run.json says of a run."""

    def change(folder: Path) -> None:
        about = json.loads((folder / "run.json").read_text())
        about["config"] |= values
        (folder / "run.json").write_text(json.dumps(about))

    return change


def weights_of_another(folder: Path) -> None:
    """A run of an autoencoder in whose folder SimCLR's network is."""
    config(method="autoencoder", knobs={})(folder)


def broken_line(folder: Path) -> None:
    """A line in the middle of its events that is no JSON, one that is no event, and one of another kind."""
    lines = (folder / "events.jsonl").read_text().splitlines()
    lines[2:2] = ['{"event": "Step", "st\x00', "[1, 2]", '{"step": 3}']
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n")


def images(**values: Any) -> Callable[[Path], object]:
    """Changes what images.json says."""

    def change(folder: Path) -> None:
        about = json.loads((folder / "images.json").read_text())
        (folder / "images.json").write_text(json.dumps(about | values))

    return change


OTHER_TYPES = """{"event": "Step", "step": "x", "seconds": null, "loss": [], "images_per_second": {}}
{"event": ["Step"], "step": 3}
{"event": "Step", "step": 1e999, "seconds": 1.0, "loss": 1.0, "std_sqrt_d": 1.0, "images_per_second": 1.0}
{"event": "Snapshot", "step": 9, "seconds": 1.0, "metrics": null}
"""
DAMAGE: dict[str, Callable[[Path], object]] = {
    "another data set": config(dataset="mnist-3d"),
    "another method": config(method="moco"),
    "another knob": config(knobs={"momentum": 3}),
    "another field": config(workers=3),
    "no budget": config(seconds="long"),
    "no config": lambda folder: (folder / "run.json").write_text("{}"),
    "a list": lambda folder: (folder / "run.json").write_text("[]"),
    "a list for a config": lambda folder: (folder / "run.json").write_text('{"config": ["digits"]}'),
    "no json": lambda folder: (folder / "run.json").write_text('{"config": '),
    "a broken line": broken_line,
    "no events": lambda folder: (folder / "events.jsonl").write_bytes(os.urandom(400) + b"\n"),
    "events of other types": lambda folder: (folder / "events.jsonl").write_text(OTHER_TYPES),
    "a folder for events": lambda folder: ((folder / "events.jsonl").unlink(), (folder / "events.jsonl").mkdir()),
    "a data set of no name": config(dataset={}),
    "half a network": lambda folder: (folder / "model.safetensors").write_bytes(b"\x08" * 100),
    "another network": weights_of_another,
    "no snapshots": lambda folder: shutil.rmtree(folder / "snapshots"),
    "no images": lambda folder: (folder / "images.json").write_text("{"),
    "a folder for images": lambda folder: ((folder / "images.png").unlink(), (folder / "images.png").mkdir()),
    "a folder for what they are": lambda folder: ((folder / "images.json").unlink(), (folder / "images.json").mkdir()),
    "other words of images": images(skipped="x"),
}


@pytest.fixture
def runs(finished: Finished, tmp_path: Path) -> Runs:
    """A run that is well, and one that can be damaged."""
    for name in ("good", "bad"):
        shutil.copytree(finished.runs.root / finished.run, tmp_path / name)
    return Runs(tmp_path)


@pytest.mark.parametrize("how", DAMAGE)
def test_one_bad_run_is_in_nobodys_way(runs: Runs, how: str) -> None:
    DAMAGE[how](runs.root / "bad")
    maps = Maps(runs)
    routes = [ui.mount(maps, Matching(maps, Background()))]
    with TestClient(Starlette(routes=routes), raise_server_exceptions=False) as web:
        for path in LISTS:
            found = web.get("/playground/" + path.format(run="bad"))
            assert found.status_code == 200, (path, found.text)
            assert path not in ("runs", "compare?runs=good,{run}") or "good" in found.text
        for path in QUESTIONS:
            found = web.get(f"/playground/runs/bad/{path}")
            assert found.status_code < 500, (path, found.text)
            assert found.status_code < 400 or len(found.json()["error"]) > 20, path
        assert web.get("/playground/runs/good/live").json()["state"] == "finished"


@pytest.mark.slow
def test_nothing_that_may_be_wrong_with_a_file_is_a_failure_of_the_app(runs: Runs, tmp_path: Path) -> None:
    """Every file of a run cut off, garbled, or another's: each question about it has an answer or a sentence."""
    last = runs.view("good").of("Snapshot")[-1]["step"]
    maps, rooms, failed = Maps(runs), Rooms(runs), list[str]()
    room = rooms.open("Monday", "open sesame", "h" * 16)
    rooms.join(room, "Ann", "me")
    routes = [ui.mount(maps, Matching(maps, Background()))]
    with TestClient(Starlette(routes=routes), raise_server_exceptions=False) as web:
        web.get(f"/playground/runs/good/maps/pca-2/{last}")  # so that a frame is kept, which can be damaged
        for number, (said, how) in enumerate([*damage(random.Random(0), 2), *bombs()]):
            run = f"bad-{number}"
            shutil.copytree(tmp_path / "good", tmp_path / run)
            how(tmp_path / run)
            asked = [web.get(f"/playground/runs/{run}/{path.format(last=last)}") for path in QUESTIONS_OF_CORPUS]
            asked += [web.post(f"/playground/runs/{run}/repair/{kind}", json={"index": 0}) for kind in REPAIRS]
            asked.append(web.get(f"/playground/rooms/{room}/wall"))  # of all runs of a person: the newest is the bad one
            failed += [f"{said}: {one.request.url.path}: {one.text[:80]}" for one in asked if one.status_code >= 500]
            shutil.rmtree(tmp_path / run)
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("how", [how for _, how in bombs()], ids=[said for said, _ in bombs()])
def test_a_file_that_unpacks_to_much_is_damaged_and_costs_nothing(runs: Runs, how: Callable[[Path], object]) -> None:
    """Each way of reading it ends with the one sentence, before memory is taken."""
    folder, last = runs.root / "bad", runs.view("bad").of("Snapshot")[-1]["step"]
    maps = folder / "maps" / "pca-2"
    how(folder)
    readers = (
        lambda: read_images(folder),
        lambda: load_model(folder),
        lambda: record.read_snapshot(folder, last),
        lambda: record.read_pictures(folder, last),
        lambda: read_layout(max(maps.glob("*.npz"), default=maps / "none.npz")),  # others may have had some made
    )
    tracemalloc.start()
    try:
        told = [str(error) for read in readers if (error := _refused(read))]
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert told and all("is damaged or not of this app" in one for one in told)
    assert most < 60 << 20


def _refused(read: Callable[[], object]) -> UserError | None:
    try:
        read()
    except UserError as error:
        return error
    except FileNotFoundError:
        pass
    return None


def test_that_a_bad_run_is_left_out_is_in_the_log_once(runs: Runs, caplog: pytest.LogCaptureFixture) -> None:
    maps = Maps(runs)
    for how, said in (("no json", 1), ("no config", 2)):  # another fault is said again
        DAMAGE[how](runs.root / "bad")
        for _ in range(3):
            assert maps.beside() == ["good"]
        assert sum("bad is left out" in line for line in caplog.messages) == said


@pytest.mark.parametrize("how", DAMAGE)
def test_a_bad_run_is_one_line_that_says_what_is_wrong_with_it(runs: Runs, how: str) -> None:
    DAMAGE[how](runs.root / "bad")
    with TestClient(Starlette(routes=[ui.mount(Maps(runs))])) as web:
        listed = {one["run"] for one in web.get("/playground/runs").json()}
        for language in ("en", "zh"):
            found = web.get("/playground/runs/damaged", params={"lang": language, "also": "good,bad"}).json()
            said = {one["run"]: one["sentence"] for one in found}
            assert listed | said.keys() == {"good", "bad"}  # what is in the list says it where it is opened
            assert not listed & said.keys() and all(said.values())
        assert web.get("/playground/runs/damaged", params={"also": "good"}).json() == []  # it is theirs who know its name


def test_a_run_goes_on_to_be_read_past_a_broken_line(runs: Runs) -> None:
    whole = record.read_events(runs.root / "good")[0]
    broken_line(runs.root / "bad")
    assert runs.view("bad").events == whole and runs.state("bad").kind == "finished"


def test_a_run_of_an_unknown_data_set_is_called_as_it_calls_itself(runs: Runs) -> None:
    DAMAGE["another data set"](runs.root / "bad")
    with TestClient(Starlette(routes=[ui.mount(Maps(runs))])) as web:
        assert "mnist-3d" in web.get("/playground/runs/bad/live").json()["title"]
        assert "mnist-3d" in web.get("/playground/runs").text


def test_when_a_worker_dies_a_bad_run_keeps_no_other_from_being_told(runs: Runs) -> None:
    for number, name in enumerate(("a-dead", "bad", "no-events", "z-dead")):
        (runs.root / f"{TRAINING}{slot(number)}").write_text(name)
    for name in ("a-dead", "z-dead"):
        record.create(runs.root / name, RunConfig("simclr", "digits", seconds=1.0))
        (runs.root / name / ".lock").touch()
    for name in ("bad", "no-events"):
        record.create(runs.root / name, RunConfig("simclr", "digits", seconds=1.0))
        shutil.rmtree(runs.root / name / "snapshots")
        (runs.root / name / "events.jsonl").unlink(missing_ok=True)
        (runs.root / name / "events.jsonl").mkdir()  # neither read nor written
    runs.worker_died(-9, time.time() - 60)
    assert runs.state("a-dead").kind == runs.state("z-dead").kind == "failed"


@pytest.mark.parametrize("said", ["[]", '{"config": ["digits"], "owner": 3}', '{"config": {"dataset": {}}}', "{"])
def test_one_bad_run_stops_neither_clearing_nor_deleting(runs: Runs, said: str) -> None:
    (runs.root / "bad" / "run.json").write_text(said)
    upload = runs.root / UPLOADS / "of-nobody"
    upload.mkdir(parents=True)
    os.utime(upload, (0, 0))
    mine = runs.create(RunConfig("simclr", "digits", 1.0), "m" * 16)  # which clears away what is old
    assert not upload.exists()
    assert runs.delete("m" * 16) == ["digits"] and not (runs.root / mine).exists() and (runs.root / "good").exists()


def test_no_network_is_built_for_huge_images() -> None:
    spec = {"channels": 1, "height": 28, "width": 28, "mean": [0.5], "std": [0.5]}
    about = {"method": "autoencoder", "knobs": {"encoder": "conv"}}
    assert build(about | {"spec": spec})
    for wrong in ({"height": 2048}, {"width": 2048}, {"channels": 4096}, {"height": 0}):
        with pytest.raises(ValueError, match="no size"):
            build(about | {"spec": spec | wrong})
