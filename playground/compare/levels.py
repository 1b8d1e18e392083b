"""Levels that curves are drawn with: what a quantity is worth after a collapse, and what it has to beat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from playground.compare.measures import same_task
from playground.compare.rows import Row
from playground.runs import baselines
from playground.runs.curves import beaten
from playground.texts import text

BEATEN = {  # what a number of the end has to beat: a number beside it in the summary, and what it is called
    key: {f"{key}_pixels": "live.pixels", f"{key}_untrained": "live.untrained"}
    for key in ("knn", "knn_white", "probe", "probe_10", "retrieval_1")
} | {
    "mse": {
        f"mse_{name}": f"live.mse_{name}" for name in ("mean", "pca", "noisy", "filter", "mean_patch", "mean_here", "linear")
    }
}


def levels_of(found: Sequence[Row], key: str, language: str) -> dict[str, float]:
    """Levels to draw: what the quantity is worth after a collapse, and what has to be beaten, each by its name."""
    began = [(row, row.started()) for row in found if row.started()]
    if key == "std_sqrt_d":
        return {text(language, "live.spread"): 1.0, text(language, "live.collapse"): 0.0}
    if key == "rankme":
        return {text(language, "compare.one_direction"): 1.0}
    if key == "uniformity":
        return {text(language, "compare.one_point"): 0.0}
    if key == "knn":
        untrained = only(row.of("Snapshot")[0]["metrics"].get("knn") for row, _ in began if row.of("Snapshot"))
        levels = {"live.pixels": only(start["knn_pixels"] for _, start in began), "live.untrained": untrained}
        levels["live.dictionary"] = only(baselines.dictionary(row.config, "knn_curve") for row, _ in began)
        return {text(language, name): level for name, known in levels.items() for level in known}
    if key == "knn_white":
        first = [row.of("Snapshot")[0]["metrics"] for row, _ in began if row.of("Snapshot")]
        known = {
            "pixels": only(look.get("knn_white_pixels") for look in first),
            "untrained": only(look.get(key) for look in first),
        }
        return {text(language, f"live.{name}"): level for name, values in known.items() for level in values}
    if key == "mse":
        tasks = {same_task(row) for row, start in began if row.rebuilds}
        bars = [beaten(start, row.of("Snapshot")) for row, start in began if row.rebuilds]
        if len(tasks) != 1:
            return {}
        return {text(language, f"live.{name}"): level for name in bars[0] for level in only(b.get(name) for b in bars)}
    if key != "loss":
        return {}
    lowest: dict[str, float] = {}
    for row, start in began:
        if start["collapse_loss"] is not None:
            lowest.setdefault(text(language, f"cards.{row.config.method}.floor"), start["collapse_loss"])
        elif row.collapsed(language):  # nobody knew beforehand: where it has fallen to
            lowest.setdefault(text(language, "live.collapse"), row.numbers()["loss"] or 0.0)
    return lowest


def only(values: Iterable[float | None]) -> list[float]:
    """The value that all have, or none."""
    known = {None if value is None else round(value, 6) for value in values}
    return [value for value in known if value is not None] if len(known) == 1 else []
