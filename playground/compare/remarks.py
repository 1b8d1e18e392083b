"""What is said of a comparison: what one sees, and what to mind in reading it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.compare.measures import same_task
from playground.compare.rows import Row
from playground.texts import text

CLOSE = 0.01  # kNN: nearer than that, one seed does not tell two runs apart


def notes(found: Sequence[Row], language: str) -> list[str]:
    """What to mind in reading the table."""
    told = []
    if len({row.image_set for row in found}) > 1:
        told.append("other_images")
    if len({row.config.method for row in found}) > 1:
        told.append("other_losses")
    if len({same_task(row) for row in found if row.rebuilds}) > 1:
        told.append("other_tasks")
    return [text(language, f"compare.{key}") for key in told]


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
    values = {"best": high[0], "worst": low[0], "high": f"{high[1]['knn']:.1%}", "low": f"{low[1]['knn']:.1%}"}
    close = (high[1]["knn"] or 0.0) - (low[1]["knn"] or 0.0) < CLOSE
    return text(language, "compare.seen_close" if close else "compare.seen_knn", **values)


def _fall(bad: tuple[str, Any, Row], others: Sequence[tuple[str, Any, Row]], language: str) -> str:
    """The sentence on a collapsed run, beside one that is well: of its own method where there is one."""
    name, low, row = bad
    values = {"bad": name, "bad_std": f"{low['std_sqrt_d']:.2f}", "bad_loss": f"{low['loss']:.2g}"}
    well = [one for one in others if one[1].get("std_sqrt_d") is not None]
    well.sort(key=lambda one: one[2].config.method != row.config.method)
    if not well:
        return text(language, "compare.seen_fallen", **values)
    good, high, other = well[0]
    values |= {"good": good, "good_std": f"{high['std_sqrt_d']:.2f}", "good_loss": f"{high['loss']:.2g}"}
    lower = other.config.method == row.config.method and low["loss"] < high["loss"]
    told = text(language, "compare.seen_lower" if lower else "compare.seen_beside", **values)
    if other.image_set == row.image_set and None not in (low.get("knn"), high.get("knn")):
        told += text(language, "compare.seen_fallen_knn", bad=f"{low['knn']:.1%}", good=f"{high['knn']:.1%}")
    return told
