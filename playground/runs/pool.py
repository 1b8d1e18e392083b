"""Where runs execute: warm processes on this machine, kept alive. A cluster would be another class with start and close."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time

from playground.runs.store import Runs

log = logging.getLogger(__name__)
AGAIN = 5.0  # seconds till a worker that could not start is tried again


class LocalRunner:
    """So many worker processes, each training one run at a time; one that dies is replaced, and its run told why."""

    def __init__(self, runs: Runs, workers: int = 1) -> None:
        self.runs, self.workers = runs, workers
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self._closing = threading.Event()

    def start(self) -> None:
        """Start the workers; they are warm some seconds later, and what is queued until then waits."""
        for slot in range(self.workers):
            threading.Thread(target=self._keep_alive, args=(slot,), daemon=True).start()

    def close(self) -> None:
        """Let the workers go: an idle one ends at once, one that trains when its run does."""
        self._closing.set()
        for process in self.processes.values():
            if process.stdin:
                process.stdin.close()

    def _keep_alive(self, slot: int) -> None:
        while not self._closing.is_set():
            since = time.time()
            try:
                process = self._begin(slot)
            except OSError:  # no memory or no file left for a process: there may be some again
                log.exception("worker %d cannot be started", slot)
                self._closing.wait(AGAIN)
                continue
            self.processes[slot] = process
            code = process.wait()
            if self._closing.is_set():
                return
            log.error("worker %d ended with code %d", slot, code)
            try:
                self.runs.worker_died(code, since)
            except Exception:  # a full disk, a folder gone just now: the next worker starts all the same
                log.exception("the runs of worker %d are not told", slot)
            time.sleep(AGAIN if time.time() - since < 10 else 0.2)  # no storm where it cannot even start

    def _begin(self, slot: int) -> subprocess.Popen[bytes]:
        # waiting threads sleep: spinning ones stall a machine that also draws maps and serves pages
        environment = os.environ | {"OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}
        environment.pop("OPENBLAS_NUM_THREADS", None)  # the page's bound is not training's
        return subprocess.Popen(
            [sys.executable, "-m", "playground.runs.worker", str(self.runs.root), str(slot)],
            stdin=subprocess.PIPE,  # its end tells the worker that we are gone
            start_new_session=True,  # Ctrl-C ends the app, not the run
            env=environment,
        )
