"""Runs side by side: what differs, what is the best, what one sees, and copies and sweeps with their checks and limits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import ui
from playground.compare.comparison import EXAMPLES, compare
from playground.compare.differences import labels
from playground.compare.knobs import form
from playground.maps.making import Maps
from playground.runs import baselines
from playground.runs.store import UPLOADS, Limits, Runs, claim
from playground.texts import table, text
from trainers import record
from trainers.errors import UserError
from trainers.events import Finished, Pictures, Snapshot, Started, Step
from trainers.method import method_class
from trainers.train import RunConfig

SECRET, OTHER = "0123456789abcdef", "fedcba9876543210"
COLLAPSED = (
    "Collapsed: every image gets the same embedding. Without the stop-gradient both views are free to agree on a constant."
)
SECONDS = 30.0


def write(runs: Runs, name: str, method: str, ended: bool = True, config: dict[str, Any] | None = None, **numbers: Any) -> str:
    """A run with these numbers at its end, as a process would have written it."""
    numbers = {"loss": 0.5, "std_sqrt_d": 0.9, "knn": 0.8, "rankme": 20.0, "collapsed": "", **numbers}
    folder = runs.root / name
    record.create(folder, RunConfig(method, **({"seconds": SECONDS} | (config or {}))))
    spread, collapsed = numbers["std_sqrt_d"], numbers.pop("collapsed")
    beaten = {"mse_mean": 0.09, "mse_pca": 0.02} if method_class(method).card.family == "autoencoder" else {}
    events: list[Any] = [Started(0, 0.0, method, "Fashion-MNIST", "cpu", "conv", 1, 10_000, 2_000, None, 0.79, beaten)]
    features = np.zeros((3, 4), np.float16)
    events.append(Snapshot(0, 0.0, {"knn": 0.7, "std_sqrt_d": 1.0, "rankme": 9.0}, features))
    for step in (100, 200, 300):
        events.append(Step(step, step / 10, numbers["loss"], spread, 1000.0, {}, collapsed))
    metrics = {key: value for key, value in numbers.items() if key != "loss"}
    events.append(Snapshot(300, 30.0, metrics, features))
    if ended:
        rows = {"image": np.zeros((1, 2, 2, 1), np.uint8)}
        end = {"knn_pixels": 0.82, "knn_untrained": 0.72} | numbers | beaten
        events += [Pictures(300, 30.0, rows), Finished(300, 30.0, "budget", end)]
    for event in events:
        record.append(folder, event)
    return name


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.fixture
def pair(runs: Runs) -> Runs:
    """SimSiam with and without its stop-gradient."""
    write(runs, "simsiam", "simsiam", loss=0.04, std_sqrt_d=0.83, knn=0.802, rankme=13.0)
    off = {"knobs": {"stop_gradient": "off"}}  # as the command line writes it
    write(
        runs,
        "simsiam-collapsed",
        "simsiam",
        config=off,
        loss=2.5e-4,
        std_sqrt_d=0.02,
        knn=0.751,
        rankme=2.0,
        collapsed=COLLAPSED,
    )
    return runs


def shown(runs: Runs, *names: str, curves: str = "", language: str = "en", over: str = "seconds") -> dict[str, Any]:
    found: Any = compare(Maps(runs), names, curves.split(","), over, language)
    assert found is not None
    json.dumps(found, allow_nan=False)
    return found


def column(found: dict[str, Any], key: str) -> list[tuple[str, bool]]:
    at = [one["key"] for one in found["columns"]].index(key)
    return [(row[at]["text"], row[at]["best"]) for row in found["cells"]]


def test_the_first_thing_that_one_sees_is_the_collapse(pair: Runs) -> None:
    found = shown(pair)
    assert [run["run"] for run in found["runs"]] == ["simsiam", "simsiam-collapsed"]
    assert [run["label"] for run in found["runs"]] == ["Stop gradient: on", "Stop gradient: off"]
    assert [bool(run["collapsed"]) for run in found["runs"]] == [False, True]
    assert found["seen"] == (
        "“Stop gradient: off” has collapsed: its loss of 0.00025 is lower than the 0.04 of “Stop gradient: on”, yet its spread"
        " is 0.02 against 0.83: all images get almost the same embedding. A low loss alone proves nothing."
        " kNN reads the encoder in front of the collapsed head, so it drops without reaching chance."
        " kNN: 75.1% against 80.2%."
    )
    chinese = shown(pair, language="zh")
    assert chinese["seen"].startswith("“停止梯度：关”已坍塌：它的损失 0.00025 比“停止梯度：开”的 0.04 还低")
    assert chinese["seen"].endswith("kNN：75.1%，后者为 80.2%。")
    assert [e["key"] for e in found["examples"]] == ["stop_gradient"] and found["examples"][0]["runs"] == list(
        EXAMPLES["stop_gradient"]
    )


def test_columns_are_what_differs_and_the_best_is_marked_where_it_is_one(pair: Runs) -> None:
    found = shown(pair)
    keys = [one["key"] for one in found["columns"]]
    assert keys == ["stop_gradient", "steps", "seconds", "loss", "knn", "std_sqrt_d", "rankme"]
    assert column(found, "stop_gradient") == [("on", False), ("off", False)]
    assert column(found, "steps") == [("300", False)] * 2
    assert column(found, "knn") == [("80.2%", True), ("75.1%", False)]
    assert column(found, "rankme") == [("13.0", False), ("2.0", False)]  # more dimensions are no better network
    once = baselines.baselines("moved-garments").values()  # measured by scripts/bars.py
    at = keys.index("knn")
    assert [(row["name"], row["texts"][at]) for row in found["beaten"]] == [
        ("raw pixels", "82.0%"),
        ("untrained", "72.0%"),
        *((name, f"{100 * bar['knn']:.1f}%") for name, bar in zip(("patch dictionary", "with labels"), once, strict=True)),
    ]
    assert not any(text for row in found["beaten"] for key, text in zip(keys, row["texts"], strict=True) if key != "knn")
    write(pair, "byol", "byol", knn=0.8, knn_untrained=0.74)
    assert shown(pair, "simsiam", "byol")["beaten"][1]["texts"][keys.index("knn") - 1] == "72.0% – 74.0%"
    assert not any(best for key in ("loss", "std_sqrt_d") for _, best in column(found, key))  # a collapse has the least loss
    means = {one["key"]: one for one in found["columns"]}
    assert means["knn"]["better"] == "high" and means["loss"]["better"] == "" and "collapse" in means["loss"]["means"]
    assert means["stop_gradient"]["means"].startswith("Off: both sides")


def test_only_what_can_be_compared_is(runs: Runs) -> None:
    for name, knn in (("a", 0.8), ("b", 0.80004), ("c", 0.7)):
        write(runs, name, "simclr", knn=knn)
    assert [best for _, best in column(shown(runs, "a", "b"), "knn")] == [False, False]  # they show the same
    assert [best for _, best in column(shown(runs, "a", "b", "c"), "knn")] == [True, True, False]
    write(runs, "digits", "simclr", config={"dataset": "digits"}, knn=0.99)
    write(runs, "young", "simclr", ended=False, knn=0.9)
    found = shown(runs, "a", "digits", "young")
    assert found["beaten"] == []  # of other images each has its own
    assert column(found, "knn") == [("80.0%", False), ("99.0%", False), ("90.0%", False)]  # another set, and not at its end
    assert column(found, "data") == [("Moved garments", False), ("Digits", False), ("Moved garments", False)]
    assert text("en", "compare.other_images") in found["notes"]
    for name, level in (("weak", 0.1), ("strong", 0.5)):
        write(runs, name, "denoising", config={"knobs": {"level": level}}, mse=level / 10)
    found = shown(runs, "weak", "strong")
    assert not any(best for _, best in column(found, "mse")) and text("en", "compare.other_tasks") in found["notes"]
    write(runs, "small", "autoencoder", config={"knobs": {"latent": 8}}, mse=0.03)
    write(runs, "large", "autoencoder", config={"knobs": {"latent": 64}}, mse=0.01)
    found = shown(runs, "small", "large")
    assert column(found, "mse") == [("0.0300", False), ("0.0100", True)]
    assert "std_sqrt_d" not in [one["key"] for one in found["columns"]]  # nothing keeps a code on a sphere
    assert [run["rebuilds"] for run in found["runs"]] == [True, True]


def test_labels_say_what_differs_and_no_more(runs: Runs) -> None:
    def named(*configs: RunConfig, language: str = "en") -> list[str]:
        return labels(configs, language)

    simsiam = RunConfig("simsiam", seconds=30)
    assert named(simsiam) == ["SimSiam"]
    assert named(simsiam, RunConfig("byol", seconds=30)) == ["SimSiam", "BYOL"]
    off = RunConfig("simsiam", seconds=30, knobs={"stop_gradient": False})
    assert named(off, RunConfig("byol", seconds=60)) == ["SimSiam · Stop gradient: off", "BYOL"]
    few = RunConfig("simsiam", seconds=15, knobs={"dimensions": 16})
    assert named(simsiam, off, few) == ["SimSiam", "Stop gradient: off", "Dimensions: 16 · 15 seconds"]  # what most share, no
    assert named(simsiam, RunConfig("simsiam", seconds=30, seed=3)) == ["seed 0", "seed 3"]
    assert named(simsiam, simsiam) == ["SimSiam (1)", "SimSiam (2)"]
    own = RunConfig("simsiam", f"folder:/srv/{UPLOADS}/x/mine.zip", seconds=30)
    assert named(simsiam, own) == ["Moved garments", "your own images"] and "/srv" not in str(named(own))
    assert named(simsiam, off, language="zh") == ["停止梯度：开", "停止梯度：关"]
    assert named(simsiam, RunConfig("masked", seconds=30), language="zh") == ["SimSiam", "掩码自编码器"]


def test_curves_lie_over_each_other_with_what_a_collapse_is_worth(pair: Runs) -> None:
    found = shown(pair, curves="loss,std_sqrt_d,knn,rankme,nosuch", over="steps")
    assert set(found["curves"]) == {"loss", "std_sqrt_d", "knn", "rankme"} == {one["key"] for one in found["offered"]}
    for key, curve in found["curves"].items():
        assert [trace["name"] for trace in curve["data"]] == ["Stop gradient: on", "Stop gradient: off"], key
        assert len({(t["line"]["color"], t["line"]["dash"]) for t in curve["data"]}) == 2
        assert curve["data"][0]["x"] == ([100, 200, 300] if key in ("loss", "std_sqrt_d") else [0, 300])

    def marks(key: str) -> dict[str, float]:
        return {one["text"]: one["y"] for one in found["curves"][key]["layout"]["annotations"]}

    assert marks("std_sqrt_d") == {"maximum": 1.0, "collapse": 0.0}
    assert marks("loss") == {"collapse": 2.5e-4}  # nobody knew it beforehand: where the collapsed one has fallen to
    patches = baselines.baselines("moved-garments")["dictionary"]["knn_curve"]
    assert marks("knn") == {"raw pixels": 0.79, "untrained": 0.7, "patch dictionary": patches}
    assert marks("rankme") == {"one direction": 1.0}


def test_losses_of_several_methods_keep_their_levels_apart(runs: Runs) -> None:
    for name in ("simclr", "autoencoder"):
        write(runs, name, name)
        events = (runs.root / name / "events.jsonl").read_text().replace('"collapse_loss": null', '"collapse_loss": 0.7')
        (runs.root / name / "events.jsonl").write_text(events)
    loss = shown(runs, "simclr", "autoencoder", curves="loss")["curves"]["loss"]
    assert not loss["layout"]["annotations"] and loss["layout"]["title"]["text"] == "Loss (dotted: random guessing)"
    levels = sorted(shape["line"]["color"] for shape in loss["layout"]["shapes"])
    assert levels == sorted(trace["line"]["color"] for trace in loss["data"])


def test_what_is_seen_without_a_collapse(runs: Runs) -> None:
    write(runs, "a", "simclr", knn=0.85)
    write(runs, "b", "byol", knn=0.80)
    assert shown(runs, "a", "b")["seen"] == "“SimCLR” leads by kNN accuracy: 85.0%, against 80.0% of “BYOL”."
    write(runs, "c", "swav", knn=0.846)
    assert "too close to tell apart" in shown(runs, "a", "c")["seen"]


def test_the_table_says_how_far_chance_reaches(runs: Runs) -> None:
    write(runs, "a", "simclr", knn=0.84)
    write(runs, "b", "byol", knn=0.80)
    # of 2,000 images: √(0.8 · 0.2 / 2000) is 0.89 points, √(0.84 · 0.16 / 2000) is 0.82
    assert any(
        "on 2,000 held-out images has a standard error of about 0.9 points" in one for one in shown(runs, "a", "b")["notes"]
    )
    assert not any("standard error" in one for one in shown(runs, "a")["notes"])
    assert shown(runs, "a")["seen"] == ""
    write(runs, "fallen", "simsiam", std_sqrt_d=0.03, collapsed=COLLAPSED)
    assert "keeps them apart" in shown(runs, "a", "fallen")["seen"]  # losses of two methods are not compared
    assert shown(runs, "fallen")["seen"].startswith("“SimSiam” has collapsed: its spread is 0.03")


def test_runs_that_are_gone_or_wrong_are_counted_and_the_rest_is_shown(pair: Runs) -> None:
    (pair.root / "old").mkdir()
    (pair.root / "old" / "run.json").write_text('{"config": {"method": "nosuch", "seconds": 3}}')
    found = shown(pair, "simsiam", "nosuch", "../etc", "old", "simsiam")
    assert [run["run"] for run in found["runs"]] == ["simsiam"] and found["gone"] == 3
    queued = pair.create(RunConfig("simclr", seconds=5), SECRET)
    found = shown(pair, "simsiam", queued)
    assert [(run["state"], run["last"], run["ended"]) for run in found["runs"]] == [
        ("finished", 300, True),
        ("queued", None, False),
    ]
    assert column(found, "knn") == [("80.2%", False), ("–", False)]


def test_of_too_many_runs_the_first_are_shown_and_none_is_called_gone(pair: Runs) -> None:
    names = [f"run{number}" for number in range(10)]
    for name in names:
        write(pair, name, "simclr")
    found = shown(pair, *names)
    assert [run["run"] for run in found["runs"]] == names[:8] and found["gone"] == 0
    found = shown(pair, "nosuch", *names)
    assert [run["run"] for run in found["runs"]] == names[:8] and found["gone"] == 1


def test_where_no_run_of_a_link_is_there_the_example_is_shown(pair: Runs) -> None:
    found = shown(pair, "nosuch", "neither")
    assert [run["run"] for run in found["runs"]] == ["simsiam", "simsiam-collapsed"] and found["gone"] == 2


def test_nothing_is_sent_twice(pair: Runs) -> None:
    first = compare(Maps(pair), ["simsiam"], ["loss"], "seconds", "en")
    assert first and compare(Maps(pair), ["simsiam"], ["loss"], "seconds", "en", first["version"]) is None
    assert compare(Maps(pair), ["simsiam"], ["knn"], "seconds", "en", first["version"]) is not None
    record.append(pair.root / "simsiam", Step(400, 40.0, 0.1, 0.9, 1.0))
    assert compare(Maps(pair), ["simsiam"], ["loss"], "seconds", "en", first["version"]) is not None


def test_without_runs_there_is_nothing_and_without_examples_the_newest(runs: Runs) -> None:
    assert shown(runs)["runs"] == [] and shown(runs)["gone"] == 0
    write(runs, "digits", "simclr", config={"dataset": "digits"})
    for name in ("a", "b"):
        write(runs, name, "simclr")
        (runs.root / name / "run.json").touch()
    assert {run["run"] for run in shown(runs)["runs"]} == {"a", "b"}  # on the same images


# -- one knob changed -------------------------------------------------------------------------------------------------------


def test_the_form_is_made_of_the_knobs(pair: Runs) -> None:
    knobs: Any = form(pair, "simsiam-collapsed", "en")
    fields = {f["name"]: f for f in knobs["fields"]}
    assert list(fields)[0] == "stop_gradient" and fields["stop_gradient"]["value"] is False
    assert fields["stop_gradient"]["options"] == [(True, "on"), (False, "off")] and knobs["seconds"] == 30
    rate = fields["learning_rate"]
    assert (rate["low"], rate["high"], rate["help"]) == (1e-5, 0.1, "AdamW's step size")
    assert rate["suggested"] == [0.0005, 0.001, 0.002, 0.004, 0.008] and fields["batch_size"]["suggested"] == [
        32,
        64,
        128,
        256,
        512,
    ]
    assert fields["jitter"]["suggested"] == [0, 0.25, 0.5, 0.75, 1] and fields["batch_size"]["step"] == 1
    assert form(pair, "simsiam", "zh")["fields"][0]["label"] == "停止梯度"
    write(pair, "mae", "masked")
    assert "encoder" not in [f["name"] for f in form(pair, "mae", "en")["fields"]]  # there is only one


@pytest.fixture
def web(pair: Runs) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[ui.mount(Maps(pair))])) as web:
        yield web


def test_a_copy_is_the_run_with_one_knob_changed(web: TestClient, pair: Runs) -> None:
    asked = {"like": "simsiam-collapsed", "knobs": {"dimensions": "64"}, "secret": SECRET}
    run = web.post("/playground/runs", json=asked).json()["run"]
    config = record.read_config(pair.folder(run))
    assert config == RunConfig("simsiam", seconds=30, knobs={"stop_gradient": "off", "dimensions": "64"})
    assert pair.waiting() == [run] and pair.owns(run, SECRET) and not pair.owns(run, OTHER)
    record.create(pair.root / "by-steps", RunConfig("simclr", steps=500, seed=7, device="cuda", size=20))
    run = web.post("/playground/runs", json=asked | {"like": "by-steps", "knobs": {}, "seconds": 12}).json()["run"]
    assert record.read_config(pair.folder(run)) == RunConfig("simclr", seconds=12, seed=7, size=20)
    for wrong in (
        {"like": "nosuch"}, {"like": "../etc"}, {"like": None}, {"knobs": {"nosuch": 1}}, {"knobs": {"dimensions": 10**6}},
        {"knobs": [1]}, {"seconds": "x"}, {"seconds": 601}, {"seconds": -1}, {"secret": "short"}, {"secret": None},
    ):  # fmt: skip
        answer = web.post("/playground/runs?lang=zh", json=asked | wrong)
        assert answer.status_code in (400, 404) and answer.json()["error"].endswith("。"), wrong
    assert len(pair.waiting()) == 2


def test_own_images_are_trained_on_again_by_who_uploaded_them_alone(web: TestClient, pair: Runs) -> None:
    upload = pair.root / UPLOADS / "abc" / "mine.zip"
    upload.parent.mkdir(parents=True)
    upload.touch()
    own = pair.create(RunConfig("simclr", f"folder:{upload}", seconds=5), SECRET)
    asked = {"like": own, "knobs": {"temperature": 0.5}, "secret": SECRET}
    run = web.post("/playground/runs", json=asked).json()["run"]
    assert record.read_config(pair.folder(run)).dataset == f"folder:{upload}"
    said = web.post("/playground/runs", json=asked | {"secret": OTHER}).json()["error"]
    assert said.startswith("Only the browser that uploaded")
    upload.unlink()
    assert "not kept any more" in web.post("/playground/runs", json=asked).json()["error"]
    for path in ("/etc", f"{pair.root}/{UPLOADS}/../../etc"):  # a folder of this machine, by a run of the command line
        record.create(pair.root / "local", RunConfig("simclr", f"folder:{path}", seconds=5), owner=None)
        assert web.post("/playground/runs", json=asked | {"like": "local"}).status_code == 400


def test_a_sweep_is_queued_once_a_person_and_lets_single_runs_pass(web: TestClient, pair: Runs) -> None:
    asked = {"like": "simsiam", "knob": "learning_rate", "values": ["0.01", 0.001, 0.01, "0.1"], "seconds": 5, "secret": SECRET}
    made = web.post("/playground/sweeps", json=asked).json()
    sweep, members = made["sweep"], made["runs"]
    assert [record.read_config(pair.folder(run)).knobs["learning_rate"] for run in members] == [0.001, 0.01, 0.1]
    assert record.read_about(pair.folder(members[1]))["sweep"] == {"id": sweep, "knob": "learning_rate", "like": "simsiam"}
    said = web.post("/playground/sweeps", json=asked | {"values": [0.02, 0.03]}).json()["error"]
    assert said == "3 runs of your last sweep have still to train: wait for them, or stop that sweep."
    theirs = web.post("/playground/sweeps", json=asked | {"secret": OTHER}).json()["runs"]
    singles = [pair.create(RunConfig("simclr", seconds=5), SECRET) for _ in range(3)]  # a sweep takes no one's places
    with pytest.raises(UserError, match="You have 3 runs waiting"):
        pair.create(RunConfig("simclr", seconds=5), SECRET)
    turns = [run for pair_ in zip(members, theirs, strict=True) for run in pair_]
    assert pair.waiting() == [*singles, *turns] and claim(pair.root) == singles[0]
    assert web.post(f"/playground/sweeps/{sweep}/stop", json={"secret": OTHER}).status_code == 400
    assert web.post(f"/playground/sweeps/{sweep}/stop", json={"secret": SECRET}).status_code == 200
    assert {pair.state(run).kind for run in members} == {"stopped"} and pair.waiting() == [*singles[1:], *theirs]
    assert web.post("/playground/sweeps", json=asked | {"knob": "stop_gradient", "values": [True, False]}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"like": "nosuch"}, {"knob": "nosuch"}, {"knob": None}, {"values": None}, {"values": [0.01]}, {"values": [0.01, 0.01]},
        {"values": [0.01, 5]}, {"values": [0.01, "x"]}, {"values": [0.001 * i for i in range(1, 10)]}, {"values": [[1], {}]},
        {"seconds": 500}, {"seconds": "nan"}, {"seconds": 0}, {"secret": "short"}, {"values": [0.01, float("inf")]},
    ],
)  # fmt: skip
def test_a_sweep_that_makes_no_sense_is_told_so(web: TestClient, pair: Runs, wrong: dict[str, Any]) -> None:
    asked = {"like": "simsiam", "knob": "learning_rate", "values": [0.01, 0.02], "seconds": 5, "secret": SECRET}
    answer = web.post("/playground/sweeps?lang=zh", content=json.dumps(asked | wrong))
    assert answer.status_code in (400, 404) and answer.json()["error"].endswith("。") and not pair.waiting()


def test_the_queue_has_an_end_for_sweeps_too(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(waiting=3))
    runs.sweep([RunConfig("simclr", seconds=5)] * 2, SECRET, knob="seed")
    with pytest.raises(UserError, match="queue is full"):
        runs.sweep([RunConfig("simclr", seconds=5)] * 2, OTHER, knob="seed")
    with pytest.raises(UserError, match="at most 960 seconds in all"):
        runs.sweep([RunConfig("simclr", seconds=500)] * 2, OTHER, knob="seed")
    made: list[Any] = []

    def ask() -> None:
        try:
            made.append(runs.sweep([RunConfig("simclr", seconds=5)], "a third person", knob="seed"))
        except UserError as error:
            made.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, tuple) for one in made) == 1  # a double click is one sweep


def test_a_sweep_grows_into_a_curve(web: TestClient, pair: Runs) -> None:
    values = [0.05, 0.1, 0.2, 0.8]
    configs = [RunConfig("simclr", seconds=SECONDS, knobs={"temperature": value}) for value in values]
    sweep, members = pair.sweep(configs, SECRET, knob="temperature", like="simclr")
    found = web.get(f"/playground/sweeps/{sweep}").json()
    assert (found["done"], found["of"], found["ended"], found["figure"], found["seen"]) == (0, 4, False, None, "")
    assert [(run["value"], run["state"], run["number"]) for run in found["runs"]][0] == ("0.05", "queued", None)
    for run, knn in zip(members[:3], (0.78, 0.83, 0.82), strict=True):
        claim(pair.root)
        about = record.read_about(pair.folder(run))
        write(pair, run, "simclr", config={"knobs": {"temperature": about["config"]["knobs"]["temperature"]}}, knn=knn)
        record.create(pair.folder(run), record.read_config(pair.folder(run)), owner=about["owner"], sweep=about["sweep"])
    found = web.get(f"/playground/sweeps/{sweep}").json()
    curve = found["figure"]["data"][0]
    assert (curve["x"], curve["y"]) == ([0.05, 0.1, 0.2], [0.78, 0.83, 0.82]) and found["done"] == 3
    assert found["figure"]["layout"]["xaxis"]["type"] == "log" and found["label"] == "Temperature"
    levels = {one["text"]: one["y"] for one in found["figure"]["layout"]["annotations"]}
    assert levels == {"raw pixels": 0.82, "untrained": 0.72}  # measured as the curve is, not as a snapshot
    assert found["seen"] == "So far kNN accuracy is best at Temperature = 0.1: 83.0%."
    pair.stop_sweep(sweep, SECRET)
    found = web.get(f"/playground/sweeps/{sweep}?measure=rankme&lang=zh").json()
    assert found["ended"] and found["measure"] == "rankme" and found["figure"]["data"][0]["y"] == [20.0] * 3
    shown_ = web.get("/playground/compare", params={"runs": ",".join(members)}).json()
    assert {run["sweep"] for run in shown_["runs"]} == {sweep} and [r["label"] for r in shown_["runs"]][
        0
    ] == "Temperature: 0.05"
    for name in ("nosuch", "..", "simsiam", "x" * 60):
        assert web.get(f"/playground/sweeps/{name}").status_code == 404


def test_a_sweep_of_words_has_no_line_and_of_codes_has_pca_beside_it(web: TestClient, pair: Runs) -> None:
    for name, knob, values in (("words", "encoder", ["conv", "resnet18"]), ("codes", "latent", [8, 64])):
        for place, value in enumerate(values):
            run = write(pair, f"{name}-{place}", "autoencoder", config={"knobs": {knob: value}}, mse=0.05 / (place + 1))
            path = pair.root / run / "events.jsonl"
            lines = path.read_text().splitlines()
            end = json.loads(lines[-1])
            end["summary"]["mse_pca"] = 0.06 if name == "words" else 0.06 / (place + 1)
            path.write_text("\n".join([*lines[:-1], json.dumps(end)]) + "\n")
            record.create(pair.folder(run), record.read_config(pair.folder(run)), sweep={"id": name, "knob": knob, "like": "x"})
    words = web.get("/playground/sweeps/words?measure=mse").json()
    assert words["figure"]["layout"]["xaxis"]["type"] == "category" and words["figure"]["data"][0]["mode"] == "markers"
    assert words["figure"]["data"][0]["x"] == ["small, strided", "ResNet-18"] and len(words["figure"]["data"]) == 1
    codes = web.get("/playground/sweeps/codes?measure=mse").json()
    assert [trace["name"] for trace in codes["figure"]["data"]] == ["Held-out error", "PCA of this size"]
    assert codes["figure"]["data"][1]["y"] == [0.06, 0.03] and codes["seen"] == "Held-out error is best at Latent = 64: 0.0250."


def test_a_run_of_a_sweep_that_goes_on_stays_in_it(runs: Runs) -> None:
    _, (run,) = runs.sweep([RunConfig("simclr", seconds=SECONDS)], SECRET, knob="seed")
    claim(runs.root)
    about = record.read_about(runs.folder(run))
    write(runs, run, "simclr")
    record.create(runs.folder(run), record.read_config(runs.folder(run)), owner=about["owner"], sweep=about["sweep"])
    runs.go_on(run, SECRET, 10)
    assert record.read_about(runs.folder(run))["sweep"] == about["sweep"] and record.read_config(runs.folder(run)).seconds == 40


def test_every_word_of_the_tab_is_used() -> None:
    sources = [path for kind in ("js", "py") for path in Path("playground/compare").glob(f"*.{kind}")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    made = ("example_", "measure_", "means_", "better_", "over_", "map_")  # put together
    for key in (key.removeprefix("compare.") for key in table("en") if key.startswith("compare.")):
        assert key.startswith(made) or f"'{key}'" in source or f'"{key}"' in source or f"compare.{key}" in source, key


def test_what_runs_keep_of_how_their_images_were_made_is_a_table(runs: Runs) -> None:
    maps = Maps(runs)
    read = {"class": 0.7, "across": 0.97}
    for name, method, embedding in (("one", "simclr", {"class": 0.6, "across": 0.18}), ("two", "autoencoder", None)):
        write(maps.runs, name, method)
        events = maps.runs.root / name / "events.jsonl"
        lines = [json.loads(line) for line in events.read_text().splitlines()]
        lines[0]["factors"] = {"pixels": {"class": 0.5, "across": 0.1}, "guess": {"class": 0.1, "across": 0.0}}
        looks = [line for line in lines if line["event"] == "Snapshot"]
        looks[-1]["factors"] = {"features": read} | ({"embedding": embedding} if embedding else {})
        events.write_text("".join(json.dumps(line) + "\n" for line in lines))
    write(maps.runs, "plain", "simclr")
    found = compare(maps, ["plain", "one", "two"], [], "seconds", "en")
    assert found and (told := found["factors"])
    assert [column["name"] for column in told["columns"]] == ["Class", "Across"]
    assert [(row["place"], row["features"], row["embedding"]) for row in told["rows"]] == [
        (1, ["70.0%", "0.97"], ["60.0%", "0.18"]), (2, ["70.0%", "0.97"], []), (None, ["50.0%", "0.10"], []),
    ]  # fmt: skip
    none = compare(maps, ["plain"], [], "seconds", "en")
    assert none and none["factors"] is None
