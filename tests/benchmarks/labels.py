"""Few labels: a linear probe on what SimCLR learned without any, beside the same network trained on those labels alone.

Accuracy on all held-out images of Moved garments with 1, 5, 10 and 100 labels of each class. The network that has only the
labels gets the same encoder, views, schedule and number of steps, with a linear layer and cross-entropy.
"""

from __future__ import annotations

from statistics import median

import torch

from scripts.bars import supervise
from trainers.data import Dataset, load
from trainers.evaluate import FEW, PROBED, encode, judge, standardise, subset
from trainers.method import Method
from trainers.train import RunConfig, build
from trainers.views import plain

STEPS = 700


def learned(data: Dataset, seed: int, steps: int) -> tuple[Method, Method]:
    """SimCLR after so many steps, and before."""
    from trainers.checkpoint import Checkpoint
    from trainers.train import train

    config, saved = RunConfig("simclr", data.name, steps=steps, seed=seed, device="cpu"), list[Checkpoint]()
    for _ in train(config, data, save=saved.append):
        pass
    method = build(config, data, torch.device("cpu"))
    method.load_state_dict(dict(saved[-1].model))
    return method.eval(), build(config, data, torch.device("cpu")).eval()


def scratch(data: Dataset, each: int, seed: int, steps: int) -> float:
    """The accuracy of a network that has seen nothing but `each` labelled images of each class."""
    assert data.train.labels is not None and data.test.labels is not None
    labels = data.train.labels[subset(data.train, PROBED)]
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))  # as metrics.few_labels draws them
    some = torch.cat([order[labels[order] == label][:each] for label in labels.unique()])
    method = build(RunConfig("simclr", data.name, steps=1, seed=seed, device="cpu"), data, torch.device("cpu"))
    net = supervise(method, data, subset(data.train, PROBED)[some], seed, steps)
    with torch.inference_mode():
        said = torch.cat([net(plain(part)).argmax(1) for part in data.test.images.split(500)])
    return float((said == data.test.labels).float().mean())


def measure(quick: bool) -> dict[str, object]:
    """Medians over seeds."""
    data, seeds, steps = load("moved-garments"), range(1 if quick else 3), 100 if quick else STEPS
    counts = (1, 10) if quick else FEW
    found: dict[str, list[float]] = {}
    for seed in seeds:
        sides = dict(zip(("simclr", "untrained"), learned(data, seed, steps), strict=True))
        with torch.inference_mode():
            judged = {name: judge(data, encode(side, data.test.images), encode(side, data.train.images))
                      for name, side in sides.items()}  # fmt: skip
        judged["pixels"] = judge(data, *standardise(data.test.images, data.train.images))
        for each in counts:
            for name, side in judged.items():
                found.setdefault(f"{name}_{each}", []).append(float(side[f"probe_{each}"] or 0))
            found.setdefault(f"scratch_{each}", []).append(scratch(data, each, seed, steps))
        print(f"seed {seed}: " + ", ".join(f"{name} {values[-1]:.1%}" for name, values in found.items()), flush=True)
    return {name: median(values) for name, values in found.items()} | {"steps": steps, "seeds": len(seeds)}
