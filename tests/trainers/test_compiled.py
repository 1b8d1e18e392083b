"""A run whose encoders are compiled is the same run."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from tests.trainers.synthetic import dataset
from trainers import record
from trainers.__main__ import check_same
from trainers.checkpoint import Checkpoint
from trainers.events import Finished
from trainers.train import RunConfig, train


@pytest.mark.parametrize("method", ["simclr", "byol"])
def test_a_compiled_run_is_the_same_run(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, called = nn.Module.compile, list[nn.Module]()

    def compiled(part: nn.Module) -> None:  # what the compiler reads is run as it is: kernels of its own take minutes
        called.append(part)
        whole(part, backend=lambda graph, inputs: graph.forward)

    monkeypatch.setattr(nn.Module, "compile", compiled)
    data, found = dataset(n=64, size=16), []
    for one in (False, True):
        checkpoints = list[Checkpoint]()
        *_, end = train(RunConfig(method, data.name, steps=4, compiled=one), data, save=checkpoints.append)
        assert isinstance(end, Finished)
        found.append((end.summary["knn"], checkpoints[-1].model))
        assert len(called) == one * (2 if method == "byol" else 1)  # the target too
    (knn, weights), (other, theirs) = found
    assert knn == pytest.approx(other, abs=0.05) and weights.keys() == theirs.keys()
    assert all(torch.allclose(weights[key], theirs[key], atol=1e-3) for key in weights)


def test_a_run_may_go_on_compiled(tmp_path: Path) -> None:
    record.create(tmp_path / "x", RunConfig("simclr", "digits", steps=4))
    check_same(record.read_config(tmp_path / "x"), RunConfig("simclr", "digits", steps=8, compiled=True), tmp_path)
