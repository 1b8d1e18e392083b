"""What only a CUDA device can show: the default encoder there, bf16, and a checkpoint that a CPU can read."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.trainers.synthetic import dataset
from trainers import record
from trainers.checkpoint import load_model
from trainers.events import Finished, Started
from trainers.method import make_config, methods
from trainers.train import RunConfig
from trainers.views import plain

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")]


@pytest.mark.parametrize("name", list(methods()))
def test_a_run_on_cuda_loads_on_the_cpu(name: str, tmp_path: Path) -> None:
    data = dataset(channels=3, size=32)
    record.create(tmp_path, RunConfig(name, steps=20, device="cuda"))
    events = list(record.run(tmp_path, load=lambda _: data))
    own = make_config(name, {}).encoder
    assert isinstance(events[0], Started) and events[0].device == "cuda"
    assert events[0].encoder == ("resnet18" if own == "auto" else own)
    assert isinstance(events[-1], Finished) and events[-1].summary["loss"] is not None
    assert load_model(tmp_path).encode(plain(data.test.images)).isfinite().all()
