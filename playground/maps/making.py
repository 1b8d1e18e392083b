"""The making of maps, in a process beside the page, as long as somebody asks for them.

A page that waits asks again and again, and one that was closed does not.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.background import LATER, SOON, Background, Cancelled, Job
from playground.maps.answers import MapProgress
from playground.maps.frames import FIRST, LIVE, Frames
from playground.maps.measures import Measures
from playground.maps.placing import Placing
from playground.maps.reducers import from_key
from playground.runs.store import Runs
from trainers.errors import UserError, of_disk

__all__ = ["FIRST", "LIVE", "Making", "Maps"]

log = logging.getLogger(__name__)
WAITS = 15.0  # seconds after which somebody who has not asked again does not wait any more
QUEUED = 60  # jobs in the queue
BUSY = "Too many maps are being made: try again in a minute."
FAILED = "The map could not be made. The log has the details; try other parameters."


class Progress(MapProgress):
    """How far a map is, with the values of its sentence's blanks."""

    values: Mapping[str, str | UserError]


@dataclass
class Making:
    """A map that somebody waits for."""

    key: str
    asked: dict[str, float] = field(default_factory=dict)  # who -> when last
    wanted: list[int] = field(default_factory=list)  # steps
    job: Job | None = None
    sentence: str = ""
    values: Mapping[str, str | UserError] = field(default_factory=dict)
    address: str = ""  # of who began it

    def fail(self, error: BaseException) -> None:
        """Say so to whoever asks, till somebody asks anew."""
        told = error if isinstance(error, UserError) else UserError(FAILED)
        self.sentence, self.values = told.sentence, told.values

    def is_open(self) -> bool:
        """Whether it takes a place in the queue."""
        return self.job is not None and not self.job.done()

    def is_wanted(self) -> bool:
        """Whether somebody still waits."""
        now = time.monotonic()
        return any(now - when < WAITS for when in list(self.asked.values()))


class Maps(Frames):
    """The maps of all runs: those that are there, and those that are made; what is measured of them and placed on them."""

    def __init__(self, runs: Runs, background: Background | None = None, models: Background | None = None) -> None:
        """background: the process that draws; models: the one that asks networks. None: the one that this is called in."""
        super().__init__(runs)
        self.background = background
        self.measures = Measures(self, models)
        self.placing = Placing(self, background)
        self._making: OrderedDict[tuple[str, str], Making] = OrderedDict()
        self._lock = threading.RLock()

    def ask(self, run: str, key: str, who: str, everything: bool, address: str = "") -> Progress:
        """Have a map made, of the last frame or of all, and say how far it is. `who` waits until it stops asking.

        UserError where all, or the network address, have as many made as they may: nobody closes it for the others.
        """
        steps, ready = self.steps(run), self.ready(run, key)
        wanted = steps if everything else steps[-1:]
        missing = [step for step in wanted if step not in ready]
        answer = Progress(key=key, ready=ready, state="done", progress=1.0, sentence="", values={})
        if not missing:
            return answer
        if self.background is None:
            return {**answer, "state": "failed"}
        with self._lock:
            making = self._making.get((run, key)) or Making(key, address=address)
            others = sum(one.is_open() and one.address == address for one in self._making.values()) if address else 0
            if not making.is_open():
                self.runs.limits.admit(others)
                making.address = address  # who has it made now, where another one began it
            self._making[run, key] = making
            making.asked[who] = time.monotonic()
            making.wanted = [step for step in steps if step in wanted or step in making.wanted]
            if not making.sentence and (making.job is None or making.job.done()):
                self._next(run, making)
            while len(self._making) > 500:
                self._making.popitem(last=False)
        job = making.job
        share = (len(wanted) - len(missing) + (job.progress if job else 0)) / len(wanted)
        state = "failed" if making.sentence else "working" if ready or (job and job.begun) else "waiting"
        return {**answer, "state": state, "progress": share, "sentence": making.sentence, "values": making.values}

    def leave(self, run: str, key: str, who: str) -> None:
        """Somebody does not wait any more; what nobody waits for is given up. A failed map may be tried again."""
        with self._lock:
            making = self._making.get((run, key))
            if making is not None:
                making.asked.pop(who, None)
                making.sentence = ""

    def _next(self, run: str, making: Making) -> None:
        """Hand the next frame to the process: the last one from nothing, then each from the nearest one there is."""
        steps, ready = self.steps(run), self.ready(run, making.key)
        missing = [step for step in steps if step in making.wanted and step not in ready]
        if not missing or not making.is_wanted() or self.background is None:
            making.job = None
            return
        if self.background.waiting() > QUEUED:
            raise UserError(BUSY)
        reducer = from_key(making.key)
        if not ready:
            step, work, args = missing[-1], reducer.fit, (self.features(run, missing[-1]),)
        else:
            place = {step: at for at, step in enumerate(steps)}
            step, source = min(
                ((m, r) for m in missing for r in ready), key=lambda pair: (abs(place[pair[0]] - place[pair[1]]), -pair[0])
            )
            layout = self.frame(run, making.key, source)
            work, args = reducer.refresh, (self.features(run, step), self.features(run, source), layout)
        making.job = self.background.submit(LATER if ready else SOON, making.is_wanted, work, *args)
        making.job.add_done_callback(lambda job: self._made(run, making, step, job))

    def _made(self, run: str, making: Making, step: int, job: Any) -> None:
        error = job.exception()
        with self._lock:
            if error is None:
                try:
                    self.keep(run, making.key, step, job.result())
                    self._next(run, making)
                except (OSError, UserError) as lost:  # the run is gone, or its disk is full
                    log.error("no map of %s: %s", run, lost)
                    making.fail(of_disk(lost) or lost)
            elif not isinstance(error, Cancelled):
                log.error("no map of %s: %s", run, error, exc_info=None if isinstance(error, UserError) else error)
                making.fail(error)
