"""The numbers that runs are compared by.

A number is comparable only within a group, and only there one of them is the best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from playground.compare.rows import Row
from playground.runs.described import written


def same_images(row: Row) -> Any:
    """What has to be equal where only the images count."""
    return row.image_set


def same_kind(row: Row) -> Any:
    """What has to be equal where the kind of method counts, too."""
    return row.image_set, row.method.card.family


def same_task(row: Row) -> Any:
    """What has to be equal where errors are compared: whatever says what a run has to repair."""
    own = row.method.Config.__annotations__ if row.sets_task() else {}
    return row.image_set, row.config.method, tuple((key, value) for key, value in row.knobs().items() if key in own)


@dataclass(frozen=True)
class Measure:
    """A column of numbers. better: "high", "low", or "" for one that is no score. group: what has to be equal to compare it."""

    style: str
    better: Literal["high", "low", ""] = ""
    group: Callable[[Row], Any] = same_images

    def shown(self, value: float) -> str:
        """A value as a person reads it."""
        return written(value, self.style)


MEASURES = {
    "loss": Measure(".4g"),
    "knn": Measure(".1%", "high"),
    "probe": Measure(".1%", "high"),
    "retrieval_1": Measure(".1%", "high"),
    "match_1": Measure(".1%", "high"),
    "mse": Measure(".4f", "low", same_task),
    "std_sqrt_d": Measure(".2f"),
    "rankme": Measure(".1f", "high", same_kind),
    "uniformity": Measure(".2f"),
    "alignment": Measure(".2f"),
}
