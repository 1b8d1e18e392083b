"""Where runs execute: processes beside the page, kept alive, which take runs from the queue: workers, or a driver of Ray; or,
with a GPU that is lent, a thread of the app (lent.py).
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from playground.runs.lent import LentRunner
from playground.runs.runner import Runner
from playground.runs.store import Runs
from playground.settings import Settings, variable
from trainers.errors import UserError

log = logging.getLogger(__name__)
AGAIN = 5.0  # seconds till a process that could not start is tried again
LATER = 30.0  # seconds after the others till a spare process begins
MISSING = "{variable}={value} wants a package that is not installed: run pip install -r {file} first, or leave it at local."
PACKAGES = {"ray": "ray", "zerogpu": "spaces"}


def choose(runs: Runs, settings: Settings) -> Runner:
    """The runner that the settings ask for; UserError where what it needs is not installed."""
    kind = settings.runner
    if kind in PACKAGES and importlib.util.find_spec(PACKAGES[kind]) is None:
        raise UserError(MISSING, variable=variable("runner"), value=kind, file=f"requirements-{kind}.txt")
    if kind == "ray":
        return RayRunner(runs, settings)
    if kind == "zerogpu":
        return LentRunner(runs, settings.zerogpu_seconds, importlib.import_module("spaces").GPU)
    return LocalRunner(runs, settings.workers, settings.spare)


class Processes:
    """A process for each command, a module and its arguments; one that dies is replaced."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self.commands = commands
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self._closing = threading.Event()

    def start(self) -> None:
        """Start them; they are ready some seconds later, and what is queued until then waits."""
        for slot in range(len(self.commands)):
            threading.Thread(target=self._keep_alive, args=(slot,), daemon=True).start()

    def submit(self, run: str) -> None:
        """Have each look at the queue, and at the runs that it trains."""
        for process in list(self.processes.values()):
            with suppress(OSError, ValueError):  # it has just died, or is let go: the next one looks by itself
                if process.stdin:
                    process.stdin.write(b"\n")

    stop = submit

    def close(self) -> None:
        """Let them go: an idle one ends at once, one that trains when its run does."""
        self._closing.set()
        for process in self.processes.values():
            if process.stdin:
                process.stdin.close()

    def died(self, code: int, since: float) -> None:
        """One that began at `since` has ended; the next one starts after this."""

    def _keep_alive(self, slot: int) -> None:
        while not self._closing.is_set():
            since = time.time()
            try:
                process = self._begin(slot)
            except OSError:  # no memory or no file left for a process: there may be some again
                log.exception("%s cannot be started", self.commands[slot])
                self._closing.wait(AGAIN)
                continue
            self.processes[slot] = process
            code = process.wait()
            if process.stdin:
                process.stdin.close()
            if self._closing.is_set():
                return
            log.error("%s ended with code %d", self.commands[slot], code)
            try:
                self.died(code, since)
            except Exception:  # a full disk, a folder gone just now: the next one starts all the same
                log.exception("the runs of %s are not told", self.commands[slot])
            time.sleep(AGAIN if time.time() - since < 10 else 0.2)  # no storm where it cannot even start

    def _begin(self, slot: int) -> subprocess.Popen[bytes]:
        # waiting threads sleep: spinning ones stall a machine that also draws maps and serves pages
        environment = os.environ | {"OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}
        environment.pop("OPENBLAS_NUM_THREADS", None)  # the page's bound is not training's
        return subprocess.Popen(
            [sys.executable, "-m", *self.commands[slot]],
            stdin=subprocess.PIPE,  # a line is a hint to look now, its end tells that we are gone
            bufsize=0,
            start_new_session=True,  # Ctrl-C ends the app, not the run
            env=environment,
        )


class LocalRunner(Processes):
    """So many worker processes on this machine, warm, each training one run at a time; a run whose worker dies is told why.

    spare: processes more, which wait, warm, to take the place of one that dies. They begin once the page and the workers have.
    """

    def __init__(self, runs: Runs, workers: int = 1, spare: int = 0) -> None:
        super().__init__([("playground.runs.worker", str(runs.root), str(workers))] * (workers + spare))
        self.runs, self.workers = runs, workers

    def _keep_alive(self, slot: int) -> None:
        if slot >= self.workers:
            self._closing.wait(LATER)
        super()._keep_alive(slot)

    def died(self, code: int, since: float) -> None:
        """Tell its run."""
        self.runs.worker_died(code, since)


class RayRunner(Processes):
    """One process that has so many runs at once trained on a Ray cluster, and finds its runs again when it is replaced."""

    def __init__(self, runs: Runs, settings: Settings) -> None:
        given = (runs.root, settings.workers, settings.ray_cpus, settings.ray_gpus)
        super().__init__([("playground.runs.cluster", *map(str, given))])
