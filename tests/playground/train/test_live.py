"""The moment that the page draws, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from playground.maps.making import Maps
from playground.runs.described import changed, describe, soon, status, warning
from playground.runs.store import Runs, State, claim
from playground.train.live import live
from tests.playground.conftest import Finished
from tests.trainers.synthetic import dataset
from trainers import record
from trainers.errors import UserError
from trainers.events import Failed
from trainers.method import methods
from trainers.methods.simsiam import NO_STOP
from trainers.train import RunConfig

# what has no Chinese name, or is a blank that the page fills in
NAMES = re.compile(r"SimCLR|UMAP|PCA|kNN|std·√d|RankMe|MSE|Fashion-MNIST|CIFAR-10|\{number\}")


def shown(moment: dict[str, Any]) -> list[str]:
    """All words of a moment that a person can read."""
    found = [moment["title"], moment["status"], moment["map_title"], *moment["labels"].values()]
    found += [tile[key] for tile in moment["tiles"] for key in ("name", "value", "help")]
    found += [line[key] for line in moment["result"]["lines"] for key in ("name", "value")]
    found += [cell for row in moment["result"]["table"] for cell in row]
    found += [table["layout"]["title"]["text"] for table in moment["pictures"]["tables"].values()]
    found += [row["name"] for row in moment["pictures"]["rows"]]
    for figure in moment["figures"].values():
        layout = figure["layout"]
        found += [layout["title"]["text"], layout["xaxis"]["title"]["text"], figure["data"][0]["name"]]
        found += [note["text"] for note in layout["annotations"]]
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_finished_run_has_everything(finished: Finished, language: str) -> None:
    m = live(Maps(finished.runs), finished.run, language)
    assert m and m["state"] == "finished" and m["ended"] and m["tone"] == "good" and m["progress"] == 1
    tiles = {tile["key"]: tile["value"] for tile in m["tiles"]}
    assert re.fullmatch(r"[\d.]+ (s|秒)", tiles["time"]) and re.fullmatch(r"[\d.]+%", tiles["knn"]) and float(tiles["loss"]) > 0
    events, _ = record.read_events(finished.runs.root / finished.run)
    steps = [e for e in events if e["event"] == "Step"]
    assert m["figures"]["loss"]["data"][0]["y"] == [e["loss"] for e in steps]
    assert m["figures"]["std"]["data"][0]["x"] == [e["seconds"] for e in steps]
    assert [note["y"] for note in m["figures"]["std"]["layout"]["annotations"]] == [1, 0]
    levels = [shape["y0"] for shape in m["figures"]["knn"]["layout"]["shapes"]]
    assert levels == [events[0]["knn_pixels"], m["figures"]["knn"]["data"][0]["y"][0]]
    summary = events[-1]["summary"]
    rows = {row[0]: row[1:] for row in m["result"]["table"]}
    assert len(rows) == 3 and [f"{summary[f'knn{side}']:.1%}" for side in ("", "_untrained", "_pixels")] in rows.values()
    assert len(m["result"]["lines"]) == 3
    assert all(shown(m)[:3])
    json.dumps(m, allow_nan=False)


def test_no_word_of_the_other_language(finished: Finished) -> None:
    zh, en = (live(Maps(finished.runs), finished.run, language) for language in ("zh", "en"))
    assert zh and en
    for text in shown(zh):
        assert not re.search(r"[A-Za-z]{2,}", NAMES.sub("", text)), text
    for text in shown(en):
        assert not re.search(r"[\u3000-\u9fff]", text), text


def test_the_moment_is_built_once_for_all(finished: Finished) -> None:
    assert live(Maps(finished.runs), finished.run, "en") is live(Maps(finished.runs), finished.run, "en")
    assert live(Maps(finished.runs), finished.run, "en") != live(Maps(finished.runs), finished.run, "zh")


def test_before_there_is_anything(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = runs.create(RunConfig("autoencoder", "digits", seconds=15), "me")
    m = live(Maps(runs), run, "en")
    assert m and m["state"] == "queued" and "number 1" in m["status"] and not m["figures"] and not m["pictures"]
    assert [tile["value"] for tile in m["tiles"]] == ["0.0 s", "0", "–", "–", "–", "–"]
    runs.stop(run, "me")
    m = live(Maps(runs), run, "en", m["version"])
    assert m and m["status"] == "Stopped before it began." and m["ended"]


def test_who_waits_is_told_about_how_long(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for number, seconds in enumerate((30, 40, 60, 600, 600)):
        runs.create(RunConfig("autoencoder", "digits", seconds=seconds), f"person {number}")
    said = [[live(Maps(runs), run, language)["status"] for run in runs.waiting()] for language in ("en", "zh")]
    assert said == [
        [f"Waiting, number {place} in the queue: its turn comes in {wait}." for place, wait in enumerate(
            ("less than a minute", "less than a minute", "about a minute", "about 2 minutes", "about 12 minutes"), 1)],
        [f"排队中，第 {place} 位：{wait}后开始。" for place, wait in enumerate(
            ("不到一分钟", "不到一分钟", "大约一分钟", "大约 2 分钟", "大约 12 分钟"), 1)],
    ]  # fmt: skip
    assert [soon(seconds, "en") for seconds in (59, 60, 89, 90, 149, 150, 5_399, 5_400)] == [
        "less than a minute", "about a minute", "about a minute", "about 2 minutes", "about 2 minutes", "about 2 minutes",
        "about 90 minutes", "about 2 hours",
    ]  # fmt: skip


def test_the_panel_is_told_again_as_the_wait_gets_shorter(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    first, second = (runs.create(RunConfig("autoencoder", "digits", seconds=300), name) for name in ("a", "b"))
    assert claim(tmp_path) == first
    before = live(Maps(runs), second, "en")
    assert "about 5 minutes" in before["status"]
    events = tmp_path / first / "events.jsonl"
    with FileLock(tmp_path / first / ".lock"):  # it trains
        events.write_text('{"event": "Pictures", "step": 0, "seconds": 15}\n')
        after = live(Maps(runs), second, "en", before["version"])
        assert after and live(Maps(runs), second, "en", after["version"]) is None
        events.write_text(events.read_text() + '{"event": "Pictures", "step": 1, "seconds": 200}\n')
        assert "about 2 minutes" in live(Maps(runs), second, "en", after["version"])["status"]


def test_a_failure_names_an_upload_and_not_its_place(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    path = tmp_path / "uploads" / "0123" / "cats.zip"
    run = runs.create(RunConfig("simclr", f"folder:{path}", seconds=1), "me")
    runs.stop(run, "me")
    error = UserError("{path} is neither a folder nor a zip that can be read.", path=path)
    record.append(tmp_path / run, Failed(0, 0.0, error.sentence, error.values))
    for language in ("en", "zh"):
        m = live(Maps(runs), run, language)
        assert m and m["state"] == "failed" and m["tone"] == "bad" and m["status"].startswith("cats.zip")
        assert str(tmp_path) not in json.dumps(m)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["queued", "starting", "running", "finished", "stopped", "interrupted", "failed"])
def test_every_state_has_a_sentence(language: str, kind: str) -> None:
    config = RunConfig("simclr", "digits", seconds=30)
    said = status(
        State(kind, 1, "There is no run called {name}.", {"name": "x"}), config, {"step": 5, "seconds": 9.0}, language
    )
    assert said and "{" not in said
    over = status(State("running"), config, {"step": 5, "seconds": 30.0}, language)
    assert over != status(State("running"), config, {"step": 5, "seconds": 9.0}, language)


def test_a_run_is_described_in_one_line() -> None:
    assert (
        describe(RunConfig("simclr", "folder:/x.zip", steps=7, seed=3), "en") == "SimCLR · your own images · 7 steps · seed 3"
    )
    assert describe(RunConfig("simclr", "digits", seconds=30), "zh") == "SimCLR · 手写数字 · 30 秒 · 种子 0"
    assert describe(RunConfig("masked", "digits", seconds=30), "zh") == "掩码自编码器 · 手写数字 · 30 秒 · 种子 0"
    grid = RunConfig("masked", seconds=30, knobs={"mask": "grid", "mask_ratio": "0.5"})  # as the command line writes it
    assert changed(grid, "en") == "Mask: grid, Mask ratio: 0.5" and changed(grid, "zh") == "遮挡方式：网格，遮挡比例 r：0.5"


@pytest.mark.parametrize(("language", "said"), [("en", "stop-gradient"), ("zh", "停止梯度")])
def test_a_collapse_is_told_once_it_lasts(language: str, said: str) -> None:
    steps = [{"collapsed": text} for text in ("", NO_STOP, NO_STOP, NO_STOP)]
    assert said in warning(steps, language)
    assert not warning(steps[:3], language) and not warning([*steps, {"collapsed": ""}], language) and not warning([], language)


@pytest.mark.parametrize("name", list(methods()))
def test_every_method_has_its_curves_and_tables(name: str, tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = runs.create(RunConfig(name, "digits", seconds=1.0), "me")
    data = dataset(classes=4)
    folder = tmp_path / run
    record.create(folder, RunConfig(name, "digits", steps=3, device="cpu"))
    for _ in record.run(folder, load=lambda _: data):
        pass
    moments = [live(Maps(runs), run, language) for language in ("en", "zh")]
    for m in moments:
        assert m and list(m["figures"])[0] == "loss" and "knn" in m["figures"]
        assert ("mse" in m["figures"]) == (methods()[name].card.family == "autoencoder") != ("std" in m["figures"])
        keys = [tile["key"] for tile in m["tiles"]]
        assert keys == ["time", "steps", "rate", "loss", "error" if "mse" in m["figures"] else "std", "knn"]
        assert len(m["figures"]) <= 5 and all(figure["data"][0]["y"] for figure in m["figures"].values())
        assert m["result"]["table"] and m["result"]["lines"]
        lines = [line["name"] for line in m["result"]["lines"]]
        on_sphere = any(re.match("Uniformity|均匀性", line) for line in lines)
        assert on_sphere == ("std" in m["figures"]) and any("RankMe" in line for line in lines)
        assert on_sphere == any(line["value"].startswith("−") for line in m["result"]["lines"])  # a minus, and not a hyphen
        json.dumps(m, allow_nan=False)
    drawn = list(moments[0]["pictures"]["tables"])
    assert drawn == {"simclr": ["similarity"], "swav": ["use"], "clip": ["image_text"]}.get(name, drawn)


def test_a_full_queue_of_maps_does_not_take_the_run_away(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise UserError("Too many maps are being made: try again in a minute.")

    maps = Maps(finished.runs)
    monkeypatch.setattr(maps, "ask", full)
    found = live(maps, finished.run, "en")
    assert found and found["state"] == "finished"
