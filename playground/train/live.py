"""What the page shows of a run at one moment, in one language, built from the run's folder."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from playground import plots
from playground.maps.making import FIRST, LIVE, Maps
from playground.runs import baselines
from playground.runs.curves import figures
from playground.runs.described import changed, describe, notices, status, telling, warning
from playground.runs.numbers import shown
from playground.runs.shipped import is_example
from playground.runs.store import ENDED, Runs, State
from playground.texts import method_said, text
from playground.train.answers import Kinds, Line, Looks, Moment, Pictures, Result, Tile
from playground.train.kept import kept
from playground.train.learned import bars, ending, learned, missing, whitened
from trainers import record
from trainers.checkpoint import DAMAGED
from trainers.errors import UserError
from trainers.evaluate import FEW, LIMIT
from trainers.method import changed_knobs, method_class
from trainers.train import RunConfig

TONES = {"finished": "good", "stopped": "good", "failed": "bad", "interrupted": "warn"}


def live(maps: Maps, run: str, language: str, after: str = "") -> Moment | None:
    """The moment, or None where it is still the one called `after`. UserError where there is no such run."""
    found = packed(maps, run, language, after)
    return None if found is None else json.loads(gzip.decompress(found))


def packed(maps: Maps, run: str, language: str, after: str = "") -> bytes | None:
    """The moment as `live` gives it, as compressed JSON, ready to be sent."""
    state = maps.runs.state(run)
    view = maps.runs.view(run)
    events = list(view.events)
    seconds = [event["seconds"] for event in events if event["event"] == "Snapshot"]
    frames: Kinds = {"pca": maps.ready(run, LIVE), "umap": maps.ready(run, FIRST), "seconds": seconds}
    waits = False
    if frames["pca"] and state.kind in ENDED:  # the better map of the end, made while somebody looks
        waits = _asked(maps, run)
    place, name = f"{state.place}.{state.wait // 30:.0f}", maps.runs.name(run)
    version = f"{view.generation}.{len(events)}.{state.kind}.{place}.{len(frames['umap'])}.{waits:d}.{language}"
    version += f".{crc32(name.encode()):x}.{bool(maps.runs.apps.unseen):d}"
    if version == after:
        return None
    with view.building:  # many people look at one run: the moment is built, and packed, once for all of them
        if language not in view.moments or view.moments[language][0] != version:
            content = build(maps.runs, run, language, version, state, events, frames, waits)
            plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            view.moments[language] = version, gzip.compress(plain.encode(), 3)
        return view.moments[language][1]


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
    knobs = changed_knobs(config.method, config.knobs)
    if not events and runs.view(run).offset:  # what is there is none
        raise UserError(DAMAGED, file="events.jsonl")
    steps = [e for e in events if e["event"] == "Step"]
    snapshots = [e for e in events if e["event"] == "Snapshot"]
    started = next((e for e in events if e["event"] == "Started"), None)
    pictures = next((e for e in reversed(events) if e["event"] == "Pictures"), None)
    finished = events[-1] if events and events[-1]["event"] == "Finished" else None
    at = events[-1] if events else {"step": 0, "seconds": 0.0}
    numbers, ended = bars(config, started, snapshots, finished), state.kind in ENDED
    end = None
    if finished:
        end = ending(runs, run, config, at["step"], steps, numbers, language, whitened(config, finished["summary"]))
    return {
        "version": version,
        "state": state.kind,
        "method": config.method,
        "knobs": knobs,
        "line": method_said(language, config.method, knobs, "line"),
        "ended": ended,
        "example": {"text": t("live.example"), "act": t("live.train_yourself")} if shipped else None,
        "tone": end["tone"] if end else TONES.get(state.kind, "busy"),
        "name": runs.name(run),
        "title": " · ".join(filter(None, (describe(config, language), changed(config, language)))),
        "status": " ".join([status(state, config, at, language), *notices(events, language), *alone(runs, state, language)]),
        "progress": 1.0 if finished else config.progress(at["step"], at["seconds"]),
        "learned": learned(*numbers, told_classes(config), language, missing(numbers[0], snapshots, ended)),
        "tiles": tiles(steps, snapshots, at, numbers[0], told_classes(config), language),
        "ending": end,
        "looks": looks(runs, run, events, ended),
        "figures": figures(started, steps, snapshots, config.method, language, baselines.dictionary(config, "knn_curve")),
        "warning": warning(steps, language),
        "pictures": pictures and rows(runs, run, pictures, language),
        "maps": frames,
        "map_keys": {"pca": LIVE, "umap": FIRST},
        "umap_pending": waits,
        "result": result(finished, started, snapshots, config, language) if finished else NO_RESULT,
        "kept": kept(started, snapshots, config, language),
        "labels": {key.removeprefix("live."): t(key) for key in LABELS}
        | {"map_colours": t("live.map_told" if told_classes(config) else "live.map_labels")}
        | (
            {"end_wait": t("live.meanwhile"), "map_first": t("live.map_turn")}
            if state.kind == "queued"
            else {"end_wait": t("live.end_wait", most=f"{LIMIT:,}")}
        ),
        "map_title": t("live.map", number=f"{min(LIMIT, started['test_images']):,}" if started else ""),
    }


def alone(runs: Runs, state: State, language: str) -> list[str]:
    """Why a run may be trained twice, or seem interrupted: another machine works in its folder, and its locks are not seen."""
    return [text(language, "live.unseen")] if runs.apps.unseen and state.kind != "finished" else []


NO_RESULT: Result = {"table": [], "keys": [], "sides": [], "lines": []}
FRAMES = 160  # of the map that moves, on the time axis of a long run
SIDES = ("", "_untrained", "_pixels")
COMPARED = ("knn", "knn_white", "probe", *(f"probe_{each}" for each in FEW), "retrieval_1", "retrieval_5")
RATES = ("match_1", "match_5", "match_zh_1", "match_zh_5")
NUMBERS = ("match_rank", "scale", "prototypes", "mse", "psnr")
SPREAD = ("rankme", "uniformity", "alignment")
LABELS = (
    "live.pictures", "live.map_some", "live.map_last", "live.map_first", "live.map_none", "live.map_pca", "live.map_umap",
    "live.map_wait", "live.map_sphere", "live.map_on", "live.map_on_hint", "live.map_hint", "live.result", "live.unlabelled",
    "live.skipped", "live.next", "live.step", "live.step_other", "live.step_parts", "live.step_hint", "live.step_spread",
    "live.step_walk", "live.program", "live.program_py", "live.program_ipynb",
)  # fmt: skip


def told_classes(config: RunConfig) -> bool:
    """Whether its captions are the names of the classes, as where a data set has no others."""
    return method_class(config.method).reads and not config.dataset.startswith("emoji")


def looks(runs: Runs, run: str, events: list[Any], ended: bool) -> Looks:
    """The frames of the map that moves."""
    every = [event for event in events if event["event"] == "Look"]
    some, planes = [every[at] for at in frames_of(len(every))], planes_of(every)
    newest = b""
    if every and not ended:
        newest = record.read_looks(runs.folder(run), every, len(every) - 1)[0][:, : 2 * planes].astype("<f4").tobytes()
    return {
        "planes": planes,
        "count": len(every),
        "steps": [event["step"] for event in some],
        "seconds": [round(event["seconds"], 2) for event in some],
        "images": [event["images"] for event in some],
        "newest": base64.b64encode(newest).decode(),
    }


def planes_of(looks: list[Any]) -> int:
    """How many planes all looks of a run have: 2, of features and embeddings, or 1."""
    return min(map(record.planes, looks), default=1)


def frames_of(count: int) -> list[int]:
    """Which of so many looks are on the time axis: at most FRAMES, evenly, the first and the last among them."""
    some = min(count, FRAMES)
    return [at * (count - 1) // max(1, some - 1) for at in range(some)]


def positions(runs: Runs, run: str, count: int) -> NDArray[np.float32]:
    """Those of all frames on the time axis of a run of `count` looks, one after the other; fewer where it has fewer by now."""
    every = runs.view(run).of("Look")[:count]
    found = record.read_looks(runs.folder(run), every) if every else []
    parts = [found[at][:, : 2 * planes_of(every)].astype("<f4").ravel() for at in frames_of(len(every))]
    return np.concatenate(parts) if parts else np.empty(0, "<f4")


def tiles(steps: list[Any], snapshots: list[Any], at: dict[str, Any], first: str, told: bool, language: str) -> list[Tile]:
    """The numbers below the one of what was learned, `first`: each a name, a value, and what it means."""
    last = steps[-1] if steps else None
    knn = snapshots[-1]["metrics"].get("knn") if snapshots else None
    spread = ("std", shown("std_sqrt_d", last and last["std_sqrt_d"]))
    if snapshots and "mse" in snapshots[-1]["metrics"]:  # a code may lie anywhere, and its spread says nothing
        spread = ("error", shown("mse", snapshots[-1]["metrics"]["mse"]))
    values = {
        "knn": shown("knn", knn),
        "loss": shown("loss", last and last["loss"]),
        spread[0]: spread[1],
        "time": text(language, "live.tile_seconds", seconds=f"{at['seconds']:.1f}"),
        "steps": f"{at['step']:,}",
        "rate": f"{last['images_per_second']:,.0f}" if last else "–",
    }
    values.pop(first, None)  # it stands above
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


def result(
    finished: dict[str, Any], started: dict[str, Any] | None, snapshots: list[Any], config: RunConfig, language: str
) -> Result:
    """The numbers of the end: a table of those that features are compared by, and the other ones, each with its name.

    Its first row is the end of the curve, where that is another test than the one on all images: fewer are there to be near to.
    """
    s, beside = telling(finished["summary"], config.method), baselines.of(config)

    def t(key: str) -> str:
        return text(language, f"live.result_{key}", of=f"{s.get('match_of') or 0:,.0f}")

    def number(key: str) -> str:
        return shown(key, s.get(key))

    keys = [key for key in COMPARED if s.get(key) is not None]
    table = [[t(key), *(number(key + side) for side in SIDES), *(shown(key, row.get(key)) for row in beside.values())]
             for key in keys]  # fmt: skip
    curve = [look["metrics"].get("knn") for look in (snapshots[-1], snapshots[0])] if snapshots else []
    curve += [started and started["knn_pixels"]]
    if table and None not in curve and started and max(started["train_images"], started["test_images"]) > LIMIT:
        curve += [row.get("knn_curve") for row in beside.values()]
        table.insert(0, [t("knn_curve"), *(shown("knn", value) for value in curve)])
        keys.insert(0, "knn")
    beaten = [key for key in s if key.startswith("mse_")]
    lines = [(key, number(key)) for key in (*RATES, *NUMBERS, *beaten, *SPREAD) if s.get(key) is not None]
    others = ["untrained", "pixels", *beside]
    head = ["", t("this"), *(text(language, f"live.{name}") for name in others)]
    told: list[Line] = [{"key": key, "name": t(key), "value": value} for key, value in lines]
    return {"table": [head, *table] if table else [], "keys": keys, "sides": ["", "", *others], "lines": told}
