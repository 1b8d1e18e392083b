"""What the page shows of a run at one moment, in one language, built from the run's folder."""

from __future__ import annotations

import gzip
import json
from typing import Any

from playground import plots
from playground.maps.making import FIRST, LIVE, Maps
from playground.runs.curves import figures
from playground.runs.described import changed, describe, status, telling, warning, written
from playground.runs.shipped import is_example
from playground.runs.store import ENDED, Runs, State
from playground.texts import text
from playground.train.answers import Kinds, Moment, Pictures, Result, Tile
from trainers import record
from trainers.checkpoint import DAMAGED
from trainers.errors import UserError
from trainers.method import method_class
from trainers.train import RunConfig

TONES = {"finished": "good", "stopped": "good", "failed": "bad", "interrupted": "warn"}


def live(maps: Maps, run: str, language: str, after: str = "") -> Moment | None:
    """The moment, or None where it is still the one called `after`. UserError where there is no such run."""
    found = packed(maps, run, language, after)
    return found and found[0]


def packed(maps: Maps, run: str, language: str, after: str = "") -> tuple[Moment, bytes] | None:
    """The moment as `live` gives it, and as compressed JSON, ready to be sent."""
    state = maps.runs.state(run)
    view = maps.runs.view(run)
    events = list(view.events)
    frames: Kinds = {"pca": maps.ready(run, LIVE), "umap": maps.ready(run, FIRST)}
    waits = False
    if frames["pca"] and state.kind in ENDED:  # the better map of the end, made while somebody looks
        waits = _asked(maps, run)
    place = f"{state.place}.{state.wait // 30:.0f}"
    version = f"{view.generation}.{len(events)}.{state.kind}.{place}.{len(frames['umap'])}.{waits:d}.{language}"
    if version == after:
        return None
    with view.building:  # many people look at one run: the moment is built, and packed, once for all of them
        if language not in view.moments or view.moments[language][0]["version"] != version:
            content = build(maps.runs, run, language, version, state, events, frames, waits)
            plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            view.moments[language] = content, gzip.compress(plain.encode(), 3)
        return view.moments[language]


def _asked(maps: Maps, run: str) -> bool:
    """Have the better map made; whether it is still to come."""
    try:
        return maps.ask(run, FIRST, "live", everything=False)["state"] in ("waiting", "working")
    except UserError:  # too many others are being made
        return True


def build(
    runs: Runs, run: str, language: str, version: str, state: State, events: list[Any], frames: Kinds, waits: bool
) -> Moment:
    """All that the page shows."""

    def t(key: str, **values: object) -> str:
        return text(language, key, **values)

    config, shipped = record.read_config(runs.folder(run)), is_example(runs.folder(run))
    if not events and runs.view(run).offset:  # what is there is none
        raise UserError(DAMAGED, file="events.jsonl")
    steps = [e for e in events if e["event"] == "Step"]
    snapshots = [e for e in events if e["event"] == "Snapshot"]
    started = next((e for e in events if e["event"] == "Started"), None)
    pictures = next((e for e in reversed(events) if e["event"] == "Pictures"), None)
    finished = events[-1] if events and events[-1]["event"] == "Finished" else None
    at = events[-1] if events else {"step": 0, "seconds": 0.0}
    return {
        "version": version,
        "state": state.kind,
        "method": config.method,
        "ended": state.kind in ENDED,
        "example": {"text": t("live.example"), "act": t("live.train_yourself")} if shipped else None,
        "tone": TONES.get(state.kind, "busy"),
        "title": " · ".join(filter(None, (describe(config, language), changed(config, language)))),
        "status": status(state, config, at, language),
        "progress": 1.0 if finished else config.progress(at["step"], at["seconds"]),
        "tiles": tiles(steps, snapshots, at, told_classes(config), language),
        "figures": figures(started, steps, snapshots, config.method, language),
        "warning": warning(steps, language),
        "pictures": pictures and rows(runs, run, pictures, language),
        "maps": frames,
        "map_keys": {"pca": LIVE, "umap": FIRST},
        "umap_pending": waits,
        "result": result(finished, config.method, language) if finished else {"table": [], "lines": []},
        "labels": {key.removeprefix("live."): t(key) for key in LABELS},
        "map_title": t("live.map", number=f"{min(2000, started['test_images']):,}" if started else ""),
    }


SIDES = ("", "_untrained", "_pixels")
COMPARED = ("knn", "probe", "retrieval_1", "retrieval_5")
RATES = ("match_1", "match_5", "match_zh_1", "match_zh_5")
NUMBERS = ("match_rank", "scale", "prototypes", "mse", "psnr")
SPREAD = ("rankme", "uniformity", "alignment")
LABELS = (
    "live.pictures", "live.map_pca", "live.map_umap", "live.map_wait", "live.map_hint", "live.result",
    "live.unlabelled", "live.skipped",
)  # fmt: skip


def told_classes(config: RunConfig) -> bool:
    """Whether its captions are the names of the classes, as where a data set has no others."""
    return method_class(config.method).reads and not config.dataset.startswith("emoji")


def tiles(steps: list[Any], snapshots: list[Any], at: dict[str, Any], told: bool, language: str) -> list[Tile]:
    """The large numbers: each a name, a value, and what it means."""
    last = steps[-1] if steps else None
    knn = snapshots[-1]["metrics"]["knn"] if snapshots else None
    spread = ("std", f"{last['std_sqrt_d']:.2f}" if last else "–")
    if snapshots and "mse" in snapshots[-1]["metrics"]:  # a code may lie anywhere, and its spread says nothing
        spread = ("error", f"{snapshots[-1]['metrics']['mse']:.4f}")
    values = {
        "time": text(language, "live.tile_seconds", seconds=f"{at['seconds']:.1f}"),
        "steps": f"{at['step']:,}",
        "rate": f"{last['images_per_second']:,.0f}" if last else "–",
        "loss": f"{last['loss']:.4g}" if last else "–",
        spread[0]: spread[1],
        "knn": f"{knn:.1%}" if knn is not None else "–",
    }
    helps = {"loss": "help_loss", "std": "help_std", "error": "help_error", "knn": "help_knn"}
    if snapshots and knn is None:
        helps["knn"] = "no_labels"
    elif told:
        helps["knn"] = "help_knn_told"
    return [
        {"key": key, "name": text(language, f"live.{key}"), "value": value,
         "help": text(language, f"live.{helps[key]}") if key in helps else ""}
        for key, value in values.items()
    ]  # fmt: skip


def rows(runs: Runs, run: str, pictures: dict[str, Any], language: str) -> Pictures:
    """Which rows of pictures there are at a moment, how many images are in one, and the tables beside them, as figures."""
    found = record.read_pictures(runs.folder(run), pictures["step"])

    def name(key: str) -> str:
        return text(language, f"pictures.{key.replace(' ', '_')}")

    return {
        "step": pictures["step"],
        "rows": [{"key": key, "name": name(key)} for key in found],
        "count": len(next(iter(found.values()))),
        "tables": {key: plots.table(table, name(key)) for key, table in pictures.get("tables", {}).items()},
    }


def result(finished: dict[str, Any], method: str, language: str) -> Result:
    """The numbers of the end: a table of those that features are compared by, and the other ones, each with its name."""
    s = telling(finished["summary"], method)

    def t(key: str) -> str:
        return text(language, f"live.result_{key}", of=f"{s.get('match_of') or 0:,.0f}")

    def rate(key: str) -> str:
        return "–" if s.get(key) is None else f"{s[key]:.1%}"

    table = [[t(key), *(rate(key + side) for side in SIDES)] for key in COMPARED if s.get(key) is not None]
    lines = [(key, rate(key)) for key in RATES if s.get(key) is not None]
    beaten = [key for key in s if key.startswith("mse_")]
    lines += [(key, written(s[key], ".4g")) for key in (*NUMBERS, *beaten, *SPREAD) if s.get(key) is not None]
    head = ["", t("this"), text(language, "live.untrained"), text(language, "live.pixels")]
    return {"table": [head, *table] if table else [], "lines": [{"name": t(key), "value": value} for key, value in lines]}
