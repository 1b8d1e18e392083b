"""Make assets/runs: a finished run of each method, and the pairs that teach most. `make examples`, or
`OMP_WAIT_POLICY=passive python -m scripts.ship_runs [NAME ...]`.

Each is trained as the page's Train button does, on the CPU, with the knobs below and else with a method's own, most for as many
steps as two idle cores make in half a minute: a busy machine makes the same one later. BYOL and SimSiam on moved garments take
minutes, as they have no negatives. Then it is made small: a few snapshots
and the networks with a byte a number, of features as many principal components as there is room for, one row of pictures, and
the UMAP frames beside them. `--judge` measures the networks that ship once more, where there are new measures, and trains none.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from playground.maps.frames import FIRST
from playground.maps.layout import Layout, save_layout
from playground.maps.reducers import from_key
from playground.runs.shipped import SHIPPED
from trainers import record
from trainers.checkpoint import build, describe, load_model, shrink_model, write
from trainers.data import load
from trainers.evaluate import Evaluation
from trainers.events import Failed
from trainers.train import RunConfig

QUICK = {"predictor_rate": 8.0}  # without negatives it takes long: in half a minute neither has passed raw pixels
RUNS: dict[str, tuple[str, str, int, dict[str, Any]]] = {  # id -> method, data, steps, knobs
    "simclr": ("simclr", "moved-garments", 700, {}),
    "simclr-whole-images": ("simclr", "moved-garments", 700, {"crop": 1.0}),
    "simclr-warm": ("simclr", "moved-garments", 700, {"temperature": 1.0}),
    "swav": ("swav", "moved-garments", 1_000, {}),
    "byol": ("byol", "moved-garments", 3_500, QUICK),
    "simsiam": ("simsiam", "moved-garments", 5_000, QUICK),
    "simsiam-collapsed": ("simsiam", "moved-garments", 700, QUICK | {"stop_gradient": False}),
    "simsiam-no-predictor": ("simsiam", "moved-garments", 700, {"predictor": False}),
    "byol-fashion": ("byol", "fashion-mnist", 923, {}),
    "simsiam-fashion": ("simsiam", "fashion-mnist", 1_407, {}),
    "clip": ("clip", "emoji", 329, {}),
    "clip-one-way": ("clip", "emoji", 348, {"symmetric": False}),
    "autoencoder": ("autoencoder", "fashion-mnist", 1262, {}),
    "denoising": ("denoising", "fashion-mnist", 1230, {}),
    "masked": ("masked", "fashion-mnist", 926, {}),
}
LIMIT = 1_000_000  # bytes of a run
KEPT = {"Snapshot": 5, "Pictures": 1, "Step": 120, "Look": 40}  # events of a run: the last, and others evenly


def main() -> None:
    """Train and pack."""
    parser = argparse.ArgumentParser(prog="python -m scripts.ship_runs")
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--judge", action="store_true", help="only measure the networks that ship, and what they must beat")
    args = parser.parse_args()
    asked = args.names
    if unknown := set(asked) - set(RUNS):
        parser.error(f"there is no {', '.join(unknown)}: choose from {', '.join(RUNS)}")
    for name in asked or RUNS:
        if args.judge:
            judge(SHIPPED / name)
            continue
        method, dataset, steps, knobs = RUNS[name]
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / name
            record.create(folder, RunConfig(method, dataset, steps=steps, device="cpu", knobs=knobs))
            for event in record.run(folder):
                if isinstance(event, Failed):
                    raise RuntimeError(event.sentence.format(**event.values))
            pack(folder)
            shutil.rmtree(SHIPPED / name, ignore_errors=True)
            shutil.copytree(folder, SHIPPED / name)
        size = sum(path.stat().st_size for path in (SHIPPED / name).rglob("*") if path.is_file())
        if size > LIMIT:
            raise RuntimeError(f"{name} has {size:,} bytes, more than {LIMIT:,}")
        print(f"{name}: {size / 1e3:.0f} kB, {record.summary(SHIPPED / name)}", flush=True)


def judge(folder: Path) -> None:
    """Write what the network of a run that ships is good for into its end, by today's measures."""
    events, _ = record.read_events(folder)
    config, cpu = record.read_config(folder), torch.device("cpu")
    data = load(config.dataset, config.size)
    method = load_model(folder)
    with torch.random.fork_rng():  # as it began: from the run's seed, and with what the run knew of its data
        torch.manual_seed(config.seed)
        untrained = build(describe(method, config.method))
    found = Evaluation(data, cpu).summary(method, untrained)
    events[-1]["summary"] = rounded(events[-1]["summary"] | found)
    save(folder, events)
    print(f"{folder.name}: {events[-1]['summary']}", flush=True)


def save(folder: Path, events: list[dict[str, Any]]) -> None:
    """The events of a run, a line each."""
    lines = "".join(json.dumps(rounded(event), separators=(",", ":")) + "\n" for event in events)
    write(folder / "events.jsonl", lambda path: path.write_text(lines, encoding="utf-8"))


def pack(folder: Path) -> None:
    """Make a finished run small, in place."""
    events, _ = record.read_events(folder)
    chosen: set[int] = set()
    for kind, most in KEPT.items():
        own = list({event["step"]: i for i, event in enumerate(events) if event["event"] == kind}.values())  # each step once
        # snapshots grow rare with time by themselves; the last of everything is there, and else the first
        chosen |= {own[-1 - round(k)] for k in np.linspace(0, len(own) - 1, min(most, len(own)))}
    looks = [i for i, event in enumerate(events) if event["event"] == "Look"]
    positions = dict(zip(looks, record.read_looks(folder, [events[i] for i in looks]), strict=True))
    kept = b"".join(positions[i].tobytes() for i in looks if i in chosen)
    write(folder / record.LOOKS, lambda path: path.write_bytes(kept))
    events = [event for i, event in enumerate(events) if i in chosen or event["event"] not in KEPT]
    steps = {kind: [event["step"] for event in events if event["event"] == kind] for kind in KEPT}
    save(folder, events)
    for path in (folder / "snapshots").glob("*.npz"):
        kind = "Snapshot" if path.stem.endswith("features") else "Pictures"
        if int(path.name[:8]) not in steps[kind]:
            path.unlink()
        elif kind == "Pictures":
            rows = record.read_pictures(folder, int(path.name[:8]))
            write(path, lambda temporary, rows=rows: _compressed(temporary, rows))
    shrink_model(folder)
    (folder / ".lock").unlink(missing_ok=True)
    frames, (n, width) = len(steps["Snapshot"]), record.read_snapshot(folder, 0).shape
    others = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and "features" not in path.name)
    room = (0.98 * LIMIT - others) / frames - 5 * n  # beside a layout, which has four bytes an image and a head
    before: tuple[Any, Layout] | None = None
    for step in reversed(steps["Snapshot"]):  # as the page does: the last one first, the others from their neighbour in time
        record.shrink_snapshot(folder, step, min(width, int(room / (n + 2 * width))))
        features, reducer = record.read_snapshot(folder, step), from_key(FIRST)
        layout = reducer.fit(features) if before is None else reducer.refresh(features, *before)
        save_layout(folder / "maps" / FIRST / f"{step:08d}.npz", Layout(layout.positions.astype(np.float16), layout.scale))
        before = features, layout


def rounded(value: Any) -> Any:
    """Numbers to five digits, which is more than a curve can show."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


def _compressed(path: Path, arrays: dict[str, Any]) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


if __name__ == "__main__":
    main()
