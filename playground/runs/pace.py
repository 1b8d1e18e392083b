"""How long it takes on two cores: a method's steps, by the run of it that ships, and which sets are large."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from playground.runs.shipped import SHIPPED
from trainers.encoders import choose
from trainers.method import make_config
from trainers.train import pick_device

LARGE = {"fashion-mnist-full": 70_000, "cifar10": 60_000}  # images of the built-in sets whose end lets one wait
ENCODERS = {"conv-full": 2.5, "resnet18": 127.0}  # how many times longer a step of SimCLR takes on two cores: digits, batch 128
UNKNOWN = 15.0  # steps a second of a method that no run ships of: a slow one of those that do


@cache
def shipped(method: str) -> tuple[int | None, float]:
    """Steps of the method's run that ships, which are usual, and its steps a second; None and UNKNOWN where there is none."""
    try:
        last = json.loads((SHIPPED / method / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1])
        return last["step"], last["step"] / last["seconds"]
    except (OSError, ValueError, KeyError, IndexError, ZeroDivisionError):
        return None, UNKNOWN


def usual(method: str, knobs: Mapping[str, Any]) -> float:
    """Steps a second that a method makes with some knobs, as far as they are known to cost: larger batches, larger encoders."""
    config = make_config(method, knobs)
    larger = config.batch_size / make_config(method, {}).batch_size
    own = choose("auto", pick_device())  # what the runs that ship have, or what a GPU is made for
    slower = 1.0 if config.encoder in ("auto", own) else ENCODERS.get(config.encoder, 1.0)
    return shipped(method)[1] / max(1.0, larger) / slower
