"""What is shown of a run that reads, and which images stand for a set."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from tests.trainers.synthetic import dataset
from trainers import evaluate
from trainers.data import Dataset, Images, load
from trainers.evaluate import PAIRS, Evaluation, judge, spread, subset
from trainers.events import Finished, Pictures, Snapshot, Started
from trainers.feed import chance
from trainers.train import SHOWN, SHOWN_READ, RunConfig, build, describe_data, train


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


def test_a_networks_mean_and_deviation_are_those_of_all_training_images() -> None:
    for name in ("fashion-mnist", "emoji"):  # in order of class or of Unicode: every fifth is no sample
        data = load(name)
        found, x = describe_data(data), data.train.images.double() / 255
        assert found.mean == pytest.approx(x.mean((0, 2, 3)).tolist(), abs=1e-5)
        assert found.std == pytest.approx(x.std((0, 2, 3)).tolist(), abs=1e-4)


def test_alignment_is_of_images_from_all_over_the_map() -> None:
    data = load("emoji")
    evaluation = Evaluation(data, torch.device("cpu"))
    shown = data.test.labels[subset(data.test)][spread(len(evaluation.images), PAIRS)]
    assert len(evaluation.pairs[0]) == PAIRS and len(shown.unique()) == len(data.classes)
    assert torch.equal(evaluation.pairs[0][:8], Evaluation(data, torch.device("cpu")).pairs[0][:8])


def test_no_two_purposes_steps_or_seeds_share_their_chance() -> None:
    """A generator on the CPU keeps 32 bits of a seed."""
    drawn = [
        float(torch.rand(1, generator=chance(seed, step, torch.device("cpu"), purpose), dtype=torch.float64))
        for seed in (0, 1, -1, 2**31 - 1, -(2**31))
        for step in (0, 1, 699, 2**20)
        for purpose in ("step", "shuffle", "pictures")
    ]
    assert len(set(drawn)) == len(drawn)
    assert drawn[0] == float(torch.rand(1, generator=chance(0, 0, torch.device("cpu")), dtype=torch.float64))


@pytest.mark.parametrize("method", ["denoising", "masked"])
def test_repairs_stand_beside_the_best_linear_one(method: str) -> None:
    data = dataset(n=200, channels=1, size=16)
    events = list(train(RunConfig(method, steps=2, device="cpu"), data))
    started, finished = events[0], events[-1]
    first = next(event for event in events if isinstance(event, Snapshot))
    assert isinstance(started, Started) and isinstance(finished, Finished)
    for found in (dict(started.baselines) | dict(first.metrics), finished.summary):
        others = [found[key] for key in ("mse_noisy", "mse_mean_here") if key in found]
        assert 0 < found["mse_linear"] < min(others)
    *_, large = train(RunConfig(method, steps=1, device="cpu"), dataset(n=40, channels=3, size=48))
    assert isinstance(large, Finished) and "mse" in large.summary and "mse_linear" not in large.summary


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_a_snapshot_of_few_images_tells_nothing_that_could_not_be_otherwise(n: int) -> None:
    whole = dataset(n=max(8, n), channels=1, size=16)
    assert whole.train.labels is not None
    several = dataclasses.replace(whole, test=part(whole.test, n))
    one = dataclasses.replace(several, train=same(several.train), test=same(several.test), classes=("a",))
    for data, told in ((several, True), (one, False)):
        method = build(RunConfig("simclr", steps=1, device="cpu"), data, torch.device("cpu"))
        evaluation = Evaluation(data, torch.device("cpu"))
        found, features, _ = evaluation.snapshot(method)
        assert len(features) == n and all(value is None or math.isfinite(value) for value in found.values())
        assert (found["knn"] is not None) == told  # of one class every answer is right
        for key in ("std_sqrt_d", "rankme", "uniformity"):  # one image alone is no collapse
            assert (found[key] is not None) == (n > 1)
        end = evaluation.summary(method, method)
        assert (end["knn"] is not None) == (end["probe"] is not None) == told


def part(images: Images, n: int) -> Images:
    labels = images.labels
    return dataclasses.replace(images, images=images.images[:n], labels=None if labels is None else labels[:n])


def same(images: Images) -> Images:
    return dataclasses.replace(images, labels=torch.zeros(len(images), dtype=torch.long))


def test_among_five_or_fewer_nobody_misses_the_five_nearest() -> None:
    for n, known in ((1, []), (5, ["retrieval_1"]), (8, ["retrieval_1", "retrieval_5"])):
        names = {"en": tuple(f"thing {i}" for i in range(n))}
        images = Images(torch.zeros(n, 1, 8, 8, dtype=torch.uint8), captions=names)
        found = judge(Dataset("few", images, images), torch.eye(n), torch.eye(n))
        assert [key for key in found if key.startswith("retrieval")] == known


def test_what_has_learned_nothing_is_judged_once_for_all_runs_that_begin_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[torch.Tensor] = []

    def counted(data: Dataset, queries: torch.Tensor, bank: torch.Tensor) -> dict[str, float | None]:
        judged.append(queries)
        return {"knn": float(queries.double().sum())}

    def untrained(method: str, seed: int, data: Dataset) -> tuple[object, int]:
        """What the run says of it, and how many sets of features the run has judged."""
        before = len(judged)
        *_, end = train(RunConfig(method, steps=1, seed=seed, device="cpu"), data)
        assert isinstance(end, Finished)
        return end.summary["knn_untrained"], len(judged) - before

    monkeypatch.setattr(evaluate, "judge", counted)
    data = dataset(n=16)
    found, count = untrained("simclr", 3, data)
    assert count == 3  # the trained network, the untrained one, the pixels
    assert untrained("simclr", 3, data) == (found, 1) == untrained("simsiam", 3, data)  # the trained one alone
    for method, seed in (("simclr", 4), ("autoencoder", 3)):  # other networks
        other, count = untrained(method, seed, data)
        assert other != found and count == 2
    assert untrained("simclr", 3, dataset(n=16)) == (found, 3)  # of other data nothing is known, nor of its pixels
