"""Runs that come with the app are small, say what they said before, and never take the place of a person's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from playground.maps.making import FIRST, Maps
from playground.maps.neighbours import overlap
from playground.runs import shipped
from playground.runs.store import Limits, Runs
from scripts import ship_runs
from tests.trainers.synthetic import dataset
from trainers import record
from trainers.checkpoint import CHECKPOINT, load_model
from trainers.errors import UserError
from trainers.method import method_class
from trainers.train import RunConfig


def trained(folder: Path, method: str = "simclr", steps: int = 30) -> Path:
    record.create(folder, RunConfig(method, "digits", steps=steps, device="cpu"))
    assert [type(event).__name__ for event in record.run(folder, load=lambda _: dataset(400))][-1] == "Finished"
    return folder


@pytest.mark.parametrize("method", ["simclr", "byol", "masked"])
def test_a_packed_run_is_small_and_says_the_same(tmp_path: Path, method: str) -> None:
    folder = trained(tmp_path / "run", method)
    summary, events = record.summary(folder), record.read_events(folder)[0]
    steps, looks = ([e for e in events if e["event"] == kind] for kind in ("Snapshot", "Look"))
    steps, seen = [e["step"] for e in steps], record.read_looks(folder, looks)
    full, model, images = record.read_snapshot(folder, steps[-1]), load_model(folder), torch.rand(32, 1, 28, 28)
    ship_runs.pack(folder)
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= ship_runs.LIMIT
    assert not (folder / CHECKPOINT).exists()
    packed, events = record.summary(folder), record.read_events(folder)[0]
    assert packed["knn"] == pytest.approx(summary["knn"], rel=1e-4) and packed["steps"] == summary["steps"]
    kept = [event["step"] for event in events if event["event"] == "Snapshot"]
    assert kept[0] == 0 and kept[-1] == steps[-1] and len(kept) <= ship_runs.KEPT["Snapshot"]
    left = [event for event in events if event["event"] == "Look"]
    assert 1 < len(left) <= ship_runs.KEPT["Look"] and left[-1]["step"] == looks[-1]["step"]
    before = {look["step"]: one for look, one in zip(looks, seen, strict=True)}
    assert all((one == before[look["step"]]).all() for look, one in zip(left, record.read_looks(folder, left), strict=True))
    small = record.read_snapshot(folder, steps[-1])
    assert small.shape == full.shape and small.dtype == full.dtype and overlap(full, small, k=15).mean() > 0.8
    with torch.inference_mode():
        assert float(F.cosine_similarity(model.encode(images), load_model(folder).encode(images)).min()) > 0.999
    maps = Maps(Runs(tmp_path))
    assert maps.ready("run", FIRST) == kept  # every frame is there before anybody asks
    assert np.isfinite(maps.frame("run", FIRST, kept[-1]).positions).all()


@pytest.mark.parametrize("name", ["simclr", "swav", "byol", "simsiam"])
def test_what_compares_views_ends_ten_points_above_pixels_and_its_untrained_self(name: str) -> None:
    assert record.read_config(shipped.SHIPPED / name).dataset == "moved-garments"
    found, (events, _) = record.summary(shipped.SHIPPED / name), record.read_events(shipped.SHIPPED / name)
    assert found["knn"] >= max(found["knn_pixels"], found["knn_untrained"]) + 0.1
    curve = [event["metrics"]["knn"] for event in events if event["event"] == "Snapshot"]
    assert curve[-1] >= max(events[0]["knn_pixels"], curve[0]) + 0.1  # of the same images


def test_they_are_put_among_a_persons_own_once_and_again_when_they_are_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, root = tmp_path / "shipped", tmp_path / "root"
    monkeypatch.setattr(shipped, "SHIPPED", source)
    trained(source / "simclr", steps=3)
    record.create(root / "swav", RunConfig("swav", "digits", steps=1))
    record.create(source / "swav", RunConfig("swav", "digits", steps=2))
    shipped.adopt(root)
    assert shipped.names() == ["simclr", "swav"] and shipped.is_example(root / "simclr")
    assert record.read_config(root / "swav").steps == 1 and not shipped.is_example(root / "swav")  # somebody's own
    assert load_model(root / "simclr").config == load_model(source / "simclr").config
    (root / "simclr" / "maps").mkdir()  # made by the page, and kept as long as the run is the same
    shipped.adopt(root)
    assert (root / "simclr" / "maps").exists()
    record.create(source / "simclr", RunConfig("simclr", "digits", steps=4))
    shipped.adopt(root)
    assert record.read_config(root / "simclr").steps == 4 and not (root / "simclr" / "maps").exists()
    assert [path.name for path in (root / shipped.DESK).iterdir()] == [".lock"]


def test_what_ships_is_what_is_described_and_small() -> None:
    assert shipped.names() == sorted(ship_runs.RUNS)
    sizes = []
    for name, (method, data, budget, knobs) in ship_runs.RUNS.items():
        folder = shipped.SHIPPED / name
        config = record.read_config(folder)
        assert (config.method, config.dataset, dict(config.knobs)) == (method, data, knobs)
        events = record.read_events(folder)[0]
        assert (events[-1]["event"], events[-1]["reason"], events[-1]["step"]) == ("Finished", "budget", budget)
        looks = [event for event in events if event["event"] == "Look"]  # the frames of the map that moves
        assert len(looks) >= 12 and (looks[0]["step"], looks[-1]["step"]) == (0, budget)
        planes = 2 if method_class(method).card.family == "contrastive" else 1
        assert all(np.isfinite(one).all() and one.shape[1] == 2 * planes for one in record.read_looks(folder, looks))
        steps = [event["step"] for event in events if event["event"] == "Snapshot"]
        assert len(steps) == len(set(steps)) == ship_runs.KEPT["Snapshot"] and steps[0] == 0
        assert np.isfinite(record.read_snapshot(folder, steps[-1])).all() and load_model(folder)
        sizes.append(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))
    assert max(sizes) <= ship_runs.LIMIT and sum(sizes) <= 14_000_000


def test_a_run_made_in_an_examples_folder_is_its_makers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, root = tmp_path / "shipped", tmp_path / "root"
    monkeypatch.setattr(shipped, "SHIPPED", source)
    trained(source / "simclr", steps=3)
    assert shipped.adopt(root) == {"simclr": "digits"}
    record.create(root / "simclr", RunConfig("simclr", "digits", steps=4, seed=9))  # python -m trainers --out runs/simclr
    assert not shipped.is_example(root / "simclr")
    trained(source / "simclr", steps=5)  # the next version of the app
    assert shipped.adopt(root) == {}
    assert record.read_config(root / "simclr").seed == 9


def test_a_folder_that_cannot_be_written_to_starts_without_examples(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file where the folder should be")
    assert shipped.adopt(tmp_path / "root") == {}


def test_an_example_is_never_forgotten_stopped_or_gone_on_with(tmp_path: Path) -> None:
    shipped.adopt(tmp_path)
    runs = Runs(tmp_path, Limits(keep_runs=0, keep_days=0))
    runs.expire()
    assert sorted(path.parent.name for path in tmp_path.glob("*/run.json")) == shipped.names()
    assert [run for run in Maps(runs).beside()] == shipped.names()
    for act in (lambda: runs.stop("simclr", "x" * 16), lambda: runs.go_on("simclr", "x" * 16, 5)):
        with pytest.raises(UserError, match="came with the app"):
            act()
