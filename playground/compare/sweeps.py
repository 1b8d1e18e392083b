"""Sweeps of one knob: copies of a run at several values, and what came out by value."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from playground import plots
from playground.compare.answers import Begun, Figure, Sweep
from playground.compare.differences import knob_name
from playground.compare.levels import BEATEN, levels_of, only
from playground.compare.measures import MEASURES, Measure
from playground.compare.rows import MOST, Row, rows
from playground.maps.making import Maps
from playground.runs.copies import like
from playground.runs.described import describe
from playground.runs.numbers import style
from playground.runs.store import ENDED, Runs
from playground.texts import option, text
from trainers.errors import NotFound, UserError
from trainers.method import make_config


def begin(runs: Runs, asked: Mapping[str, Any], owner: str, address: str = "") -> Begun:
    """Queue a copy of {"like"} for each of {"values"} of {"knob"}; {"seconds"} for each. Returns the sweep and its runs."""
    run, knob, values = str(asked.get("like")), str(asked.get("knob")), asked.get("values")
    if not isinstance(values, list):
        raise UserError("A list is needed here.")
    config = like(runs, run, {}, asked.get("seconds"), owner)
    parsed = {getattr(make_config(config.method, {knob: value}), knob): None for value in values[: 4 * MOST]}
    if not 2 <= len(parsed) <= MOST:
        raise UserError("A sweep takes from {least} to {most} different values.", least=2, most=MOST)
    ordered = sorted(parsed) if not any(isinstance(value, str) for value in parsed) else list(parsed)
    configs = [dataclasses.replace(config, knobs=dict(config.knobs) | {knob: value}) for value in ordered]
    sweep, made = runs.sweep(configs, owner, address, knob=knob, like=run)
    return {"sweep": sweep, "runs": made}


def sweep(maps: Maps, name: str, measure: str, language: str) -> Sweep:
    """A sweep as it stands: its runs by their value, and a curve of those that have ended. UserError where there is none."""
    found = [row for row in rows(maps, maps.runs.sweep_runs(name)) if row.sweep.get("id") == name]
    if not found:
        raise NotFound("There is no sweep called {name}.", name=name[:40])
    knob, method = str(found[0].sweep["knob"]), found[0].config.method
    values = [row.knobs()[knob] for row in found]
    numbers = [row.numbers() if row.measured else {} for row in found]
    there = [key for key, one in MEASURES.items() if any(own.get(key) is not None for own in numbers)]
    if measure not in there:
        measure = next((key for key in ("knn", "mse", *there) if key in there), "")
    title, label = text(language, f"compare.measure_{measure}") if measure else "", knob_name(method, knob, language)
    points = [(value, own.get(measure)) for value, own in zip(values, numbers, strict=True)]
    how = MEASURES.get(measure, Measure(""))
    ended = [row.state.kind in ENDED for row in found]
    return {
        "sweep": name, "knob": knob, "label": label, "title": describe(found[0].config, language),
        "runs": [
            {**row.stand(language), "value": option(language, value), "number": None if own is None else how.shown(own)}
            for row, (value, own) in zip(found, points, strict=True)
        ],
        "done": sum(ended), "of": len(found), "ended": all(ended), "measure": measure,
        "measures": [{"key": key, "name": text(language, f"compare.measure_{key}")} for key in there],
        "seen": _best(found, points, label, measure, language),
        "figure": _figure(found, points, label, title, measure, language) if measure else None,
    }  # fmt: skip


def _figure(
    found: Sequence[Row], points: Sequence[tuple[Any, float | None]], label: str, title: str, measure: str, language: str
) -> Figure:
    there = [(value, number) for value, number in points if number is not None]
    counted = not any(isinstance(value, (str, bool)) for value, _ in points)
    x: list[Any] = [value if counted else option(language, value) for value, _ in there]
    lines: dict[str, plots.Line] = {title: (x, [number for _, number in there])}
    levels = {} if measure in ("knn", "mse") else levels_of(found, measure, language)
    ended = [row.numbers() for row, (_, number) in zip(found, points, strict=True) if number is not None]
    for name, word in BEATEN.get(measure, {}).items():  # on the same images as the curve, unlike those of a snapshot
        beaten = [own.get(name) for own in ended]
        if level := only(beaten):
            levels[text(language, word)] = level[0]
        elif None not in beaten:  # another one for each value, as PCA with as many numbers as the code
            lines[text(language, word)] = x, beaten
    rate = style(measure).endswith("%")
    drawn = plots.curve(lines, title, label, levels, rate=rate, points=True)
    values = [value for value, _ in points]
    wide = counted and min(values) > 0 and max(values) / min(values) > 8
    axis = {"tickvals": values, "ticktext": [option(language, v) for v in values]} if counted else {}
    drawn["layout"]["xaxis"] |= {
        "rangemode": "normal", "type": "log" if wide else "linear" if counted else "category", "showgrid": True, **axis,
    }  # fmt: skip
    drawn["data"][0] |= {"marker": {"size": 9}, "mode": "lines+markers" if counted else "markers"}
    drawn["layout"]["height"] = 300
    return {"data": drawn["data"], "layout": drawn["layout"]}


def _best(found: Sequence[Row], points: Sequence[tuple[Any, float | None]], label: str, measure: str, language: str) -> str:
    """Where the best value lies, once there are two."""
    how = MEASURES.get(measure)
    there = [(number, value) for value, number in points if number is not None]
    if how is None or not how.better or len(there) < 2 or len({how.group(row) for row in found}) > 1:
        return ""
    number, value = (max if how.better == "high" else min)(there, key=lambda one: one[0])
    return text(
        language, "compare.swept" if all(row.state.kind in ENDED for row in found) else "compare.swept_so_far",
        measure=text(language, f"compare.measure_{measure}"), number=how.shown(number), knob=label,
        value=option(language, value),
    )  # fmt: skip
