"""The process beside the page: it ends with the app, whatever it is at, and nobody waits for what is not done any more."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from playground import background
from playground.background import LATER, NOW, Background, Cancelled
from playground.priority import MAPS, WORKER, stand_back
from tests.playground.jobs import stay
from trainers.errors import UserError

ROOT = Path(__file__).parents[2]
# an app that is ended in the middle of a job, without a word to the process
ENDED = """
import os, time
from pathlib import Path
from tests.playground.test_background import long
from playground.background import NOW, Background

if __name__ == "__main__":
    folder = Path({folder!r})
    Background().submit(NOW, lambda: True, long, folder)
    while not list(folder.glob("*.begun")):
        time.sleep(0.01)
    os._exit(0)
"""

# an app that closes what is at nothing, and leaves as app.py does
CLOSED = """
import os
from tests.playground.test_background import lock
from playground.background import NOW, Background

if __name__ == "__main__":
    background = Background()
    background.submit(NOW, lambda: True, lock).result(180)
    background.close()
    os._exit(0)
"""
kept = []


def lock(watch: Callable[[float], None]) -> None:
    """What tqdm does in a process that makes maps."""
    kept.append(multiprocessing.get_context("spawn").Lock())


def long(folder: Path, watch: Callable[[float], None]) -> None:
    """A job like the loading of a large model: nobody can have it given up. It holds a pipe open that tells of its end."""
    (folder / "job.begun").touch()
    time.sleep(600)


def until(so: Callable[[], object]) -> None:
    while not so():
        time.sleep(0.01)


def test_closing_ends_a_long_job_and_gives_up_those_that_wait(tmp_path: Path) -> None:
    background = Background()
    jobs = [background.submit(urgency, lambda: True, long, tmp_path) for urgency in (NOW, NOW, LATER)]
    until((tmp_path / "job.begun").exists)
    process = background._process
    background.close()
    for job in [*jobs, background.submit(NOW, lambda: True, long, tmp_path)]:
        with pytest.raises(Cancelled):
            job.result(180)
    process.join(30)
    assert process.exitcode is not None


def test_closing_before_anything_was_asked_or_begun() -> None:
    Background().close()
    background = Background()
    job = background.submit(NOW, lambda: True, long, Path("/nowhere"))
    background.close()
    with pytest.raises((Cancelled, FileNotFoundError)):
        job.result(180)


def priority(watch: Callable[[float], None]) -> tuple[int, str]:
    group = Path("/proc/self/autogroup")
    return os.getpriority(os.PRIO_PROCESS, 0), group.read_text() if group.exists() else ""


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="this system has no such priority")
def test_a_process_stands_back_behind_the_page_and_behind_training() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    for nice in (MAPS, 0):
        process = Background(nice=nice)
        number, group = process.submit(NOW, lambda: True, priority).result(180)
        process.close()
        assert number == min(19, own + nice)
        assert not group or (group.split()[-1] == str(MAPS)) == bool(nice)  # a session of its own, or the app's


@pytest.mark.skipif(not hasattr(os, "getsid"), reason="this system has no sessions")
def test_who_is_told_to_wait_stands_back_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        """What the system says of a second process in a tenth of a second, to all who are no administrator."""

        tried = 0

        def exists(self) -> bool:
            return True

        def write_text(self, text: str) -> None:
            self.tried += 1
            if self.tried < 3:
                raise BlockingIOError
            assert text == str(WORKER)

    busy, numbers = Busy(), list[int]()
    monkeypatch.setattr("playground.priority.GROUP", busy)
    monkeypatch.setattr("playground.priority.PAUSE", 0.0)
    monkeypatch.setattr("os.getsid", lambda pid: os.getpid())
    monkeypatch.setattr("os.nice", numbers.append)
    stand_back(WORKER)
    assert busy.tried == 3 and numbers == [WORKER]


@pytest.mark.skipif(background.resource is None, reason="this system bounds no process's memory")
def test_where_memory_cannot_be_bounded_a_process_works_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        """Nobody is at the other end any more."""

        def recv(self) -> None:
            raise EOFError

    def refused(kind: int, most: tuple[int, int]) -> None:
        raise ValueError("current limit exceeds maximum limit")  # macOS, of a process that has more already

    monkeypatch.setattr(background.resource, "setrlimit", refused)
    monkeypatch.setattr(background.signal, "signal", lambda number, action: None)
    background._serve(Gone(), [0.0, 0.0], 0, 1 << 30)


def test_the_process_ends_with_an_app_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "ended.py"
    script.write_text(ENDED.format(folder=str(tmp_path)))
    app = subprocess.Popen([sys.executable, script], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE)
    assert app.stdout is not None
    read = threading.Thread(target=app.stdout.read, daemon=True)  # till nobody can write there any more, its process too
    read.start()
    assert app.wait(120) == 0
    read.join(60)
    assert not read.is_alive()
    app.stdout.close()


def test_a_process_at_nothing_clears_up_before_it_ends(tmp_path: Path) -> None:
    script = tmp_path / "closed.py"
    script.write_text(CLOSED)
    done = subprocess.run([sys.executable, script], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0 and "leaked" not in done.stderr, done.stderr


def test_who_waits_for_an_answer_is_told_that_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.background.PATIENCE", 0.2)
    background = Background()
    try:
        with pytest.raises(UserError, match="longer than 0.2 seconds"):
            background.answer(stay)
    finally:
        assert background._process
        background._process.kill()  # or this test would wait for the one that stays
        background.close()
    with pytest.raises(UserError, match="ended by the system"):
        background.answer(stay)
