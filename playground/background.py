"""A process for what would hold up the page: maps, large networks, pictures. Jobs in order of urgency, with progress."""

from __future__ import annotations

import itertools
import logging
import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import PriorityQueue
from typing import Any

from playground.priority import MAPS, stand_back
from trainers.errors import UserError

try:
    import resource
except ImportError:  # Windows has none
    resource = None

log = logging.getLogger(__name__)
DIED = "The process that works on this was ended by the system, most often for lack of memory: ask again, or for less."
LATE = "This takes longer than {seconds} seconds: ask again later, or for less."
PATIENCE = 120.0  # seconds that somebody waits for an answer
NOW, SOON, LATER = 0, 1, 2  # somebody waits for a point; for a first picture; for the frames around it


class Cancelled(Exception):
    """Nobody waits for it any more."""


class Died(UserError):
    """The process ended, or was ended, before the job was done."""


class Job(Future[Any]):
    """Work that is done some time: a Future that knows how far it is."""

    def __init__(self, wanted: Callable[[], bool], work: Callable[..., Any], args: tuple[Any, ...]) -> None:
        super().__init__()
        self.wanted, self.work, self.args = wanted, work, args
        self.progress, self.begun = 0.0, False


class Background:
    """Takes jobs from any thread. The process starts with the first one, and again where it has died.

    nice: how far it stands back behind the page, as the system counts it; 0 where somebody waits as for any answer. seconds:
    that a job may take, before the process is ended. memory: bytes of addresses that it may have, where the system can say so.
    """

    def __init__(self, nice: int = MAPS, seconds: float = math.inf, memory: int | None = None) -> None:
        self.nice, self.seconds, self.memory = nice, seconds, memory
        self._queue: PriorityQueue[tuple[int, int, Job | None]] = PriorityQueue()
        self._number = itertools.count()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closing = False
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None
        self._pipe: Any = None
        self._shared: Any = self._context.Array("d", 2, lock=False)  # progress, and whether to give up

    def submit(self, urgency: int, wanted: Callable[[], bool], work: Callable[..., Any], *args: Any) -> Job:
        """work(*args, watch) in the process. It is given up, with Cancelled, as soon as `wanted()` is false."""
        job = Job(wanted, work, args)
        with self._lock:
            if self._closing:
                job.set_exception(Cancelled())
                return job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._queue.put((urgency, next(self._number), job))
        return job

    def answer(self, work: Callable[..., Any], *args: Any) -> Any:
        """work(*args, watch) in the process, before all that waits there; UserError where it takes longer than PATIENCE."""
        until = time.monotonic() + PATIENCE
        job = self.submit(NOW, lambda: time.monotonic() < until, work, *args)
        try:
            return job.result(PATIENCE)
        except Cancelled as gone:  # the app is being ended
            raise UserError(DIED) from gone
        except TimeoutError as late:
            if job.done():  # it was the work's own
                raise
            raise UserError(LATE, seconds=f"{PATIENCE:g}") from late

    def warm(self, work: Callable[..., Any]) -> None:
        """Let the process do `work(watch)` once nothing else waits: imports, compilation."""
        self.submit(LATER, lambda: True, work)

    def waiting(self) -> int:
        """How many jobs are in the queue."""
        return self._queue.qsize()

    def close(self) -> None:
        """End the process, whatever it is at; what waits is given up, or who waits for that would do so for ever."""
        with self._lock:
            self._closing = True
            self._queue.put((-1, next(self._number), None))
        if self._thread is not None:
            self._thread.join(5)
        if self._process is not None:
            self._process.join(2)  # one that is at nothing clears up behind its libraries
            self._process.terminate()

    def _work(self) -> None:
        while True:
            _, _, job = self._queue.get()
            if job is None:
                break
            try:
                failed, value = self._do(job)
            except (EOFError, OSError):
                log.error("the process beside the page died")
                self._process = None
                failed, value = True, Died(DIED)
            except BaseException as error:
                failed, value = True, error
            job.set_exception(value) if failed else job.set_result(value)
        if self._process is not None:
            self._pipe.close()  # which the process takes as its end
        while not self._queue.empty():
            job = self._queue.get()[2]
            if job is not None:
                job.set_exception(Cancelled())

    def _do(self, job: Job) -> tuple[bool, Any]:
        """Whether it failed, and its error or its result."""
        if not job.wanted():
            raise Cancelled
        with self._lock:
            if self._closing:
                raise Cancelled
            if self._process is None or not self._process.is_alive():
                self._pipe, far = self._context.Pipe()
                given = (far, self._shared, self.nice, self.memory)
                self._process = self._context.Process(target=_serve, args=given, daemon=True)
                self._process.start()
                far.close()  # else nobody would see the process die
        self._shared[:] = [0.0, 0.0]
        job.begun = True
        until = time.monotonic() + self.seconds
        self._pipe.send((job.work, job.args))
        while not self._pipe.poll(0.05):
            job.progress = self._shared[0]
            if self._closing:
                self._process.terminate()
                raise Cancelled
            if not job.wanted():
                self._shared[1] = 1.0
            if time.monotonic() > until:
                self._process.kill()  # it would not hear a word of it
                self._process.join()
        return self._pipe.recv()


def _leave() -> None:
    """End this process with the one that started it, also in the middle of a job."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _serve(pipe: Any, shared: Any, nice: int, memory: int | None) -> None:
    """The process: one job after the other, until whoever sends them is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the app, which ends this process
    threading.Thread(target=_leave, daemon=True).start()
    if memory is not None and resource is not None:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        except (ValueError, OSError) as error:  # macOS, where a process has more addresses from its start
            log.info("its memory is not bounded: %s", error)
    if nice:
        if hasattr(os, "setsid"):
            os.setsid()  # or its priority would count among the app's own processes alone
        stand_back(nice)

    def watch(share: float) -> None:
        shared[0] = share
        if shared[1]:
            raise Cancelled

    while True:
        try:
            work, args = pipe.recv()
        except EOFError:
            return
        try:
            answer = False, work(*args, watch)
        except Exception as error:
            if not isinstance(error, Cancelled):
                log.exception("%s failed", work)
            answer = True, error
        try:
            pipe.send(answer)
        except OSError:
            return
