"""What linear readers find of how images were made, and where a run tells of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from sklearn.linear_model import Ridge

from tests.trainers.synthetic import dataset
from trainers import record
from trainers.data import Dataset
from trainers.events import Snapshot, Started
from trainers.readers import WEIGHTS, Readers, ridge
from trainers.train import RunConfig, train

N = 300


def made() -> Dataset:
    """The synthetic data set, with a number and a yes and no that its images are told to have been made by."""
    data, rng = dataset(N), torch.Generator().manual_seed(0)

    def part() -> dict[str, torch.Tensor]:
        return {"across": torch.randn(N, generator=rng), "mirror": torch.rand(N, generator=rng) < 0.3}

    return dataclasses.replace(
        data, train=dataclasses.replace(data.train, factors=part()), test=dataclasses.replace(data.test, factors=part())
    )


def readers(data: Dataset) -> Readers:
    return Readers(data, torch.arange(len(data.train)), torch.arange(len(data.test)))


def test_what_lies_in_the_open_is_read_and_what_is_not_there_is_not() -> None:
    data = made()
    assert data.train.labels is not None and data.test.labels is not None
    noise = torch.randn(2 * N, 6, generator=torch.Generator().manual_seed(1))
    across, mirror = (torch.cat([data.train.factors[k], data.test.factors[k]]).float() for k in ("across", "mirror"))
    there = torch.cat([noise[:, :4], (3 * across + 100 * noise[:, 0]).unsqueeze(1), mirror.unsqueeze(1)], dim=1)
    found, lost = (readers(data).read(x[:N], x[N:]) for x in (there, noise))
    assert set(found) == {"class", "across", "mirror"}
    assert found["across"] > 0.999 and found["mirror"] == 1
    assert abs(lost["across"]) < 0.1
    guess = readers(data).guess()
    assert guess["across"] == 0
    assert guess["mirror"] == pytest.approx(1 - float(data.test.factors["mirror"].float().mean()))
    assert abs(lost["mirror"] - guess["mirror"]) < 0.05 and lost["class"] < guess["class"] + 0.2


def test_a_ridge_is_the_one_of_scikit_learn_with_the_weight_of_least_cross_validation() -> None:
    rng = torch.Generator().manual_seed(2)
    x, q = torch.randn(90, 12, generator=rng) * torch.logspace(-1, 1, 12), torch.randn(20, 12, generator=rng)
    y = (x @ torch.randn(12, 2, generator=rng) * 0.05 + torch.randn(90, 2, generator=rng)).double()
    mean, std = x.double().mean(0), x.double().std(0, correction=0)
    a, b = (x - mean) / std, (q - mean) / std
    scale = float(torch.linalg.eigvalsh(a.T @ a).mean())

    def left(weight: float) -> float:  # generalised cross-validation, from its definition
        hat = a @ torch.linalg.inv(a.T @ a + weight * torch.eye(12)) @ a.T
        rest = (y - y.mean(0)) - hat @ (y - y.mean(0))
        return float(rest.pow(2).sum() / (90 - 1 - hat.trace()) ** 2)

    best = min((float(weight) * scale for weight in WEIGHTS), key=left)
    assert WEIGHTS[0] * scale < best < WEIGHTS[-1] * scale  # one in the middle: there is something to search for
    given = ridge(x, q, {"y": y})["y"]
    assert given.numpy() == pytest.approx(Ridge(alpha=best).fit(a.numpy(), y.numpy()).predict(b.numpy()), abs=1e-8)


def test_numbers_that_are_all_alike_say_nothing() -> None:
    """As after a collapse; and more numbers than images, as with pixels, are no trouble."""
    data = made()
    found = readers(data).read(torch.ones(N, 5), torch.ones(N, 5))
    assert found["across"] == pytest.approx(0, abs=0.05)
    wide = torch.randn(2 * N, 500, generator=torch.Generator().manual_seed(1))
    assert -0.5 < readers(data).read(wide[:N], wide[N:])["across"] < 0.2


@pytest.mark.parametrize(("method", "embedding"), [("simclr", True), ("autoencoder", False)])
def test_a_run_tells_what_is_read_at_each_look(method: str, embedding: bool, tmp_path: Path) -> None:
    record.create(tmp_path / "run", RunConfig(method, steps=2, device="cpu"))
    events = list(record.run(tmp_path / "run", load=lambda config: made()))
    started, looks = events[0], [event for event in events if isinstance(event, Snapshot)]
    assert isinstance(started, Started) and set(started.factors) == {"pixels", "guess"}
    names = ["class", "across", "mirror"]
    for look in looks:
        assert list(look.factors) == ["features", *(["embedding"] if embedding else [])]
        assert all(list(found) == names and all(score <= 1 for score in found.values()) for found in look.factors.values())
    assert record.summary(tmp_path / "run")["factors"] == looks[-1].factors
    written = next(event for event in record.read_events(tmp_path / "run")[0] if event["event"] == "Snapshot")
    assert written["factors"] == looks[0].factors  # as the page reads it


def test_without_a_head_the_loss_acts_on_the_features_and_there_is_no_embedding() -> None:
    config = RunConfig("simclr", steps=1, device="cpu", knobs={"projection_head": False})
    assert all(set(event.factors) == {"features"} for event in train(config, data=made()) if isinstance(event, Snapshot))


def test_of_other_data_nothing_is_told(tmp_path: Path) -> None:
    record.create(tmp_path / "run", RunConfig("simclr", steps=1, device="cpu"))
    events = list(record.run(tmp_path / "run", load=lambda config: dataset(40)))
    assert [event.factors for event in events if isinstance(event, Started | Snapshot)] == [{}] * 3
    assert "factors" not in record.summary(tmp_path / "run")
