"""What CLIP learns, step by step: the similarities of a few images and captions while a run trains, as a plain dict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.maps.making import Maps
from playground.match.answers import Lesson, Matches
from playground.runs.curves import figures
from playground.runs.described import describe, status
from trainers import record
from trainers.errors import UserError
from trainers.method import make_config, method_class


def lesson(maps: Maps, run: str, language: str) -> Lesson:
    """Where a run stands, its last table of similarities, both losses and the logit scale. UserError where it reads nothing."""
    config = record.read_config(maps.runs.folder(run))
    if not method_class(config.method).reads:
        raise UserError("This run was trained without words: only a run of CLIP can match.")
    state, events = maps.runs.state(run), list(maps.runs.view(run).events)
    steps = [event for event in events if event["event"] == "Step"]
    drawn = next((e for e in reversed(events) if e["event"] == "Pictures" and "image_text" in e.get("tables", {})), None)
    table = drawn["tables"]["image_text"] if drawn else None
    at = events[-1] if events else {"step": 0, "seconds": 0.0}

    started = next((event for event in events if event["event"] == "Started"), None)
    snapshots = [event for event in events if event["event"] == "Snapshot"]
    diagonal, rest = _diagonal(table["values"]) if table else (None, None)
    drawings = figures(started, steps, snapshots, config.method, language)
    return {
        "run": run, "state": state.kind, "title": describe(config, language), "step": at["step"], "seconds": at["seconds"],
        "words": status(state, config, at, language),
        "progress": 1.0 if state.kind == "finished" else config.progress(at["step"], at["seconds"]),
        "symmetric": bool(make_config(config.method, config.knobs).symmetric), "table": table,
        "picture": f"runs/{run}/pictures/{drawn['step']}?row=image" if drawn else None,
        "diagonal": diagonal, "rest": rest,
        "scale": steps[-1]["parts"].get("scale") if steps else None,
        "losses": drawings.get("loss"), "scales": drawings.get("scale"),
        "match": _matches(snapshots[-1]["metrics"]) if snapshots else None,
    }  # fmt: skip


def _matches(found: Mapping[str, Any]) -> Matches | None:
    if "match_1" not in found:
        return None
    return {"match_1": found["match_1"], "match_5": found["match_5"], "match_of": found["match_of"]}


def _diagonal(values: list[list[float]]) -> tuple[float, float]:
    """Means of the cosines of pairs that belong together, and of all the others."""
    cosines = np.array(values)
    own = np.eye(len(cosines), dtype=bool)
    return float(cosines[own].mean()), float(cosines[~own].mean())
