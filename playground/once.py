"""One answer for all who ask the same, worked out once; the last ones are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Generic, TypeVar

from trainers.errors import UserError

T = TypeVar("T")
LISTENERS = 60  # who waits for an answer that another one works out: each holds one of 120 threads
WAITING = 60  # who waits for a turn: more than one network address may, or it would close it for all
PATIENCE = 120.0  # seconds that somebody waits for a turn
BUSY = "Too many people ask for this at once: try again in a minute."


class Once(Generic[T]):
    """A function that is called once for those who ask the same at the same time, and whose last answers are kept.

    functools.lru_cache would let each of them work it out. An error is everybody's who waits, and is not kept. kept: so many
    answers; at_once: so many calls at a time, 0 for any; waiting: so many may wait for their turn, and UserError for the
    next, as for whoever comes after LISTENERS that wait for what others work out. share: around each call, whose error is
    its: playground.shares.Share, of which those take nothing who wait for another's call.
    """

    def __init__(
        self,
        work: Callable[..., T],
        kept: int,
        at_once: int = 0,
        waiting: int = WAITING,
        share: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._work, self._kept = work, kept
        self._answers: OrderedDict[tuple[object, ...], Future[T]] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = threading.Semaphore(at_once) if at_once else None
        self._room = threading.Semaphore(at_once + waiting)
        self._share = share
        self._listeners = threading.Semaphore(LISTENERS)

    def __call__(self, *asked: object) -> T:
        """work(*asked), by this thread or another."""
        with self._lock:
            found = self._answers.get(asked)
            first = found is None
            if found is None:
                if self._turns and not self._room.acquire(blocking=False):
                    raise UserError(BUSY)
                found = self._answers[asked] = Future()
            self._answers.move_to_end(asked)
            for old in [key for key, answer in self._answers.items() if answer.done()][: -self._kept]:
                del self._answers[old]
        if first:
            self._answer(found, asked)
        if found.done():
            return found.result()
        if not self._listeners.acquire(blocking=False):
            raise UserError(BUSY)
        try:
            return found.result()
        finally:
            self._listeners.release()

    def _answer(self, found: Future[T], asked: tuple[object, ...]) -> None:
        try:
            with self._share(), self._turn():
                value = self._work(*asked)
        except BaseException as error:
            with self._lock:
                self._answers.pop(asked, None)
            found.set_exception(error)
        else:
            found.set_result(value)
        finally:
            if self._turns:
                self._room.release()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns:
            yield
            return
        if not self._turns.acquire(timeout=PATIENCE):
            raise UserError(BUSY)
        try:
            yield
        finally:
            self._turns.release()


class Stamped(Generic[T]):
    """The last value of each key, for as long as its stamp is the same: what a list asks of each run, again and again."""

    def __init__(self, kept: int) -> None:
        self._values: OrderedDict[object, tuple[object, T]] = OrderedDict()
        self._kept, self._lock = kept, threading.Lock()

    def __call__(self, key: object, stamp: object, work: Callable[[], T], lasts: Callable[[T], bool] = lambda value: True) -> T:
        """The value, by `work` where the stamp is another. What fails, and what does not last, is not kept."""
        with self._lock:
            found = self._values.get(key)
        if found is not None and found[0] == stamp:
            return found[1]
        value = work()
        if not lasts(value):
            return value
        with self._lock:
            self._values[key] = stamp, value
            self._values.move_to_end(key)
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
        return value
