"""What only a GPU can decide: how many cells ResNet-18 is read from, how long its rate rises, whether it is compiled.

SimCLR on Moved garments, which ship, in rounds in which all choices take turns; kNN of all held-out images, and steps, after
the same seconds. Four minutes on a GPU; `--quick` tries the program itself with the small net, on whatever device there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from statistics import median
from typing import Any
from unittest import mock

from trainers import encoders, method
from trainers.data import Dataset, load
from trainers.events import Finished
from trainers.train import RunConfig, pick_device, train


def choices(net: str) -> Mapping[str, tuple[AbstractContextManager[Any], bool]]:
    """What each is called -> what makes it so, and whether its encoder is compiled."""
    other = 1 if net == "conv" else 2  # the small net has 2 x 2 already
    made = partial(encoders.ENCODERS[net], cells=other)
    return {
        "as it is": (nullcontext(), False),
        f"features of {other}x{other} cells": (mock.patch.dict(encoders.ENCODERS, {net: made}), False),
        "a rise of 200 steps": (mock.patch.object(method, "WARM_UP", 200), False),
        "compiled": (nullcontext(), True),
    }


def learn(data: Dataset, net: str, seconds: float, seed: int, compiled: bool) -> tuple[float, int]:
    """kNN of all held-out images after so long, and the steps."""
    config = RunConfig("simclr", data.name, seconds, seed=seed, knobs={"encoder": net}, compiled=compiled)
    *_, end = train(config, data)
    assert isinstance(end, Finished)
    return end.summary["knn"], end.step


def measure(quick: bool) -> dict[str, object]:
    """Medians over the rounds of each choice."""
    device = pick_device()
    if device.type != "cuda" and not quick:
        raise SystemExit("This machine has no CUDA device: --quick tries the program itself.")
    data, net = load("digits" if quick else "moved-garments"), "conv" if quick else "resnet18"
    rounds, seconds = (1, 1.0) if quick else (3, 12.0)
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in choices(net)}
    for seed in range(rounds):
        for name, (made, compiled) in choices(net).items():
            if compiled and quick:  # on a CPU that takes minutes
                continue
            with made:
                found[name].append(learn(data, net, seconds, seed, compiled))
            print(f"{name:<28}kNN {found[name][-1][0]:.1%} after {found[name][-1][1]:,} steps", flush=True)
    middle = {
        name: {"knn": median(k for k, _ in each), "steps": median(s for _, s in each)} for name, each in found.items() if each
    }
    return {
        "device": device.type,
        "dataset": data.name,
        "encoder": net,
        "seconds": seconds,
        "rounds": rounds,
        "choices": middle,
    }
