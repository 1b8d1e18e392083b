"""All of `train()` on a device that this machine does not have: nothing in float64, nothing that it cannot, nothing mixed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from trainers.method import methods


@pytest.mark.parametrize("name", [*methods(), "simclr:resnet18"])
def test_every_method_trains_looks_and_goes_on_where_there_is_no_float64(name: str) -> None:
    command = [sys.executable, "-m", "tests.trainers.device", name]  # it registers a device, for good
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    refused, found = map(json.loads, done.stdout.splitlines())
    assert refused == {"refused": 4}  # what must not be done there is found out
    assert found["events"] == ["Look", "Pictures", "Snapshot", "Started", "Step"] and found["steps"] == 5
    assert found["loss"] is not None and found["knn"] > 0 and found["rankme"] >= 1
