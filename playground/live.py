"""What the page shows of a run at one moment, in one language: a plain dict for the browser, built from the run's folder."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from playground import plots
from playground.runs import ENDED, UPLOADS, Runs, State
from playground.texts import sentence, text
from trainers import record
from trainers.data import FOLDER
from trainers.method import method_class
from trainers.train import RunConfig

TONES = {"finished": "good", "stopped": "good", "failed": "bad", "interrupted": "warn"}


def live(runs: Runs, run: str, language: str, after: str = "") -> dict[str, Any] | None:
    """The moment, or None where it is still the one called `after`. UserError where there is no such run."""
    found = packed(runs, run, language, after)
    return found and found[0]


def packed(runs: Runs, run: str, language: str, after: str = "") -> tuple[dict[str, Any], bytes] | None:
    """The moment as `live` gives it, and as compressed JSON, ready to be sent."""
    state = runs.state(run)
    view = runs.view(run)
    maps = runs.maps(run)
    events = list(view.events)
    waits = pending(runs, run, maps["pca"])
    version = f"{view.generation}.{len(events)}.{state.kind}.{state.place}.{len(maps['umap'])}.{waits:d}.{language}"
    if version == after:
        return None
    with view.building:  # many people look at one run: the moment is built, and packed, once for all of them
        if language not in view.moments or view.moments[language][0]["version"] != version:
            content = build(runs, run, language, version, state, events, maps, waits)
            plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            view.moments[language] = content, gzip.compress(plain.encode(), 3)
        return view.moments[language]


def build(
    runs: Runs, run: str, language: str, version: str, state: State, events: list[Any], maps: dict[str, list[int]], waits: bool
) -> dict[str, Any]:
    """All that the page shows."""

    def t(key: str, **values: object) -> str:
        return text(language, key, **values)

    config = record.read_config(runs.folder(run))
    steps = [e for e in events if e["event"] == "Step"]
    snapshots = [e for e in events if e["event"] == "Snapshot"]
    started = next((e for e in events if e["event"] == "Started"), None)
    pictures = next((e for e in reversed(events) if e["event"] == "Pictures"), None)
    finished = events[-1] if events and events[-1]["event"] == "Finished" else None
    at = events[-1] if events else {"step": 0, "seconds": 0.0}
    return {
        "version": version,
        "state": state.kind,
        "ended": state.kind in ENDED,
        "tone": TONES.get(state.kind, "busy"),
        "title": describe(config, language),
        "status": status(state, config, at, language),
        "progress": 1.0 if finished else config.progress(at["step"], at["seconds"]),
        "tiles": tiles(steps, snapshots, at, language),
        "figures": figures(started, steps, snapshots, language),
        "pictures": pictures and rows(runs, run, pictures["step"], language),
        "maps": maps,
        "umap_pending": waits,
        "result": result(finished, language) if finished else [],
        "labels": {key.removeprefix("live."): t(key) for key in LABELS},
        "map_title": t("live.map", number=f"{min(2000, started['test_images']):,}" if started else ""),
    }


LABELS = (
    "live.pictures", "live.map_pca", "live.map_umap", "live.map_wait", "live.map_hint", "live.result",
    "live.unlabelled", "live.skipped",
)  # fmt: skip


def pending(runs: Runs, run: str, steps: list[int]) -> bool:
    """Whether a map of the last snapshot is still being made."""
    future = runs.view(run).maps.get(steps[-1]) if steps else None
    return future is not None and not future.done()


def describe(config: RunConfig, language: str) -> str:
    """A run in one line: method, data, budget, seed."""
    key = "data.own" if config.dataset.startswith(FOLDER) else f"data.{config.dataset}"
    data = text(language, key).partition(" · ")[0]
    seconds = text(language, "live.seconds")
    steps = text(language, "live.steps").lower()
    budget = f"{config.seconds:.0f} {seconds}" if config.seconds is not None else f"{config.steps} {steps}"
    return f"{method_class(config.method).card.title} · {data} · {budget} · {text(language, 'live.seed')} {config.seed}"


def status(state: State, config: RunConfig, at: dict[str, Any], language: str) -> str:
    """Where the run stands, in a sentence."""
    kind = state.kind
    if kind == "running" and config.progress(at["step"], at["seconds"]) >= 1:
        kind = "measuring"
    if kind == "stopped" and not at["step"]:
        kind = "stopped_early"
    return text(
        language, f"live.{kind}", place=state.place, step=f"{at['step']:,}", seconds=f"{at['seconds']:.0f}",
        budget=f"{config.seconds or 0:.0f}", sentence=sentence(language, state.sentence, public(state.values)),
    )  # fmt: skip


def public(values: dict[str, str]) -> dict[str, str]:
    """An upload is called by its name: where this machine keeps it is nobody's business."""
    return {key: Path(value).name if f"/{UPLOADS}/" in Path(value).as_posix() else value for key, value in values.items()}


def tiles(steps: list[Any], snapshots: list[Any], at: dict[str, Any], language: str) -> list[dict[str, str]]:
    """The large numbers: each a name, a value, and what it means."""
    last = steps[-1] if steps else None
    knn = snapshots[-1]["metrics"]["knn"] if snapshots else None
    values = {
        "time": f"{at['seconds']:.1f} s",
        "steps": f"{at['step']:,}",
        "rate": f"{last['images_per_second']:,.0f}" if last else "–",
        "loss": f"{last['loss']:.4g}" if last else "–",
        "std": f"{last['std_sqrt_d']:.2f}" if last else "–",
        "knn": f"{knn:.1%}" if knn is not None else "–",
    }
    helps = {"loss": "help_loss", "std": "help_std", "knn": "help_knn"}
    if snapshots and knn is None:
        helps["knn"] = "no_labels"
    return [
        {"key": key, "name": text(language, f"live.{key}"), "value": value,
         "help": text(language, f"live.{helps[key]}") if key in helps else ""}
        for key, value in values.items()
    ]  # fmt: skip


def figures(started: dict[str, Any] | None, steps: list[Any], snapshots: list[Any], language: str) -> dict[str, Any]:
    """The three curves, as plotly takes them; a curve that cannot be had says why in its place."""
    if started is None:
        return {}
    seconds = text(language, "live.seconds")
    x = [e["seconds"] for e in steps]
    at = [e["seconds"] for e in snapshots]
    knn = [e["metrics"]["knn"] for e in snapshots]
    found: dict[str, Any] = {
        "loss": plots.curve(
            (x, [e["loss"] for e in steps]), text(language, "live.loss"), plots.PALETTE[0], seconds,
            {text(language, "live.chance"): started["collapse_loss"]},
        ),
        "std": plots.curve(
            (x, [e["std_sqrt_d"] for e in steps]), text(language, "live.std"), plots.PALETTE[7], seconds,
            {text(language, "live.spread"): 1.0, text(language, "live.collapse"): 0.0},
        ),
    }  # fmt: skip
    if started["knn_pixels"] is not None:
        marks = {text(language, "live.pixels"): started["knn_pixels"]}
        if knn:
            marks[text(language, "live.untrained")] = knn[0]
        found["knn"] = plots.curve((at, knn), text(language, "live.knn"), plots.PALETTE[8], seconds, marks, True, True)
    else:
        found["knn"] = {"note": text(language, "live.no_labels")}
    return found


def rows(runs: Runs, run: str, step: int, language: str) -> dict[str, Any]:
    """Which rows of pictures there are at a step, and how many images are in one."""
    found = record.read_pictures(runs.folder(run), step)
    return {
        "step": step,
        "rows": [{"key": key, "name": text(language, f"pictures.{key.replace(' ', '_')}")} for key in found],
        "count": len(next(iter(found.values()))),
    }


def result(finished: dict[str, Any], language: str) -> list[dict[str, str]]:
    """The numbers of the end, each beside what it must beat."""
    s = finished["summary"]
    rates = [("knn", "result_knn"), ("knn_untrained", "result_untrained"), ("knn_pixels", "result_pixels")]
    numbers = [("mse", "result_mse"), ("mse_pca", "result_pca"), ("rankme", "result_rankme"),
               ("uniformity", "result_uniformity"), ("alignment", "result_alignment")]  # fmt: skip
    lines = [(key, f"{s[name]:.1%}") for name, key in rates if s.get(name) is not None]
    lines += [(key, f"{s[name]:.4g}") for name, key in numbers if s.get(name) is not None]
    return [{"name": text(language, f"live.{key}"), "value": value} for key, value in lines]
