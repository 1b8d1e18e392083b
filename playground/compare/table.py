"""The table: what differs between runs, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from playground.compare.answers import Cell, Column, Table, Untrained
from playground.compare.differences import budget, differing, knob_name
from playground.compare.measures import MEASURES, Measure
from playground.compare.rows import Row
from playground.runs import baselines
from playground.runs.described import data_name
from playground.runs.numbers import shown
from playground.texts import option, text


def table(found: Sequence[Row], language: str) -> Table:
    """Columns, and a row of cells for each run: what differs, steps, seconds, and the metrics, the best of each marked.

    Below them what is reached without training.
    """
    columns: list[Column] = []
    cells: list[list[Cell]] = [[] for _ in found]

    def add(
        key: str, name: str, means: str, better: Literal["high", "low", ""], texts: Sequence[str], top: Sequence[bool] = ()
    ) -> None:
        columns.append({"key": key, "name": name, "means": means, "better": better, "measured": key in MEASURES})
        for place, content in enumerate(texts):
            cells[place].append({"text": content, "best": bool(top) and top[place]})

    def t(key: str) -> str:
        return text(language, f"compare.{key}")

    configs = [row.config for row in found]
    if len({config.dataset for config in configs}) > 1:
        add("data", t("data"), "", "", [data_name(config.dataset, language) for config in configs])
    known = [row.knobs() for row in found]
    for name in differing(configs):
        method = next(row.config.method for row, knobs in zip(found, known, strict=True) if name in knobs)
        values = [option(language, knobs[name]) if name in knobs else "–" for knobs in known]
        add(name, knob_name(method, name, language), text(language, f"knobs.{method}.{name}.help"), "", values)
    if len({config.seed for config in configs}) > 1:
        add("seed", t("seed"), "", "", [str(config.seed) for config in configs])
    if len({(config.seconds, config.steps) for config in configs}) > 1:
        add("budget", t("budget"), "", "", [budget(config, language) for config in configs])
    last = [row.at() for row in found]
    add("steps", text(language, "live.steps"), "", "", [f"{at['step']:,}" for at in last])
    add("seconds", t("seconds"), "", "", [shown("seconds", at["seconds"]) for at in last])
    numbers = [row.numbers() for row in found]
    for key, measure in MEASURES.items():
        values = [own.get(key) for own in numbers]
        if all(value is None for value in values):
            continue
        texts = ["–" if value is None else measure.shown(value) for value in values]
        add(key, t(f"measure_{key}"), t(f"means_{key}"), measure.better, texts, best(found, values, measure))
    return {"columns": columns, "cells": cells, "beaten": untrained(found, [column["key"] for column in columns], language)}


def untrained(found: Sequence[Row], keys: Sequence[str], language: str) -> list[Untrained]:
    """Rows below the runs: what raw pixels and the untrained networks reach on the same images, a range where runs differ,
    and what was measured once for the data sets of the app.
    """
    ended = [row for row in found if row.measured]
    if len({row.image_set for row in ended}) != 1:
        return []
    rows: list[Untrained] = []
    for name in ("pixels", "untrained"):
        texts = []
        for key in keys:
            values = [v for row in ended if (v := row.numbers().get(f"{key}_{name}")) is not None] if key in MEASURES else []
            ends = [MEASURES[key].shown(end) for end in (min(values), max(values))] if values else []
            texts.append(" – ".join(dict.fromkeys(ends)))
        if any(texts):
            rows.append({"name": text(language, f"live.{name}"), "key": name, "texts": texts})
    for name, known in baselines.of(ended[0].config).items():
        texts = [
            MEASURES[key].shown(known[key]) if key in MEASURES and key in known and there(ended, key) else "" for key in keys
        ]
        rows.append({"name": text(language, f"live.{name}"), "key": name, "texts": texts})
    return rows


def there(found: Sequence[Row], key: str) -> bool:
    """Whether a run's summary has this number: a snapshot's is of fewer images, and says nothing beside those of all."""
    return any(key in finished["summary"] for row in found for finished in row.of("Finished"))


def best(found: Sequence[Row], values: Sequence[float | None], measure: Measure) -> list[bool]:
    """Which values are the best of their group as far as they show; none of equals, nor of runs that have not ended."""
    marked = [False] * len(found)
    if not measure.better:
        return marked
    groups: dict[Any, list[int]] = {}
    for place, (row, value) in enumerate(zip(found, values, strict=True)):
        if value is not None and row.measured:
            groups.setdefault(measure.group(row), []).append(place)
    for places in groups.values():
        written = {place: measure.shown(values[place] or 0.0) for place in places}
        if len(set(written.values())) < 2:
            continue
        top = (max if measure.better == "high" else min)(places, key=lambda place: values[place] or 0.0)
        for place in places:
            marked[place] = written[place] == written[top]
    return marked
