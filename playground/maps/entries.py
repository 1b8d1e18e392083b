"""Runs that have a map, as entries of a tab's list, in one language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from playground.maps.answers import Entry
from playground.maps.sources import Sources
from playground.runs.described import called, changed
from playground.runs.shipped import is_example
from playground.texts import method_name
from trainers import record


def runs(maps: Sources, language: str, also: Sequence[str]) -> list[Entry]:
    """Runs that have a map, the newest first: what to call them, and whether two look at the same images (`set`)."""
    return [about(maps, run, language) for run in maps.beside(also)]


def about(maps: Sources, run: str, language: str) -> Entry:
    """A run in the list; worked out anew once its files have changed, and at each question while it trains or waits."""
    maps.runs.folder(run)
    return maps.entries((run, language), maps.stamp(run), lambda: _about(maps, run, language), lambda entry: entry["ended"])


def _about(maps: Sources, run: str, language: str) -> Entry:
    folder = maps.runs.folder(run)
    config = record.read_config(folder)
    return {
        "run": run,
        "title": called(maps.runs, run, language),
        "method": method_name(language, config.method),
        "changed": changed(config, language),
        "shipped": is_example(folder),
        "begun": (folder / "run.json").stat().st_mtime,
        "set": hashlib.sha256(maps.image_set(run).encode()).hexdigest()[:12],  # a path is nobody's business
        "ended": maps.ended(run),
        "last": maps.steps(run)[-1],
    }
