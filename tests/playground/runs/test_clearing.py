"""What is old goes without a click, and what is kept is counted as the disk counts it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from playground import ui
from playground.maps.making import Maps
from playground.match import own
from playground.match.ask import Matching
from playground.match.own import Own
from playground.match.sets import Sets
from playground.runs.clearing import Clearing
from playground.runs.store import AT_ONCE, Limits, Runs
from trainers.train import RunConfig


def test_each_work_is_done_again_and_again_though_another_fails(caplog: pytest.LogCaptureFixture) -> None:
    often = threading.Semaphore(0)

    def fail() -> None:
        raise OSError("the disk is away")

    clearing = Clearing(fail, often.release, seconds=0.001)
    clearing.start()
    try:
        assert often.acquire(timeout=30) and often.acquire(timeout=30)
    finally:
        clearing.close()
    assert not clearing._thread.is_alive() and "the disk is away" in caplog.text


def test_it_ends_with_the_app_and_does_not_wait_for_its_hour() -> None:
    clearing = Clearing(lambda: pytest.fail("not yet"))
    clearing.start()
    clearing.close()
    assert not clearing._thread.is_alive()


def test_what_is_old_goes_a_few_runs_at_a_time(tmp_path: Path) -> None:
    runs, counts, twice = Runs(tmp_path, Limits(waiting_each=20)), list[int](), threading.Semaphore(0)
    for run in [runs.create(RunConfig("simclr", "digits", seconds=1.0), "me") for _ in range(AT_ONCE + 2)]:
        os.utime(tmp_path / run / "run.json", (0, 0))
        runs.stop(run, "me")

    def count() -> None:
        counts.append(len(list(tmp_path.glob("*/run.json"))))
        twice.release()

    clearing = Clearing(runs.expire, count, seconds=0.001)
    clearing.start()
    try:
        assert twice.acquire(timeout=30) and twice.acquire(timeout=30)
    finally:
        clearing.close()
    assert counts[:2] == [2, 0]


def test_gradio_removes_its_own_uploads(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    matching = Matching(Maps(runs), None)  # pyright: ignore[reportArgumentType] (nothing is asked)
    demo, _ = ui.build(runs, matching)
    matching.close()
    assert demo.delete_cache == (3_600, 86_400)


def small_files(root: Path, count: int, name: str) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.txt").write_bytes(b"x")
    return folder


def test_small_files_count_as_the_blocks_that_they_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Own(Sets(tmp_path / "own"))
    old, new = (small_files(tmp_path / "own", 100, name) for name in ("old", "new"))
    os.utime(old, (time.time() - 60,) * 2)
    taken = sum(path.stat().st_blocks for path in (new, *new.iterdir())) * 512
    assert taken > 100 * 512  # and 100 bytes as their sizes say
    monkeypatch.setattr(own, "BYTES", taken)
    monkeypatch.setattr(own, "ROOM", 1.0)
    kept.expire()
    assert new.exists() and not old.exists()


def test_what_is_there_is_looked_through_once_and_not_at_each_upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Own(Sets(tmp_path / "own"))
    there = small_files(tmp_path / "own", 10, "there")
    walked: list[Path] = []
    occupied = own.occupied
    monkeypatch.setattr(own, "occupied", lambda path: walked.append(path) or occupied(path))
    picture = (Path(__file__).parents[3] / "docs" / "picture.png").read_bytes()
    for _ in range(3):
        assert kept.keep([("a.png", picture)], "en")["pictures"]
    assert walked.count(there) == 1
    monkeypatch.setattr(own, "BYTES", 1)  # too much is seen at once
    os.utime(there, (time.time() - 60,) * 2)
    kept.keep([("a.png", picture)], "en")
    assert not there.exists()
