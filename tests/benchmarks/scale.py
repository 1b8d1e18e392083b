"""What grows with the data: 1,000, 10,000 and 100,000 images of 28, 64 and 128 pixels a side, in colour.

Of each: SimCLR's images a second, the time to the first frame of the map and to the first snapshot, a look, a snapshot, what
the end takes once the budget is spent, memory, and the maps of a snapshot's features. One process a size, so that each has
its own peak. `ratio`: images a second of 120,000 images over those of 10,000, a larger set must not slow a step.

`python -m tests.benchmarks.scale COUNT SIDE SECONDS` measures one size.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch
import torch.nn.functional as F

from playground.maps.reducers import PCA, TSNE, UMAP
from tests.benchmarks.throughput import ours
from trainers import checkpoint
from trainers.data import Dataset, Images, load
from trainers.events import Finished, Look, Snapshot, Step
from trainers.looks import Looks
from trainers.train import RunConfig, train

TIMES = 12
COUNTS, SIDES = (1_000, 10_000, 100_000), (28, 64, 128)
ROOM = 1.6  # times the images that must be free: they, and what the end takes


def made(count: int, side: int) -> Dataset:
    """Clothes of Fashion-MNIST in a colour each, made larger; a tenth as many, at least 500, are held out."""
    base = load("fashion-mnist").train
    rng = np.random.default_rng(0)

    def part(n: int) -> Images:
        images = torch.empty(n, 3, side, side, dtype=torch.uint8)
        at = torch.from_numpy(rng.integers(0, len(base), n))
        for begin in range(0, n, 1_000):
            some = at[begin : begin + 1_000]
            large = F.interpolate(base.images[some].float(), (side, side), mode="bilinear")
            tint = torch.from_numpy(rng.uniform(0.4, 1, (len(some), 3, 1, 1)).astype(np.float32))
            images[begin : begin + 1_000] = (large * tint).byte()
        assert base.labels is not None
        return Images(images, base.labels[at])

    return Dataset("clothes in colour", part(count), part(max(500, count // 10)), load("fashion-mnist").classes)


def size(count: int, side: int, seconds: float) -> dict[str, float]:
    """One size, in this process. Seconds, but for names that say otherwise; memory in MB."""
    data = made(count, side)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    times: dict[str, float] = {}
    kept: list[checkpoint.Checkpoint] = []
    began = time.perf_counter()
    features, end, last = None, None, began
    for event in train(RunConfig("simclr", seconds=seconds), data=data, save=kept.append):
        now = time.perf_counter()
        if isinstance(event, (Look, Snapshot)):
            times.setdefault({Look: "first_frame", Snapshot: "first_snapshot"}[type(event)], now - began)
        if isinstance(event, Snapshot):
            features = event.features
        if isinstance(event, Step):
            last = now
        end = event
    assert isinstance(end, Finished) and features is not None
    rate = end.summary["images_per_second"]
    assert rate is not None
    times["end"] = time.perf_counter() - last
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    method = checkpoint.build(kept[-1].description)
    method.load_state_dict(dict(kept[-1].model))
    looks = Looks(data.test.images[:2_000])
    looks.look(method)  # decides how many images it has
    times["look_ms"] = 1000 * median(_took(lambda: looks.look(method)) for _ in range(5))
    for name, reducer in {"pca": PCA(), "tsne": TSNE(), "umap": UMAP()}.items():
        reducer.fit(features[:200])  # compiles
        times[name] = _took(lambda reducer=reducer: reducer.fit(features))
    return times | {
        "images_per_second": rate, "map_points": len(features),
        "images_mb": (data.train.images.nbytes + data.test.images.nbytes) / 1e6, "before_mb": held, "peak_mb": peak,
    }  # fmt: skip


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sizes(seconds: float, counts: tuple[int, ...] = COUNTS) -> dict[str, dict[str, float]]:
    """Every size for which there is memory, each in a process of its own."""
    found: dict[str, dict[str, float]] = {}
    for side in SIDES:
        for count in counts:
            wanted = ROOM * 1.1 * count * 3 * side * side
            if wanted > free():
                print(f"{count:,} × {side}: left out: {wanted / 1e9:.1f} GB wanted, {free() / 1e9:.1f} free", flush=True)
                continue
            command = [sys.executable, "-m", "tests.benchmarks.scale", str(count), str(side), str(seconds)]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found[f"{count}x{side}"] = one = json.loads(said.splitlines()[-1])
            print(f"{count:>8,} × {side:<4}" + "  ".join(f"{name} {value:.4g}" for name, value in one.items()), flush=True)
    return found


def free() -> float:
    """Bytes of memory that nobody uses."""
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
    return 1024 * float(line.split()[1])


def longer() -> dict[str, float]:
    """Medians of images a second over rounds in which 120,000 and 10,000 images take turns."""
    small = load("fashion-mnist")
    train_part, test = small.train, small.test
    assert train_part.labels is not None and test.labels is not None
    large = dataclasses.replace(
        small,
        train=dataclasses.replace(
            train_part, images=train_part.images.repeat(TIMES, 1, 1, 1), labels=train_part.labels.repeat(TIMES)
        ),
        test=dataclasses.replace(test, images=test.images[:100], labels=test.labels[:100]),
    )
    rounds = [(ours(large, 3.0), ours(small, 3.0)) for _ in range(2)]
    return {"large": median(r[0] for r in rounds), "small": median(r[1] for r in rounds)}


def measure(quick: bool) -> dict[str, object]:
    """The table, and what a larger set costs a step. quick: without 100,000 images."""
    found = longer()
    print(f"{TIMES}0,000 images: {found['large']:.0f} images/s; 10,000: {found['small']:.0f}", flush=True)
    return {"ratio": found["large"] / found["small"], **found, "sizes": sizes(6.0, COUNTS[:2] if quick else COUNTS)}


if __name__ == "__main__":
    print(json.dumps(size(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
