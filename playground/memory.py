"""The page's own process has many threads, which share the memory that was freed."""

from __future__ import annotations

import ctypes
from contextlib import suppress

ARENA_MAX, ARENAS = -8, 2  # glibc's name of the setting, in malloc.h; how many heaps all threads have together


def share() -> None:
    """Let threads share two heaps. glibc gives each of 120 its own otherwise, and keeps in it what that thread once needed.

    Nothing where the C library is another one.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)


def give_back() -> None:
    """Let the system have what was freed: glibc keeps the most that a busy minute once needed, a third of the process.

    Takes 10 to 60 ms, in which Python goes on. Nothing where the C library is another one.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
