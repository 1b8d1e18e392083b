"""`make bench-gpu`, as far as a machine without a GPU can try it: what it compares, what it says, where it writes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch

from tests.benchmarks import choices, gpu
from tests.trainers.synthetic import dataset
from trainers import encoders
from trainers.method import Batch, Loss, Method, methods
from trainers.train import RunConfig, build

CPU = torch.device("cpu")


@pytest.fixture
def two_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is told chance in its views, one that is in its loss."""
    some = {name: methods()[name] for name in ("simclr", "masked")}
    monkeypatch.setattr(gpu, "methods", lambda: some)


@pytest.mark.usefixtures("two_methods")
def test_a_step_is_the_same_on_the_same_device_and_a_wrong_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dataset(n=32, channels=3, size=16)
    found = gpu.differences(data, CPU, ("conv",))
    assert [(one.method, one.precision) for one in found] == [
        ("simclr", "float32"), ("simclr", "bfloat16"), ("masked", "float32"), ("masked", "bfloat16"),
    ]  # fmt: skip
    assert all(one.fine for one in found), found
    assert found[0].loss == 0 and found[1].gradient > found[0].gradient  # it was rounded
    whole, calls = methods()["masked"].loss, list[int]()

    def loss(self: Method, batch: Batch) -> Loss:
        calls.append(1)
        right = whole(self, batch)
        return right if len(calls) % 3 == 1 else dataclasses.replace(right, value=right.value * 1.1)

    monkeypatch.setattr(methods()["masked"], "loss", loss)
    found = gpu.differences(data, CPU, ("conv",))
    assert [one.fine for one in found] == [True, True, False, False]


def test_chance_is_the_cpus_on_every_device() -> None:
    with gpu.SameChance(), torch.no_grad():
        one = torch.rand(3, generator=torch.Generator().manual_seed(5))
    with gpu.SameChance():
        other = torch.rand(3, generator=torch.Generator().manual_seed(6))
    assert torch.equal(one, other)


@pytest.mark.usefixtures("two_methods")
def test_what_is_compared_is_cudnns_without_tf32(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, seen = methods()["masked"].loss, list[tuple[bool, bool]]()

    def loss(self: Method, batch: Batch) -> Loss:
        seen.append((torch.backends.cudnn.enabled, torch.backends.cudnn.allow_tf32))
        return whole(self, batch)

    monkeypatch.setattr(methods()["masked"], "loss", loss)
    gpu.step("masked", "vit", dataset(n=32, channels=3, size=16), CPU, False)
    assert seen == [(True, False)]


@pytest.mark.usefixtures("two_methods")
def test_the_quick_form_says_all_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpu, "frames", lambda seconds: 58.4)  # a browser's
    monkeypatch.setattr(gpu, "load", lambda name: dataclasses.replace(dataset(channels=3, size=16), name=name))
    before = gpu.DOCUMENT.read_text(encoding="utf-8")
    found: dict[str, Any] = gpu.measure(True)
    said = capsys.readouterr().out
    assert gpu.DOCUMENT.read_text(encoding="utf-8") == before
    assert found["all_fine"] and found["machine"]["torch"] == torch.__version__
    assert set(found["rates"]) == {"simclr", "masked", "simclr, conv, batch of 512"} and min(found["rates"].values()) > 0
    assert 0 < found["reached"]["knn"] <= 1 and found["reached"]["target"] is None
    assert "| frames a second of Train while a run moves | 58 |" in said and "| SimCLR, ResNet-18, digits | kNN " in said


def test_a_full_run_wants_a_gpu() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has one")
    with pytest.raises(SystemExit, match="no CUDA device"):
        gpu.measure(False)


def test_the_table_takes_the_place_of_the_one_before() -> None:
    knn = {"dataset": "cifar10", "seconds": 151.2, "steps": 9000, "knn": 0.851, "knn_pixels": 0.3394, "target": 0.847}
    found = {
        "machine": {"device": "NVIDIA Something", "torch": "2.14"}, "rates": {"simclr": 20500.4}, "frames": None,
        "differences": [dataclasses.asdict(gpu.Difference("byol", "conv", "float32", 1e-6, 0.5, False))],
        "reached": knn | {"reached_after": 140.2},
    }  # fmt: skip
    document = gpu.DOCUMENT.read_text(encoding="utf-8")
    once = gpu.written(document, gpu.table(found))
    assert gpu.written(once, gpu.table(found)) == once and "Not measured yet" not in once
    for row in (
        "device NVIDIA Something, torch 2.14", "| simclr: images a second | 20,500 |", "**beyond its tolerance**",
        "kNN 85.1% after 151 s and 9,000 steps, raw pixels 33.9%; 84.7% reached after 140 s, at a snapshot", "no browser",
    ):  # fmt: skip
        assert row in once
    assert once.partition(gpu.END)[2] == document.partition(gpu.END)[2]
    found["reached"] = knn | {"reached_after": None}
    assert "84.7% not reached at a snapshot" in gpu.table(found)


def test_each_choice_is_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "load", lambda name: dataclasses.replace(dataset(channels=1, size=16), name=name))
    seen = list[tuple[int, float, bool]]()

    def learn(data: Any, net: str, seconds: float, seed: int, compiled: bool) -> tuple[float, int]:
        method = build(RunConfig("simclr", "x", 1.0, knobs={"encoder": net}), data, CPU)
        seen.append((method.encoder.features, method.rate(9, 0.0), compiled))
        return 0.5, 3

    monkeypatch.setattr(choices, "learn", learn)
    found: dict[str, Any] = choices.measure(True)
    assert seen == [(256, 1.0, False), (64, 1.0, False), (256, 10 / 200, False)]
    assert [*found["choices"]] == ["as it is", "features of 1x1 cells", "a rise of 200 steps"]
    assert encoders.ENCODERS["conv"] is encoders.conv
    if not torch.cuda.is_available():
        with pytest.raises(SystemExit, match="no CUDA device"):
            choices.measure(False)
