"""What a question may hold: numbers in a range, texts, a template. UserError else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from playground.match.answers import Template
from trainers.data.names import composed
from trainers.errors import UserError

TEMPLATES: tuple[Template, ...] = ("none", "one", "ensemble")
LENGTH = 2_000  # letters of a text: a whole page, and more than any network reads


def number(value: Any, low: float, high: float) -> float:
    """A finite number from low to high."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not low <= found <= high:
        raise UserError("A number from {low} to {high} is needed here.", low=f"{low:g}", high=f"{high:g}")
    return found


def index(value: Any, count: int) -> int:
    """The index of one of so many."""
    return int(number(value, 0, count - 1))


def template(body: Mapping[str, Any]) -> Template:
    """In how many sentences each text is read."""
    wanted = body.get("template") or "none"
    for one in TEMPLATES:
        if wanted == one:
            return one
    raise UserError("Choose one of {options}.", options=", ".join(TEMPLATES))


def texts(values: Any, most: int) -> list[str]:
    """Texts, each once, as it is spelt first: two that differ in case or spaces alone would halve one's share."""
    found: dict[str, str] = {}
    for one in values if isinstance(values, list) else []:
        if one is not None and (words := plain(str(one))):
            if len(words) > LENGTH:  # cut, two texts could become one
                raise UserError("“{start}…” has more than {most} letters: shorten it.", start=words[:40], most=f"{LENGTH:,}")
            found.setdefault(words.casefold(), words)
    if not found:
        raise UserError("Type at least one label.")
    if len(found) > most:
        raise UserError("At most {most} texts fit into one question.", most=most)
    return list(found.values())


def plain(words: str) -> str:
    """A text in composed letters with single spaces."""
    return " ".join(composed(words).split())
