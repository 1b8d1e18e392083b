"""What clears away what is old, in a thread that ends with the app: nobody has to click for it."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

log = logging.getLogger(__name__)
HOUR = 3_600.0
AN_HOUR = 20  # things that go in one for their age alone


class Sparing:
    """How much of what is old may still go within an hour, by a clock that nobody sets. Safe to call from many threads.

    A machine's own clock that jumps ahead makes everything old.
    """

    def __init__(self, most: int = AN_HOUR) -> None:
        self.most = most
        self._gone: deque[float] = deque(maxlen=most)  # when

    def left(self) -> int:
        """So many more."""
        since = time.monotonic() - HOUR
        return self.most - sum(when > since for when in list(self._gone))

    def took(self, number: int = 1) -> None:
        """So many went."""
        self._gone.extend([time.monotonic()] * number)


class Clearing:
    """Does each work once in so many seconds, the first time after as many. A work that fails is tried again the next time."""

    def __init__(self, *works: Callable[[], None], seconds: float = HOUR) -> None:
        self.works, self.seconds = works, seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="clearing", daemon=True)

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def close(self) -> None:
        """End it; a work that has begun is waited for, some seconds."""
        self._closing.set()
        self._thread.join(5)

    def _go_on(self) -> None:
        while not self._closing.wait(self.seconds):
            for work in self.works:
                try:
                    work()
                except Exception:
                    log.exception("%s failed", work)
