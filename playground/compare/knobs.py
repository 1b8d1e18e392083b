"""The knobs of a copy, as a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field
from typing import Any

from playground.compare.answers import Choice, Form, Range
from playground.compare.differences import knob_name
from playground.runs.copies import as_long
from playground.runs.described import describe
from playground.runs.store import Runs
from playground.texts import option, text
from trainers import record
from trainers.method import knobs_of, make_config

WIDE = 20.0  # largest over smallest value of a knob: beyond it, the knob is thought of in factors


def form(runs: Runs, run: str, language: str) -> Form:
    """A form for a copy of a run: each knob with label, help, range and this run's value, as its Config has them."""
    config = record.read_config(runs.folder(run))
    own = make_config(config.method, config.knobs)
    knobs = [f for f in knobs_of(type(own)) if len(f.metadata.get("options", (0, 0))) > 1]  # where there is something to choose
    fields = [_field(f, config.method, getattr(own, f.name), language) for f in knobs]
    return {"run": run, "title": describe(config, language), "seconds": as_long(runs, config), "fields": fields}


def _field(f: Field[Any], method: str, value: Any, language: str) -> Choice | Range:
    m, name, label = f.metadata, f.name, knob_name(method, f.name, language)
    about = text(language, f"knobs.{method}.{name}.help")
    if "options" in m or isinstance(f.default, bool):
        options = [(one, option(language, one)) for one in m.get("options", (True, False))]
        return {"name": name, "label": label, "value": value, "help": about, "options": options}
    whole = isinstance(f.default, int)
    return {
        "name": name, "label": label, "value": value, "help": about, "low": m["low"], "high": m["high"],
        "step": 1 if whole else "any", "suggested": suggested(m, value, whole),
    }  # fmt: skip


def suggested(m: Mapping[str, Any], value: float, whole: bool) -> list[float]:
    """Five values for a sweep: factors around the run's own for a wide range, else evenly over it."""
    low, high = m["low"], m["high"]
    if low > 0 and high / low > WIDE:
        found = [min(high, max(low, value * factor)) for factor in (0.25, 0.5, 1, 2, 4)]
    else:
        found = [low + (high - low) * share for share in (0, 0.25, 0.5, 0.75, 1)]
    rounded = {round(v) if whole else float(f"{v:.2g}") for v in found}
    return sorted(v for v in rounded if low <= v <= high)
