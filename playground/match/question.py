"""A question that somebody waits for, and how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from playground.background import Background

WAITS = 15.0  # seconds after which who does not ask again has gone
T = TypeVar("T")
Person = tuple[str, str]  # the address that asks, and a name of the page that does


@dataclass
class Question:
    """Who waits for an answer, and what is being done for it."""

    people: dict[Person, float] = field(default_factory=dict)  # -> when they last asked
    future: Future[Any] | None = None
    begun: bool = False
    progress: float = 0.0
    words: str = "thinking"  # which of the texts match.wait_… says what is being done

    def waiting(self) -> list[Person]:
        """Who still waits."""
        now = time.monotonic()
        return [who for who, when in list(self.people.items()) if now - when < WAITS]

    def is_wanted(self) -> bool:
        """Whether somebody still waits."""
        return bool(self.waiting())

    def is_open(self) -> bool:
        """Whether there is no answer yet."""
        return not (self.future and self.future.done())

    def run(self, background: Background, urgency: int, words: str, share: float, work: Callable[..., T], *args: Any) -> T:
        """In the background process, while somebody waits. share: the part of the whole that this is."""
        job, base = background.submit(urgency, self.is_wanted, work, *args), self.progress
        self.words = words
        while True:
            try:
                found = job.result(0.1)
                self.progress = base + share
                return found
            except TimeoutError:
                if job.done():
                    raise
                self.progress = base + share * job.progress
