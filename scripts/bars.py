"""What a network that learns without labels has to beat, and what it could reach: `python -m scripts.bars`, some minutes.

Writes assets/bars.json, which the page shows and `python -m scripts.sweep --report` makes a table of. Every row is judged by
the same function as a run is, plain and whitened: raw pixels; their first 32 principal components; patches of the training
images as a dictionary, with nothing learned by gradient; the untrained network; and the same network with the same views that
is given the labels.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainers.checkpoint import write
from trainers.data import Dataset, load
from trainers.evaluate import encode, judge, standardise, subset
from trainers.feed import chance
from trainers.method import Method
from trainers.metrics import knn_accuracy, pca
from trainers.train import RunConfig, build, set_learning_rate
from trainers.views import Augmentation, plain

DATASETS = {"fashion-mnist": "Fashion-MNIST", "moved-garments": "Moved garments", "emoji": "Emoji"}
RECORDS = Path(__file__).parents[1] / "assets" / "bars.json"
COLUMNS = {"knn": "kNN", "knn_white": "kNN, whitened", "probe": "Probe"}
SEEDS, BATCH, RATE = 3, 128, 2e-3
PATCH, WORDS, POOLS, THRESHOLD = 6, 100, 3, 0.25  # pixels of a side, patches, pools of a side, what an answer must pass

Bar = dict[str, float | None]


def main() -> None:
    """Measure all rows of all data sets, three seeds where chance has a part, and keep the medians."""
    cpu, found = torch.device("cpu"), dict[str, dict[str, Bar]]()
    for name in DATASETS:
        data = load(name)
        _, basis = pca(plain(data.train.images).flatten(1), 32)
        pixels = standardise(data.test.images, data.train.images)

        def network(seed: int, steps: int, data: Dataset = data) -> Bar:
            method = build(RunConfig("simclr", data.name, steps=1, seed=seed, device="cpu"), data, cpu).eval()
            if steps:
                supervise(method, data, torch.arange(len(data.train)), seed, steps)
            with torch.inference_mode():
                return judge(data, encode(method, data.test.images), encode(method, data.train.images))

        def dictionary(seed: int, data: Dataset = data) -> Bar:
            queries, bank = patches(data.test.images, data.train.images, seed)
            return {**judge(data, queries, bank), "knn_curve": curve(data, queries, bank)}

        rows: dict[str, Callable[[int], Bar]] = {
            "untrained network": lambda seed: network(seed, 0),
            f"dictionary of {WORDS} patches": dictionary,
            "supervised, 600 steps": lambda seed: network(seed, 600),
            "supervised, 1,500 steps": lambda seed: network(seed, 1500),
        }
        found[name] = {"raw pixels": judge(data, *pixels), "PCA-32": judge(data, *(part @ basis for part in pixels))}
        for title, row in rows.items():
            found[name][title] = medians([row(seed) for seed in range(SEEDS)])
            print(name, title, found[name][title], flush=True)
        write(RECORDS, lambda path: path.write_text(json.dumps(found, indent=1), encoding="utf-8"))


def curve(data: Dataset, queries: Tensor, bank: Tensor) -> float:
    """kNN accuracy as a run's curve has it: on at most so many images of either part."""
    assert data.test.labels is not None and data.train.labels is not None
    some, known = subset(data.test), subset(data.train)
    return knn_accuracy(queries[some], data.test.labels[some], bank[known], data.train.labels[known])


def medians(several: list[Bar]) -> Bar:
    """Of each number that all of them have."""
    return {key: median([one[key] or 0.0 for one in several]) for key, value in several[0].items() if value is not None}


def supervise(method: Method, data: Dataset, some: Tensor, seed: int, steps: int) -> nn.Module:
    """Train a method's encoder, and a linear layer behind it, on the labels of the images `some` (n,) by cross-entropy.

    Views, schedule and optimiser are SimCLR's. Returns the two as one network, for classes; the method's encoder is changed.
    """
    assert data.train.labels is not None
    labels, augment = data.train.labels, Augmentation()
    net = nn.Sequential(method.encoder, nn.Linear(method.encoder.features, len(data.classes))).train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-4, fused=True)
    for step in range(steps):
        rng = chance(seed, step, torch.device("cpu"))
        index = some[torch.randint(len(some), (min(BATCH, max(16, len(some))),), generator=rng)]
        set_learning_rate(optimizer, RATE, method.rate(step, step / steps))
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(augment(data.train.images[index], rng)), labels[index]).backward()
        optimizer.step()
    return net.eval()


def patches(test: Tensor, train: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """uint8 images (N,C,H,W) -> how much of each of WORDS patches of the training images is in each part of them, (N,F).

    Patches of even light and contrast, whitened; an answer is what its product with a word, or with its negative, has above
    a threshold, summed over POOLS × POOLS parts. Coates, Lee & Ng 2011, “An analysis of single-layer networks in unsupervised
    feature learning”, with words that are drawn instead of learned (Coates & Ng 2011).
    """
    rng = torch.Generator().manual_seed(seed)
    some = torch.randperm(len(train), generator=rng)[:2000]
    known = even(F.unfold(plain(train[some]), PATCH).transpose(1, 2).flatten(0, 1))  # (patches, C·PATCH²)
    known = known[torch.randperm(len(known), generator=rng)[:100_000]]
    mean = known.mean(0)
    values, vectors = torch.linalg.eigh((known - mean).T @ (known - mean) / len(known))
    whiten = vectors / (values.clamp(min=0) + 0.1).sqrt() @ vectors.T
    there = (known.norm(dim=1) > 0).nonzero().flatten()  # a patch of one colour says nothing
    words = F.normalize((known[there[:WORDS]] - mean) @ whiten, dim=1)

    def read(images: Tensor) -> Tensor:
        found = []
        for part in images.split(100):
            x = (even(F.unfold(plain(part), PATCH).transpose(1, 2)) - mean) @ whiten @ words.T  # (n, places, WORDS)
            side = images.shape[-1] - PATCH + 1
            both = torch.cat([x, -x], dim=2).sub(THRESHOLD).relu().transpose(1, 2).unflatten(2, (-1, side))
            found.append(F.adaptive_avg_pool2d(both, POOLS).flatten(1))
        return torch.cat(found)

    return read(test), read(train)


def even(x: Tensor) -> Tensor:
    """Patches (…,P) of pixels in [0,1] less their mean, over their deviation, or ten grey levels' where it is less."""
    x = x - x.mean(-1, keepdim=True)
    return x / (x.pow(2).mean(-1, keepdim=True) + 10 / 255**2).sqrt()


def table() -> list[str]:
    """The rows, in Markdown: each bar plain and whitened, for each data set; that there are none where nothing is recorded."""
    if not RECORDS.exists():
        return ["Not recorded yet: run `python -m scripts.bars`."]
    found: dict[str, dict[str, Bar]] = json.loads(RECORDS.read_text(encoding="utf-8"))
    lines = [
        f"| | {' | '.join(f'{DATASETS[name]}: {column}' for name in found for column in COLUMNS.values())} |",
        "|---|" + "---:|" * (len(found) * len(COLUMNS)),
    ]
    for title in next(iter(found.values())):
        cells = [found[name][title].get(key) for name in found for key in COLUMNS]
        lines.append(f"| {title} | {' | '.join('–' if cell is None else f'{100 * cell:.1f}' for cell in cells)} |")
    return lines


if __name__ == "__main__":
    main()
