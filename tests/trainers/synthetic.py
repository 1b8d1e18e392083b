"""Small data with something to learn, made on the spot."""

from __future__ import annotations

import torch

from trainers.data import Dataset, Images


def dataset(n: int = 64, channels: int = 1, size: int = 28, classes: int | None = 4, seed: int = 0) -> Dataset:
    """Blobs whose place is their class, in noise; n to train on and as many to test."""
    rng = torch.Generator().manual_seed(seed)

    def images() -> Images:
        labels = torch.arange(n) % max(classes or 1, 1)
        x = torch.rand(n, channels, size, size, generator=rng) * 60
        cell = size // 4
        for i, label in enumerate(labels.tolist()):
            x[i, :, cell * label : cell * (label + 1), cell : 3 * cell] += 150
        words = [("upper", "lower", "middle", "last")[label % 4] for label in labels.tolist()]
        return Images(
            x.byte(), labels if classes else None, names=tuple(f"{word} blob {i}.png" for i, word in enumerate(words))
        )

    names = tuple(f"class {i}" for i in range(classes or 0))
    return Dataset("synthetic", images(), images(), names)
