"""Batches for a device: the same ones wherever the images are kept; and a host that does not run ahead."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainers.synthetic import dataset
from trainers import evaluate, feed
from trainers.checkpoint import Checkpoint
from trainers.data import Dataset
from trainers.events import Finished, Step
from trainers.feed import AHEAD, Feed, Pace, room
from trainers.train import Meter, RunConfig, train

CPU = torch.device("cpu")


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "SHARE", 0)


def test_an_order_is_the_same_wherever_the_images_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    images = dataset(n=50).train.images
    whole = Feed(images, 8, 3, CPU)
    monkeypatch.setattr(feed, "SHARE", 0)
    apart = Feed(images, 8, 3, CPU)
    assert whole.whole and not apart.whole
    seen = []
    for step in range(14):  # more than two epochs of six batches
        (index, rows), (other, copied) = whole.batch(step), apart.batch(step)
        apart.prepare(step + 1)
        assert torch.equal(index, other) and torch.equal(rows, copied) and torch.equal(rows, images[index])
        seen.append(index)
    assert len(torch.cat(seen[:6]).unique()) == 48 and not torch.equal(torch.cat(seen[:6]), torch.cat(seen[6:12]))
    assert torch.equal(apart.batch(3)[0], seen[3])  # a run that goes on begins anywhere


def test_a_batch_stays_what_it_is_when_the_next_is_gathered(no_room: None) -> None:
    images = dataset(n=50).train.images
    apart = Feed(images, 8, 0, CPU)
    index, rows = apart.batch(0)
    apart.prepare(1)
    assert torch.equal(rows, images[index]) and not torch.equal(rows, apart.batch(1)[1])


def numbers(name: str, data: Dataset) -> tuple[Checkpoint, list[float], dict[str, Any]]:
    saved: list[Checkpoint] = []
    *events, end = train(RunConfig(name, steps=9, device="cpu", knobs={"batch_size": 16}), data, save=saved.append)
    assert isinstance(end, Finished)
    summary = {key: value for key, value in end.summary.items() if key != "images_per_second"}
    return saved[-1], [event.loss for event in events if isinstance(event, Step)][-1:], summary


@pytest.mark.parametrize("name", ["simclr", "clip", "masked"])
def test_a_run_has_the_same_numbers_to_the_bit_wherever_its_images_are_kept(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = dataset(n=70, channels=3, size=20)
    for clock in ("STEP_EVERY", "SNAPSHOT_FIRST"):  # a loss is the mean since the last look, and a busy machine looks elsewhere
        monkeypatch.setattr(f"trainers.train.{clock}", float("inf"))
    whole, losses, summary = numbers(name, data)
    monkeypatch.setattr(feed, "SHARE", 0)
    apart, other_losses, other_summary = numbers(name, data)
    assert losses == other_losses and summary == other_summary
    for mine, its in ((whole.model, apart.model), (whole.optimizer, apart.optimizer)):
        assert mine.keys() == its.keys() and all(torch.equal(mine[key], its[key]) for key in mine)


def test_raw_pixels_of_large_images_are_judged_by_as_many_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dataset(n=64)
    assert evaluate.within(data) is data
    monkeypatch.setattr(evaluate, "PIXELS", 20 * 28 * 28)
    monkeypatch.setattr(evaluate, "LIMIT", 10)
    few = evaluate.within(data)
    assert len(few.train) == len(few.test) == 20 and few.train.names and few.train.labels is not None
    for i, name in enumerate(few.train.names):
        at = data.train.names.index(name)
        assert torch.equal(few.train.images[i], data.train.images[at])
        assert data.train.labels is not None and few.train.labels[i] == data.train.labels[at]
    end = list(train(RunConfig("autoencoder", steps=2, device="cpu"), data))[-1]
    assert isinstance(end, Finished) and end.summary["mse_pca"] > 0 and end.summary["knn_pixels"] is not None


def test_how_much_room_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (16 * 2**30, 80 * 2**30))
    assert room(torch.device("cuda:0")) == 4 * 2**30
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 8 * 2**30)
    assert room(torch.device("mps")) == 2 * 2**30
    grey, colour = (torch.empty(100_000, channels, 128, 128, dtype=torch.uint8, device="meta") for channels in (1, 3))
    assert grey.nbytes < room(torch.device("cuda:0")) < colour.nbytes  # of docs/gpu.md's table
    assert room(CPU) > 2**60


def test_what_torch_keeps_of_an_earlier_run_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (2 * 2**30, 80 * 2**30))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 15 * 2**30)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 1 * 2**30)
    assert room(torch.device("cuda:0")) == 4 * 2**30


class Work:
    """A device that computes one step after the other, and only when somebody waits for it."""

    def __init__(self) -> None:
        self.started = self.computed = 0
        self.longest = 0

    def start(self) -> None:
        self.started += 1
        self.longest = max(self.longest, self.started - self.computed)

    def event(self, device: torch.device) -> Work.Event:
        assert device.type == "cuda"
        return Work.Event(self)

    class Event:
        def __init__(self, work: Work) -> None:
            self.work, self.at = work, -1

        def record(self) -> None:
            self.at = self.work.started

        def synchronize(self) -> None:
            assert self.at > 0, "recorded before"
            self.work.computed = max(self.work.computed, self.at)


def test_the_host_is_two_steps_ahead_at_most() -> None:
    work = Work()
    pace = Pace(torch.device("cuda:0"), work.event)
    for step in range(1, 21):
        work.start()
        pace.step()
        assert work.computed == max(0, step - AHEAD)  # no later, which would be a queue, and no earlier, which would be a wait
    assert work.longest == AHEAD + 1


def test_a_wait_is_for_all_that_was_started() -> None:
    work = Work()
    pace = Pace(torch.device("cuda:0"), work.event)
    for _ in range(5):
        work.start()
        pace.step()
    pace.wait()
    assert work.computed == work.started == 5
    work.start()
    pace.step()
    assert work.computed == 5  # two more may wait


def test_a_look_is_not_taken_for_the_steps_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images a second where a step takes a device 10 s and a look waits for some of them, by a simulated clock."""
    clock, todo = [0.0], [0]

    def compute() -> None:
        clock[0] += 10.0 * todo[0]
        todo[0] = 0

    class Queue(Pace):
        def step(self) -> None:
            todo[0] += 1

        wait = staticmethod(compute)

    def looks(*_: Any) -> Any:
        compute()  # what is read of a device waits for it
        clock[0] += 1.0
        return np.zeros((1, 4), np.float16)

    read = Meter.read

    def reads(self: Meter, *given: Any) -> Step:
        compute()
        return read(self, *given)

    monkeypatch.setattr("trainers.train.time", SimpleNamespace(perf_counter=lambda: clock[0]))
    for name, value in (("Pace", Queue), ("LOOK_EVERY", 0.0), ("LOOK_SHARE", 1.0), ("STEP_EVERY", 0.0)):
        monkeypatch.setattr(f"trainers.train.{name}", value)
    monkeypatch.setattr("trainers.train.Looks.look", looks)
    monkeypatch.setattr(Meter, "read", reads)
    events = list(train(RunConfig("simclr", steps=6, device="cpu", knobs={"batch_size": 8}), dataset()))
    assert [event.images_per_second for event in events if isinstance(event, Step)] == pytest.approx([0.8] * 6)


def test_nothing_is_waited_for_on_a_cpu_nor_where_there_are_no_events() -> None:
    def none(device: torch.device) -> object:
        raise RuntimeError("no events here")

    Pace(CPU, none).step()
    for _ in range(5):
        Pace(torch.device("cuda:0"), none).step()


def test_train_keeps_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """After every step, with the step's own work started."""
    seen: list[int] = []

    class Counting(Pace):
        def step(self) -> None:
            seen.append(1)

    monkeypatch.setattr("trainers.train.Pace", Counting)
    *_, end = train(RunConfig("simclr", steps=7, device="cpu"), dataset())
    assert isinstance(end, Finished) and len(seen) == 7
