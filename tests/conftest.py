"""What several tests need: a data set small enough to train on in a second, and a way to run without a shell."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from trainers.data import Dataset, Images

ROOT = Path(__file__).resolve().parent.parent


def squares(n: int, channels: int, size: int, seed: int, classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images (n,C,size,size) uint8 of a bright bar on noise, and the labels (n,) that say where the bar is."""
    rng = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 60, (n, channels, size, size), generator=rng, dtype=torch.uint8)
    labels = torch.arange(n) % classes
    for image, label in zip(images, labels.tolist(), strict=True):
        image[:, :, 2 + 3 * label : 5 + 3 * label] += 180
    return images, labels


@pytest.fixture(scope="session")
def make_data() -> Callable[..., Dataset]:
    """A data set made by hand: `labels=False` for images of which nothing is known."""

    def make(n: int = 64, channels: int = 1, size: int = 28, labels: bool = True, classes: int = 4, test: int = 24) -> Dataset:
        def part(count: int, seed: int) -> Images:
            images, known = squares(count, channels, size, seed, classes)
            return Images(images, known if labels else None)

        names = tuple(f"bar {i}" for i in range(classes)) if labels else ()
        return Dataset("bars", part(n, 0), part(test, 1), names)

    return make


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """For a process of its own: no spinning threads, and this checkout on the path."""
    return os.environ | {"OMP_WAIT_POLICY": "passive", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="session")
def trainers_command(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`python -m trainers` with some words, in a process of its own."""

    def call(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "trainers", *map(str, words)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)

    return call
