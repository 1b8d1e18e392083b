"""The moment that the page draws, in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from playground.maps.making import Maps
from playground.runs import baselines, pace, shipped
from playground.runs import numbers as written
from playground.runs.described import changed, describe, soon, status, warning
from playground.runs.store import Runs, State, claim
from playground.texts import text
from playground.train.learned import another, bars, ending, learned, missing, reached, whitened
from playground.train.live import FRAMES, frames_of, live, packed, positions, result
from tests.playground.conftest import Finished
from tests.trainers.synthetic import dataset
from trainers import record
from trainers.errors import UserError
from trainers.events import Failed
from trainers.method import methods
from trainers.methods.simsiam import NO_STOP
from trainers.train import RunConfig

# what has no Chinese name, or is a blank that the page fills in
NAMES = re.compile(r"SimCLR|UMAP|PCA|Python|kNN|RankMe|MSE|Fashion-MNIST|CIFAR-10|\{number\}|\{some\}")


def shown(moment: dict[str, Any]) -> list[str]:
    """All words of a moment that a person can read."""
    found = [moment["title"], moment["status"], moment["map_title"], *moment["labels"].values()]
    found += [tile[key] for tile in moment["tiles"] for key in ("name", "value", "help")]
    found += [moment["learned"]["name"], moment["learned"]["help"], *(bar["name"] for bar in moment["learned"]["bars"])]
    found += [moment["line"], moment["ending"]["text"], *(way["text"] for way in moment["ending"]["ways"])]
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
    assert m and m["state"] == "finished" and m["ended"] and m["progress"] == 1
    assert m["tone"] == m["ending"]["tone"] == "warn"  # after a second it has hardly begun
    tiles = {tile["key"]: tile["value"] for tile in m["tiles"]}
    assert [*tiles] == ["loss", "std", "time", "steps", "rate"]
    assert re.fullmatch(r"[\d.]+ (s|秒)", tiles["time"]) and float(tiles["loss"]) > 0
    events, _ = record.read_events(finished.runs.root / finished.run)
    steps = [e for e in events if e["event"] == "Step"]
    assert m["figures"]["loss"]["data"][0]["y"] == [e["loss"] for e in steps]
    assert m["figures"]["std"]["data"][0]["x"] == [e["seconds"] for e in steps]
    assert [note["y"] for note in m["figures"]["std"]["layout"]["annotations"]] == [1, 0]
    levels = [shape["y0"] for shape in m["figures"]["knn"]["layout"]["shapes"]]
    first = next(e["metrics"] for e in events if e["event"] == "Snapshot")
    assert sorted(levels) == sorted([events[0]["knn_pixels"], first["knn"], first["knn_white_pixels"]])
    plain, white = m["figures"]["knn"]["data"]
    looks = [e["metrics"] for e in events if e["event"] == "Snapshot"]
    assert (plain["y"], white["y"]) == ([k["knn"] for k in looks], [k["knn_white"] for k in looks])
    summary = events[-1]["summary"]
    rows = {row[0]: row[1:] for row in m["result"]["table"]}
    for key in ("knn", "knn_white", "probe_1", "probe_100"):
        assert [f"{summary[f'{key}{side}']:.1%}" for side in ("", "_untrained", "_pixels")] in rows.values(), key
    assert len(rows) == 8  # with its head: kNN, plain and whitened, the probe, and the probe with four numbers of labels
    assert len(m["result"]["lines"]) == 3
    learned = [bar["value"] for bar in m["learned"]["bars"]]  # the same test as the table's
    assert learned == [f"{summary[f'knn{side}']:.1%}" for side in ("", "_untrained", "_pixels")]
    looks = [event for event in events if event["event"] == "Look"]
    assert m["looks"]["count"] == len(looks) and m["looks"]["steps"] == [e["step"] for e in looks] and not m["looks"]["newest"]
    found = positions(finished.runs, finished.run, len(looks))
    read = record.read_looks(finished.runs.root / finished.run, looks)
    assert (found == np.concatenate([look.ravel() for look in read])).all()
    assert all(shown(m)[:3])
    json.dumps(m, allow_nan=False)


def test_the_table_begins_with_the_end_of_the_curve_where_that_is_another_test() -> None:
    looks = [{"metrics": {"knn": value}} for value in (0.38, 0.45, 0.59)]
    summary = {"knn": 0.65, "knn_untrained": 0.48, "knn_pixels": 0.55}
    started = {"knn_pixels": 0.49, "train_images": 10_000, "test_images": 2_000}
    config = RunConfig("simclr", "own", seconds=30)
    table = result({"summary": summary}, started, looks, config, "en")["table"]
    assert table[1:] == [
        ["kNN accuracy (2,000 training images)", "59.0%", "38.0%", "49.0%"],
        ["kNN accuracy (all training images)", "65.0%", "48.0%", "55.0%"],
    ]
    few = result({"summary": summary}, started | {"train_images": 2_000}, looks, RunConfig("simclr", "own", seconds=30), "en")[
        "table"
    ]
    assert [row[0] for row in few[1:]] == ["kNN accuracy (all training images)"]  # the same test


def test_no_word_of_the_other_language(finished: Finished) -> None:
    zh, en = (live(Maps(finished.runs), finished.run, language) for language in ("zh", "en"))
    assert zh and en
    for line in shown(zh):
        assert not re.search(r"[A-Za-z]{2,}", NAMES.sub("", line)), line
    for line in shown(en):
        assert not re.search(r"[\u3000-\u9fff]", line), line


def test_the_moment_is_built_once_for_all(finished: Finished) -> None:
    assert packed(Maps(finished.runs), finished.run, "en") is packed(Maps(finished.runs), finished.run, "en")
    assert live(Maps(finished.runs), finished.run, "en") != live(Maps(finished.runs), finished.run, "zh")


def test_before_there_is_anything(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = runs.create(RunConfig("autoencoder", "digits", seconds=15), "me")
    m = live(Maps(runs), run, "en")
    assert m and m["state"] == "queued" and "number 1" in m["status"] and not m["figures"] and not m["pictures"]
    assert [tile["value"] for tile in m["tiles"]] == ["–", "–", "–", "0.0 s", "0", "–"]
    assert not m["learned"]["bars"] and m["learned"]["note"] and m["ending"] is None and m["looks"]["count"] == 0
    assert m["labels"]["end_wait"].startswith("Meanwhile, Explore")  # what to do until it begins
    assert "moment" not in m["labels"]["map_first"]  # its turn may come in minutes
    runs.stop(run, "me")
    m = live(Maps(runs), run, "en", m["version"])
    assert m and m["status"] == "Stopped before it began." and m["ended"]


def test_the_page_says_where_another_machine_does_not_see_its_locks(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = runs.create(RunConfig("autoencoder", "digits", seconds=15), "me")
    before = live(Maps(runs), run, "en")
    assert before and "locks" not in before["status"]
    runs.apps.unseen = {"other.machine"}
    m = live(Maps(runs), run, "en", before["version"])  # told without anything else being new
    assert m and "may be trained twice" in m["status"] and "other.machine" not in m["status"]


def test_who_waits_is_told_about_how_long(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for number, seconds in enumerate((30, 40, 60, 600, 600)):
        runs.create(RunConfig("autoencoder", "digits", seconds=seconds), f"person {number}")
    said = [[live(Maps(runs), run, language)["status"] for run in runs.waiting()] for language in ("en", "zh")]
    assert said == [
        [f"Waiting: number {place} in the queue, starts in {wait}." for place, wait in enumerate(
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
    assert describe(RunConfig("simclr", "digits", seconds=30), "zh") == "SimCLR · 手写数字 · 30 秒 · 随机种子 0"
    assert describe(RunConfig("masked", "digits", seconds=30), "zh") == "掩码自编码器 · 手写数字 · 30 秒 · 随机种子 0"
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
        first = "error" if "mse" in m["figures"] else "match" if "match" in m["figures"] else "knn"
        assert m["learned"]["key"] == first and keys[-3:] == ["time", "steps", "rate"]
        assert {*keys[:-3]} == {"knn", "loss", "error" if first == "error" else "std"} - {first}
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


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("kind", "numbers", "verdict"),
    [
        ("knn", [0.84, 0.79, 0.827], "more"),
        ("knn", [0.83, 0.79, 0.827], "even"),
        ("knn", [0.70, 0.79, 0.827], "less"),
        ("error", [0.011, 0.0865, 0.0151], "more"),
        ("error", [0.02, 0.0865, 0.0151], "less"),
    ],
)
def test_the_end_says_what_was_reached_beside_what(kind: str, numbers: list[float], verdict: str, language: str) -> None:
    names = ("this", "untrained", "pixels") if kind == "knn" else ("this", "mse_mean", "mse_pca")

    def t(key: str, **values: object) -> str:
        return text(language, f"live.end_{key}", **values)

    found = reached(kind, list(zip(names, numbers, strict=True)), t, language)
    assert text(language, f"live.end_{verdict}") in found
    assert ("84.0%" in found) == (numbers[0] == 0.84) and "{" not in found


@pytest.mark.parametrize(
    ("share", "tone", "said"),  # of the steps that are usual
    [(0.003, "warn", "hardly begun"), (0.4, "warn", "give it more time"), (1, "good", "are usual"), (7, "good", "")],
)
def test_a_run_of_two_steps_is_not_green(tmp_path: Path, share: float, tone: str, said: str) -> None:
    step = round(share * (pace.shipped("simclr")[0] or 0))
    numbers = ("knn", [("this", 0.84), ("untrained", 0.79), ("pixels", 0.8)])
    found = ending(Runs(tmp_path), "x", RunConfig("simclr", seconds=30), step, [], numbers, "en")
    assert found["tone"] == tone and said in found["text"] and ("84.0%" in found["text"]) == (share > 0.1)
    assert [way["address"] for way in found["ways"]] == ["?tab=explore&run=x", "?tab=compare&runs=x", "?tab=learn&card=simclr"]


@pytest.mark.parametrize(
    ("run", "method", "dataset", "other"),
    [("simclr", "simclr", "moved-garments", "swav"), ("x", "simclr", "moved-garments", "simclr"),
     ("x", "byol", "fashion-mnist", "byol-fashion"), ("byol-fashion", "byol", "fashion-mnist", "simsiam-fashion"),
     ("x", "masked", "digits", ""),
     ("x", "masked", "moved-garments", "simclr"), ("autoencoder", "autoencoder", "fashion-mnist", "denoising")],
)  # fmt: skip
def test_a_run_is_compared_with_one_of_the_same_images(tmp_path: Path, run: str, method: str, dataset: str, other: str) -> None:
    shipped.adopt(tmp_path)
    config = RunConfig(method, dataset, seconds=30)
    assert another(Runs(tmp_path), run, config) == other


def test_no_claim_is_made_beside_a_bar_that_is_lower_than_it_need_be(tmp_path: Path) -> None:
    numbers = ("knn", [("this", 0.84), ("untrained", 0.79), ("pixels", 0.8)])
    summary = {"knn_white": 0.857, "knn_white_untrained": 0.83, "knn_white_pixels": 0.859}
    step, config = pace.shipped("simclr")[0] or 0, RunConfig("simclr", "own", seconds=30)
    for language in ("en", "zh"):
        found = ending(Runs(tmp_path), "x", config, step, [], numbers, language, whitened(config, summary))
        plain, white = text(language, "live.end_more"), text(language, "live.end_even")
        assert found["text"].index(plain) < found["text"].index("85.7%") < found["text"].index(white)
        without = ending(Runs(tmp_path), "x", config, step, [], numbers, language, whitened(config, {}))
        assert white not in without["text"] and "{" not in found["text"]


def test_what_was_measured_once_stands_beside_runs_of_the_same_images() -> None:
    config = RunConfig("simclr", "fashion-mnist", seconds=30)
    known, started = baselines.of(config)["dictionary"], {"knn_pixels": 0.82, "train_images": 8_000, "test_images": 2_000}
    looks = [{"metrics": {"knn": value}} for value in (0.7, 0.8)]
    summary = {"knn": 0.84, "knn_untrained": 0.78, "knn_pixels": 0.83, "knn_white": 0.86}
    for other in (replace(config, size=32), replace(config, dataset="folder:mine")):
        assert baselines.of(other) == {} and baselines.dictionary(other, "knn") is None
        assert "dictionary" not in result({"summary": summary}, started, looks, other, "en")["sides"]
    assert bars(config, started, looks, None)[1][-1] == ("dictionary", known["knn_curve"])  # of the images of the curve
    assert bars(config, started, looks, {"summary": summary})[1][-1] == ("dictionary", known["knn"])
    assert whitened(config, summary)[-1] == ("dictionary", known["knn_white"]) and whitened(config, {}) == []
    found = result({"summary": summary}, started, looks, config, "en")
    place = found["sides"].index("dictionary")
    assert all(len(row) == len(found["sides"]) for row in found["table"])
    assert [row[place] for row in found["table"][1:3]] == [written.shown("knn", known[key]) for key in ("knn_curve", "knn")]
    assert found["table"][0][place] == "patch dictionary" and "labels" in found["sides"]


def test_a_run_that_collapsed_is_not_green(tmp_path: Path) -> None:
    steps = [{"collapsed": NO_STOP}] * 3
    assert ending(Runs(tmp_path), "x", RunConfig("simsiam", seconds=30), 1400, steps, ("knn", []), "en")["tone"] == "warn"


def test_nothing_is_said_of_what_cannot_be_measured() -> None:
    for language in ("en", "zh"):
        why = [
            learned(kind, [], False, language, missing(kind, seen, ended))["note"]
            for kind, seen, ended in (("knn", [], False), ("knn", [], True), ("knn", [{}], False), ("error", [{}], True))
        ]
        keys = ("learned_wait", "learned_none", "no_labels", "learned_none")
        assert why == [text(language, f"live.{key}") for key in keys]
    found = learned("knn", [("this", 0.8)], False, "en")
    assert found["note"] == "" and found["bars"][0]["value"] == "80.0%"


def test_a_long_run_has_some_of_its_looks_on_the_time_axis() -> None:
    assert frames_of(0) == [] and frames_of(3) == [0, 1, 2]
    found = frames_of(1000)
    assert len(found) == FRAMES == len({*found}) and found[0] == 0 and found[-1] == 999 and found == sorted(found)
