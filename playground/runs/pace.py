"""How many steps a method makes in a second, and how many are usual: what the run of it that ships made, on two cores.

Its own file is the source.
"""

from __future__ import annotations

import json
from functools import cache

from playground.runs.shipped import SHIPPED

UNKNOWN = 15.0  # steps a second of a method that no run ships of: a slow one of those that do


@cache
def shipped(method: str) -> tuple[int | None, float]:
    """Steps of the method's run that ships, which are usual, and its steps a second; None and UNKNOWN where there is none."""
    try:
        last = json.loads((SHIPPED / method / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1])
        return last["step"], last["step"] / last["seconds"]
    except (OSError, ValueError, KeyError, IndexError, ZeroDivisionError):
        return None, UNKNOWN
