"""One run over two processes, on gloo: the numbers of one process, and a folder that one process goes on with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from tests.trainers import together as program
from trainers import record, together
from trainers.errors import UserError

ROOT = Path(__file__).parents[2]
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")
ONE_CORE = os.environ | {"OMP_NUM_THREADS": "1"}


def test_two_processes_have_the_values_and_gradients_of_one(tmp_path: Path) -> None:
    command = [*TORCHRUN, "tests.trainers.together", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=ONE_CORE)
    assert done.returncode == 0, done.stderr[-4000:]
    one, other = (load_file(tmp_path / f"{rank}.safetensors") for rank in (0, 1))
    assert one.keys() == other.keys() and any(key.startswith("run/") for key in one)
    assert [key for key in one if not torch.equal(one[key], other[key])] == []
    for name, method in program.cases():
        compare(name, {key.partition("/")[2]: one[key] for key in one if key.startswith(f"{name}/")}, program.steps(method))


def test_what_is_handed_to_torch_is_all_on_the_methods_device() -> None:
    method = program.of_folder("simclr", {}).to("meta")
    assert {p.device.type for p in together._Called(method).parameters()} == {"meta"}  # torch takes no two kinds


def test_batch_norm_has_all_rows_and_the_digits_of_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    x = (30 + torch.rand(8, 4, 5, 5, generator=torch.Generator().manual_seed(0))).bfloat16()
    stats = torch.stack(torch.var_mean(x[4:].float(), (0, 2, 3), correction=0)[::-1])
    monkeypatch.setattr(together, "everyone", lambda own: torch.cat([own, stats[None]]))  # the other process has the other half
    monkeypatch.setattr(together, "processes", lambda: 2)
    norm, whole = nn.BatchNorm2d(4), nn.BatchNorm2d(4)
    norm.__class__ = together.BatchNorm
    token = together._at.set("share")
    try:
        found = norm(x[:4])
    finally:
        together._at.reset(token)
    assert found.dtype == torch.bfloat16 and torch.allclose(found, whole(x.float())[:4].bfloat16(), atol=0.02)
    for mine, its in zip(norm.buffers(), whole.buffers(), strict=True):
        torch.testing.assert_close(mine, its)


def test_a_device_that_several_processes_would_share_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "several", lambda: True)
    monkeypatch.setattr(together, "processes", lambda: 2)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("LOCAL_RANK", "1")
    for device in ("cuda", "cuda:1", "cpu"):
        together.check(torch.device(device), 8)
    with pytest.raises(UserError, match="of its own number"):
        together.check(torch.device("cuda:0"), 8)


def compare(name: str, theirs: dict[str, Tensor], mine: dict[str, Tensor]) -> None:
    assert mine.keys() == theirs.keys() and sum(key.startswith("1 gradient") for key in mine) > 3, name
    for step in range(program.STEPS):
        gradients = {key: value for key, value in mine.items() if key.startswith(f"{step} gradient")}
        whole = torch.stack([value.norm() for value in gradients.values()]).norm()
        for key, value in gradients.items():  # of what has none, as a bias before a norm, there is rounding alone
            assert (theirs[key] - value).norm() <= 1e-4 * (value.norm() + 0.01 * whole), (name, key, value.norm(), whole)
    for key in mine:
        torch.testing.assert_close(
            theirs[key], mine[key], atol=1e-4, rtol=1e-4, msg=lambda text, key=key: f"{name} {key}: {text}"
        )


def start(folder: Path, *words: str, torchrun: bool = True) -> subprocess.Popen[str]:
    command = [*TORCHRUN, "trainers"] if torchrun else [sys.executable, "-m", "trainers"]
    whole = [*command, "simclr", "--dataset", "digits", "--device", "cpu", "--out", str(folder), *words]
    return subprocess.Popen(whole, cwd=ROOT, env=ONE_CORE, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[str]) -> dict[str, object]:
    """The one line that all processes together have printed."""
    out, said = process.communicate(timeout=300)
    assert process.returncode == 0, said[-4000:]
    (line,) = out.splitlines()
    return json.loads(line)


@pytest.mark.slow
def test_a_run_of_two_processes_is_stopped_and_goes_on_with_two_or_one(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first = start(folder, "--seconds", "600")
    while not any(event["event"] == "Step" for event in record.read_events(folder)[0]):
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    (folder / "stop").touch()
    steps = ended(first)["steps"]
    assert isinstance(steps, int) and record.read_events(folder)[0][-1]["reason"] == "stopped"

    longer = ended(start(folder, "--steps", str(steps + 3)))
    assert longer["steps"] == steps + 3 and record.read_events(folder)[0][-1]["reason"] == "budget"
    assert ended(start(folder, "--steps", str(steps + 3))) == longer  # nothing is left to do, and no process waits for another
    assert ended(start(folder, "--steps", str(steps + 5), torchrun=False))["steps"] == steps + 5
    events, _ = record.read_events(folder)
    at = [event["step"] for event in events]
    assert at == sorted(at) and [event["event"] for event in events].count("Finished") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.slow
def test_what_two_processes_cannot_do_is_said_once(tmp_path: Path) -> None:
    process = start(tmp_path / "run", "--steps", "5", "--set", "batch_size=33")
    out, said = process.communicate(timeout=300)
    sentence = "A batch of 33 images cannot be shared out evenly among 2 processes: choose another batch_size."
    assert process.returncode and len(out.splitlines()) == 1 and said.count(sentence) == 1
    own, _, of_torchrun = said.partition("torch.distributed.elastic.multiprocessing")
    assert "Traceback" not in own.rpartition(sentence)[0] and "ChildFailedError" in of_torchrun
