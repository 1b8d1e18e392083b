"""What the Reconstruct tab asks of trained autoencoders, held against what can be worked out without it."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import ui
from playground.background import Background
from playground.maps.making import Maps
from playground.maps.sources import network
from playground.reconstruct import masks, networks, sizes
from playground.reconstruct.ask import Questions
from playground.reconstruct.networks import training_images
from playground.reconstruct.pixels import judged
from playground.runs.store import Runs
from tests.conftest import judge_nothing
from trainers import record
from trainers.corruptions import NOISES, classical_filter, corrupt, hidden_by, keep_patches
from trainers.data import load
from trainers.errors import NotFound, UserError
from trainers.metrics import pca, psnr
from trainers.train import RunConfig
from trainers.views import plain

RUNS = {
    "ae": RunConfig("autoencoder", "digits", steps=200, knobs={"latent": 4}),
    "dae": RunConfig("denoising", "digits", steps=200),
    "mae": RunConfig("masked", "digits", steps=200),
    "simclr": RunConfig("simclr", "digits", steps=10),
}


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Maps:
    """Four short runs of the command line on digits."""
    root = tmp_path_factory.mktemp("questions")
    with pytest.MonkeyPatch.context() as patched:
        judge_nothing(patched)
        for name, config in RUNS.items():
            record.create(root / name, config)
            for _ in record.run(root / name):
                pass
    return Maps(Runs(root), Background())


@pytest.fixture(scope="module")
def questions(maps: Maps) -> Questions:
    return Questions(maps)


def ask(questions: Questions, kind: str, run: str, image: Any = None, **asked: Any) -> dict[str, Any]:
    return questions.ask(kind, run, {"image": image or {"index": 7}} | asked, "en")


def pixels(text: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(text), np.uint8)


def held_out(maps: Maps, index: int = 7) -> torch.Tensor:
    return plain(maps.images("ae").test.images[index : index + 1])


@pytest.mark.parametrize(
    ("kind", "run", "asked"),
    [("sizes", "ae", {}), ("mask", "mae", {"hidden": [1]}), ("reveal", "mae", {"mask": "random", "seed": 1})],
)
def test_training_images_are_read_before_an_answer_has_its_turn(
    maps: Maps, kind: str, run: str, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[str]()

    @contextmanager
    def turn() -> Iterator[None]:
        told.append("turn")
        yield

    monkeypatch.setattr("playground.reconstruct.ask.turn", turn)
    for module in (masks, sizes):
        monkeypatch.setattr(module, "training_images", lambda *of: (told.append("read"), training_images(*of))[1])
    ask(Questions(maps), kind, run, **asked)
    assert told == ["read", "turn"]


def test_runs_that_rebuild_are_listed_with_what_they_can_do_and_were_trained_for(questions: Questions) -> None:
    found = {one["run"]: one for one in questions.runs("en", [])}
    assert set(found) == {"ae", "dae", "mae"}
    assert found["ae"]["code"] == 4 and "damage" not in found["ae"] and "patches" not in found["ae"]
    assert found["dae"]["damage"] == {"noise": "gaussian", "level": 0.3}
    assert found["mae"]["patches"] | {"side": 0} == {"rows": 7, "columns": 7, "side": 0, "ratio": 0.75, "mask": "random"}
    assert "4 numbers" in found["ae"]["trained"] and "0.3" in found["dae"]["trained"] and "75%" in found["mae"]["trained"]
    assert all(one["trained"] != questions.runs("zh", [])[i]["trained"] for i, one in enumerate(questions.runs("en", [])))


def test_a_run_that_is_deleted_while_the_list_is_made_is_not_in_it(maps: Maps, monkeypatch: pytest.MonkeyPatch) -> None:
    all_of_them = [one["run"] for one in Questions(maps).runs("en", [])]

    def gone(run: str) -> int:
        if run == all_of_them[0]:
            raise NotFound("It is deleted.")
        return Maps.model_changed(maps, run)

    monkeypatch.setattr(maps, "model_changed", gone)
    assert [one["run"] for one in Questions(maps).runs("en", [])] == all_of_them[1:]


def test_no_network_is_loaded_to_see_that_it_makes_no_images(maps: Maps, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(networks, "network", lambda folder: asked.append(folder.name) or network(folder))
    Questions(maps).runs("en", [])
    assert sorted(asked) == ["ae", "dae", "mae"]


@torch.inference_mode()
def test_an_image_is_rebuilt_as_the_network_itself_does_and_judged_rightly(questions: Questions, maps: Maps) -> None:
    x, model = held_out(maps), maps.model("ae")
    made = model.reconstruct(x)
    found = ask(questions, "rebuild", "ae")
    mse = float((made - x).pow(2).mean())
    assert found["mse"] == pytest.approx(mse, rel=1e-4) and found["psnr"] == pytest.approx(-10 * np.log10(mse), rel=1e-4)
    assert 0 < found["ssim"] < 1
    assert_allclose(pixels(found["made"]), (made[0, 0] * 255).round().flatten().numpy(), atol=1)
    assert_allclose(pixels(found["error"]), ((made - x).abs()[0, 0] * 255).flatten().numpy(), atol=1)
    assert len(found["code"]) == 4 and sorted(found["dimensions"]) == [0, 1, 2, 3]
    # the code says it all: decoded, it is the reconstruction; moved, it is another picture, farther from what is known
    assert ask(questions, "decode", "ae", code=found["code"])["made"] == found["made"]
    assert ask(questions, "decode", "ae", code=found["code"])["gap"] == pytest.approx(0, abs=0.01)
    far = ask(questions, "decode", "ae", code=[v + 50 * s for v, s in zip(found["code"], found["spread"], strict=True)])
    assert far["made"] != found["made"] and far["gap"] > far["far"]
    # pixels of one's own are the same image
    own = ask(questions, "rebuild", "ae", {"pixels": found["image"]})
    assert own["made"] == found["made"]


@torch.inference_mode()
def test_a_masked_one_paints_what_is_hidden_and_is_judged_by_that_alone(questions: Questions, maps: Maps) -> None:
    x, model = held_out(maps), maps.model("mae")
    keep = model.hide(x, torch.Generator().manual_seed(0))[0]
    hidden = hidden_by(keep, 49)
    truth, painted = model.grid.split(x), model.grid.split(model.reconstruct(x, keep))
    found = ask(questions, "rebuild", "mae")
    assert found["mse"] == pytest.approx(float((painted - truth).pow(2).mean(2)[hidden].mean()), rel=1e-4)
    pasted = model.grid.join(torch.where(hidden.unsqueeze(2), painted, truth))
    assert_allclose(pixels(found["made"]), (pasted[0, 0] * 255).round().flatten().numpy(), atol=1)
    beside = ask(questions, "compare", "ae", damage="none", level=0, runs=["mae"])["runs"][0]
    assert beside["made"] == found["made"]  # the seen patches are no checkerboard there either


def test_a_black_image_that_loses_nothing_does_not_spoil_a_curve(
    questions: Questions, maps: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    black = dataclasses.replace(maps.images("dae").test, images=torch.zeros_like(maps.images("dae").test.images))
    monkeypatch.setattr(maps, "images", lambda run: dataclasses.replace(Maps.images(maps, "dae"), test=black))
    found = Questions(maps).ask("curve", "dae", {"image": {"index": 0}, "noise": "masking"}, "en")
    assert found["noisy"] == [None] * 10 and all(value > 0 for value in found["denoised"])
    json.dumps(found, allow_nan=False)


@torch.inference_mode()
def test_the_way_between_two_images_begins_and_ends_at_them(questions: Questions, maps: Maps) -> None:
    found = ask(questions, "between", "ae", second={"index": 100})
    model = maps.model("ae")
    for at, index in ((0, 7), (-1, 100)):
        x = held_out(maps, index)
        assert_allclose(pixels(found["mixed"][at]), (x[0, 0] * 255).round().flatten().numpy(), atol=1)
        assert_allclose(pixels(found["made"][at]), (model.reconstruct(x)[0, 0] * 255).round().flatten().numpy(), atol=1)
    middle = model.decode((model.encode(held_out(maps)) + model.encode(held_out(maps, 100))) / 2)
    assert_allclose(pixels(found["made"][10]), (middle[0, 0] * 255).round().flatten().numpy(), atol=1)
    assert found["gaps"][0] == pytest.approx(0, abs=0.01) and found["gaps"][-1] == pytest.approx(0, abs=0.01)


@torch.inference_mode()
def test_the_plane_goes_through_the_image_and_knows_its_holes(questions: Questions, maps: Maps) -> None:
    plane = ask(questions, "plane", "ae")
    here = ask(questions, "walk", "ae", at=plane["at"])
    assert_allclose(pixels(here["made"]), pixels(ask(questions, "rebuild", "ae")["made"]), atol=1)
    assert here["near"] == 7 and here["gap"] < 0.01
    # the corners of the lattice are what walking there decodes
    for at, corner in (([-2.5, 2.5], 0), ([2.5, 2.5], 10), ([-2.5, -2.5], 110), ([2.5, -2.5], 120)):
        walked = ask(questions, "walk", "ae", at=at)
        assert walked["gap"] == pytest.approx(plane["gaps"][corner], rel=1e-3)
        assert_allclose(pixels(walked["made"]), pixels(plane["lattice"][corner]), atol=1)
    codes = np.reshape(plane["codes"], (-1, 2))
    assert_allclose(codes.mean(0), 0, atol=1e-3)
    assert_allclose(codes.std(0, ddof=1), 1, atol=1e-3)
    assert plane["holes"] == pytest.approx(np.mean(np.array(plane["gaps"]) > plane["far"]))
    assert plane["holes"] > 0.1 and plane["returns_holes"] > plane["returns"]


def test_sizes_are_compared_with_pca_of_the_same_size(questions: Questions, maps: Maps) -> None:
    found = ask(questions, "sizes", "dae")["runs"]
    assert [(one["run"], one["latent"]) for one in found] == [("ae", 4)]  # a denoiser is trained for something else
    train = plain(load("digits").train.images).flatten(1)
    mean, basis = pca(train, 4)
    x = held_out(maps).flatten(1)
    linear = (mean + (x - mean) @ basis @ basis.T).clamp(0, 1)
    assert found[0]["pca"]["mse"] == pytest.approx(float((linear - x).pow(2).mean()), rel=0.02)
    assert found[0]["held_out"]["mse_pca"] > 0


@torch.inference_mode()
@pytest.mark.parametrize("kind", NOISES)
def test_noise_is_the_trainers_own_and_so_is_its_repair(questions: Questions, maps: Maps, kind: str) -> None:
    x = held_out(maps)
    noisy = corrupt(x, kind, 0.4, torch.Generator().manual_seed(5))
    found = ask(questions, "noise", "dae", noise=kind, level=0.4, seed=5)
    for name, made in (
        ("noisy", noisy),
        ("denoised", maps.model("dae").reconstruct(noisy)),
        ("filter", classical_filter(noisy, kind)),
    ):
        assert found[name]["mse"] == pytest.approx(float((made - x).pow(2).mean()), rel=1e-3), name
    assert ask(questions, "noise", "dae", noise=kind, level=0.4, seed=6)["noisy"]["made"] != found["noisy"]["made"]
    assert ask(questions, "noise", "dae", noise=kind, level=0, seed=5)["noisy"]["psnr"] is None
    assert ask(questions, "noise", "dae", noise=kind, level=0.8, seed=5)["noisy"]["psnr"] < found["noisy"]["psnr"]


def test_the_curve_falls_with_the_noise_and_marks_what_was_trained(questions: Questions) -> None:
    found = ask(questions, "curve", "dae", noise="gaussian")
    assert found["trained"] == 0.3 and len(found["levels"]) == len(found["noisy"]) == len(found["denoised"]) >= 10
    assert all(a > b for a, b in zip(found["noisy"], found["noisy"][1:], strict=False))
    assert ask(questions, "curve", "dae", noise="masking")["trained"] is None


@torch.inference_mode()
def test_painted_masks_hide_exactly_what_was_painted(questions: Questions, maps: Maps) -> None:
    x, model, hidden = held_out(maps), maps.model("mae"), [0, 8, 17, 24, 48]
    found = ask(questions, "mask", "mae", hidden=hidden)
    assert found["hidden"] == hidden
    truth = model.grid.split(x)
    there = torch.zeros(49, dtype=torch.bool)
    there[hidden] = True
    image, visible, pasted = (pixels(found[k]).reshape(28, 28) for k in ("image", "visible", "pasted"))
    for patch in range(49):
        box = np.s_[patch // 7 * 4 : patch // 7 * 4 + 4, patch % 7 * 4 : patch % 7 * 4 + 4]
        same = patch not in hidden
        assert (visible[box] == (image[box] if same else 128)).all()
        assert not same or (pasted[box] == image[box]).all()
    made = model.reconstruct(x, torch.tensor([[i for i in range(49) if i not in hidden]]))
    assert found["mse"] == pytest.approx(float((model.grid.split(made) - truth)[:, there].pow(2).mean()), rel=1e-3)
    train = model.grid.split(plain(load("digits").train.images))
    assert found["mse_mean"] == pytest.approx(float((train.mean((0, 1)) - truth)[:, there].pow(2).mean()), rel=0.02)
    assert found["mse_here"] == pytest.approx(float((train.mean(0) - truth)[:, there].pow(2).mean()), rel=0.02)
    # the network cannot see what is hidden: another image that differs there only is painted alike
    other = pixels(found["image"]).copy().reshape(28, 28)
    other[0:4, 0:4] = 200
    again = ask(questions, "mask", "mae", {"pixels": base64.b64encode(other.tobytes()).decode()}, hidden=hidden)
    assert again["made"] == found["made"]
    assert ask(questions, "mask", "mae", hidden=[])["mse"] is None


@pytest.mark.parametrize("kind", ("random", "block", "grid"))
def test_drawn_masks_hide_the_share_and_a_reveal_only_ever_shows_more(questions: Questions, kind: str) -> None:
    found = ask(questions, "mask", "mae", ratio=0.5, mask=kind, seed=3)
    assert len(found["hidden"]) == 25
    assert ask(questions, "mask", "mae", ratio=0, mask=kind, seed=3)["hidden"] == []
    frames = ask(questions, "reveal", "mae", mask=kind, seed=3)["frames"]
    assert frames[0]["ratio"] == 0.95 and frames[-1]["ratio"] == 0 and frames[-1]["hidden"] == []
    for before, after in zip(frames, frames[1:], strict=False):
        assert set(after["hidden"]) <= set(before["hidden"])
    assert next(f for f in frames if f["ratio"] == 0.5)["hidden"] == found["hidden"]
    assert ask(questions, "reveal", "mae", mask=kind) == ask(questions, "reveal", "mae", mask=kind, seed=0)
    draws = ask(questions, "draws", "mae", ratio=0.5, mask=kind, seed=3)
    assert len(draws["made"]) == 8 and draws["mse"] > 0 and draws["most"] > 0
    assert_allclose(pixels(draws["mean"]), np.mean([pixels(m) for m in draws["made"]], 0), atol=1)


@torch.inference_mode()
def test_attention_is_the_last_blocks_and_sums_to_one(
    questions: Questions, maps: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, x = maps.model("mae"), held_out(maps)
    hidden = [3, 10, 30]
    keep = torch.tensor([[i for i in range(49) if i not in hidden]])
    seen = ask(questions, "attention", "mae", hidden=hidden, patch=12)
    unseen = ask(questions, "attention", "mae", hidden=hidden, patch=10)
    assert (seen["where"], unseen["where"]) == ("encoder", "decoder")
    assert sum(seen["weights"]) == pytest.approx(1, abs=1e-4) and sum(unseen["weights"]) == pytest.approx(1, abs=1e-4)
    assert all(seen["weights"][i] == 0 for i in hidden) and min(seen["weights"]) >= 0
    # what is told is what was used: torch's own attention, with the queries and keys of the last block, shows its weights
    used: list[torch.Tensor] = []

    def watched(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        used.append(attend(q, k, torch.eye(k.shape[2]).expand(*k.shape[:2], -1, -1)).mean(1)[0])
        return attend(q, k, v)

    attend = torch.nn.functional.scaled_dot_product_attention
    with monkeypatch.context() as patched:
        patched.setattr(torch.nn.functional, "scaled_dot_product_attention", watched)
        tokens = model.encoder.net.tokens(model.encoder.standardise(x), keep)
        assert_allclose(np.array(seen["weights"])[keep[0]], used[-1][keep[0].tolist().index(12)].numpy(), atol=1e-5)
        model.decoder(tokens, keep)
        assert_allclose(unseen["weights"], used[-1][10].numpy(), atol=1e-5)


@torch.inference_mode()
def test_the_same_damage_reaches_every_method(questions: Questions, maps: Maps) -> None:
    x, everyone = held_out(maps), ["ae", "dae", "mae"]
    noisy = corrupt(x, "gaussian", 0.5, torch.Generator().manual_seed(1))
    found = ask(questions, "compare", "ae", damage="gaussian", level=0.5, seed=1, runs=everyone)
    assert [one["run"] for one in found["runs"]] == everyone
    assert found["damaged"]["mse"] == pytest.approx(float((noisy - x).pow(2).mean()), rel=1e-3)
    for one in found["runs"][:2]:
        assert one["mse"] == pytest.approx(float((maps.model(one["run"]).reconstruct(noisy) - x).pow(2).mean()), rel=1e-3)
    patches = ask(questions, "compare", "ae", damage="patches", level=0.75, seed=1, runs=everyone)
    grid, keep = maps.model("mae").grid, keep_patches(1, 7, 7, 0.75, "random", torch.Generator().manual_seed(1))
    grey = grid.join(torch.where(hidden_by(keep, 49).unsqueeze(2), 0.5, grid.split(x)))
    assert patches["damaged"]["mse"] == pytest.approx(float((grey - x).pow(2).mean()), rel=1e-3)
    assert patches["runs"][2]["mse"] < patches["damaged"]["mse"]
    with pytest.raises(UserError, match="masked autoencoder"):
        ask(questions, "compare", "ae", damage="patches", level=0.5, runs=["ae"])


BAD: list[tuple[str, str, dict[str, Any]]] = [
    ("nothing", "ae", {}), ("rebuild", "simclr", {}), ("rebuild", "ae", {"image": {"index": 10**9}}),
    ("rebuild", "ae", {"image": {"index": -1}}), ("rebuild", "ae", {"image": {"index": 1.5}}),
    ("rebuild", "ae", {"image": "x"}),
    ("rebuild", "ae", {"image": {"pixels": "AAAA"}}), ("rebuild", "ae", {"image": {"pixels": "?"}}),
    ("decode", "ae", {"code": [1.0]}), ("decode", "ae", {"code": [float("nan")] * 4}), ("decode", "ae", {"code": "no"}),
    ("decode", "mae", {}), ("walk", "ae", {"at": [0]}), ("walk", "mae", {"at": [0, 0]}), ("between", "ae", {"second": {}}),
    ("noise", "dae", {"noise": "hiss", "level": 0.1}), ("noise", "dae", {"noise": "gaussian", "level": 2}),
    ("noise", "dae", {"noise": ["gaussian"], "level": 0.5}),
    ("noise", "dae", {"noise": "gaussian", "level": 0.1, "seed": -4}), ("noise", "dae", {"noise": "gaussian"}),
    ("noise", "dae", {"noise": "gaussian", "level": 10**400}), ("attention", "mae", {"hidden": [], "patch": 10**400}),
    ("mask", "ae", {"ratio": 0.5, "mask": "random"}), ("mask", "mae", {"ratio": 0.99, "mask": "random"}),
    ("mask", "mae", {"ratio": 0.5, "mask": "stripes"}), ("mask", "mae", {"hidden": [49]}), ("mask", "mae", {"hidden": 3}),
    ("mask", "mae", {"hidden": list(range(49))}), ("attention", "mae", {"hidden": [], "patch": 49}),
    ("compare", "ae", {"damage": "fire", "level": 0.5}), ("compare", "ae", {"damage": "none", "level": 0.5, "runs": 5}),
    ("curve", "dae", {}), ("rebuild", "../../etc", {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "run", "asked"), BAD, ids=[f"{k} {r} {str(a)[:40]}" for k, r, a in BAD])
def test_what_makes_no_sense_is_answered_in_one_sentence(
    questions: Questions, kind: str, run: str, asked: dict[str, Any]
) -> None:
    with pytest.raises(UserError) as error:
        questions.ask(kind, run, {"image": {"index": 7}} | asked, "en")
    assert str(error.value).endswith(".") and len(str(error.value)) < 160


def test_the_routes_answer_and_refuse(maps: Maps) -> None:
    with TestClient(Starlette(routes=[ui.mount(maps)])) as web:
        assert [one["run"] for one in web.get("/playground/repairs").json()] != []
        answer = web.post("/playground/runs/ae/repair/rebuild", json={"image": {"index": 3}})
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store" and answer.json()["mse"] > 0
        for body in (b"[]", b"{", b'{"image": {"index": -3}}', b" " * (2 << 20)):
            bad = web.post("/playground/runs/ae/repair/rebuild?lang=zh", content=body)
            assert bad.status_code in (400, 404) and bad.json()["error"].endswith(("。", "."))
        assert "。" in web.post("/playground/runs/ae/repair/rebuild?lang=zh", content=b"[]").json()["error"]
        assert web.post("/playground/runs/ae/fit", files={"images": ("a.png", b"no image")}).status_code == 400
        assert web.post("/playground/runs/ae/fit", data={"x": "y"}).json()["error"]


@pytest.mark.slow
@pytest.mark.usefixtures("nobody_looks", "nobody_judges")
@torch.inference_mode()
def test_each_does_what_it_was_trained_for_on_500_held_out_images(tmp_path: Path) -> None:
    """DAE beats the noise and the filter, MAE the mean patches, AE PCA of its size: Fashion-MNIST, 500 steps each."""
    test = plain(load("fashion-mnist").test.images[:500])
    train = plain(load("fashion-mnist").train.images)
    models = {}
    with torch.inference_mode(False):
        for method, knobs in (("autoencoder", {"latent": 8}), ("denoising", {}), ("masked", {})):
            record.create(tmp_path / method, RunConfig(method, "fashion-mnist", steps=500, knobs=knobs))
            for _ in record.run(tmp_path / method):
                pass
            models[method] = Maps(Runs(tmp_path), Background()).model(method)

    def mean_psnr(made: torch.Tensor) -> float:
        return float(np.mean([psnr(float(e)) for e in (made - test).pow(2).mean((1, 2, 3))]))

    noisy = corrupt(test, "gaussian", 0.3, torch.Generator().manual_seed(0))
    denoised = mean_psnr(models["denoising"].reconstruct(noisy))
    assert denoised > mean_psnr(noisy) + 3  # measured: +6.5
    assert denoised > mean_psnr(classical_filter(noisy, "gaussian")) + 1  # measured: +3

    grid = models["masked"].grid
    keep = keep_patches(500, grid.rows, grid.columns, 0.75, "random", torch.Generator().manual_seed(0))
    hidden, truth = hidden_by(keep, grid.number), grid.split(test)

    def on_hidden(made: torch.Tensor) -> float:
        return float((made - truth).pow(2).mean(2)[hidden].mean())

    painted = on_hidden(grid.split(models["masked"].reconstruct(test, keep)))
    for mean in (grid.split(train).mean((0, 1)), grid.split(train).mean(0)):
        assert painted < 0.85 * on_hidden(mean.expand_as(truth))

    mean, basis = pca(train.flatten(1), 8)
    flat = test.flatten(1)
    linear = (mean + (flat - mean) @ basis @ basis.T).clamp(0, 1)
    assert float((models["autoencoder"].reconstruct(test) - test).pow(2).mean()) < 0.95 * float((linear - flat).pow(2).mean())


@pytest.mark.parametrize("side", range(1, 13))
def test_ssim_fits_its_window_into_small_pictures_or_says_why_not(side: int) -> None:
    x = torch.rand(1, 3, side, 40, generator=torch.Generator().manual_seed(0))
    if side < 3:
        with pytest.raises(UserError, match=f"40×{side} pixels: SSIM compares windows of at least 3"):
            judged(x, x)
        return
    assert judged(x, x)["ssim"] == pytest.approx(1) and judged(1 - x, x)["ssim"] < 0.5
