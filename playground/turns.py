"""So much is worked out at once in the page's process as it has cores: more threads wait for each other, the page for all."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playground.once import BUSY
from trainers.errors import UserError

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WAITING = 80  # who may wait for a turn: each holds one of 120 threads

_turns = threading.Semaphore(CORES)
_room = threading.Semaphore(CORES + WAITING)


@contextmanager
def turn() -> Iterator[None]:
    """Around what keeps a core busy. UserError where too many wait.

    What itself waits for others stays outside: another turn, an answer that somebody works out in one, what is read aside.
    """
    if not _room.acquire(blocking=False):
        raise UserError(BUSY)
    try:
        with _turns:
            yield
    finally:
        _room.release()
