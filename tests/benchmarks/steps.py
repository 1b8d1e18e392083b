"""Where the time of a step goes, for every method: views, forward, backward, optimiser, after_step; and what a look costs.

Milliseconds, medians over steps; methods take turns in rounds, so that a busy moment meets them all. `shown` is the share of a
run that pictures, looks and snapshots take: what its steps would take alone, by the medians, against what it took.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import torch

from trainers.data import Dataset, load
from trainers.evaluate import Evaluation
from trainers.events import Finished
from trainers.feed import batches, chance
from trainers.looks import Looks
from trainers.method import Batch, methods
from trainers.train import RunConfig, build, learned, pick_device, set_learning_rate, train
from trainers.views import plain

PARTS = ("views", "forward", "backward", "optimiser", "after_step")


class Clock:
    """Adds up what each part of a step takes, in ms."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.times: dict[str, list[float]] = {part: [] for part in PARTS}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        self.times[name].append(1000 * (time.perf_counter() - begun))


def steps(name: str, data: Dataset, count: int, seed: int) -> dict[str, float]:
    """Medians of the parts of `count` steps after ten to warm up, and of a look and a snapshot."""
    device = pick_device()
    config = RunConfig(name, data.name, steps=count + 10, seed=seed)
    method = build(config, data, device)
    images, optimizer = data.train.images.to(device), method.optimizer()
    size = method.config.batch_size
    order = batches(len(images), size, seed, device)
    words = learned(data, method.config).of_image.to(device) if method.reads else None
    clock = Clock(device)
    for step in range(count + 10):
        index, rng, progress = order(step), chance(seed, step, device), step / (count + 10)
        x, read = images[index], None if words is None else words[index]
        set_learning_rate(optimizer, method.config.learning_rate, method.rate(step, progress))
        with clock.part("views"):
            views = tuple(view.contiguous(memory_format=torch.channels_last) for view in method.views(x, rng))
        with clock.part("forward"):
            whole = plain(x).contiguous(memory_format=torch.channels_last)
            loss = method.loss(Batch(whole, views, rng, progress, read, index=index))
        with clock.part("backward"):
            optimizer.zero_grad(set_to_none=True)
            loss.value.backward()
        with clock.part("optimiser"):
            method.before_step(progress)
            optimizer.step()
        with clock.part("after_step"):
            method.after_step(progress)
    found = {part: median(times[10:]) for part, times in clock.times.items()}
    evaluation, looks = Evaluation(data, device), Looks(data.test.images[:2000].to(device))
    for key, look in (("look", lambda: looks.look(method)), ("snapshot", lambda: evaluation.snapshot(method))):
        times = []
        for _ in range(4):
            begun = time.perf_counter()
            look()
            times.append(1000 * (time.perf_counter() - begun))
        found[key] = median(times[1:])
    return found


def measure(quick: bool) -> dict[str, object]:
    """ms a step of each method by its parts, ms of a look and a snapshot, and the share of a run that showing takes."""
    data, rounds, count = load("moved-garments"), 1 if quick else 3, 30 if quick else 60
    seconds, several = 8.0 if quick else 30.0, list[dict[str, dict[str, float]]]()
    shares: dict[str, list[float]] = {name: [] for name in methods()}
    for seed in range(rounds):
        several.append({name: steps(name, data, count, seed) for name in methods()})
        for name in methods():
            *_, end = train(RunConfig(name, data.name, seconds=seconds, seed=seed), data)
            assert isinstance(end, Finished)
            alone = end.step * sum(several[-1][name][part] for part in PARTS) / 1000
            shares[name].append(max(0.0, 1 - alone / end.seconds))
    found: dict[str, object] = {}
    for name in methods():
        parts = {key: round(median(one[name][key] for one in several), 2) for key in several[0][name]}
        found[name] = parts | {"step": round(sum(parts[part] for part in PARTS), 2), "shown": round(median(shares[name]), 3)}
        print(f"{name:<12}" + "  ".join(f"{key} {value:.2f}" for key, value in found[name].items()), flush=True)  # type: ignore[attr-defined]
    return {"device": pick_device().type, "dataset": data.name, "rounds": rounds, **found}
