"""A full disk: the run that meets it says so, and what was finished before is whole."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disk import Disk, mounted
from tests.trainers.synthetic import dataset
from trainers import __main__ as cli
from trainers import record
from trainers.checkpoint import Checkpoint, load_model
from trainers.data.images_io import fetch
from trainers.errors import FULL_DISK, NOT_LET, DataError, of_disk
from trainers.events import Failed, Finished
from trainers.train import RunConfig


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with mounted(tmp_path) as disk:
        yield disk


def trained(folder: Path, steps: int) -> list[object]:
    record.create(folder, RunConfig("simclr", steps=steps, device="cpu"))
    return list(record.run(folder, load=lambda _: dataset()))


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, FULL_DISK), (errno.EDQUOT, FULL_DISK), (errno.EROFS, NOT_LET), (errno.EACCES, NOT_LET), (errno.EIO, None)],
)
def test_what_the_system_says_of_its_disk_has_a_sentence(number: int, said: str | None) -> None:
    found = of_disk(OSError(number, "no", "/some/where/run.json"))
    assert (found and found.sentence) == said and "/some" not in str(found)
    assert of_disk(ValueError("no")) is None and of_disk(OSError("no number")) is None


def test_a_run_that_fills_the_disk_fails_with_a_sentence_and_leaves_nothing_half(disk: Disk) -> None:
    run = disk.folder / "run"
    record.create(run, RunConfig("simclr", steps=5, device="cpu"))
    disk.fill(free=100_000)  # its first checkpoint is larger
    events = list(record.run(run, load=lambda _: dataset()))
    assert isinstance(events[-1], Failed) and events[-1].sentence == FULL_DISK
    assert [event["event"] for event in record.read_events(run)[0]] == ["Started", "Look", "Failed"]
    assert disk.files() == ["run", "run/.lock", "run/events.jsonl", "run/looks.bin", "run/run.json", "run/snapshots"]
    disk.empty()
    assert isinstance(trained(run, 5)[-1], Finished)


def test_what_a_run_had_finished_before_stays(disk: Disk) -> None:
    run = disk.folder / "run"
    trained(run, 3)
    before = disk.files()
    disk.fill(free=100_000)
    end = trained(run, 40)[-1]
    assert isinstance(end, Failed) and end.sentence == FULL_DISK
    assert {*before} <= {*disk.files()} and record.read_events(run)[0][-1]["event"] == "Failed"
    assert Checkpoint.load(run).step == 3 and load_model(run) and len(record.read_snapshot(run, 3)) == 64
    disk.empty()
    assert isinstance(trained(run, 6)[-1], Finished) and Checkpoint.load(run).step == 6


def test_half_a_line_spoils_no_other(disk: Disk) -> None:
    record.append(disk.folder, Failed(1, 0.0, "before"))
    disk.fill(free=4096)
    with pytest.raises(OSError, match="No space"):
        record.append(disk.folder, Failed(2, 0.0, "x" * 40_000))
    record.append(disk.folder, Failed(3, 0.0, "after"))
    assert [event["sentence"] for event in record.read_events(disk.folder)[0]] == ["before", "after"]


def test_half_a_run_is_none(disk: Disk) -> None:
    disk.fill()
    with pytest.raises(OSError, match="No space"):
        record.create(disk.folder / "run", RunConfig("simclr", steps=5))
    assert disk.files() == []


def test_the_command_line_says_so_too(disk: Disk, capsys: pytest.CaptureFixture[str]) -> None:
    disk.close()
    assert cli.main(["simclr", "--steps", "1", "--out", str(disk.folder / "run")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("The app may not read or write") and said.count("\n") == 1
    disk.close(False)


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "make room for downloads"), (errno.EACCES, "PLAYGROUND_DATA")])
def test_data_that_finds_no_room_is_not_told_to_look_for_a_network(
    number: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path) -> None:
        raise OSError(number, "No room", str(tmp_path / "cifar10"))

    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path))
    with pytest.raises(DataError, match=said) as raised:
        fetch("CIFAR-10", full)
    assert "internet" not in str(raised.value) and str(tmp_path) not in str(raised.value)
