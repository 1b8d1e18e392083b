"""What is shown of a run that reads, and which images stand for a set."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from tests.trainers.synthetic import dataset
from trainers.data import load
from trainers.evaluate import spread
from trainers.events import Pictures
from trainers.train import SHOWN, SHOWN_READ, RunConfig, train


@pytest.mark.parametrize(("n", "count"), [(1, 16), (5, 16), (16, 16), (17, 16), (2000, 16), (10, 1), (10, 0), (0, 4)])
def test_a_spread_is_even_from_the_first_to_the_last(n: int, count: int) -> None:
    index = spread(n, count)
    assert index == sorted(set(index)) and len(index) == min(n, count)
    if 1 < count < n:
        steps = [b - a for a, b in zip(index, index[1:], strict=False)]
        assert index[0] == 0 and index[-1] == n - 1 and max(steps) - min(steps) <= 1


def shown(method: str) -> Pictures:
    data = dataset(n=40, channels=3, size=32)
    marked = data.test.images.clone()
    marked[:, 0, 0, 0] = torch.arange(40, dtype=torch.uint8)
    data = dataclasses.replace(data, test=dataclasses.replace(data.test, images=marked))
    return next(e for e in train(RunConfig(method, steps=2, device="cpu"), data) if isinstance(e, Pictures))


def test_a_run_that_reads_shows_images_from_all_over_the_map_in_a_square_table() -> None:
    pictures = shown("clip")
    assert pictures.rows["image"][:, 0, 0, 0].tolist() == spread(40, SHOWN_READ)
    table = pictures.tables["image_text"]
    assert len(table["values"]) == len(table["values"][0]) == len(table["columns"]) == SHOWN_READ
    assert shown("simclr").rows["image"][:, 0, 0, 0].tolist() == list(range(SHOWN))


def test_emoji_bring_tags_beside_their_names() -> None:
    for part in (load("emoji").train, load("emoji-held-out").test):
        for language in ("en", "zh"):
            assert len(part.captions[f"tags_{language}"]) == len(part) and all(part.captions[f"tags_{language}"])
    lion = load("emoji").test.captions["en"].index("lion")
    assert "safari" in load("emoji").test.captions["tags_en"][lion].split(", ")
