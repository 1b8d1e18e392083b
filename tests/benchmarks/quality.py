"""kNN after the same wall time: our SimCLR, and lightly's recipe with the same encoder. `ratio`: its error over ours."""

from __future__ import annotations

from statistics import median

import torch

from tests.benchmarks.lightly_recipe import learn
from trainers.data import load
from trainers.evaluate import Evaluation
from trainers.events import Finished
from trainers.train import RunConfig, build, pick_device, train


def measure(quick: bool) -> dict[str, object]:
    """Medians of kNN (k=20, cosine, all training images as the bank) over seeds or rounds."""
    data, device = load("fashion-mnist"), pick_device()
    rounds, seconds = (1, 12.0) if quick else (3, 60.0)
    evaluation = Evaluation(data, device)
    untrained = build(RunConfig("simclr", seconds=seconds), data, device)
    us, them = [], []
    for seed in range(rounds):
        *_, end = train(RunConfig("simclr", seconds=seconds, seed=seed), data=data)
        assert isinstance(end, Finished)
        us.append(float(end.summary["knn"] or 0))
        _, method = learn(data, seconds, torch.get_num_threads(), seed=seed)
        them.append(float(evaluation.summary(method, untrained)["knn"] or 0))
        print(f"seed {seed}: ours {us[-1]:.1%}, lightly's recipe {them[-1]:.1%}")
    return {
        "ratio": (1 - median(them)) / (1 - median(us)),
        "ours": median(us),
        "lightly": median(them),
        "seconds": seconds,
    }
