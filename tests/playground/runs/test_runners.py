"""Who trains what is queued: the choice, and the hints that the store gives."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from playground.runs import pool
from playground.runs.parent import Parent
from playground.runs.pool import LocalRunner, Processes, RayRunner, choose
from playground.runs.store import Runs
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
    assert isinstance(local := choose(runs, Settings(workers=2)), LocalRunner) and len(local.commands) == 2
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
