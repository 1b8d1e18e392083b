"""Exporting a trained CLIP from the command line. What open_clip makes of it is in test_formulas."""

from __future__ import annotations

from pathlib import Path

import open_clip
import pytest
import torch

from tests.trainers.synthetic import dataset
from trainers import record
from trainers.checkpoint import load_model
from trainers.clip_towers import main
from trainers.train import RunConfig


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    record.create(tmp_path / "run", RunConfig("clip", steps=2, device="cpu"))
    for _ in record.run(tmp_path / "run", load=lambda _: dataset()):
        pass
    return tmp_path / "run"


def test_a_run_becomes_a_folder_that_open_clip_loads(trained: Path, tmp_path: Path) -> None:
    assert main([str(trained), str(tmp_path / "exported")]) == 0
    assert {path.name for path in (tmp_path / "exported").iterdir()} == {"open_clip_config.json", "open_clip_model.safetensors"}
    model, _, _ = open_clip.create_model_and_transforms(f"local-dir:{tmp_path / 'exported'}")
    assert torch.equal(model.logit_scale, load_model(trained).logit_scale)
    assert "playground-clip" in open_clip.list_models()


def test_what_is_no_clip_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing"), str(tmp_path / "exported")]) == 1
    assert "no saved network" in capsys.readouterr().err
    record.create(tmp_path / "run", RunConfig("simclr", steps=2, device="cpu"))
    for _ in record.run(tmp_path / "run", load=lambda _: dataset()):
        pass
    assert main([str(tmp_path / "run"), str(tmp_path / "exported")]) == 1
    assert "is no run of CLIP" in capsys.readouterr().err and not (tmp_path / "exported").exists()
