"""A run's time axis, in one language. The numbers of its maps go as bytes."""

from __future__ import annotations

from playground.explore.answers import Metric, Timeline
from playground.maps.entries import about
from playground.maps.frames import FIRST, LIVE
from playground.maps.sources import Sources
from playground.texts import text
from trainers import record
from trainers.errors import UserError
from trainers.method import method_class


def timeline(maps: Sources, run: str, language: str) -> Timeline:
    """A run's time axis: its snapshots with their metrics, and what its points can be coloured by."""
    folder = maps.runs.folder(run)
    config, view = record.read_config(folder), maps.runs.view(run)
    snapshots = view.of("Snapshot")
    if not snapshots:
        raise UserError("This run has no map: there is no snapshot of it.")
    cls = method_class(config.method)
    rebuilds = hasattr(cls, "reconstruct")
    wanted = ("knn", "mse" if rebuilds else "std_sqrt_d", "rankme")
    started = next((event for event in view.events if event["event"] == "Started"), {})
    ended, saved = maps.ended(run), (folder / "model.safetensors").exists()
    colours = ["label", "purity", "vote"] if started.get("knn_pixels") is not None else []
    if saved:  # by the network as it is at the end
        colours += ["error", "cluster"] + (["prototype"] if hasattr(cls.Config, "prototypes") else [])
    metrics: list[Metric] = [
        {"key": key, "name": text(language, f"explore.metric_{key}"), "values": [e["metrics"].get(key) for e in snapshots]}
        for key in wanted
        if any(e["metrics"].get(key) is not None for e in snapshots)
    ]
    return {
        **about(maps, run, language),
        "generation": view.generation,
        "state": maps.runs.state(run).kind,
        "ended": ended,
        "steps": [event["step"] for event in snapshots],
        "seconds": [event["seconds"] for event in snapshots],
        "metrics": metrics,
        "colours": colours,
        "error": text(language, f"explore.error_{'mse' if rebuilds else 'text' if cls.reads else 'views'}"),
        "reads": cls.reads and saved,
        "rebuilds": rebuilds and saved,
        "keys": {"pca": LIVE, "umap": FIRST},
    }
