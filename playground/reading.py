"""What people bring is decoded in two processes beside the page: a picture of few bytes may ask for a gigabyte, or for seconds.

A process that dies, or takes too long, costs the one picture that it was at. Both start with the first picture.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.background import NOW, Background, Died
from trainers import pictures
from trainers.errors import DataError, UserError

PROCESSES, SECONDS, MEMORY = 2, 20.0, 1 << 30  # of one picture; bytes of one process, with Python's own 150 MB
PEOPLE = 24  # who may wait at once: each holds a thread
BUSY = "Too many pictures are being read: try again in a minute."

_processes = [Background(nice=5, seconds=SECONDS, memory=MEMORY) for _ in range(PROCESSES)]
_free: SimpleQueue[Background] = SimpleQueue()
for _one in _processes:
    _free.put(_one)
_room = threading.Semaphore(PEOPLE)


@contextmanager
def upload() -> Iterator[None]:
    """Around what is read of one upload: UserError where too many wait already."""
    if not _room.acquire(blocking=False):
        raise UserError(BUSY)
    try:
        yield
    finally:
        _room.release()


def tile(
    content: bytes, name: str, size: int, channels: int | None = None
) -> tuple[int, NDArray[np.uint8] | pictures.Deep | DataError]:
    """`pictures.tile`, in a process aside."""
    try:
        return _aside(_tile, content, name, size, channels)
    except Died:
        return pictures.MAX_PIXELS, DataError(pictures.TOO_HARD, file=name)


def square(content: bytes, name: str, size: int, channels: int) -> NDArray[np.uint8]:
    """(size,size,channels) of a file; DataError says why it cannot be one."""
    _, found = tile(content, name, size, channels)
    if isinstance(found, DataError):
        raise found
    assert isinstance(found, np.ndarray)  # as the channels are given
    return found


def thumbnail(content: bytes, name: str, side: int) -> bytes:
    """`pictures.thumbnail`, in a process aside."""
    try:
        return _aside(_thumbnail, content, name, side)
    except Died as error:
        raise DataError(pictures.TOO_HARD, file=name) from error


def close() -> None:
    """End the processes, with the app: no picture is read after that."""
    for process in _processes:
        process.close()


def _aside(work: Callable[..., Any], *args: Any) -> Any:
    process = _free.get()
    try:
        return process.submit(NOW, lambda: True, work, *args).result()
    finally:
        _free.put(process)


def _tile(content: bytes, name: str, size: int, channels: int | None, watch: Any) -> Any:
    return pictures.tile(content, name, size, channels)


def _thumbnail(content: bytes, name: str, side: int, watch: Any) -> Any:
    return pictures.thumbnail(content, name, side)
