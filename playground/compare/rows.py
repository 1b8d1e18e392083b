"""Runs as the rows of a comparison."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from playground.compare.answers import Stand
from playground.maps.making import Maps
from playground.runs.described import status, telling, warning
from playground.runs.store import ENDED, SWEEP, State
from trainers import record
from trainers.errors import UserError
from trainers.method import make_config, method_class
from trainers.train import RunConfig

log = logging.getLogger(__name__)
MOST = SWEEP  # runs at once


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

    def collapsed(self, language: str) -> str:
        """That it has collapsed by its newest steps, in words; "" otherwise."""
        return warning([dict(step) for step in self.of("Step")[-3:]], language)

    def stand(self, language: str) -> Stand:
        """Where it stands."""
        at, state = self.at(), self.state
        return {
            "run": self.run, "state": state.kind, "ended": state.kind in ENDED,
            "status": status(state, self.config, at, language),
            "progress": self.config.progress(at["step"], at["seconds"]),
        }  # fmt: skip

    def sets_task(self) -> bool:
        """Whether its own knobs say what it has to repair: an error then has no meaning beside that of other knobs."""
        return hasattr(self.method, "damage") or hasattr(self.method, "hide")


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
