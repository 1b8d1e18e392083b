"""What differs between runs, and what to call each of them beside the others."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from playground.runs.described import changed, data_name
from playground.texts import knobs_said, method_name, text
from trainers.method import knobs_of, make_config, method_class
from trainers.train import RunConfig


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


def budget(config: RunConfig, language: str) -> str:
    """What a run was given: seconds or steps."""
    if config.seconds is not None:
        return f"{config.seconds:g} {text(language, 'live.seconds')}"
    return text(language, "live.budget_steps", number=f"{config.steps:,}")
