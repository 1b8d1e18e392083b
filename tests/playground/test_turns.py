"""What is worked out at once in the page's process, and who is told to come back."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from playground import turns
from playground.maps import frames, measures, placing
from playground.maps.making import LIVE, Maps
from playground.runs.store import Runs, read_images
from tests.playground.conftest import Finished
from trainers.errors import UserError


def test_as_many_have_a_turn_as_there_are_cores_and_of_too_many_that_wait_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_turns", threading.Semaphore(2))
    monkeypatch.setattr(turns, "_room", threading.Semaphore(3))
    gate, begun = threading.Event(), threading.Semaphore(0)
    most, now, told, lock = 0, 0, 0, threading.Lock()

    def work(number: int) -> None:
        nonlocal most, now, told
        try:
            with turns.turn():
                with lock:
                    now += 1
                    most = max(most, now)
                begun.release()
                assert gate.wait(60)
                with lock:
                    now -= 1
        except UserError:
            told += 1
            gate.set()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert (most, told) == (2, 1)
    with turns.turn():  # a place is free again
        pass


def test_sixty_different_questions_about_neighbours_have_a_turn_each(
    finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps, run = Maps(finished.runs), finished.run
    steps = maps.steps(run)
    most = _counted(monkeypatch, measures, "overlap")
    asked = [(one, other) for one in steps for other in steps][:60]
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda pair: maps.measures.overlap(run, pair[0], run, pair[1]), asked))
    assert most() <= turns.CORES and found[0] == 1
    monkeypatch.setattr(measures, "overlap", lambda *args, **given: pytest.fail("worked out again"))
    one, other = asked[1]
    assert maps.measures.overlap(run, one, run, other) == found[1]


def test_nothing_that_keeps_a_core_busy_is_worked_out_without_a_turn(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(finished.runs.root / finished.run, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "maps", ignore_errors=True)  # what another test had made would need no turn
    runs, run, taken = Runs(tmp_path), "run", list[str]()
    maps = Maps(runs)
    for module in (measures, frames, placing):
        monkeypatch.setattr(module, "turn", lambda module=module: (taken.append(module.__name__), turns.turn())[1])
    step, images = maps.steps(run)[-1], read_images(runs.root / run).test.images
    key = LIVE.replace("2", "3")
    for question in (
        lambda: maps.measures.purity(run, step),
        lambda: maps.measures.neighbours(run, step, 0),
        lambda: maps.measures.quality(run, LIVE, step),
        lambda: maps.placing.images(run, LIVE, images[:1]),
        lambda: maps.frame(run, key, step),
    ):
        taken.clear()
        question()
        assert taken


def _counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Callable[[], int]:
    """How many threads were in a function at most."""
    real, lock, now, most = getattr(module, name), threading.Lock(), 0, 0

    def counting(*args: Any, **given: Any) -> Any:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        try:
            time.sleep(0.005)  # as long as others need to come
            return real(*args, **given)
        finally:
            with lock:
                now -= 1

    monkeypatch.setattr(module, name, counting)
    return lambda: most
