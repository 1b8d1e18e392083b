"""Several apps on one folder of runs, which may be on a network: what it must do, and what they count together."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from playground.runs import rooms, storage, worker
from playground.runs.parent import Parent
from playground.runs.rooms import Rooms
from playground.runs.storage import MACHINE, Apps, check
from playground.runs.store import SLOT, TRAINING, Limits, Runs, claim
from playground.settings import Settings
from trainers import checkpoint, record
from trainers.errors import UserError
from trainers.train import RunConfig

CONFIG = RunConfig("simclr", "digits", seconds=1.0)


def no_locks(number: int) -> Any:
    def flock(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return flock


def test_a_folder_of_this_machine_has_all_that_is_needed(tmp_path: Path) -> None:
    check(tmp_path, "PLAYGROUND_RUNS")
    assert list(tmp_path.iterdir()) == []
    assert Settings(runs=tmp_path / "new").folder() == tmp_path / "new"


def keeps(self: Path, target: Path) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


LACKS = {
    "no lock (NFS without its lock service)": (fcntl, "flock", no_locks(errno.ENOLCK), "does not see another's locks"),
    "no lock (others)": (fcntl, "flock", no_locks(errno.ENOTSUP), "does not see another's locks"),
    "a lock that keeps nobody out": (fcntl, "flock", lambda *_: None, "does not see another's locks"),
    "no renaming of folders, as in a bucket": (Path, "rename", keeps, "a folder there cannot be renamed"),
    "no place of another, as in a bucket": (os, "replace", keeps, "a file there cannot take another's place"),
    "a file is deleted twice": (Path, "unlink", lambda self: None, "two may delete one file there"),
}


@pytest.mark.parametrize("lack", LACKS)
def test_the_app_does_not_start_where_two_could_train_one_run(
    lack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, name, other, said = LACKS[lack]
    monkeypatch.setattr(where, name, other)
    with pytest.raises(UserError, match=f"^Runs cannot be kept in {tmp_path}, as .*{said}: set PLAYGROUND_RUNS to another"):
        Settings(runs=tmp_path).folder()
    monkeypatch.undo()


def app_of(machine: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Apps:
    with monkeypatch.context() as patched:
        patched.setattr(storage, "MACHINE", machine)
        return Apps(root)


def later(path: Path, seconds: float) -> None:
    """A file's time, as if it had been touched later: a look follows the last one by a minute."""
    os.utime(path, (path.stat().st_atime + seconds, path.stat().st_mtime + seconds))


def test_an_app_whose_locks_are_not_seen_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = Apps(tmp_path), app_of("other.machine", tmp_path, monkeypatch)
    there.look()
    for _ in range(3):
        later(there.own, 60)
        here.look()
    assert not here.unseen and not caplog.records  # it lives, and its lock is seen
    there._lock.release(force=True)  # as on a folder whose locks do not leave their machine
    for _ in range(3):
        later(there.own, 60)
        here.look()
    assert here.unseen == {"other.machine"} and [r.getMessage() for r in caplog.records] == [storage.UNSEEN % "other.machine"]
    later(there.own, -1_000)  # it was ended, as the log asks
    here.look()
    assert not here.unseen
    here.close()
    assert [path.name for path in here.folder.iterdir()] == [there.own.name]


def test_an_app_that_was_killed_is_no_danger_and_forgotten_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, dead = Apps(tmp_path), app_of("other.machine", tmp_path, monkeypatch)
    dead.look()
    dead._lock.release(force=True)
    for _ in range(3):
        here.look()
    assert not here.unseen and dead.own.exists()
    later(dead.own, -90_000)
    again = Apps(tmp_path)
    again.own = here.own
    again.look()
    assert not again.unseen and not dead.own.exists()


def test_clicks_at_two_apps_get_no_more_places_than_there_are(tmp_path: Path) -> None:
    limits = Limits(waiting=9, waiting_each=3, waiting_address=4)
    apps = [Runs(tmp_path, limits, "a word that both have") for _ in range(2)]
    together, refused = threading.Barrier(30), list[str]()

    def click(number: int, owner: str, address: str) -> None:
        together.wait()
        try:
            apps[number % 2].create(CONFIG, owner, address)
        except UserError as error:
            refused.append(str(error))

    def clicks(one_browser: bool, one_address: bool) -> int:
        people = [("me" if one_browser else f"person {i} {one_address}", "192.0.2.1" if one_address else "") for i in range(30)]
        threads = [threading.Thread(target=click, args=(i, *who)) for i, who in enumerate(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(apps[0].waiting())

    assert clicks(one_browser=True, one_address=False) == 3
    assert clicks(one_browser=False, one_address=True) == 3 + 4
    assert clicks(one_browser=False, one_address=False) == 9
    assert len(refused) == 27 + 26 + 28 and apps[0].waiting() == apps[1].waiting()


def test_a_turn_that_does_not_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "PATIENCE", 0.1)
    runs = Runs(tmp_path)
    with FileLock(tmp_path / ".queueing"), pytest.raises(UserError, match="does not answer"):
        runs.create(CONFIG, "me")
    runs.create(CONFIG, "me")
    with runs._queueing:  # another thread's click
        found: list[BaseException] = []

        def click() -> None:
            try:
                runs.create(CONFIG, "me")
            except UserError as error:
                found.append(error)

        thread = threading.Thread(target=click)
        thread.start()
        thread.join(60)
    assert len(found) == 1 and "does not answer" in str(found[0])


def test_a_slot_whose_lock_cannot_be_taken_now_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    class Sometimes(FileLock):
        def acquire(self, *args: Any, **options: Any) -> Any:
            tried.append(len(tried))
            if len(tried) < 3:
                raise OSError(errno.EROFS, "Read-only file system")
            return super().acquire(*args, **options)

    for module in (storage, worker):
        tried.clear()
        monkeypatch.setattr(module, "FileLock", Sometimes)
        monkeypatch.setattr(module, "AGAIN", 0.01)
        parent = Parent()
        lock = storage.held(tmp_path / "slot", parent.gone) if module is storage else worker.free_slot(tmp_path, 1, parent)
        assert lock and tried == [0, 1, 2]


def test_the_clock_of_this_machine_may_be_ahead_of_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(tmp_path)
    run = runs.create(CONFIG, "me")
    since = time.time() + 300 - 1  # of a worker that began just before, by a clock that is five minutes ahead
    assert claim(tmp_path) == run
    monkeypatch.setattr("playground.runs.store.time.time", lambda ahead=time.time: ahead() + 300)
    runs.worker_died(-9, since)
    assert runs.state(run).kind == "failed"


@pytest.mark.parametrize("error", [BlockingIOError, PermissionError])
def test_a_lock_that_somebody_holds_is_told_in_two_ways(
    tmp_path: Path, error: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".lock").touch()

    def held(*_: object) -> None:
        raise error(errno.EACCES, "held")  # as SMB says it

    monkeypatch.setattr(record.fcntl, "flock", held)
    assert record.is_training(tmp_path)


def test_a_process_that_is_forked_during_a_look_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".lock").touch()
    copies: list[int] = []
    flock = fcntl.flock

    def copied(file: Any, how: int) -> None:
        flock(file, how)
        if how & fcntl.LOCK_SH:
            copies.append(os.dup(file.fileno()))  # what a fork has

    monkeypatch.setattr(record.fcntl, "flock", copied)
    assert not record.is_training(tmp_path)
    monkeypatch.undo()
    with FileLock(tmp_path / ".lock", timeout=0.1):
        os.close(copies[0])


def test_addresses_are_the_same_to_apps_that_share_a_word_and_to_no_others(tmp_path: Path) -> None:
    one, two, other, alone = (Runs(tmp_path, secret=word) for word in ("long word of both", "long word of both", "another", ""))
    assert one.place("192.0.2.1") == two.place("192.0.2.1") != ""
    assert len({app.place("192.0.2.1") for app in (one, other, alone)}) == 3
    settings = Settings.from_environment({"PLAYGROUND_SECRET": "long word of both"})
    assert (
        settings.secret == "long word of both" and "long word" not in settings.told() and "PLAYGROUND_SECRET" in settings.told()
    )
    with pytest.raises(UserError, match="16 to 200 letters") as raised:
        Settings.from_environment({"PLAYGROUND_SECRET": "short"})
    assert "short" not in str(raised.value)


def test_who_looks_at_once_takes_nobody_for_a_process_that_trains(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    found = list[bool]()
    threads = [
        threading.Thread(target=lambda: found.extend(record.is_training(tmp_path) for _ in range(400))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1600 and not any(found)
    with FileLock(tmp_path / ".lock"):
        assert record.is_training(tmp_path)
    assert not record.is_training(tmp_path / "nowhere")


def test_the_number_of_a_file_says_nothing_of_its_content(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = runs.create(CONFIG, "me")
    file, line = tmp_path / run / "events.jsonl", '{{"event": "Pictures", "step": {}, "seconds": 0}}\n'
    file.write_text(line.format(0) + line.format(1))
    events = runs.view(run).events
    copy = file.with_name("copy")  # a bucket may give another number at each look
    copy.write_text(file.read_text() + line.format(2))
    os.replace(copy, file)
    view = runs.view(run)
    assert view.events is events and [event["step"] for event in events] == [0, 1, 2] and view.generation == 1
    with file.open("r+") as same:  # and a disk the old one to a new file, as this has it
        same.truncate(0)
        same.write(line.format(0))
    view = runs.view(run)
    assert [event["step"] for event in view.events] == [0] and view.generation == 2
    with file.open("r+") as same:  # longer than what was read
        same.write("".join(line.format(step) for step in (5, 6, 7)))
    view = runs.view(run)
    assert [event["step"] for event in view.events] == [5, 6, 7] and view.generation == 3


def test_a_worker_that_dies_tells_nothing_to_the_runs_of_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs(tmp_path)
    mine, other = runs.create(CONFIG, "a"), runs.create(CONFIG, "b")
    assert claim(tmp_path) == mine
    with monkeypatch.context() as patched:
        patched.setattr(storage, "MACHINE", "other.machine")
        assert claim(tmp_path) == other
    runs.worker_died(-9, time.time() - 60)
    assert runs.state(mine).kind == "failed" and runs.state(other).kind == "starting"  # its worker is about to begin


def test_the_workers_of_other_machines_shorten_the_wait(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    made = [runs.create(RunConfig("simclr", "digits", seconds=s), f"person {i}") for i, s in enumerate((30, 20, 10))]
    assert [runs.state(run).wait for run in made] == [0, 30, 50]
    with FileLock(tmp_path / f"{SLOT}other.machine-0"):
        assert [runs.state(run).wait for run in made] == [0, 0, 20]
        (tmp_path / f"{TRAINING}other.machine-0").write_text(made[0])
        claim(tmp_path)  # as that worker did
        (tmp_path / f"{TRAINING}{MACHINE}-0").unlink()
        assert [runs.state(run).wait for run in made[1:]] == [0, 20]
    assert [runs.state(run).wait for run in made[1:]] == [0, 20]


def test_a_room_goes_by_the_clock_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(tmp_path)
    wall = Rooms(runs)
    room = wall.open("Monday", "the host's secret", "host")
    monkeypatch.setattr(rooms.time, "time", lambda now=time.time: now() + 600)  # of a machine that is ahead
    wall.join(room, "Ann", "ann")
    monkeypatch.undo()
    run = runs.create(CONFIG, "ann")
    assert [one for one, _ in wall.members(room)] == [run]


def test_two_machines_write_one_file_under_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 7)  # as in two containers
    names = list[str]()
    for _ in range(2):
        checkpoint.write(tmp_path / "name", lambda path: (names.append(path.name), path.touch()))
    assert len(set(names)) == 2 and [path.name for path in tmp_path.iterdir()] == ["name"]
