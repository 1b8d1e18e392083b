"""What is worked out at once in the page's process, and who is told to come back."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from playground import turns
from playground.maps import frames, measures, placing, sources
from playground.maps.making import LIVE, Maps
from playground.match import search, zero_shot
from playground.match.embeddings import Prompts
from playground.match.sources import Source
from playground.once import Once
from playground.reconstruct import networks
from playground.reconstruct.networks import Networks
from playground.runs.shipped import MARK
from playground.runs.store import Runs, read_images
from tests.conftest import judge_nothing
from tests.playground.conftest import Finished
from trainers import data, record
from trainers.checkpoint import MODEL
from trainers.errors import UserError
from trainers.train import RunConfig


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
    _noted(monkeypatch, taken, measures, frames, placing, sources)
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
    record.shrink_snapshot(runs.root / run, step, 8)
    shutil.copy(runs.root / run / "run.json", runs.root / run / MARK)  # only those that ship are so small
    taken.clear()
    assert Maps(runs).features(run, step).shape == maps.features(run, step).shape
    assert taken == [sources.__name__]


def test_what_match_works_out_by_itself_has_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = list[str]()
    _noted(monkeypatch, taken, search, zero_shot)
    gallery = np.eye(9, dtype=np.float32)
    assert search.nearest(gallery[4], gallery, 2)[0][0] == 4 and len(taken) == 1
    monkeypatch.setattr(search, "EXACT", 3)
    monkeypatch.setattr(search, "_graph", Once(search._built, 2))
    assert search.nearest(gallery[4], gallery, 2)[0][0] == 4 and len(taken) == 3  # the graph is built, and asked
    taken.clear()
    digits, ones = data.load("digits"), lambda several: np.ones((len(several), 4), np.float32)
    about = {"scale": 1.0, "bias": None, "multilingual": False}
    embeddings: Any = SimpleNamespace(
        sets=SimpleNamespace(set=lambda name: (name, digits)), background=None, about=lambda source, one: about,
        of_texts=lambda source, texts, *more, **given: Prompts(ones(texts), [], [[one] for one in texts], []),
        of_set=lambda source, name, data, index, one: ones(index),
    )  # fmt: skip
    one: Any = SimpleNamespace(run=lambda *args: {"knn": 0.0, "probe": 0.0}, progress=0.0)
    assert zero_shot.test(embeddings, Source("run", ""), {"set": "digits"}, "en", one)["of"] > 0
    assert taken == [zero_shot.__name__]


def test_the_list_of_autoencoders_reads_each_network_once_in_a_turn_and_keeps_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    record.create(tmp_path / "good", RunConfig("autoencoder", "digits", steps=2, knobs={"latent": 4}))
    judge_nothing(monkeypatch)
    for _ in record.run(tmp_path / "good"):
        pass
    shutil.copytree(tmp_path / "good", tmp_path / "bad")
    (tmp_path / "bad" / MODEL).write_bytes(b"\x08" * 100)
    taken, maps = list[str](), Maps(Runs(tmp_path))
    _noted(monkeypatch, taken, networks)
    monkeypatch.setattr(maps, "model", lambda run: pytest.fail("kept"))
    listed = Networks(maps)
    for _ in range(3):
        assert [(one["run"], one.get("code")) for one in listed.entries("en", ())] == [("good", 4)]
    assert len(taken) == 2 and sum("bad is left out" in line for line in caplog.messages) == 1


def _noted(monkeypatch: pytest.MonkeyPatch, taken: list[str], *modules: Any) -> None:
    """Has each turn of these modules noted, and that none is within another, which would wait for ever."""
    has = threading.local()

    @contextmanager
    def noting(name: str) -> Iterator[None]:
        taken.append(name)
        assert not getattr(has, "one", False), "a turn within a turn"
        has.one = True
        try:
            with turns.turn():
                yield
        finally:
            has.one = False

    for module in modules:
        monkeypatch.setattr(module, "turn", partial(noting, module.__name__))


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
