"""A run is a folder: half-written, killed, stopped, damaged, and still a run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.trainers.synthetic import dataset
from trainers import checkpoint, record, train
from trainers.checkpoint import CHECKPOINT, MODEL, load_model
from trainers.errors import NotFound, UserError
from trainers.events import Failed, Finished, Notice, Step
from trainers.train import RunConfig

ROOT = Path(__file__).parents[2]


def short(folder: Path, steps: int = 5) -> list[object]:
    record.create(folder, RunConfig("simclr", steps=steps, device="cpu"))
    return list(record.run(folder, load=lambda _: dataset()))


def test_what_is_yielded_is_what_is_read(tmp_path: Path) -> None:
    events = short(tmp_path)
    read, offset = record.read_events(tmp_path)
    assert [type(e).__name__ for e in events] == [e["event"] for e in read]
    assert offset == (tmp_path / "events.jsonl").stat().st_size
    assert record.read_snapshot(tmp_path, 5).shape == (64, 256)
    rows = record.read_pictures(tmp_path, 5)
    assert list(rows) == ["image", "view 1", "view 2"] and rows["image"].shape == (8, 28, 28, 1)
    assert record.summary(tmp_path)["steps"] == 5 and not record.is_training(tmp_path)


def test_half_a_line_is_left_for_the_next_reader(tmp_path: Path) -> None:
    short(tmp_path)
    whole, offset = record.read_events(tmp_path)
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"event": "Step", "st')
        file.flush()
        assert record.read_events(tmp_path, offset) == ([], offset)
        file.write('ep": 9, "seconds": 1.0, "loss": 1.0, "std_sqrt_d": 1.0, "images_per_second": 1.0}\n')
    new, _ = record.read_events(tmp_path, offset)
    assert [e["step"] for e in new] == [9] and len(whole) > 3


def test_a_file_named_stop_stops(tmp_path: Path) -> None:
    record.create(tmp_path, RunConfig("simclr", steps=10_000, device="cpu"))
    events = []
    for event in record.run(tmp_path, load=lambda _: dataset()):
        events.append(event)
        if isinstance(event, Step):
            (tmp_path / "stop").touch()
    assert isinstance(events[-1], Finished) and events[-1].reason == "stopped" and events[-1].step < 10_000


def test_a_stop_is_looked_up_at_most_ten_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, clock = Mock(), Mock()
    stop.exists.return_value = False
    monkeypatch.setattr(record, "time", clock)
    asked = record.Asked(stop)
    for step in range(100):
        clock.monotonic.return_value = 5 + step / 100
        assert not asked()
        assert stop.exists.called  # at the first step
    assert stop.exists.call_count <= 10
    stop.exists.return_value = True
    clock.monotonic.return_value += record.ASK_EVERY
    assert asked() and asked()


def steps_of(folder: Path, kind: str) -> list[int]:
    return [e["step"] for e in record.read_events(folder)[0] if e["event"] == kind]


def test_a_run_at_its_end_is_not_run_again(tmp_path: Path) -> None:
    short(tmp_path)
    before = record.read_events(tmp_path)
    assert list(record.run(tmp_path, load=lambda _: dataset())) == []
    assert record.read_events(tmp_path) == before
    record.forget_after(tmp_path, 5)  # killed between its last snapshot and its end
    assert isinstance(list(record.run(tmp_path, load=lambda _: dataset()))[-1], Finished)
    looked = steps_of(tmp_path, "Snapshot")  # a machine that is busy may have looked in between
    assert looked == sorted({0, *looked, 5}) and steps_of(tmp_path, "Finished") == [5]


def test_a_run_that_only_has_to_be_judged_keeps_its_loss_and_gets_its_last_look(tmp_path: Path) -> None:
    short(tmp_path)
    whole, looks = record.summary(tmp_path), steps_of(tmp_path, "Look")
    record.forget_after(tmp_path, whole["steps"], look_again=True)  # killed while it was judged
    assert isinstance(list(record.run(tmp_path, load=lambda _: dataset()))[-1], Finished)
    again = record.summary(tmp_path)
    assert again["loss"] == whole["loss"] and again["knn"] == whole["knn"]
    assert again["images_per_second"] is not None and steps_of(tmp_path, "Look")[-1] == looks[-1] == whole["steps"]


def test_no_step_is_on_the_time_axis_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record.create(tmp_path, RunConfig("simclr", steps=10, device="cpu"))
    for _ in record.run(tmp_path, stop=lambda: True, load=lambda _: dataset()):
        pass
    assert steps_of(tmp_path, "Snapshot") == [0] and steps_of(tmp_path, "Finished") == [0]
    for _ in record.run(tmp_path, stop=lambda: True, load=lambda _: dataset()):
        pass
    assert steps_of(tmp_path, "Snapshot") == [0] and steps_of(tmp_path, "Finished") == [0]
    monkeypatch.setattr(train, "SNAPSHOT_FIRST", 0.0)  # a look is due after the first step
    record.create(tmp_path, RunConfig("simclr", steps=1, device="cpu"))
    for _ in record.run(tmp_path, load=lambda _: dataset()):
        pass
    assert steps_of(tmp_path, "Snapshot") == [0, 1] and steps_of(tmp_path, "Finished") == [1]


def test_what_a_run_was_told_stays_when_it_begins_anew(tmp_path: Path) -> None:
    short(tmp_path)
    record.append(tmp_path, Notice(3, 1.0, "It was lost.", {}))
    record.forget_after(tmp_path, -1)
    assert [event["event"] for event in record.read_events(tmp_path)[0]] == ["Notice"]


def test_a_run_goes_on_with_its_encoder_whatever_the_device_would_choose(tmp_path: Path, monkeypatch: Any) -> None:
    short(tmp_path)
    monkeypatch.setattr(train, "choose", lambda name, device: "conv-full" if name == "auto" else name)  # as a GPU's other one
    about = record.read_about(tmp_path)
    assert isinstance(short(tmp_path, steps=8)[-1], Finished)
    assert record.read_about(tmp_path)["created"] >= about["created"] and steps_of(tmp_path, "Finished") == [8]


def test_whose_a_run_is_stays_with_it(tmp_path: Path) -> None:
    record.create(tmp_path, RunConfig("simclr", steps=5), owner="me", sweep={"id": "x"})
    record.create(tmp_path, RunConfig("simclr", steps=9))
    about = record.read_about(tmp_path)
    assert about["owner"] == "me" and about["sweep"] == {"id": "x"} and about["config"]["steps"] == 9


def test_threads_read_arrays_together(tmp_path: Path) -> None:
    short(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: record.read_pictures(tmp_path, 5)["image"].shape, range(400)))
    assert set(found) == {(8, 28, 28, 1)}


def test_threads_that_write_one_file_do_not_meet(tmp_path: Path) -> None:
    path, begin = tmp_path / "x", threading.Barrier(6)

    def write(letter: str) -> str:
        begin.wait()
        for _ in range(40):
            checkpoint.write(path, lambda to: (to.write_text(letter * 5_000), to.write_text(letter * 10_000)))
            assert len(text := path.read_text()) == 10_000 and len(set(text)) == 1
        return letter

    with ThreadPoolExecutor(6) as pool:
        assert "".join(pool.map(write, "abcdef")) == "abcdef"
    assert [file.name for file in tmp_path.iterdir()] == ["x"]


def test_a_damaged_checkpoint_and_an_empty_folder_give_a_sentence(tmp_path: Path) -> None:
    short(tmp_path)
    (tmp_path / MODEL).write_bytes(b"nonsense")
    with pytest.raises(UserError, match="is damaged"):
        load_model(tmp_path)
    (tmp_path / CHECKPOINT).write_bytes(b"nonsense")
    events = list(record.run(tmp_path, load=lambda _: dataset()))
    assert isinstance(events[-1], Failed) and "damaged" in events[-1].sentence
    with pytest.raises(UserError, match="no saved network"):
        load_model(tmp_path / "snapshots")
    with pytest.raises(UserError, match="no run called"):
        record.read_config(tmp_path / "nowhere")


def test_an_error_in_the_program_is_the_last_event(tmp_path: Path) -> None:
    def broken(_: RunConfig) -> object:
        raise ZeroDivisionError("by zero")

    record.create(tmp_path, RunConfig("simclr", steps=5, device="cpu"))
    (event,) = record.run(tmp_path, load=broken)
    assert isinstance(event, Failed) and event.values["error"] == "ZeroDivisionError: by zero"


@pytest.mark.slow
def test_a_killed_process_leaves_a_folder_that_opens_and_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-m", "trainers", "simclr", "--dataset", "digits", "--seconds", "60", "--out", str(out)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + 60
        while not any(e["event"] == "Step" for e in record.read_events(out)[0]) and time.monotonic() < end:
            time.sleep(0.1)
        assert record.is_training(out)
        with pytest.raises(UserError, match="being trained already"):
            list(record.run(out))
        time.sleep(3)
        os.kill(process.pid, signal.SIGKILL)
    assert not record.is_training(out)
    read, _ = record.read_events(out)
    assert read[-1]["event"] != "Finished"
    assert record.summary(out)["steps"] > 0 and load_model(out) is not None
    command[command.index("60")] = "8"
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["seconds"] >= 8


def test_a_run_whose_folder_is_gone_is_said_and_makes_no_other(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no run called gone."):
        list(record.run(tmp_path / "gone"))
    assert not (tmp_path / "gone").exists()
