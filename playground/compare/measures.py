"""The numbers that runs are compared by.

A number is comparable only within a group, and only there one of them is the best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from playground.compare.rows import Row
from playground.runs import numbers


def same_images(row: Row) -> Any:
    """What has to be equal where only the images count."""
    return row.image_set


def same_task(row: Row) -> Any:
    """What has to be equal where errors are compared: whatever says what a run has to repair."""
    own = row.method.Config.__annotations__ if row.sets_task() else {}
    return row.image_set, row.config.method, tuple((key, value) for key, value in row.knobs().items() if key in own)


@dataclass(frozen=True)
class Measure:
    """A column of numbers. better: "high", "low", or "" for one that is no score. group: what has to be equal to compare it."""

    key: str
    better: Literal["high", "low", ""] = ""
    group: Callable[[Row], Any] = same_images

    def shown(self, value: float) -> str:
        """A value as a person reads it."""
        return numbers.shown(self.key, value)


# more dimensions, and embeddings that are spread more evenly, are not always better: they are no scores
MEASURES = {
    measure.key: measure
    for measure in (
        Measure("loss"), Measure("knn", "high"), Measure("knn_white", "high"), Measure("probe", "high"),
        Measure("probe_10", "high"), Measure("retrieval_1", "high"),
        Measure("match_1", "high"), Measure("mse", "low", same_task), Measure("std_sqrt_d"), Measure("rankme"),
        Measure("uniformity"), Measure("alignment"),
    )
}  # fmt: skip
