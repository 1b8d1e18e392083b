"""Who trains what is queued: the choice, and the hints that the store gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from playground.priority import WORKER
from playground.runs import pool
from playground.runs.parent import Parent
from playground.runs.pool import LocalRunner, Processes, RayRunner, choose
from playground.runs.storage import slot
from playground.runs.store import KILLED, SLOT, Runs
from playground.settings import Settings
from trainers.errors import UserError
from trainers.train import RunConfig

ROOT = Path(__file__).parents[3]
CONFIG = RunConfig("simclr", "digits", seconds=1.0)
HEARS = "import sys; sys.stdout.write(str(len(sys.stdin.buffer.readlines())))"


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def test_whoever_trains_is_told_of_what_is_in_the_queue_and_of_what_shall_stop(runs: Runs) -> None:
    heard: list[tuple[str, str, bool]] = []

    class Told:
        def start(self) -> None: ...
        def close(self) -> None: ...

        def submit(self, run: str) -> None:
            heard.append(("submit", run, run in runs.waiting()))

        def stop(self, run: str) -> None:
            heard.append(("stop", run, (runs.root / run / "stop").exists()))

    runs.runner = Told()
    one = runs.create(CONFIG, "me")
    _, (two, three) = runs.sweep([CONFIG, CONFIG], "me", knob="seed")
    runs.stop(one, "me")
    runs.go_on(one, "me", 1.0)
    assert heard == [(what, run, True) for what, run in
                     [("submit", one), ("submit", two), ("submit", three), ("stop", one), ("submit", one)]]  # fmt: skip


def test_the_runner_is_chosen_by_the_settings(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(local := choose(runs, Settings(workers=2, spare=1)), LocalRunner)
    assert local.commands == [("playground.runs.worker", str(runs.root), "2")] * 3
    monkeypatch.setattr(pool.importlib.util, "find_spec", lambda name: True)
    asked = choose(runs, Settings(runner="ray", workers=3, ray_gpus=0.25))
    assert isinstance(asked, RayRunner)
    assert asked.commands == [("playground.runs.cluster", str(runs.root), "3", "1.0", "0.25")]


@pytest.mark.parametrize("kind", pool.PACKAGES)
def test_a_runner_says_what_to_install(runs: Runs, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool.importlib.util, "find_spec", lambda name: None if name == pool.PACKAGES[kind] else True)
    with pytest.raises(UserError) as raised:
        choose(runs, Settings(runner=kind))
    assert str(raised.value) == (
        f"PLAYGROUND_RUNNER={kind} wants a package that is not installed: run pip install -r requirements-{kind}.txt first,"
        " or leave it at local."
    )
    assert pool.PACKAGES[kind] in (ROOT / f"requirements-{kind}.txt").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads which process has a file open from /proc")
def test_where_a_worker_dies_a_spare_one_takes_over_and_its_run_is_told_why(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "LATER", 0.0)
    runner = LocalRunner(runs, 1, spare=1)
    runs.runner = runner
    first, second = (runs.create(replace(CONFIG, **budget), "me") for budget in ({"seconds": 300.0}, {"seconds": 1.0}))
    runner.start()
    try:
        wait(lambda: runs.state(first).kind == "running", "the first run")
        trains, (other,) = (
            holder(runs, runner),
            [one.pid for one in runner.processes.values() if one.pid != holder(runs, runner)],
        )
        here = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, trains) == min(19, here + WORKER)  # an answer of the page goes first
        group = Path(f"/proc/{trains}/autogroup")
        assert not group.exists() or group.read_text().split()[-1] == str(WORKER)
        os.kill(trains, signal.SIGKILL)
        wait(lambda: runs.state(second).kind == "running", "the second run")
        assert holder(runs, runner) == other  # not the one that begins in the place of the dead
        assert runs.state(first).sentence == KILLED
        wait(lambda: runs.state(second).kind == "finished", "its end")
    finally:
        runner.close()
        for process in runner.processes.values():
            process.wait(60)


def holder(runs: Runs, runner: LocalRunner) -> int:
    """The worker that has the slot."""
    lock = str(runs.root / f"{SLOT}{slot(0)}")
    for process in list(runner.processes.values()):
        for path in Path(f"/proc/{process.pid}/fd").glob("*"):
            with suppress(OSError):  # closed just now
                if os.readlink(path) == lock:
                    return process.pid
    raise AssertionError("nobody has the slot")


def wait(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < until, f"waited for {what}"
        time.sleep(0.05)


def test_a_hint_reaches_a_process_at_once_and_one_that_is_gone_harms_nobody() -> None:
    runner = Processes([("nobody",)])
    runner.submit("run")  # before it has begun
    command = [sys.executable, "-c", HEARS]
    for closed in (False, True):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        with process:
            runner.processes[0] = process
            if closed:
                process.kill()
                process.wait()
            runner.submit("run")
            runner.stop("run")
            runner.close()
            assert process.stdout and process.stdout.read() == (b"" if closed else b"2")


def test_who_waits_for_the_parent_is_woken_by_a_line_and_by_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    parent = Parent()
    with open(read, "rb") as stdin, open(write, "wb", buffering=0) as mouth:
        monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": stdin}))
        parent.listen()
        for say in (lambda: mouth.write(b"\n"), mouth.close):
            begun = time.monotonic()
            threading.Timer(0.1, say).start()
            parent.wait(60)
            assert time.monotonic() - begun < 30
        assert parent.gone.wait(30)
        parent.wait(60)  # for nobody
