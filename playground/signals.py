"""What ends the app: Ctrl-C and SIGTERM."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

SECONDS = 20.0  # after which the app leaves as it is


def install(seconds: float = SECONDS) -> None:
    """Let both end the app in order, and at the latest after so many seconds.

    The exception that a signal raises is lost where Python is just then in a callback that may raise none, as one of the
    garbage collector; and what is closed in order may wait for something that does not come.
    """

    def leave(number: int, frame: Any) -> None:
        last = threading.Timer(seconds, os._exit, [0])
        last.daemon = True
        last.start()
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit()

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)  # the first process of a container has to ask for it
