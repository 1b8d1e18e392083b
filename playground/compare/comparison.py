"""Runs side by side: a table of what differs and of what came out, their curves, what one sees, copies and sweeps of one knob.

Plain dicts for the browser, with every word in the reader's language. A number is comparable only within a group (`Measure`),
and only there one of them is the best.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from playground import plots
from playground.maps.making import FIRST, LIVE, Maps
from playground.runs.copies import as_long, like
from playground.runs.curves import HALVES
from playground.runs.described import SPHERE, changed, describe, status, telling, warning, written
from playground.runs.store import ENDED, SWEEP, Runs, State
from playground.texts import knobs_said, method_name, option, text
from trainers import record
from trainers.data import FOLDER
from trainers.errors import NotFound, UserError
from trainers.method import knobs_of, make_config, method_class
from trainers.train import RunConfig

log = logging.getLogger(__name__)
MOST = SWEEP  # runs at once
EXAMPLES = {
    "stop_gradient": ("simsiam", "simsiam-collapsed"),
    "contrastive": ("simclr", "swav", "byol", "simsiam"),
    "autoencoders": ("autoencoder", "denoising", "masked"),
}
NEWEST = 3  # runs that are shown where nobody has said which
CLOSE = 0.01  # kNN: nearer than that, one seed does not tell two runs apart
WIDE = 20.0  # largest over smallest value of a knob: beyond it, the knob is thought of in factors
STEPS_OF, SNAPSHOTS_OF = ("loss", "std_sqrt_d"), ("mse", "knn", "rankme", "match_1", "uniformity", "alignment")


@dataclass(frozen=True)
class Row:
    """A run as it stands."""

    run: str
    config: RunConfig
    state: State
    events: Sequence[Mapping[str, Any]]
    image_set: str
    sweep: Mapping[str, Any]

    @property
    def method(self) -> Any:
        """The class of its method."""
        return method_class(self.config.method)

    @property
    def compares(self) -> bool:
        """Whether its embeddings lie on a sphere, where their spread says something."""
        return self.method.card.family == "contrastive"

    @property
    def rebuilds(self) -> bool:
        """Whether it turns an image back into one."""
        return hasattr(self.method, "reconstruct")

    @property
    def measured(self) -> bool:
        """Whether its numbers are those of its end, on all images; those of a run that was cut short are not."""
        return bool(self.of("Finished"))

    def knobs(self) -> dict[str, Any]:
        """Each knob's value, the defaults among them."""
        return dataclasses.asdict(make_config(self.config.method, self.config.knobs))

    @cached_property
    def _kinds(self) -> dict[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for event in self.events:
            found.setdefault(event["event"], []).append(event)
        return found

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """The events of one kind."""
        return self._kinds.get(kind, [])

    def started(self) -> Mapping[str, Any]:
        """What its start says, {} before it."""
        return next(iter(self.of("Started")), {})

    def at(self) -> dict[str, Any]:
        """How far it is: its last event, with "step" and "seconds"."""
        return dict(self.events[-1]) if self.events else {"step": 0, "seconds": 0.0}

    def numbers(self) -> dict[str, float | None]:
        """The metrics of the end, or the last ones there are; those that say nothing of its method are left out."""
        found: dict[str, float | None] = {}
        for kind, part in (("Snapshot", "metrics"), ("Step", ""), ("Finished", "summary")):
            for event in self.of(kind)[-1:]:
                found |= event[part] if part else {"loss": event["loss"]}
        return telling(found, self.config.method)

    def sets_task(self) -> bool:
        """Whether its own knobs say what it has to repair: an error then has no meaning beside that of other knobs."""
        return hasattr(self.method, "damage") or hasattr(self.method, "hide")


def _same_images(row: Row) -> Any:
    return row.image_set


def _same_kind(row: Row) -> Any:
    return row.image_set, row.method.card.family


def _same_task(row: Row) -> Any:
    own = row.method.Config.__annotations__ if row.sets_task() else {}
    return row.image_set, row.config.method, tuple((key, value) for key, value in row.knobs().items() if key in own)


@dataclass(frozen=True)
class Measure:
    """A column of numbers. better: "high", "low", or "" for one that is no score. group: what has to be equal to compare it."""

    style: str
    better: str = ""
    group: Callable[[Row], Any] = _same_images

    def shown(self, value: float) -> str:
        """A value as a person reads it."""
        return written(value, self.style)


MEASURES = {
    "loss": Measure(".4g"),
    "knn": Measure(".1%", "high"),
    "probe": Measure(".1%", "high"),
    "retrieval_1": Measure(".1%", "high"),
    "match_1": Measure(".1%", "high"),
    "mse": Measure(".4f", "low", _same_task),
    "std_sqrt_d": Measure(".2f"),
    "rankme": Measure(".1f", "high", _same_kind),
    "uniformity": Measure(".2f"),
    "alignment": Measure(".2f"),
}


# -- the runs that are looked at --------------------------------------------------------------------------------------------


def read(maps: Maps, run: str) -> Row:
    """A run as it stands; UserError where there is none."""
    folder = maps.runs.folder(run)
    state = maps.runs.state(run)
    about = record.read_about(folder)
    config = RunConfig(**about["config"])
    return Row(run, config, state, list(maps.runs.view(run).events), maps.image_set(run), about.get("sweep") or {})


def rows(maps: Maps, runs: Sequence[str]) -> list[Row]:
    """The first MOST runs that are there, each once."""
    found: list[Row] = []
    for run in dict.fromkeys(runs):
        if len(found) == MOST:
            break
        try:
            found.append(read(maps, run))
        except (UserError, OSError, ValueError, TypeError, KeyError) as error:  # gone, or of another version
            log.warning("run %s is left out: %s", run[:40], error)
    return found


def examples(runs: Runs, language: str) -> list[dict[str, Any]]:
    """The comparisons that the shipped runs offer, as far as these are there."""
    found = []
    for name, members in EXAMPLES.items():
        there = [run for run in members if (runs.root / run / "run.json").exists()]
        if len(there) > 1:
            found.append({"key": name, "name": text(language, f"compare.example_{name}"), "runs": there})
    return found


def first(maps: Maps, language: str) -> list[str]:
    """What to show where nobody has said: the first example, else the newest runs on the same images."""
    for example in examples(maps.runs, language):
        return example["runs"]
    newest = maps.beside()
    return [run for run in newest if maps.image_set(run) == maps.image_set(newest[0])][:NEWEST]


def compare(
    maps: Maps, asked: Sequence[str], curves: Sequence[str], over: str, language: str, after: str = ""
) -> dict[str, Any] | None:
    """All that the tab shows of some runs, or None where it is still what was called `after`.

    curves: keys of those to draw, over "seconds" or "steps".
    """
    wanted = list(dict.fromkeys(run for run in asked if run))
    found = rows(maps, wanted)
    looked_at = wanted.index(found[-1].run) + 1 if len(found) == MOST else len(wanted)
    gone = looked_at - len(found)
    found = found or rows(maps, first(maps, language))  # where nobody has said which, or none of those is there
    stands = [
        f"{row.run}.{maps.runs.view(row.run).generation}.{len(row.events)}.{row.state.kind}.{row.state.place}" for row in found
    ]
    version = "~".join([language, over, *curves, *stands])
    if version == after:
        return None
    names = labels([row.config for row in found], language)
    offered = offers(found, language)
    return {
        "version": version,
        "runs": [about(maps, row, name, language) for row, name in zip(found, names, strict=True)],
        "gone": gone,
        "examples": examples(maps.runs, language),
        "most": MOST,
        **table(found, language),
        "seen": seen(found, names, language),
        "notes": notes(found, language),
        "offered": [{"key": key, "name": name} for key, name in offered.items()],
        "curves": {key: figure(found, names, key, offered[key], over, language) for key in curves if key in offered},
        "keys": {"pca": LIVE, "umap": FIRST},
    }  # fmt: skip


def about(maps: Maps, row: Row, name: str, language: str) -> dict[str, Any]:
    """What the tab must know of a run beside its row of the table."""
    snapshots = row.of("Snapshot")
    return _stands(row, language) | {
        "label": name, "title": describe(row.config, language), "collapsed": _collapsed(row, language),
        "set": hashlib.sha256(row.image_set.encode()).hexdigest()[:12],  # a path is nobody's business
        "rebuilds": row.rebuilds, "last": snapshots[-1]["step"] if snapshots else None, "sweep": row.sweep.get("id"),
    }  # fmt: skip


def _stands(row: Row, language: str) -> dict[str, Any]:
    """Where a run stands."""
    at, state = row.at(), row.state
    return {
        "run": row.run, "state": state.kind, "ended": state.kind in ENDED, "status": status(state, row.config, at, language),
        "progress": row.config.progress(at["step"], at["seconds"]),
    }  # fmt: skip


# -- what differs -----------------------------------------------------------------------------------------------------------


def differing(configs: Sequence[RunConfig]) -> list[str]:
    """Knobs worth a column: of several values among the runs that have them, or off the default where some have them not."""
    found = []
    known = [dataclasses.asdict(make_config(config.method, config.knobs)) for config in configs]
    for name in dict.fromkeys(f.name for config in configs for f in knobs_of(method_class(config.method).Config)):
        values = [knobs[name] for knobs in known if name in knobs]
        usual = all(
            knobs[name] == getattr(make_config(config.method, {}), name)
            for config, knobs in zip(configs, known, strict=True) if name in knobs
        )  # fmt: skip
        if len(set(values)) > 1 or (len(values) < len(configs) and not usual):
            found.append(name)
    return found


def labels(configs: Sequence[RunConfig], language: str) -> list[str]:
    """What to call each run beside the others: by what differs, and by nothing else; what most share is not said."""
    several = len({config.method for config in configs}) > 1
    found = []
    for config in configs:
        alike = [other for other in configs if other.method == config.method]
        parts = [method_name(language, config.method)] if several else []
        if len({other.dataset for other in configs}) > 1:
            parts.append(data_name(config.dataset, language))
        if len(alike) > 1:
            described = [_described(other, differing(alike), language) for other in alike]
            mine = described[alike.index(config)]
            parts += [part for part in mine if 2 * sum(part in other for other in described) <= len(alike)]
        elif own := changed(config, language):
            parts.append(own)
        found.append(" · ".join(parts) or method_name(language, config.method))
    count = {name: found.count(name) for name in found}
    return [name if count[name] == 1 else f"{name} ({found[: at + 1].count(name)})" for at, name in enumerate(found)]


def _described(config: RunConfig, names: Sequence[str], language: str) -> list[str]:
    """A run's knobs of these names, its budget and its seed, in words."""
    own = dataclasses.asdict(make_config(config.method, config.knobs))
    found = knobs_said(language, config.method, {name: own[name] for name in names})
    return [*found, budget(config, language), f"{text(language, 'live.seed')} {config.seed}"]


def knob_name(method: str, name: str, language: str) -> str:
    """A knob as a person reads it."""
    return text(language, f"knobs.{method}.{name}.label")


def data_name(dataset: str, language: str) -> str:
    """A data set as a person reads it; nobody's path."""
    return text(language, "data.own" if dataset.startswith(FOLDER) else f"data.{dataset}").partition(" · ")[0]


def budget(config: RunConfig, language: str) -> str:
    """What a run was given: seconds or steps."""
    if config.seconds is not None:
        return f"{config.seconds:g} {text(language, 'live.seconds')}"
    return f"{config.steps:,} {text(language, 'live.steps').lower()}"


# -- the table --------------------------------------------------------------------------------------------------------------


def table(found: Sequence[Row], language: str) -> dict[str, Any]:
    """Columns, and a row of cells for each run: what differs, steps, seconds, and the metrics, the best of each marked.

    Below them what is reached without training.
    """
    columns: list[dict[str, Any]] = []
    cells: list[list[dict[str, Any]]] = [[] for _ in found]

    def add(key: str, name: str, means: str, better: str, texts: Sequence[str], top: Sequence[bool] = ()) -> None:
        columns.append({"key": key, "name": name, "means": means, "better": better, "measured": key in MEASURES})
        for place, shown in enumerate(texts):
            cells[place].append({"text": shown, "best": bool(top) and top[place]})

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
    add("seconds", t("seconds"), "", "", [f"{at['seconds']:.1f}" for at in last])
    numbers = [row.numbers() for row in found]
    for key, measure in MEASURES.items():
        values = [own.get(key) for own in numbers]
        if all(value is None for value in values):
            continue
        texts = ["–" if value is None else measure.shown(value) for value in values]
        add(key, t(f"measure_{key}"), t(f"means_{key}"), measure.better, texts, best(found, values, measure))
    return {"columns": columns, "cells": cells, "beaten": beaten(found, [column["key"] for column in columns], language)}


def beaten(found: Sequence[Row], keys: Sequence[str], language: str) -> list[dict[str, Any]]:
    """Rows below the runs: what raw pixels and the untrained networks reach on the same images, a range where runs differ."""
    ended = [row for row in found if row.measured]
    if len({row.image_set for row in ended}) != 1:
        return []
    rows = []
    for name in ("pixels", "untrained"):
        texts = []
        for key in keys:
            values = [v for row in ended if (v := row.numbers().get(f"{key}_{name}")) is not None] if key in MEASURES else []
            ends = [MEASURES[key].shown(end) for end in (min(values), max(values))] if values else []
            texts.append(" – ".join(dict.fromkeys(ends)))
        if any(texts):
            rows.append({"name": text(language, f"live.{name}"), "key": name, "texts": texts})
    return rows


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
        shown = {place: measure.shown(values[place] or 0.0) for place in places}
        if len(set(shown.values())) < 2:
            continue
        top = (max if measure.better == "high" else min)(places, key=lambda place: values[place] or 0.0)
        for place in places:
            marked[place] = shown[place] == shown[top]
    return marked


def notes(found: Sequence[Row], language: str) -> list[str]:
    """What to mind in reading the table."""
    told = []
    if len({row.image_set for row in found}) > 1:
        told.append("other_images")
    if len({row.config.method for row in found}) > 1:
        told.append("other_losses")
    if len({_same_task(row) for row in found if row.rebuilds}) > 1:
        told.append("other_tasks")
    return [text(language, f"compare.{key}") for key in told]


def _collapsed(row: Row, language: str) -> str:
    return warning([dict(step) for step in row.of("Step")[-3:]], language)


def seen(found: Sequence[Row], names: Sequence[str], language: str) -> str:
    """What one sees, in a sentence or two, read off the numbers; "" where they say nothing yet."""
    numbers = [row.numbers() for row in found]
    known = [(n, own, row) for n, own, row in zip(names, numbers, found, strict=True) if own.get("loss") is not None]
    fallen = [one for one in known if _collapsed(one[2], language)]
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


# -- the curves -------------------------------------------------------------------------------------------------------------


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
        parts |= dict.fromkeys(part for step in steps[:1] for part in step.get("parts", {}) if part not in HALVES)
    other = {"knn": "live.knn"}  # of a snapshot: another number than that of the end
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


def figure(found: Sequence[Row], names: Sequence[str], key: str, name: str, over: str, language: str) -> dict[str, Any]:
    """One quantity of all runs over each other, each in its own colour, with what it is worth after a collapse."""
    lines = {label: line(row, key, over) for label, row in zip(names, found, strict=True)}
    rate = MEASURES.get(key, Measure("")).style.endswith("%")
    many = key == "loss" and len({row.config.method for row in found}) > 1
    levels = {} if many else marks(found, key, language)
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
            level = next(iter(marks([row for row in found if row.config.method == method], key, language).values()), None)
            if level is not None:
                drawn["layout"]["shapes"].append(plots.level(level, plots.PALETTE[place]))
    if key == "mse" and levels:  # what an untrained network paints is far off, and would flatten all that follows
        drawn["layout"]["yaxis"]["range"] = [0, 1.4 * max(levels.values())]
    return drawn


BEATEN = {  # what a number of the end has to beat: a number beside it in the summary, and what it is called
    key: {f"{key}_pixels": "live.pixels", f"{key}_untrained": "live.untrained"} for key in ("knn", "probe", "retrieval_1")
} | {"mse": {f"mse_{name}": f"live.mse_{name}" for name in ("mean", "pca", "noisy", "filter", "mean_patch", "mean_here")}}
DASHES = ("solid", "6px,3px", "2px,3px")  # neighbours in the table differ by more than colour


def marks(found: Sequence[Row], key: str, language: str) -> dict[str, float]:
    """Levels to draw: what the quantity is worth after a collapse, and what has to be beaten, each by its name."""
    began = [(row, row.started()) for row in found if row.started()]
    if key == "std_sqrt_d":
        return {text(language, "live.spread"): 1.0, text(language, "live.collapse"): 0.0}
    if key == "rankme":
        return {text(language, "compare.one_direction"): 1.0}
    if key == "uniformity":
        return {text(language, "compare.one_point"): 0.0}
    if key == "knn":
        untrained = _only(row.of("Snapshot")[0]["metrics"].get("knn") for row, _ in began if row.of("Snapshot"))
        levels = {"live.pixels": _only(start["knn_pixels"] for _, start in began), "live.untrained": untrained}
        return {text(language, name): level for name, known in levels.items() for level in known}
    if key == "mse":
        tasks = {_same_task(row) for row, start in began if row.rebuilds}
        beaten = [start.get("baselines", {}) for row, start in began if row.rebuilds]
        if len(tasks) != 1:
            return {}
        return {text(language, f"live.{name}"): level for name in beaten[0] for level in _only(b.get(name) for b in beaten)}
    if key != "loss":
        return {}
    lowest: dict[str, float] = {}
    for row, start in began:
        if start["collapse_loss"] is not None:
            lowest.setdefault(text(language, f"cards.{row.config.method}.floor"), start["collapse_loss"])
        elif _collapsed(row, language):  # nobody knew beforehand: where it has fallen to
            lowest.setdefault(text(language, "live.collapse"), row.numbers()["loss"] or 0.0)
    return lowest


def _only(values: Any) -> list[float]:
    """The value that all have, or none."""
    known = {None if value is None else round(value, 6) for value in values}
    return [value for value in known if value is not None] if len(known) == 1 else []


# -- one knob changed -------------------------------------------------------------------------------------------------------


def knobs(runs: Runs, run: str, language: str) -> dict[str, Any]:
    """A form for a copy of a run: each knob with label, help, range and this run's value, as its Config has them."""
    config = record.read_config(runs.folder(run))
    own = make_config(config.method, config.knobs)
    fields = []
    for f in knobs_of(type(own)):
        m, value = f.metadata, getattr(own, f.name)
        if len(m.get("options", (0, 0))) < 2:
            continue
        field: dict[str, Any] = {
            "name": f.name, "label": knob_name(config.method, f.name, language), "value": value,
            "help": text(language, f"knobs.{config.method}.{f.name}.help"),
        }  # fmt: skip
        if "options" in m or isinstance(f.default, bool):
            options = m.get("options", (True, False))
            field |= {"options": [[one, option(language, one)] for one in options]}
        else:
            whole = isinstance(f.default, int)
            field |= {
                "low": m["low"],
                "high": m["high"],
                "step": 1 if whole else "any",
                "suggested": suggested(m, value, whole),
            }
        fields.append(field)
    return {"run": run, "title": describe(config, language), "seconds": as_long(runs, run, config), "fields": fields}


def suggested(m: Mapping[str, Any], value: float, whole: bool) -> list[float]:
    """Five values for a sweep: factors around the run's own for a wide range, else evenly over it."""
    low, high = m["low"], m["high"]
    if low > 0 and high / low > WIDE:
        found = [min(high, max(low, value * factor)) for factor in (0.25, 0.5, 1, 2, 4)]
    else:
        found = [low + (high - low) * share for share in (0, 0.25, 0.5, 0.75, 1)]
    rounded = {round(v) if whole else float(f"{v:.2g}") for v in found}
    return sorted(v for v in rounded if low <= v <= high)


def begin_sweep(runs: Runs, asked: Mapping[str, Any], owner: str) -> dict[str, Any]:
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
    sweep, made = runs.sweep(configs, owner, knob=knob, like=run)
    return {"sweep": sweep, "runs": made}


def sweep(maps: Maps, name: str, measure: str, language: str) -> dict[str, Any]:
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
            _stands(row, language) | {"value": option(language, value), "number": None if own is None else how.shown(own)}
            for row, (value, own) in zip(found, points, strict=True)
        ],
        "done": sum(ended), "of": len(found), "ended": all(ended), "measure": measure,
        "measures": [{"key": key, "name": text(language, f"compare.measure_{key}")} for key in there],
        "seen": _swept(found, points, label, measure, language),
        "figure": _sweep_figure(found, points, label, title, measure, language) if measure else None,
    }  # fmt: skip


def _sweep_figure(
    found: Sequence[Row], points: Sequence[tuple[Any, float | None]], label: str, title: str, measure: str, language: str
) -> dict[str, Any]:
    there = [(value, number) for value, number in points if number is not None]
    counted = not any(isinstance(value, (str, bool)) for value, _ in points)
    x: list[Any] = [value if counted else option(language, value) for value, _ in there]
    lines: dict[str, plots.Line] = {title: (x, [number for _, number in there])}
    levels = {} if measure in ("knn", "mse") else marks(found, measure, language)
    ended = [row.numbers() for row, (_, number) in zip(found, points, strict=True) if number is not None]
    for name, word in BEATEN.get(measure, {}).items():  # on the same images as the curve, unlike those of a snapshot
        beaten = [own.get(name) for own in ended]
        if level := _only(beaten):
            levels[text(language, word)] = level[0]
        elif None not in beaten:  # another one for each value, as PCA with as many numbers as the code
            lines[text(language, word)] = x, beaten
    rate = MEASURES[measure].style.endswith("%")
    drawn = plots.curve(lines, title, label, levels, rate=rate, points=True)
    values = [value for value, _ in points]
    wide = counted and min(values) > 0 and max(values) / min(values) > 8
    axis = {"tickvals": values, "ticktext": [option(language, v) for v in values]} if counted else {}
    drawn["layout"]["xaxis"] |= {
        "rangemode": "normal", "type": "log" if wide else "linear" if counted else "category", "showgrid": True, **axis,
    }  # fmt: skip
    drawn["data"][0] |= {"marker": {"size": 9}, "mode": "lines+markers" if counted else "markers"}
    drawn["layout"]["height"] = 300
    return drawn


def _swept(found: Sequence[Row], points: Sequence[tuple[Any, float | None]], label: str, measure: str, language: str) -> str:
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
