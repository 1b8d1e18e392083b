"""What one network address has worked out at once: nobody takes all the places where people wait for what takes seconds."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

asks: ContextVar[str] = ContextVar("asks", default="")  # the network address that a request comes from; "": none is counted


class Share:
    """Around what is worked out for whoever asks. Safe to call from many threads.

    admit: UserError where so many of an address are too many. What is worked out on the way is not counted again.
    """

    def __init__(self, admit: Callable[[int], None]) -> None:
        self._admit = admit
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """A place for it, given back at the end."""
        address = asks.get()
        if not address:
            yield
            return
        with self._lock:
            self._admit(self._open[address])
            self._open[address] += 1
        counted = asks.set("")
        try:
            yield
        finally:
            asks.reset(counted)
            with self._lock:
                self._open[address] -= 1
                self._open += Counter()  # without those that have none
