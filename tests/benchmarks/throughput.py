"""Images a second of SimCLR training: our loop, our loop without augmentation, and lightly's recipe at its best thread count.

The same encoder, head, batch and optimiser; sides take turns in every round. `ratio` is ours over lightly's.
"""

from __future__ import annotations

from statistics import median
from unittest.mock import patch

import torch

from tests.benchmarks.lightly_recipe import learn
from trainers.data import Dataset, load
from trainers.events import Finished
from trainers.methods.simclr import SimCLR
from trainers.train import RunConfig, pick_device, train
from trainers.views import plain


def ours(data: Dataset, seconds: float, method: str = "simclr", **knobs: object) -> float:
    *_, end = train(RunConfig(method, seconds=seconds, knobs=knobs), data=data)
    assert isinstance(end, Finished)
    return float(end.summary["images_per_second"])


def measure(quick: bool) -> dict[str, object]:
    """Medians over the rounds, images a second; an image is counted once, not once a view."""
    data = load("fashion-mnist")
    rounds, seconds = (2, 4.0) if quick else (7, 10.0)
    plain_views = patch.object(SimCLR, "views", lambda self, images, rng: (plain(images), plain(images)))
    threads = sorted({1, torch.get_num_threads()})
    found: dict[str, list[float]] = {"ours": [], "without": []} | {f"lightly_{t}": [] for t in threads}
    for _ in range(rounds):
        found["ours"].append(ours(data, seconds))
        with plain_views:
            found["without"].append(ours(data, seconds))
        for t in threads:
            found[f"lightly_{t}"].append(learn(data, seconds + 2, t)[0])
    middle = {name: median(values) for name, values in found.items()}
    best = max((f"lightly_{t}" for t in threads), key=lambda name: middle[name])
    for name, value in middle.items():
        print(f"{name:<12}{value:>9.0f} images/s   {' '.join(f'{v:.0f}' for v in found[name])}")
    return {
        "device": pick_device().type,
        "ratio": middle["ours"] / middle[best],
        "ours": middle["ours"],
        "lightly": middle[best],
        "lightly_threads": int(best.rpartition("_")[2]),
        "without_augmentation": middle["without"],
        "share_of_loop_without_augmentation": median(a / b for a, b in zip(found["ours"], found["without"], strict=True)),
        "rounds": rounds,
    }
