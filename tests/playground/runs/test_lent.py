"""A GPU that is lent for one call at a time: what a Space does with a function; elsewhere the package does nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest

from playground.runs import lent
from playground.runs.lent import LentRunner
from playground.runs.store import Runs, claim
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
    spaces = pytest.importorskip("spaces", reason="spaces is not installed: pip install -r requirements-zerogpu.txt")
    assert LentRunner(runs, 60.0, spaces.GPU).part is lent.part


@pytest.mark.slow
def test_a_run_longer_than_a_call_goes_on_in_the_next_one(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lent, "SNAPSHOT_RATIO", 1e6)  # the next one would come too late: each call ends at its first
    runner = LentRunner(runs, 60.0, nothing)
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
