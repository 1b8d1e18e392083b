"""What people bring is decoded in two processes beside the page: a picture of few bytes may ask for a gigabyte, or for seconds.

A process that dies, or takes too long, costs the one picture that it was at. Both start with the first picture.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.background import LATE, NOW, Background, Died
from trainers import pictures
from trainers.deep import Deep
from trainers.errors import DataError, Note, UserError

PROCESSES, SECONDS, MEMORY = 2, 20.0, 1 << 30  # of one call; bytes of one process, with Python's own 150 MB
PEOPLE = 60  # who may wait at once: each holds one of 120 threads
BYTES = 24 * (80 << 20)  # of what came and is held meanwhile: so many of the largest uploads
LONGEST = 300.0  # seconds that one upload may take, with what it waits
BUSY = "Too many pictures are being read: try again in a minute."

_processes = [Background(nice=0, seconds=SECONDS, memory=MEMORY) for _ in range(PROCESSES)]
_free: SimpleQueue[Background] = SimpleQueue()
for _one in _processes:
    _free.put(_one)
_room = threading.Semaphore(PEOPLE)
_held, _holding = 0, threading.Lock()
_until: ContextVar[float] = ContextVar("until", default=math.inf)  # when the upload that is read has taken too long


@contextmanager
def upload() -> Iterator[None]:
    """Around what is read of one upload: UserError where too many wait already, and in the midst of it after LONGEST."""
    if not _room.acquire(blocking=False):
        raise UserError(BUSY)
    before = _until.set(time.monotonic() + LONGEST)
    try:
        yield
    finally:
        _until.reset(before)
        _room.release()


@contextmanager
def held(files: Iterable[tuple[str, bytes]]) -> Iterator[None]:
    """Around an upload that lies in memory till it has been read: UserError where all of them together are too large."""
    global _held
    size = sum(len(content) for _, content in files)
    with _holding:
        if _held + size > BYTES:
            raise UserError(BUSY)
        _held += size
    try:
        yield
    finally:
        with _holding:
            _held -= size


def tiles(several: Sequence[tuple[bytes, str]], size: int) -> list[tuple[int, NDArray[np.uint8] | Deep | DataError]]:
    """`pictures.tiles`, in a process aside; where it dies, each by itself, so that only one of them is lost."""
    try:
        return _aside(_tiles, several, size)
    except Died:
        if len(several) == 1:
            return [(pictures.MAX_PIXELS, DataError(pictures.TOO_HARD, file=several[0][1]))]
        return [found for one in several for found in tiles([one], size)]


def single(content: bytes, name: str, size: int, channels: int) -> tuple[NDArray[np.uint8], Note | None]:
    """`pictures.single`, in a process aside."""
    return _alone(_single, content, name, size, channels)


def thumbnail(content: bytes, name: str, side: int) -> tuple[bytes, Note | None]:
    """`pictures.thumbnail`, in a process aside."""
    return _alone(_thumbnail, content, name, side)


def close() -> None:
    """End the processes, with the app: no picture is read after that."""
    for process in _processes:
        process.close()


def _aside(work: Callable[..., Any], *args: Any) -> Any:
    left = _until.get() - time.monotonic()
    try:
        process = _free.get(timeout=None if left == math.inf else max(0.0, left))
    except Empty as late:
        raise UserError(LATE, seconds=f"{LONGEST:g}") from late
    try:
        return process.submit(NOW, lambda: True, work, *args).result()
    finally:
        _free.put(process)


def _alone(work: Callable[..., Any], content: bytes, name: str, *args: int) -> Any:
    try:
        return _aside(work, content, name, *args)
    except Died as error:
        raise DataError(pictures.TOO_HARD, file=name) from error


def _tiles(several: Sequence[tuple[bytes, str]], size: int, watch: Any) -> Any:
    return pictures.tiles(several, size)


def _single(content: bytes, name: str, size: int, channels: int, watch: Any) -> Any:
    return pictures.single(content, name, size, channels)


def _thumbnail(content: bytes, name: str, side: int, watch: Any) -> Any:
    return pictures.thumbnail(content, name, side)
