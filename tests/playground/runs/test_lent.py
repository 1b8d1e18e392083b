"""A GPU that is lent for one call at a time: what a Space does with a function; elsewhere the package does nothing."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.runs import lent
from playground.runs.lent import LentRunner
from playground.runs.store import Runs, claim
from tests.trainers.synthetic import dataset
from trainers import record
from trainers.data import Dataset
from trainers.evaluate import Evaluation
from trainers.events import Step
from trainers.feed import Pace
from trainers.method import Method
from trainers.train import RunConfig


def nothing(duration: int) -> Callable[[Any], Any]:
    """As `spaces.GPU` where no GPU is lent; where one is, what a call is given goes to another process."""

    def call(task: Any) -> Any:
        def called(*given: Any) -> Any:
            ForkingPickler.dumps(given)
            return task(*given)

        return called

    return call


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def test_the_package_leaves_a_function_as_it_is_outside_of_such_a_space(runs: Runs) -> None:
    spaces = importlib.import_module("spaces")  # not at the top: it looks for a Space when it is imported
    assert LentRunner(runs, 60.0, spaces.GPU).part is lent.part


class Clock:
    """A simulated clock, in place of the module `time`."""

    now = 0.0

    def perf_counter(self) -> float:
        return self.now

    monotonic = perf_counter


@pytest.mark.parametrize(("seconds", "lent_for", "most"), [(600.0, 60.0, 14), (120.0, 20.0, 14)])
def test_calls_are_used_to_their_end(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, seconds: float, lent_for: float, most: int
) -> None:
    """A step of 3 s, a snapshot of 0.3 s and 3 s of loading at each call, by a simulated clock."""
    clock, known = Clock(), dataset(n=8, size=8)

    class Steps(Pace):
        def step(self) -> None:
            clock.now += 3.0

    def load(name: str, size: int | None) -> Dataset:
        clock.now += 3.0
        return known

    def snapshot(self: Evaluation, method: Method) -> Any:
        clock.now += 0.3
        return {}, np.zeros((1, 2), np.float16), {}

    monkeypatch.setattr("trainers.train.time", clock)
    monkeypatch.setattr("playground.runs.lent.time", clock)
    monkeypatch.setattr("trainers.train.Pace", Steps)
    monkeypatch.setattr("trainers.train.LOOK_EVERY", float("inf"))
    monkeypatch.setattr(Evaluation, "snapshot", snapshot)
    monkeypatch.setattr(Evaluation, "summary", lambda *_: {})
    monkeypatch.setattr(lent, "_load", load)
    run = runs.create(RunConfig("simclr", "digits", seconds=seconds, knobs={"batch_size": 8}), "me")
    runner, calls = LentRunner(runs, lent_for, nothing), 0
    while claim(runs.root):
        began = clock.now
        runner.carry_out(run)
        assert clock.now - began < lent_for
        calls += 1
        if calls > most:
            break
    assert calls <= most and runs.state(run).kind == "finished"
    assert runs.view(run).events[-1]["reason"] == "budget" and len(runs.view(run).of("Finished")) == 1
    steps = [event["step"] for event in runs.view(run).of("Snapshot")]
    assert steps == sorted({*steps})


def test_a_call_that_begins_too_late_makes_a_step(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    known = dataset(n=16, size=8)
    monkeypatch.setattr(lent, "_load", lambda name, size: known)
    run = runs.create(RunConfig("simclr", "digits", steps=2, knobs={"batch_size": 16}), "me")
    runner, reached = LentRunner(runs, 0.0, nothing), list[int]()
    while claim(runs.root):
        runner.carry_out(run)
        reached.append(runs.view(run).of("Snapshot")[-1]["step"])
    assert reached == [1, 2, 2] and runs.state(run).kind == "finished"


@pytest.mark.slow
def test_a_run_longer_than_a_call_goes_on_in_the_next_one(runs: Runs) -> None:
    runner = LentRunner(runs, lent.SPARE + 1, nothing)
    run = runs.create(RunConfig("simclr", "digits", seconds=2.5), "me")
    other = runs.create(RunConfig("simclr", "digits", seconds=2.5), "you")
    calls = 0
    while (now := claim(runs.root)) == run:
        runner.carry_out(run)
        calls += 1
        if runs.state(run).kind != "finished":
            assert runs.state(run).place == 1 and runs.state(other).place == 2  # the page says that it waits, and it does
    started = [event["step"] for event in runs.view(run).of("Started")]
    assert calls == len(started) > 1 and started[0] == 0 and started == sorted({*started})
    assert runs.view(run).events[-1]["reason"] == "budget" and now == other
    taken = {event["step"] for event in runs.view(run).of("Snapshot")}
    assert {*started} <= taken


def test_a_run_that_gets_no_further_is_told(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lent, "AGAIN", 0.0)

    def refused(duration: int) -> Callable[[Any], Any]:
        def call(*given: Any) -> Iterator[int]:
            kinds.append(runs.state(run).kind)
            raise RuntimeError("GPU task aborted")
            yield

        return lambda task: call

    runner = LentRunner(runs, 60.0, refused)
    run = runs.create(RunConfig("simclr", "digits", seconds=1.0), "me")
    tries, kinds = 0, list[str]()
    while claim(runs.root):
        runner.carry_out(run)
        tries += 1
    assert (
        tries == lent.TRIES
        and kinds == ["starting"] * tries  # while it waits for a GPU it is not said to be cut short
        and runs.state(run).kind == "failed"
        and "60 s at a time" in runs.state(run).sentence.format(seconds="60")
    )


def test_a_run_is_told_of_its_own_tries_alone(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lent, "AGAIN", 0.0)

    def refused(duration: int) -> Callable[[Any], Any]:
        def call(*given: Any) -> Iterator[int]:
            raise RuntimeError("GPU task aborted")
            yield

        return lambda task: call

    runner = LentRunner(runs, 60.0, refused)
    first, second = (runs.create(RunConfig("simclr", "digits", seconds=9.0), "me") for _ in range(2))
    for _ in range(lent.TRIES - 1):
        assert claim(runs.root) == first
        runner.carry_out(first)
    runs.stop(first, "me")
    record.append(runs.folder(second), Step(40, 2.5, 1.0, 1.0, 1.0, {}))
    for tried in range(lent.TRIES):
        assert claim(runs.root) == second, tried
        runner.carry_out(second)
    last = runs.view(second).events[-1]
    assert last["event"] == "Failed" and (last["step"], last["seconds"]) == (40, 2.5)


@pytest.mark.slow
def test_its_thread_takes_what_comes_and_what_an_earlier_app_has_left(runs: Runs) -> None:
    left = runs.create(RunConfig("simclr", "digits", steps=2), "me")
    assert claim(runs.root) == left  # and the app was ended
    runs.runner = runner = LentRunner(runs, 60.0, nothing)
    runner.start()
    new = runs.create(RunConfig("simclr", "digits", steps=2), "me")
    until = time.monotonic() + 120
    while not all(runs.state(run).kind == "finished" for run in (left, new)) and time.monotonic() < until:
        time.sleep(0.05)
    runner.close()
    assert [runs.state(run).kind for run in (left, new)] == ["finished"] * 2
    runner._thread.join(30)
    assert not runner._thread.is_alive()
