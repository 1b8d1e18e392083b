"""What is said of a comparison: what one sees, and what to mind in reading it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from playground.compare.measures import same_task
from playground.compare.rows import Row
from playground.runs.numbers import shown
from playground.texts import text


def notes(found: Sequence[Row], language: str) -> list[str]:
    """What to mind in reading the table."""
    told = []
    if len({row.image_set for row in found}) > 1:
        told.append("other_images")
    if len({row.config.method for row in found}) > 1:
        told.append("other_losses")
    if len({same_task(row) for row in found if row.rebuilds}) > 1:
        told.append("other_tasks")
    words = [text(language, f"compare.{key}") for key in told]
    scored = [row for row in found if row.measured and row.numbers().get("knn") is not None]
    if len(scored) > 1 and len({row.image_set for row in scored}) == 1:
        number = scored[0].started()["test_images"]
        words.append(text(language, "compare.chance", number=f"{number:,}", points=f"{100 * max(map(chance, scored)):.1f}"))
    return words


def chance(row: Row) -> float:
    """The standard error of a run's kNN accuracy: that of a share p of n images, √(p(1−p)/n)."""
    share, number = row.numbers()["knn"] or 0.0, row.started()["test_images"]
    return math.sqrt(share * (1 - share) / max(1, number))


def seen(found: Sequence[Row], names: Sequence[str], language: str) -> str:
    """What one sees, in a sentence or two, read off the numbers; "" where they say nothing yet."""
    numbers = [row.numbers() for row in found]
    known = [(n, own, row) for n, own, row in zip(names, numbers, found, strict=True) if own.get("loss") is not None]
    fallen = [one for one in known if one[2].collapsed(language)]
    if fallen and fallen[0][1].get("std_sqrt_d") is not None:
        return _fall(fallen[0], [one for one in known if one not in fallen], language)
    scored = [one for one in known if one[1].get("knn") is not None and one[2].measured]
    if len(scored) < 2 or len({row.image_set for _, _, row in scored}) > 1:
        return ""
    scored.sort(key=lambda one: one[1]["knn"] or 0.0)
    low, high = scored[0], scored[-1]
    values = {"best": high[0], "worst": low[0], "high": shown("knn", high[1]["knn"]), "low": shown("knn", low[1]["knn"])}
    close = (high[1]["knn"] or 0.0) - (low[1]["knn"] or 0.0) < max(chance(high[2]), chance(low[2]))
    return text(language, "compare.seen_close" if close else "compare.seen_knn", **values)


def _fall(bad: tuple[str, Any, Row], others: Sequence[tuple[str, Any, Row]], language: str) -> str:
    """The sentence on a collapsed run, beside one that is well: of its own method where there is one."""
    name, low, row = bad
    values = {"bad": name, "bad_std": shown("std_sqrt_d", low["std_sqrt_d"]), "bad_loss": shown("loss", low["loss"])}
    well = [one for one in others if one[1].get("std_sqrt_d") is not None]
    well.sort(key=lambda one: one[2].config.method != row.config.method)
    if not well:
        return text(language, "compare.seen_fallen", **values)
    good, high, other = well[0]
    values |= {"good": good, "good_std": shown("std_sqrt_d", high["std_sqrt_d"]), "good_loss": shown("loss", high["loss"])}
    lower = other.config.method == row.config.method and low["loss"] < high["loss"]
    told = text(language, "compare.seen_lower" if lower else "compare.seen_beside", **values)
    if other.image_set == row.image_set and None not in (low.get("knn"), high.get("knn")):
        told += text(language, "compare.seen_fallen_knn", bad=shown("knn", low["knn"]), good=shown("knn", high["knn"]))
    return told
