"""Exporting a trained CLIP, and the one that is shipped. What open_clip makes of any is in test_formulas."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from scripts.ship_clip import MODEL
from tests.trainers.synthetic import dataset
from trainers import record
from trainers.checkpoint import load_model
from trainers.clip_towers import export, main
from trainers.data import load
from trainers.train import RunConfig

FILES = {"open_clip_config.json", "open_clip_model.safetensors"}


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    record.create(tmp_path / "run", RunConfig("clip", steps=2, device="cpu"))
    for _ in record.run(tmp_path / "run", load=lambda _: dataset()):
        pass
    return tmp_path / "run"


def test_a_run_becomes_a_folder_that_open_clip_loads(trained: Path, tmp_path: Path) -> None:
    assert main([str(trained), str(tmp_path / "exported")]) == 0
    assert {path.name for path in (tmp_path / "exported").iterdir()} == FILES
    model, _, _ = open_clip.create_model_and_transforms(f"local-dir:{tmp_path / 'exported'}")
    assert torch.equal(model.logit_scale, load_model(trained).logit_scale)
    assert "playground-clip" in open_clip.list_models()
    about = json.loads((tmp_path / "exported/open_clip_config.json").read_text("utf-8"))
    assert about["preprocess_cfg"]["resize_mode"] == "shortest"


def test_at_half_precision_it_is_half_as_large_and_almost_the_same(trained: Path, tmp_path: Path) -> None:
    method, folder = load_model(trained), tmp_path / "half"
    export(method, folder, half=True)
    export(method, tmp_path / "full")
    weights = folder / "open_clip_model.safetensors"
    with safe_open(weights, "pt") as file:
        assert {file.get_tensor(key).dtype for key in file.keys()} == {torch.float16}
    assert weights.stat().st_size < 0.51 * (tmp_path / "full/open_clip_model.safetensors").stat().st_size
    images = torch.rand(6, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    texts = open_clip.get_tokenizer(f"local-dir:{folder}")(["class 1", "a picture of class 2"])
    seen = []
    for name in ("half", "full"):
        model, _, _ = open_clip.create_model_and_transforms(f"local-dir:{tmp_path / name}")
        with torch.no_grad():
            seen.append((model.eval().encode_image(images, normalize=True), model.encode_text(texts, normalize=True)))
        assert {p.dtype for p in model.parameters()} == {torch.float32}
    torch.testing.assert_close(*seen, atol=5e-3, rtol=0)


def test_what_is_no_clip_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing"), str(tmp_path / "exported")]) == 1
    assert "no saved network" in capsys.readouterr().err
    record.create(tmp_path / "run", RunConfig("simclr", steps=2, device="cpu"))
    for _ in record.run(tmp_path / "run", load=lambda _: dataset()):
        pass
    assert main([str(tmp_path / "run"), str(tmp_path / "exported")]) == 1
    assert "is no run of CLIP" in capsys.readouterr().err and not (tmp_path / "exported").exists()


# What is shipped

ALONE = """
import sys
import numpy, open_clip, torch
from PIL import Image

folder, given, found = sys.argv[1:]
model, _, preprocess = open_clip.create_model_and_transforms("local-dir:" + folder)
asked = numpy.load(given)
x = torch.stack([preprocess(Image.fromarray(picture)) for picture in asked["pictures"]])
with torch.no_grad():
    image = model.eval().encode_image(x, normalize=True)
    text = model.encode_text(open_clip.get_tokenizer("local-dir:" + folder)(asked["texts"].tolist()), normalize=True)
    numpy.save(found, (model.logit_scale.exp() * image @ text.T).numpy())
assert not any(name.split(".")[0] in ("trainers", "playground") for name in sys.modules)
"""


def logits(pictures: np.ndarray[Any, Any], texts: list[str]) -> torch.Tensor:
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{MODEL}")
    x = torch.stack([preprocess(Image.fromarray(picture)) for picture in pictures])  # type: ignore[operator]
    with torch.no_grad():
        image = model.eval().encode_image(x, normalize=True)
        text = model.encode_text(open_clip.get_tokenizer(f"local-dir:{MODEL}")(texts), normalize=True)
        return model.logit_scale.exp() * image @ text.T


def test_the_shipped_clip_is_small_whole_and_licensed() -> None:
    assert {path.name for path in MODEL.iterdir()} == FILES | {"LICENSE"}
    assert all(path.stat().st_size < 10e6 for path in MODEL.iterdir())
    with safe_open(MODEL / "open_clip_model.safetensors", "pt") as file:
        assert all(file.get_tensor(key).isfinite().all() for key in file.keys())


def test_open_clip_alone_reads_the_shipped_clip_as_it_is_read_here(tmp_path: Path) -> None:
    images = load("emoji").test.images[::200].permute(0, 2, 3, 1).numpy()
    texts = ["red heart", "红心", "grinning face", "a dog", "xyzzy"]
    np.savez(tmp_path / "given.npz", pictures=images, texts=np.array(texts))
    command = [sys.executable, "-I", "-c", ALONE, str(MODEL), str(tmp_path / "given.npz"), str(tmp_path / "found.npy")]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=240)
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), logits(images, texts).numpy(), atol=1e-4)


@pytest.mark.parametrize(("language", "least"), [("en", 0.3), ("zh", 0.15)])
def test_the_shipped_clip_finds_names_for_pictures_by_a_vendor_that_it_never_saw(language: str, least: float) -> None:
    part = load("emoji").test
    names = list(part.captions[language])
    right = logits(part.images.permute(0, 2, 3, 1).numpy(), names).argmax(1) == torch.arange(len(names))
    assert right.float().mean() > least
