"""What drives a Ray cluster, without one: a trainer that is lost, a run that is deleted meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import FileLock

from playground.runs import storage
from playground.runs.node import Part
from playground.runs.parent import Parent
from playground.runs.store import SLOT, Runs, claim
from trainers.train import RunConfig

pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-ray.txt")

from ray.exceptions import ActorDiedError

from playground.runs import cluster

CONFIG = RunConfig("simclr", "digits", seconds=1.0)


class Far:
    """A trainer somewhere else; what is asked of it is done at once. `train` yields what comes back, and hears of `stopped`."""

    def __init__(self, train: Callable[[Far], Iterator[list[Part]]], lives: bool = True) -> None:
        self.stopped, self.lives = False, lives
        self.train = SimpleNamespace(options=lambda **_: SimpleNamespace(remote=lambda *given: train(self)))
        self.stop = SimpleNamespace(remote=lambda number: setattr(self, "stopped", True))
        self.ready = SimpleNamespace(remote=lambda: None if self.lives else ActorDiedError())


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> cluster.Cluster:
    def get(found: Any) -> Any:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(cluster.ray, "wait", lambda refs, timeout: (refs, []))
    monkeypatch.setattr(cluster.ray, "get", get)
    monkeypatch.setattr(cluster.ray, "kill", lambda trainer: None)
    return cluster.Cluster(tmp_path, 1.0, 0.0, Parent())


def die(far: Far) -> Iterator[list[Part]]:
    raise ActorDiedError
    yield []


def end(far: Far) -> Iterator[list[Part]]:
    yield from ()


def test_of_a_run_that_is_deleted_nothing_comes_back_and_it_is_stopped_there(tmp_path: Path, driver: cluster.Cluster) -> None:
    run = Runs(tmp_path).create(CONFIG, "me")

    def train(far: Far) -> Iterator[list[Part]]:
        yield [("snapshots/1.npz", 0, b"array")]
        assert (tmp_path / run / "snapshots/1.npz").exists()
        shutil.rmtree(tmp_path / run)
        for step in range(2, 9):
            if far.stopped:
                return
            yield [(f"snapshots/{step}.npz", 0, b"array"), ("images.png", 0, b"picture"), ("events.jsonl", 9, b"{}\n")]
        raise AssertionError("it was not stopped")

    far = Far(train)
    assert driver.carry_out(run, far) is far and not (tmp_path / run).exists()


def test_a_run_fails_where_it_is_lost_often_and_may_be_gone_on_with(tmp_path: Path, driver: cluster.Cluster) -> None:
    runs = Runs(tmp_path)
    run = runs.create(CONFIG, "me")
    for _ in range(2):  # the second time somebody has pressed Continue
        lost = 0
        while claim(tmp_path):
            assert driver.carry_out(run, Far(die)) is None
            lost += 1
        assert lost == cluster.TRIES and runs.state(run).kind == "failed" and not driver.lost
        runs.go_on(run, "me", 1.0)
    driver.carry_out(run, Far(die))
    driver.carry_out(run, Far(end))
    assert not driver.lost  # it has got on


def test_a_trainer_that_died_while_it_was_idle_takes_no_run(
    tmp_path: Path, driver: cluster.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs(tmp_path)
    run, dead = runs.create(CONFIG, "me"), 5
    made = [*(Far(end, lives=False) for _ in range(dead)), Far(end)]
    trained: list[Far] = []

    def carry_out(run: str, trainer: Far) -> Far:
        trained.append(trainer)
        driver.parent.gone.set()
        return trainer

    monkeypatch.setattr(driver, "place", lambda wanted: made.pop(0))
    monkeypatch.setattr(driver, "carry_out", carry_out)
    driver.serve(0)
    assert [far.lives for far in trained] == [True] and not made and runs.waiting() == [] and run


def test_a_zip_is_let_go_once_nobody_waits_for_it(
    tmp_path: Path, driver: cluster.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster.ray, "put", lambda content: content)
    monkeypatch.setattr(driver, "place", lambda wanted: Far(end))
    monkeypatch.setattr(driver.parent, "wait", lambda seconds: driver.parent.gone.set())
    zipped = tmp_path / "garments.zip"
    zipped.touch()
    driver.shipped(zipped)
    driver.serve(0)
    assert driver.shipped.cache_info().currsize == 0


def test_a_trainer_that_takes_no_gpu_sees_none() -> None:
    from ray._private.accelerators import RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO_ENV_VAR as hide

    assert cluster.environment(0.0)[hide] == "1" and hide not in cluster.environment(0.25)
    assert all(cluster.environment(gpus)["OMP_WAIT_POLICY"] == "passive" for gpus in (0.0, 0.25))


def test_what_is_left_in_slots_that_there_are_no_more_waits_again(tmp_path: Path, driver: cluster.Cluster) -> None:
    runs = Runs(tmp_path)
    made = [runs.create(CONFIG, "me") for _ in range(3)]
    assert [claim(tmp_path, str(slot)) for slot in range(3)] == made
    with FileLock(tmp_path / f"{SLOT}{storage.slot(2)}"):  # of another app, which has more workers
        driver.left(1)
    assert runs.waiting() == made[1:2]
    driver.left(1)
    assert sorted(runs.waiting()) == sorted(made[1:])  # the first slot is served, and looks for itself
