"""What Spread's route answers."""

from __future__ import annotations

from typing import TypedDict


class Spread(TypedDict):
    """How many runs there are, and the share of them that have ended."""

    runs: int
    ended: float
