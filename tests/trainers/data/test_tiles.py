"""How many files of all uploads are held at once for the processes that make them small, and whose turn it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from trainers.data import tiles
from trainers.data.tables import Entry

UNTIL: ContextVar[float] = ContextVar("until", default=0.0)
LARGE = b"\0" * (1 << 20)


def entries(count: int, content: Any) -> list[Entry]:
    return [(PurePosixPath(f"{number}.png"), content) for number in range(count)]


def small(several: Sequence[tuple[bytes, str]], size: int) -> Any:
    return [(1, np.zeros((size, size, 1), np.uint8)) for _ in several]


def test_of_all_uploads_together_two_files_are_held_for_other_processes() -> None:
    held, most, lock = 0, 0, threading.Lock()

    def content() -> bytes:
        nonlocal held, most
        with lock:
            held += 1
            most = max(most, held)
        time.sleep(0.002)
        return LARGE

    def shrink(several: Sequence[tuple[bytes, str]], size: int) -> Any:
        nonlocal held
        time.sleep(0.002)
        with lock:
            held -= len(several)
        return small(several, size)

    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda _: tiles.make(entries(20, content), 8, shrink, None, []), range(12)))
    assert most == 2 and [len(one or ()) for one in made] == [20] * 12


def test_a_small_upload_does_not_wait_for_the_whole_of_a_large_one() -> None:
    begun, read = threading.Event(), 0

    def content() -> bytes:
        nonlocal read
        read += 1
        begun.set()
        time.sleep(0.001)
        return LARGE

    with ThreadPoolExecutor(1) as pool:
        large = pool.submit(tiles.make, entries(640, content), 8, small, None, [])
        assert begun.wait(60)
        assert tiles.make(entries(1, lambda: LARGE), 8, small, None, [])
        assert read < 320
        assert len(large.result(60) or ()) == 640


def test_each_of_its_threads_knows_until_when_an_upload_may_take() -> None:
    seen = list[float]()

    def shrink(several: Sequence[tuple[bytes, str]], size: int) -> Any:
        seen.append(UNTIL.get())
        return small(several, size)

    before = UNTIL.set(7.0)
    try:
        tiles.make(entries(40, lambda: b"x"), 8, shrink, None, [])
    finally:
        UNTIL.reset(before)
    assert len(seen) > 1 and set(seen) == {7.0}
