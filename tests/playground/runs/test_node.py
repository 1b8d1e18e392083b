"""A run that trains somewhere else: its folder here grows as that one does, and goes on from what is here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from playground.runs.node import News, Part, Trainer, needed, take
from playground.runs.store import Runs
from trainers import data, record
from trainers.checkpoint import CHECKPOINT, write
from trainers.data import FOLDER
from trainers.train import RunConfig

CONFIG = RunConfig("simclr", "digits", steps=60)


class Elsewhere(Trainer):
    """A trainer that is warm at once, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.load = folder, data.load


def content(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def trained(runs: Runs, run: str, there: Path, events: int = 10**6) -> Iterator[list[Part]]:
    """What comes back of a run, up to so many events, after which what trains it is gone."""
    stream = Elsewhere(there).train(0, run, needed(runs.root / run))
    for parts, _ in zip(stream, range(events), strict=False):
        take(runs.root / run, parts)
        yield parts
    stream.close()  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.slow
def test_a_folder_becomes_what_it_is_elsewhere_event_by_event(tmp_path: Path) -> None:
    runs, there = Runs(tmp_path / "here"), tmp_path / "there"
    run = runs.create(CONFIG, "me")
    for count, _ in enumerate(trained(runs, run, there), 1):
        assert content(runs.root / run) == content(there / run)  # which is gone once the last one has come
        assert len(runs.view(run).events) == count  # none is read twice, as it is the same file that grows
    found = content(runs.root / run)
    assert runs.view(run).of("Finished") and {"images.png", "images.json", "model.safetensors", CHECKPOINT, "looks.bin"} <= {
        *found
    }
    assert record.read_looks(runs.root / run, runs.view(run).of("Look")) and not (there / run).exists()


@pytest.mark.slow
def test_what_was_lost_goes_on_elsewhere_from_the_last_snapshot(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "here")
    one, whole = (runs.create(CONFIG, "me") for _ in range(2))
    list(trained(runs, whole, tmp_path / "a"))
    seen = list(trained(runs, one, tmp_path / "b", 9))
    lost, snapshot = runs.view(one).events[-1]["step"], runs.view(one).of("Snapshot")[-1]["step"]
    assert len(seen) == 9 and lost > snapshot
    prepared = record.prepare(runs.root / one)
    again = record.prepare(runs.root / one)
    assert prepared and again and prepared[1] and again[1] and prepared[1].step == again[1].step == snapshot
    assert runs.view(one).events[-1]["step"] <= snapshot  # what came after is forgotten
    list(trained(runs, one, tmp_path / "c"))
    assert [event["step"] for event in runs.view(one).of("Started")] == [0, snapshot]
    for event in runs.view(one).of("Snapshot"):
        record.read_snapshot(runs.root / one, event["step"])
    looks = runs.view(one).of("Look")
    assert len(record.read_looks(runs.root / one, looks)) == len(looks)
    losses = [runs.view(run).of("Finished")[0]["summary"]["knn"] for run in (one, whole)]
    assert losses[0] == losses[1]  # chance follows from seed and step, wherever they are made


@pytest.mark.slow
def test_a_stop_reaches_the_folder_that_trains(tmp_path: Path) -> None:
    runs, there = Runs(tmp_path / "here"), tmp_path / "there"
    run = runs.create(CONFIG, "me")
    trainer = Elsewhere(there)
    trainer.stop(1)  # one that it does not have yet
    for count, parts in enumerate(trainer.train(1, run, needed(runs.root / run))):
        take(runs.root / run, parts)
        if count == 3:
            trainer.stop(1)
    last = runs.view(run).events[-1]
    assert last["reason"] == "stopped" and last["step"] < 60 and not (runs.root / run / "stop").exists()
    assert record.prepare(runs.root / run)
    for parts in trainer.train(2, run, needed(runs.root / run)):  # somebody goes on with it, and hears of the stop of before
        take(runs.root / run, parts)
        trainer.stop(1)
    assert runs.view(run).events[-1]["reason"] == "budget" and runs.view(run).events[-1]["step"] == 60


@pytest.mark.slow
def test_a_zip_is_read_where_it_was_sent(tmp_path: Path) -> None:
    here = tmp_path / "here/uploads/ab12/garments.zip"
    here.parent.mkdir(parents=True)
    pictures = tmp_path / "pictures"
    for label in ("a", "b"):
        (pictures / label).mkdir(parents=True)
        for number in range(12):
            noise = np.random.default_rng(number).integers(0, 255, (16, 16, 3), np.uint8)
            Image.fromarray(noise).save(pictures / label / f"{number}.png")
    shutil.make_archive(str(here.with_suffix("")), "zip", pictures)
    runs = Runs(tmp_path / "here")
    run = runs.create(RunConfig("simclr", f"{FOLDER}{here}", steps=3), "me")
    before = (runs.root / run / "run.json").read_bytes()
    stream = Elsewhere(tmp_path / "there").train(0, run, needed(runs.root / run), "ab12/garments.zip", here.read_bytes())
    here.unlink()  # nobody there could see it
    for parts in stream:
        take(runs.root / run, parts)
    assert runs.view(run).of("Finished") and (runs.root / run / "run.json").read_bytes() == before
    assert not [*(tmp_path / "there").iterdir()]  # nor is it kept there


def test_news_are_whole_files_or_what_has_grown_and_events_last(tmp_path: Path) -> None:
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "events.jsonl").write_text("one\n")
    (tmp_path / "run.json").write_text("{}")
    news = News(tmp_path)
    assert news.read() == []
    (tmp_path / "snapshots/1.npz").write_bytes(b"array")
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write("two\n")
    (tmp_path / ".half").touch()
    assert news.read() == [("snapshots/1.npz", 0, b"array"), ("events.jsonl", 4, b"two\n")]
    (tmp_path / "events.jsonl").write_text("1\n")
    assert news.read() == [("events.jsonl", 0, b"1\n")] and news.read() == []
    write(tmp_path / "events.jsonl", lambda path: path.write_text("begun anew, and longer\n"))
    assert news.read() == [("events.jsonl", 0, b"begun anew, and longer\n")]


@pytest.mark.parametrize("name", ["snapshots/1.npz", "images.png", "looks.bin"])
@pytest.mark.parametrize("start", [0, 9])
def test_a_folder_that_was_deleted_does_not_come_back(tmp_path: Path, name: str, start: int) -> None:
    with pytest.raises(FileNotFoundError):
        take(tmp_path / "gone", [(name, start, b"content")])
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("name", ["../outside", "/outside", "snapshots/../../outside"])
def test_nothing_is_written_outside_of_the_runs_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        take(tmp_path / "run", [(name, 0, b"")])
    assert not (tmp_path / "outside").exists()
