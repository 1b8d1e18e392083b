"""Training on a GPU that is lent for one call at a time, as on a ZeroGPU Space: `spaces.GPU` around a part of a run.

A call runs in a process that is forked from the app's, and writes into the run's folder as any worker does. Outside of such a
Space `spaces.GPU` does nothing, and the same parts train on what is there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from playground.runs import storage
from playground.runs.store import SLOT, Runs, claim
from playground.runs.worker import carry_out
from trainers import data, record
from trainers.errors import UserError
from trainers.events import Failed, Snapshot

log = logging.getLogger(__name__)
PAUSE, AGAIN = 0.5, 5.0  # seconds till the queue is looked at unasked; till a GPU that nobody lent is asked for again
SPARE = 5.0  # seconds of a call that are kept for its beginning, and for a snapshot before it is ended
TRIES = 3  # calls in a row that may bring a run no further
SHORT = "A GPU is lent here for {seconds} s at a time, or not at all just now, and the run got no further: try again later."


@lru_cache(2)
def _load(name: str, size: int | None) -> data.Dataset:
    return data.load(name, size)


def part(folder: Path, seconds: float) -> Iterator[int]:
    """Train a run for at most so many seconds, to a snapshot that the next part goes on from; yields the step of each event.

    It is called in another process: what it is given has to be pickled, which what loads data cannot be.

    Near its end the run is stopped, which makes a snapshot, and is left there, before it is judged and said to have ended. One
    that has spent its budget by then is judged by the next call.
    """
    until, first, begun = time.monotonic() + seconds - SPARE, None, False

    def stop() -> bool:
        nonlocal begun
        late, begun = begun and time.monotonic() > until, True  # after a step: a second snapshot of the same one is not told
        return late

    for event in carry_out(folder, _load, stop):
        first = event.step if first is None else first
        yield event.step
        if isinstance(event, Snapshot):
            if event.step > first and time.monotonic() > until:
                return
            begun = False


class LentRunner:
    """One run at a time, in a thread of the app: the GPU is lent to the app's own process and those that it forks."""

    def __init__(self, runs: Runs, seconds: float, lend: Callable[..., Any]) -> None:
        """seconds: that a call is asked for. lend: `spaces.GPU`, or what does as it does."""
        self.runs, self.seconds = runs, seconds
        self.part = lend(duration=round(seconds))(part)  # before the launch: it is then that a Space counts its functions
        self._idle: dict[str, int] = {}  # of a run that waits again: calls in a row that brought it no further
        self._look, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, name="lent", daemon=True)

    def start(self) -> None:
        """Begin to take runs."""
        self._thread.start()

    def submit(self, run: str) -> None:
        """Look at the queue at once."""
        self._look.set()

    stop = submit  # a run that trains looks at every step

    def close(self) -> None:
        """Take no more. A run that trains is interrupted; the next app finds it, and goes on from its last snapshot."""
        self._closing.set()
        self._look.set()

    def _serve(self) -> None:
        own = storage.held(self.runs.root / f"{SLOT}{storage.slot(0)}", self._closing)  # another app on this folder may have it
        if own is None:
            return
        self.runs.left(0)
        while not self._closing.is_set():
            run = None
            try:
                run = claim(self.runs.root)
                if run:
                    self.carry_out(run)
                else:
                    self._look.wait(PAUSE)
                    self._look.clear()
            except Exception:  # of one run; a queue that cannot be read
                log.exception("run %s", run)
                self._closing.wait(AGAIN)

    def carry_out(self, run: str) -> None:
        """Train a run for one call. Where that is not all of it, it waits for the next one, before all others."""
        log.info("run %s", run)
        before, idle = self._reached(run), self._idle.pop(run, 0)
        self.runs.taken = run  # until a GPU is lent nobody holds its lock
        try:
            for _ in self.part(self.runs.folder(run), self.seconds):
                if self._closing.is_set():
                    return
        except UserError as error:  # another process has it; it was deleted while it was taken
            log.warning("run %s: %s", run, error)
            return
        except Exception as error:  # nobody lends a GPU just now, or the call was ended
            log.warning("run %s: %s", run, error)
            self._closing.wait(AGAIN)
        finally:
            self.runs.taken = ""
        if self.runs.state(run).kind not in ("starting", "interrupted"):
            return
        idle = 0 if self._reached(run) > before else idle + 1
        if idle < TRIES:
            self._idle[run] = idle
            self.runs.again(run)
        else:
            last = (self.runs.view(run).events or [{"step": 0, "seconds": 0.0}])[-1]
            values = {"seconds": f"{self.seconds:g}"}
            record.append(self.runs.folder(run), Failed(last["step"], last["seconds"], SHORT, values))

    def _reached(self, run: str) -> int:
        return max((event["step"] for event in self.runs.view(run).of("Snapshot")), default=-1)
