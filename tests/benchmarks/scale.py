"""Images a second on 120,000 images beside 10,000: a larger set must not slow a step. `ratio`: the first over the second."""

from __future__ import annotations

import dataclasses
from statistics import median

from tests.benchmarks.throughput import ours
from trainers.data import load

TIMES = 12


def measure(quick: bool) -> dict[str, object]:
    """Medians over rounds in which the two take turns."""
    small = load("fashion-mnist")
    train = small.train
    large = dataclasses.replace(
        small,
        train=dataclasses.replace(
            train,
            images=train.images.repeat(TIMES, 1, 1, 1),
            labels=train.labels.repeat(TIMES) if train.labels is not None else None,
        ),
        test=dataclasses.replace(
            small.test,
            images=small.test.images[:100],
            labels=small.test.labels[:100] if small.test.labels is not None else None,
        ),
    )
    rounds = [(ours(large, 3.0), ours(small, 3.0)) for _ in range(2 if quick else 7)]
    many, few = median(r[0] for r in rounds), median(r[1] for r in rounds)
    print(f"{TIMES * len(train):,} images: {many:.0f} images/s; {len(train):,}: {few:.0f}")
    return {"ratio": many / few, "large": many, "small": few, "rounds": len(rounds)}
