"""A full disk, or one that is read-only: each click gets a sentence, and nothing half stays behind."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import api, ui
from playground.background import Background
from playground.maps import frames, measures
from playground.maps.frames import FIRST, LIVE
from playground.maps.making import Maps
from playground.match import hub
from playground.match.ask import Matching
from playground.match.own import Own
from playground.match.sets import Sets
from playground.match.sources import Source
from playground.page.http import png
from playground.runs import shipped, worker
from playground.runs.parent import Parent
from playground.runs.store import Runs
from playground.settings import Settings
from playground.texts import sentence
from tests.disk import Disk, mounted
from tests.playground.conftest import Finished
from trainers import data
from trainers.errors import FULL_DISK, NOT_LET, UserError
from trainers.train import RunConfig

SECRET = "s" * 20
BEGUN = {"secret": SECRET, "dataset": "digits", "method": "simclr", "seconds": 1}


def no_room(*args: Any, **more: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with mounted(tmp_path) as disk:
        yield disk


def noise(side: int) -> bytes:
    return png(np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8))


def test_no_half_run_is_made(disk: Disk) -> None:
    runs = Runs(disk.folder)
    disk.fill()
    for make in (
        lambda: runs.create(RunConfig("simclr", "digits", 1.0), "me"),
        lambda: runs.sweep([RunConfig("simclr", "digits", 1.0)] * 3, "me"),
    ):
        with pytest.raises(OSError, match="No space"):
            make()
        assert disk.files() == [".queueing", "queue"]


def test_a_run_that_finds_no_place_in_the_queue_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, room = Runs(tmp_path), iter([True, False])
    plain = runs._enqueue
    monkeypatch.setattr(runs, "_enqueue", lambda *given, **more: plain(*given, **more) if next(room) else no_room())
    with pytest.raises(OSError, match="No space"):
        runs.sweep([RunConfig("simclr", "digits", 1.0)] * 3, "me")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".queueing", "queue"] and runs.waiting() == []


def test_a_run_is_deleted_where_there_is_no_room_for_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, plain = Runs(tmp_path), Path.mkdir
    run = runs.create(RunConfig("simclr", "digits", 1.0), "me")
    monkeypatch.setattr(Path, "mkdir", lambda path, *a, **more: no_room() if path.name == "gone" else plain(path, *a, **more))
    assert runs.delete("me") == ["digits"] and not (tmp_path / run).exists()


def test_a_run_that_cannot_be_stopped_keeps_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(tmp_path)
    run = runs.create(RunConfig("simclr", "digits", 1.0), "me")
    monkeypatch.setattr(Path, "touch", no_room)
    with pytest.raises(OSError, match="No space"):
        runs.stop(run, "me")
    assert runs.waiting() == [run]


def test_every_click_gets_a_sentence(disk: Disk) -> None:
    runs, background = Runs(disk.folder), Background()
    matching = Matching(Maps(runs), background)
    run = runs.create(RunConfig("simclr", "digits", 1.0), SECRET)
    before = disk.files()
    picture = {"images": ("a.png", noise(300), "image/png")}
    with TestClient(Starlette(routes=[ui.mount(matching.maps, matching)])) as web:
        for change, said in ((disk.fill, FULL_DISK), (disk.close, NOT_LET)):
            change()
            for language in ("en", "zh"):
                for answer in (
                    web.post(f"/playground/runs?lang={language}", json=BEGUN),
                    web.post(f"/playground/pictures?lang={language}", files=picture),
                    web.post(f"/playground/sets?lang={language}", files=picture),
                ):
                    assert answer.status_code == 507 and answer.json() == {"error": sentence(language, said, {})}
            with pytest.raises(api.gr.Error, match=said[:30]):
                api._spoken(lambda: runs.create(RunConfig("simclr", "digits", 1.0), SECRET))()
            assert sorted(set(disk.files()) - {"own"}) == before
        disk.close(False)
        disk.empty()
        assert runs.state(run).kind == "queued"  # what was there is as it was
    matching.close()
    background.close()


def test_half_an_upload_is_none(disk: Disk) -> None:
    own, runs, upload = Own(Sets(disk.folder / "own")), Runs(disk.folder), disk.folder / "mine.zip"
    upload.write_bytes(bytes(2 << 20))
    tiles = [png(image.permute(1, 2, 0).numpy()) for image in data.load("digits").test.images[:12]]
    disk.fill(free=1 << 20)
    for attempt in (
        lambda: runs.upload(upload),
        lambda: own.keep([("a.png", noise(512)), ("b.png", noise(512)), ("c.png", noise(500))], "en"),
        lambda: own.keep_set([*((f"{i}.png", tile) for i, tile in enumerate(tiles)), ("large.png", bytes(2 << 20))], "en"),
    ):
        with pytest.raises(OSError, match="No space"):
            attempt()
    kept = [path for path in (disk.folder / "own").glob("**/*") if path.is_file()]
    for path in kept:
        with Image.open(path) as picture:
            assert picture.size == (512, 512)
    assert not list((disk.folder / "uploads").iterdir())
    disk.empty()
    found = own.keep_set([(f"{i}.png", tile) for i, tile in enumerate(tiles)], "en")
    assert found["set"]["count"] == 12
    assert own.keep_set([(f"{i}.png", tile) for i, tile in enumerate(tiles)], "en") == found  # a second time it is there
    assert not list((disk.folder / "own").glob(".*"))


def test_a_map_that_cannot_be_kept_is_told_once_and_not_made_for_ever(
    finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Quick:
        made = 0

        def waiting(self) -> int:
            return 0

        def submit(self, urgency: int, wanted: object, work: object, *args: object) -> Future[Any]:
            job: Any = Future()
            job.progress, job.begun, self.made = 0.0, True, self.made + 1
            job.set_result(None)
            return job

    background: Any = Quick()
    maps = Maps(finished.runs, background)
    monkeypatch.setattr(maps, "keep", no_room)
    maps.ask(finished.run, FIRST, "me", False)
    for _ in range(3):
        found = maps.ask(finished.run, FIRST, "me", False)
    assert (found["state"], found["sentence"], background.made) == ("failed", FULL_DISK, 1)
    maps.leave(finished.run, FIRST, "me")
    maps.ask(finished.run, FIRST, "me", False)
    assert background.made == 2  # asked anew


def test_what_is_quickly_made_again_is_shown_though_it_is_not_kept(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = Maps(finished.runs)
    step = maps.steps(finished.run)[-1]
    whole, each = maps.frame(finished.run, LIVE, step), maps.measures.each(finished.run)
    for path in (finished.runs.folder(finished.run) / "maps").rglob("*.npz"):
        path.unlink()
    monkeypatch.setattr(frames, "save_layout", no_room)
    monkeypatch.setattr(measures, "save_arrays", no_room)
    assert np.allclose(maps.frame(finished.run, LIVE, step).positions, whole.positions, atol=1e-5)
    assert maps.measures.each(finished.run).keys() == each.keys()


def test_a_model_that_finds_no_room_is_not_told_to_look_for_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_download", no_room)
    with pytest.raises(UserError) as raised:
        hub.fetched(Source("hub", "somebody/model", "", 1, "somebody/model"), lambda share: None)
    assert raised.value.sentence == FULL_DISK


def test_a_queue_that_cannot_be_changed_ends_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(root: Path, slot: str) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    parent = Parent()
    parent.gone.set()  # nothing is waited for
    monkeypatch.setattr(worker, "claim", closed)
    assert worker.taken(tmp_path, "0", parent) is None


def test_half_an_example_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped.shutil, "copyfile", no_room)
    assert shipped.adopt(tmp_path) == {}
    assert [path.name for path in (tmp_path / shipped.DESK).iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_written_to_ends_the_start_with_a_sentence(disk: Disk) -> None:
    runs = Runs(Settings(runs=disk.folder / "runs").folder())
    disk.fill()
    assert Settings(runs=disk.folder / "runs").folder() == runs.root  # what is there can be looked at
    disk.close()
    for folder in (disk.folder / "runs", disk.folder / "others", Path("/dev/null/runs")):
        with pytest.raises(UserError) as raised:  # app.py prints it, and ends
            Settings(runs=folder).folder()
        assert str(folder) in str(raised.value) and "PLAYGROUND_RUNS" in str(raised.value)
    disk.close(False)
