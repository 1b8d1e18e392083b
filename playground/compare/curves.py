"""Curves of all runs over each other."""

from __future__ import annotations

from collections.abc import Sequence

from playground import plots
from playground.compare.answers import Figure
from playground.compare.levels import levels_of
from playground.compare.rows import Row
from playground.runs.described import SPHERE
from playground.runs.numbers import style
from playground.texts import text

STEPS_OF, SNAPSHOTS_OF = ("loss", "std_sqrt_d"), ("mse", "knn", "knn_white", "rankme", "match_1", "uniformity", "alignment")
DASHES = ("solid", "6px,3px", "2px,3px")  # neighbours in the table differ by more than colour


def offers(found: Sequence[Row], language: str) -> dict[str, str]:
    """The curves that at least one of the runs has, each with its name."""
    there: set[str] = set()
    parts: dict[str, None] = {}
    for row in found:
        steps, snapshots = row.of("Step"), row.of("Snapshot")
        there |= {"loss"} if steps else set()
        there |= {"std_sqrt_d"} if steps and row.compares else set()
        skipped = () if row.compares else SPHERE
        there |= {k for k in SNAPSHOTS_OF if k not in skipped and any(e["metrics"].get(k) is not None for e in snapshots)}
        parts |= dict.fromkeys(part for step in steps[:1] for part in step.get("parts", {}) if part not in row.method.terms)
    other = {"knn": "live.knn_curve", "std_sqrt_d": "compare.measure_std_sqrt_d_batch"}  # not the numbers of the end
    known = {
        key: text(language, other.get(key, f"compare.measure_{key}")) for key in (*STEPS_OF, *SNAPSHOTS_OF) if key in there
    }
    return known | {part: text(language, f"live.part_{part}") for part in parts}


def line(row: Row, key: str, over: str) -> plots.Line:
    """A quantity of a run over its seconds or its steps; of one that says nothing of its method, nothing."""
    if key in SPHERE and not row.compares:
        return [], []
    x = "step" if over == "steps" else "seconds"
    if key in SNAPSHOTS_OF:
        return [e[x] for e in row.of("Snapshot")], [e["metrics"].get(key) for e in row.of("Snapshot")]
    steps = row.of("Step")
    return [e[x] for e in steps], [e.get("parts", {}).get(key) if key not in STEPS_OF else e[key] for e in steps]


def figure(found: Sequence[Row], names: Sequence[str], key: str, name: str, over: str, language: str) -> Figure:
    """One quantity of all runs over each other, each in its own colour, with what it is worth after a collapse."""
    lines = {label: line(row, key, over) for label, row in zip(names, found, strict=True)}
    rate = style(key).endswith("%")
    many = key == "loss" and len({row.config.method for row in found}) > 1
    levels = {} if many else levels_of(found, key, language)
    axis = text(language, "live.steps" if over == "steps" else "live.seconds").lower()
    title = text(language, "compare.loss_many", name=name) if many else name
    drawn = plots.curve(lines, title, axis, marks=levels, rate=rate, points=key in SNAPSHOTS_OF)
    for place, trace in enumerate(drawn["data"]):
        trace["line"] = {"color": plots.PALETTE[place], "width": 2, "dash": DASHES[place % len(DASHES)]}
    drawn["data"] = [trace for trace in drawn["data"] if any(value is not None for value in trace["y"])]
    drawn["layout"] |= {"showlegend": False, "height": 260}  # the page has one for all curves
    if many:  # each method has a level of its own, in the colour of its first run: names would lie over each other
        own = {row.config.method: place for place, row in list(enumerate(found))[::-1]}
        for method, place in own.items():
            alike = [row for row in found if row.config.method == method]
            level = next(iter(levels_of(alike, key, language).values()), None)
            if level is not None:
                drawn["layout"]["shapes"].append(plots.level(level, plots.PALETTE[place]))
    if key == "mse" and levels:  # what an untrained network paints is far off, and would flatten all that follows
        drawn["layout"]["yaxis"]["range"] = [0, 1.4 * max(levels.values())]
    return {"data": drawn["data"], "layout": drawn["layout"]}
