"""Who goes first where two processes want one core: the page's answers, then training, then maps that nobody waits for."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

log = logging.getLogger(__name__)
WORKER, MAPS = 5, 15  # how far each stands back behind an answer, as the system counts it
GROUP = Path("/proc/self/autogroup")  # where Linux has it, sessions share the cores, whatever a process's own number is
TRIES, PAUSE = 20, 0.15  # seconds: the system takes one such word in a tenth of a second, of all who are no administrator


def stand_back(number: int) -> None:
    """Give this process, and its session where that is its own, a lower priority."""
    if hasattr(os, "nice"):
        os.nice(number)
    if not GROUP.exists() or os.getsid(0) != os.getpid():
        return
    for _ in range(TRIES):
        try:
            GROUP.write_text(str(number))
            return
        except BlockingIOError:  # another process has just said so
            time.sleep(PAUSE)
        except OSError as error:
            log.info("it does not stand back: %s", error)
            return
