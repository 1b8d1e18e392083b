"""CIFAR-10: 32×32 colour photographs in ten classes.

Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
"""

from __future__ import annotations

from pathlib import Path

import torch

from trainers.data.base import Dataset, Images
from trainers.data.images_io import fetch, resize

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
NATIVE_SIZE = 32


def load(size: int | None = None) -> Dataset:
    """50,000 train and 10,000 test images, (N,3,32,32) or at `size`, in the official order.

    Downloaded once by torchvision, 170 MB. The official files are Python pickles: torchvision checks their MD5 sums and
    unpickles them itself; nothing else here unpickles. Raises DataError where they cannot be had.
    """
    folder = fetch("CIFAR-10", _download)
    return Dataset("cifar10", _split(folder, True, size), _split(folder, False, size), CLASSES)


def _download(folder: Path) -> None:
    from torchvision.datasets import CIFAR10

    CIFAR10(str(folder), download=True)


def _split(folder: Path, train: bool, size: int | None) -> Images:
    from torchvision.datasets import CIFAR10

    data = CIFAR10(str(folder), train=train)
    images = torch.from_numpy(data.data).permute(0, 3, 1, 2).contiguous()
    names = tuple(f"{'train' if train else 'test'} {i}" for i in range(len(images)))
    return Images(resize(images, NATIVE_SIZE if size is None else size), torch.tensor(data.targets), names=names)
