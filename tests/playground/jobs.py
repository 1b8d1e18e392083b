"""What tests have a process aside do. In a file that imports little: the process imports it before it can begin."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trainers import pictures
from trainers.errors import UserError

Watch = Callable[[float], None]


def pace(seconds: float, told: list[float] | None, watch: Watch) -> int:
    """Work of so many seconds that can be watched."""
    for part in range(20):
        watch(part / 20)
        time.sleep(seconds / 20)
    return os.getpid()


def fail(watch: Watch) -> None:
    raise UserError("No {thing} here.", thing="luck")


def miss(watch: Watch) -> None:
    Path("/nowhere/at/all").read_text()


def die(watch: Watch) -> None:
    os._exit(1)


def stay(watch: Watch) -> None:
    threading.Event().wait()


def shrink(several: Sequence[tuple[bytes, str]], size: int, watch: Watch) -> Any:
    """What the process does with pictures, but that an empty one ends it."""
    if not all(content for content, _ in several):
        os._exit(1)
    return pictures.tiles(several, size)


def soon(watch: Any) -> bool:
    """Takes a moment."""
    time.sleep(0.02)
    return True
