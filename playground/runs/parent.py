"""The process that started this one, heard on stdin: a line is a hint to look now, its end that the parent is gone."""

from __future__ import annotations

import sys
import threading


class Parent:
    """Safe to wait for from many threads."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        self._heard = threading.Condition()

    def listen(self) -> None:
        """Begin to listen, in a thread of its own."""
        threading.Thread(target=self._listen, daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait until the parent says something or is gone, at most so long."""
        with self._heard:
            if not self.gone.is_set():
                self._heard.wait(seconds)

    def _listen(self) -> None:
        for _ in sys.stdin.buffer:
            self._tell()
        self.gone.set()
        self._tell()

    def _tell(self) -> None:
        with self._heard:
            self._heard.notify_all()
