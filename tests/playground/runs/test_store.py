"""Runs in a folder: the queue, the owners, the limits, the states, and what is left when something dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from filelock import FileLock

from playground.maps.making import FIRST, LIVE, Maps
from playground.runs import store
from playground.runs.clearing import AN_HOUR, HOUR
from playground.runs.described import called
from playground.runs.pool import LocalRunner
from playground.runs.storage import occupied
from playground.runs.store import AT_ONCE, CRASHED, KILLED, UPLOADS, Limits, Runs, State, Waiting, claim, write_images
from playground.train.live import live
from trainers import data, record
from trainers.errors import UserError
from trainers.train import RunConfig

ROOT = Path(__file__).parents[3]
CONFIG = RunConfig("simclr", "digits", seconds=1.0)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def carry_out(runs: Runs) -> str:
    run = claim(runs.root)
    assert run

    def load(config: RunConfig) -> data.Dataset:
        found = data.load(config.dataset, config.size)
        write_images(runs.root / run, found)
        return found

    for _ in record.run(runs.root / run, load=load):
        pass
    return run


def test_the_queue_is_in_order_and_claimed_once(runs: Runs) -> None:
    made = [runs.create(CONFIG, f"person {i}") for i in range(6)]
    assert runs.waiting() == made and runs.state(made[2]).place == 3
    got: list[str | None] = []
    threads = [threading.Thread(target=lambda: got.append(claim(runs.root))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(run for run in got if run) == sorted(made) and got.count(None) == 2
    assert claim(runs.root) is None and runs.state(made[0]).kind == "starting"


def test_limits_and_owners(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(waiting=4, waiting_each=2))
    mine = [runs.create(CONFIG, "me") for _ in range(2)]
    with pytest.raises(UserError, match="You have 2 runs waiting"):
        runs.create(CONFIG, "me")
    runs.create(CONFIG, "you")
    runs.create(CONFIG, "her")
    with pytest.raises(UserError, match="queue is full"):
        runs.create(CONFIG, "him")
    with pytest.raises(UserError, match="at most 600 seconds.*PLAYGROUND_LONGEST"):
        runs.create(RunConfig("simclr", seconds=601), "me")
    for stranger in ("you", ""):
        with pytest.raises(UserError, match="Only the browser"):
            runs.stop(mine[0], stranger)
    runs.stop(mine[0], "me")
    assert runs.state(mine[0]).kind == "stopped" and mine[0] not in runs.waiting()
    assert '"me"' not in (tmp_path / mine[0] / "run.json").read_text()


def test_many_clicks_at_once_get_no_more_places_than_there_are(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(waiting=5, waiting_each=3))
    together, refused = threading.Barrier(30), []

    def click(owner: str) -> None:
        together.wait()
        try:
            runs.create(CONFIG, owner)
        except UserError as error:
            refused.append(str(error))

    for owners, places in ((["me"] * 30, 3), ([f"person {i}" for i in range(30)], 5)):
        threads = [threading.Thread(target=click, args=(owner,)) for owner in owners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(runs.waiting()) == places
    assert len(refused) == 27 + 28


def test_a_new_secret_for_each_click_fills_no_queue(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(waiting_address=6, seconds_address=100))
    together, refused = threading.Barrier(30), []

    def click(owner: str) -> None:
        together.wait()
        try:
            runs.create(CONFIG, owner, "192.0.2.1")
        except UserError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=click, args=(f"person {i}",)) for i in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs.waiting()) == 6 and len(refused) == 24
    assert set(refused) == {
        "Of the runs from one network address at most 6 may wait: wait until one begins, or have the host raise "
        "PLAYGROUND_WAITING_ADDRESS."
    }
    runs.create(CONFIG, "me", "192.0.2.2")
    runs.create(CONFIG, "me")  # from nobody knows where, as by a program that makes runs itself
    claim(tmp_path)
    runs.create(CONFIG, "me", "192.0.2.1")  # a run that trains waits no more


def test_seconds_of_training_count_by_address_and_by_browser(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(seconds_each=100, seconds_address=150))
    minute, sweep = RunConfig("simclr", "digits", seconds=60), [RunConfig("simclr", "digits", seconds=10)] * 4
    mine = runs.create(minute, "me", "here")
    with pytest.raises(UserError, match="your own runs that wait would train for 120 s, and 100 s is .*SECONDS_EACH"):
        runs.create(minute, "me", "elsewhere")
    runs.sweep(sweep, "me", "here")
    with pytest.raises(UserError, match="your own runs"):
        runs.create(CONFIG, "me", "here")
    with pytest.raises(UserError, match="from your network address would train for 160 s, and 150 s is .*SECONDS_ADDRESS"):
        runs.create(minute, "you", "here")
    runs.sweep(sweep, "you", "here")
    with pytest.raises(UserError, match="from your network address would train for 180 s"):
        runs.sweep(sweep, "her", "here")
    runs.stop(mine, "me")
    while claim(tmp_path):
        pass
    for owner in ("a", "b"):
        runs.create(minute, owner, "here")
    with pytest.raises(UserError, match="from your network address would train for 180 s"):
        runs.go_on(mine, "me", 80, "here")
    assert len(runs.waiting()) == 2 and (tmp_path / mine / "stop").exists()


def test_a_run_that_goes_on_counts_with_what_is_left_of_it(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(seconds_each=60))
    run = runs.create(RunConfig("simclr", "digits", seconds=50), "me")
    claim(tmp_path)
    (tmp_path / run / "events.jsonl").write_text(
        '{"event": "Finished", "step": 9, "seconds": 20.5, "reason": "stopped", "summary": {}}\n'
    )
    runs.create(RunConfig("simclr", "digits", seconds=30), "me")
    runs.go_on(run, "me", 600)  # 29.5 s of its own budget are left, however many more are asked for
    with pytest.raises(UserError, match="would train for 61 s"):
        runs.create(CONFIG, "me")


@pytest.mark.parametrize("ended", ["Finished", "Failed"])
def test_a_run_that_goes_on_is_no_ended_one_before_it_says_a_word(runs: Runs, ended: str) -> None:
    run = runs.create(CONFIG, "me")
    claim(runs.root)
    events = runs.root / run / "events.jsonl"
    end = {"event": ended, "step": 9, "seconds": 9.0, "reason": "budget", "summary": {}, "sentence": "Full.", "values": {}}
    events.write_text(json.dumps(end) + "\n")
    with FileLock(runs.root / run / ".lock"):  # it has said its last word, and lets go in a moment
        assert runs.state(run).kind == ended.lower()
    os.utime(events, (time.time() - 9,) * 2)
    runs.go_on(run, "me", 5)
    claim(runs.root)
    with FileLock(runs.root / run / ".lock"):  # its checkpoint is being read
        assert runs.state(run).kind == "running"
        runs.stop(run, "me")
        assert (runs.root / run / "stop").exists()
    assert runs.state(run).kind == ended.lower()


def test_no_address_is_kept(tmp_path: Path) -> None:
    runs, other = Runs(tmp_path / "a"), Runs(tmp_path / "b")
    for one in (runs, other):
        one.create(CONFIG, "me", "192.0.2.1")
        one.sweep([CONFIG] * 2, "me", "192.0.2.1")
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if "192.0.2.1" in path.name or b"192.0.2.1" in path.read_bytes()]
    first, second = ({Waiting.of(path.name).address for path in one.queue.iterdir()} for one in (runs, other))
    assert len(first) == len(second) == 1 and first != second  # nobody without the salt can try all addresses


def test_people_take_turns_in_the_queue(runs: Runs) -> None:
    a1, a2, a3 = (runs.create(CONFIG, "a") for _ in range(3))
    b1 = runs.create(CONFIG, "b")
    c1, c2 = (runs.create(CONFIG, "c") for _ in range(2))
    swept = runs.sweep([CONFIG] * 2, "d")[1]
    assert runs.waiting() == [a1, b1, c1, a2, c2, a3, *swept]
    again = Runs(runs.root)  # as after a restart
    b2 = again.create(CONFIG, "b")
    assert runs.waiting() == [a1, b1, c1, a2, c2, b2, a3, *swept]


def test_who_asks_again_as_soon_as_it_is_his_turn_lets_others_pass(runs: Runs) -> None:
    owners = {runs.create(CONFIG, owner): owner for owner in ("a", "a", "a", "b", "c")}
    trained = []
    for _ in range(9):
        run = claim(runs.root)
        assert run
        trained.append(owners[run])
        if trained[-1] != "a":
            owners[runs.create(CONFIG, trained[-1])] = trained[-1]
    assert "".join(trained) == "abcabcabc"
    while claim(runs.root):
        pass
    first = runs.create(CONFIG, "b")  # nobody waited: what was is forgotten
    assert runs.waiting() == [first] and Waiting.of(next(runs.queue.iterdir()).name).round == 0


def test_the_queue_tells_how_long_it_takes(tmp_path: Path) -> None:
    def asked(runs: Runs, *seconds: float) -> list[str]:
        return [runs.create(RunConfig("simclr", "digits", seconds=s), f"person {i}") for i, s in enumerate(seconds)]

    one = Runs(tmp_path / "one")
    made = asked(one, 30, 120, 15)
    assert [one.state(run).wait for run in made] == [0, 30, 150]
    two = Runs(tmp_path / "two", Limits(workers=2))
    made = asked(two, 30, 120, 15, 15, 15)
    assert [two.state(run).wait for run in made] == [0, 0, 30, 45, 60]
    assert [claim(two.root, slot) for slot in "01"] == made[:2]
    (two.root / made[1] / "events.jsonl").write_text('{"event": "Pictures", "step": 0, "seconds": 100.5}\n')
    lock = FileLock(two.root / made[1] / ".lock")
    with lock:
        assert two.state(made[1]).kind == "running"
        assert [two.state(run).wait for run in made[2:]] == [19.5, 30, 34.5]
    assert [two.state(run).wait for run in made[2:]] == [0, 15, 30]  # it is interrupted: its worker is free
    two.stop(made[0], "person 0")
    two.go_on(made[0], "person 0", 30)  # what a worker took last may wait again
    assert two.state(made[0]).kind == "queued"


def test_a_run_that_an_earlier_version_queued_is_trained(runs: Runs) -> None:
    new, (swept,) = runs.create(CONFIG, "me"), runs.sweep([CONFIG], "me")[1]
    record.create(runs.root / "old-run_1", CONFIG)
    (runs.queue / "01795918681000000000-old-run_1").touch()
    record.create(runs.root / "old-0", CONFIG)
    (runs.queue / "s001795918681000000000-old-0").touch()
    assert runs.waiting() == [new, "old-run_1", swept, "old-0"]
    assert [claim(runs.root) for _ in range(4)] == [new, "old-run_1", swept, "old-0"]


def test_a_clock_that_jumps_ahead_forgets_few_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, now = Runs(tmp_path), time.time()
    made = []
    for age in range(20, 0, -1):
        made.append(runs.create(CONFIG, "me"))
        runs.stop(made[-1], "me")
        os.utime(tmp_path / made[-1] / "run.json", (now - age,) * 2)
    monkeypatch.setattr("playground.runs.store.time.time", lambda: now + 15 * 86_400)
    Runs(tmp_path).create(CONFIG, "me")
    assert [run for run in made if (tmp_path / run).exists()] == made[AT_ONCE:]


def test_an_hour_of_clicks_after_a_jump_of_the_clock_forgets_few_runs_but_what_is_too_much_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, now = Runs(tmp_path, Limits(keep_runs=60)), time.time()
    upload = tmp_path / UPLOADS
    for number in range(60):
        run = tmp_path / f"run-{number:02}"
        record.create(run, CONFIG)
        (run / "stop").touch()
        os.utime(run / "run.json", (now - 100 + number,) * 2)
        (upload / f"{number:02}").mkdir(parents=True)
        os.utime(upload / f"{number:02}", (now - 100 + number,) * 2)
    monkeypatch.setattr("playground.runs.store.time.time", lambda: now + 15 * 86_400)

    def left(root: Path) -> list[int]:
        return sorted(int(path.name[-2:]) for path in root.iterdir() if path.name[-2:].isdecimal())

    for _ in range(60):  # a click a minute
        runs.expire()
    assert left(tmp_path) == left(upload) == list(range(AN_HOUR, 60))  # the oldest went
    runs.limits = Limits(keep_runs=10)
    for _ in range(20):
        runs.expire()
    assert left(tmp_path) == list(range(50, 60))
    monkeypatch.setattr("playground.runs.clearing.time", SimpleNamespace(monotonic=lambda: time.monotonic() + HOUR))
    for _ in range(20):
        runs.expire()
    assert not left(tmp_path) and left(upload) == list(range(2 * AN_HOUR, 60))


def test_a_run_that_waits_again_is_before_all_and_turns_no_queue_round(runs: Runs) -> None:
    waits = [runs.create(CONFIG, "first") for _ in range(3)]
    again = claim(runs.root)
    for _ in range(2):  # the queue has come to later rounds
        waits.append(runs.create(CONFIG, "first"))
        claim(runs.root)
    waits = waits[3:]
    assert again and runs.waiting() == waits
    runs.again(again)
    newcomer = [runs.create(CONFIG, "second") for _ in range(2)]
    assert runs.waiting() == [again, waits[0], newcomer[0], waits[1], newcomer[1]]


def test_a_clock_that_is_put_back_turns_no_queue_round(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [runs.create(CONFIG, "a"), *runs.sweep([CONFIG] * 2, "a")[1]]
    before = time.time_ns() - 3_600 * 10**9
    monkeypatch.setattr("playground.runs.store.time.time_ns", lambda: before)
    single = [runs.create(CONFIG, name) for name in ("b", "c")]
    other = runs.sweep([CONFIG] * 2, "b")[1]
    assert runs.waiting() == [made[0], *single, made[1], other[0], made[2], other[1]]


@pytest.mark.parametrize("run", ["", "..", "a/b", "../x", "x" * 41, "nosuch", "queue"])
def test_an_id_is_never_a_path(runs: Runs, run: str) -> None:
    with pytest.raises(UserError, match="no run called"):
        runs.folder(run)


def test_a_run_from_queue_to_map_and_on(runs: Runs) -> None:
    run = runs.create(CONFIG, "me")
    assert live(Maps(runs), run, "en")["state"] == "queued"
    carry_out(runs)
    moment = live(Maps(runs), run, "zh")
    assert moment and moment["state"] == "finished" and moment["progress"] == 1
    assert live(Maps(runs), run, "zh", moment["version"]) is None
    assert {tile["key"] for tile in moment["tiles"]} == {"time", "steps", "rate", "loss", "std"}
    assert moment["learned"] and moment["learned"]["key"] == "knn"
    assert set(moment["figures"]) == {"loss", "std", "knn"} and moment["result"]
    assert [row["name"] for row in moment["pictures"]["rows"]] == ["图像", "视图 1", "视图 2"]
    steps = moment["maps"]["pca"]
    frames = [Maps(runs).frame(run, LIVE, step).positions for step in steps]
    assert all(frame.shape == (360, 2) and frame.dtype == np.float32 for frame in frames)
    with pytest.raises(UserError, match="not there any more"):
        Maps(runs).frame(run, FIRST, steps[-1])
    with pytest.raises(UserError, match="at most"):
        runs.go_on(run, "me", 10_000)
    before = record.summary(runs.root / run)["steps"]
    runs.go_on(run, "me", 1)
    assert runs.state(run).kind == "queued"
    carry_out(runs)
    assert record.summary(runs.root / run)["steps"] > before and runs.state(run).kind == "finished"
    assert live(Maps(runs), run, "en")["version"] != moment["version"]


def test_who_trained_when_the_worker_died_is_told(runs: Runs) -> None:
    done, dead = runs.create(CONFIG, "a"), runs.create(CONFIG, "b")
    carry_out(runs)
    claim(runs.root)
    events = record.run(runs.root / dead)
    while type(next(events)).__name__ != "Step":
        pass
    assert runs.state(dead).kind == "running"
    events.close()  # as a killed process does, it leaves no last word
    assert runs.state(dead).kind == "interrupted"
    runs.worker_died(-9, time.time() - 60)
    state = runs.state(dead)
    assert state.kind == "failed" and "lack of memory" in state.sentence
    assert runs.state(done).kind == "finished"


def test_only_old_ended_runs_expire(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(keep_days=1))
    old, waiting = runs.create(CONFIG, "a"), runs.create(CONFIG, "b")
    carry_out(runs)
    for run in (old, waiting):
        os.utime(tmp_path / run / "run.json", (0, 0))
    new = Runs(tmp_path, Limits(keep_days=1)).create(CONFIG, "c")
    assert not (tmp_path / old).exists()
    assert runs.state(waiting).kind == runs.state(new).kind == "queued"


def test_what_never_became_a_run_is_cleared_away(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for name, age in (("half", 7_200), ("new", 0)):  # as where the app was killed between the folder and its run.json
        (tmp_path / name / "snapshots").mkdir(parents=True)
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    run = runs.create(CONFIG, "a")
    assert not (tmp_path / "half").exists() and (tmp_path / "new").exists() and (tmp_path / run).exists()


def test_what_is_old_is_looked_for_once_a_minute_and_whenever_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, looked, now = Runs(tmp_path, Limits(keep_runs=5)), list[str](), time.monotonic()
    monkeypatch.setattr(runs, "expire", lambda: looked.append("looked"))
    for _ in range(3):
        runs.stop(runs.create(CONFIG, "me"), "me")
    assert len(looked) == 1  # which whoever begins a run would wait for
    monkeypatch.setattr("playground.runs.store.time.monotonic", lambda: now + 100)
    runs.stop(runs.create(CONFIG, "me"), "me")
    assert len(looked) == 2
    for _ in range(4):
        runs.stop(runs.create(CONFIG, "me"), "me")
    assert len(looked) > 3


def test_only_the_owner_goes_on_and_only_at_the_end(runs: Runs) -> None:
    run = runs.create(CONFIG, "me")
    with pytest.raises(UserError, match="still training"):
        runs.go_on(run, "me", 5)
    runs.stop(run, "me")
    for stranger in ("you", ""):
        with pytest.raises(UserError, match="Only the browser"):
            runs.go_on(run, stranger, 5)
    for much in (0, -1, 601, float("nan"), float("inf")):
        with pytest.raises(UserError, match="at most 600"):
            runs.go_on(run, "me", much)
    runs.go_on(run, "me", 5)
    assert runs.state(run) == State("queued", 1) and not (runs.root / run / "stop").exists()


def test_a_killed_process_leaves_its_run_to_be_told(runs: Runs) -> None:
    done, run = runs.create(CONFIG, "a"), runs.create(RunConfig("simclr", "digits", seconds=30.0), "b")
    runs.stop(done, "a")
    claim(runs.root)
    folder, since = runs.root / run, time.time()
    command = [sys.executable, "-m", "trainers", "simclr", "--dataset", "digits", "--seconds", "30", "--out", str(folder)]
    environment = os.environ | {"OMP_WAIT_POLICY": "passive"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        while not runs.view(run).of("Step"):
            assert process.poll() is None
            time.sleep(0.05)
        assert runs.state(run).kind == "running"
        runs.worker_died(-9, since)  # another's death is not this run's
        assert runs.state(run).kind == "running"
    finally:
        process.kill()
        process.wait()
    assert runs.state(run).kind == "interrupted"
    runs.worker_died(-9, time.time() + 60)  # of a worker that began after it
    assert runs.state(run).kind == "interrupted"
    runs.worker_died(-9, since)
    assert runs.state(run).sentence == KILLED and runs.state(done).kind == "stopped"


def test_a_crash_is_told_with_its_code(runs: Runs) -> None:
    run = runs.create(CONFIG, "a")
    claim(runs.root)
    (runs.root / run / ".lock").touch()
    runs.worker_died(3, time.time() - 60)
    assert runs.state(run) == State("failed", 0, CRASHED, {"code": "3"})


def test_the_newest_runs_are_kept(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(keep_runs=2))
    made = []
    for age in (3, 2, 1):
        made.append(runs.create(CONFIG, "a"))
        runs.stop(made[-1], "a")
        os.utime(tmp_path / made[-1] / "run.json", (time.time() - age,) * 2)
    runs.expire()
    assert [(tmp_path / run).exists() for run in made] == [False, True, True]


def test_who_waits_for_a_place_waits_for_no_deletion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, free = Runs(tmp_path), list[bool]()

    def slow() -> None:
        free.append(not record.is_held(tmp_path / ".queueing"))
        raise OSError("a disk that can be read only")

    monkeypatch.setattr(runs, "expire", slow)
    run = runs.create(CONFIG, "a")  # what is not cleared away costs nobody the run
    assert free == [True] and runs.state(run).kind == "queued"


def test_who_queues_and_stops_without_end_pushes_out_nothing_that_was_trained(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(keep_runs=3))
    trained = []
    for age in (30, 20, 10):
        trained.append(runs.create(CONFIG, "me"))
        claim(tmp_path)
        (tmp_path / trained[-1] / "events.jsonl").write_text(
            '{"event": "Finished", "step": 1, "seconds": 1, "reason": "", "summary": {}}\n'
        )
        os.utime(tmp_path / trained[-1] / "run.json", (time.time() - age,) * 2)
    stopped = []
    for number in range(8):
        stopped.append(runs.create(CONFIG, f"person {number}"))
        runs.stop(stopped[-1], f"person {number}")
    assert [run for run in stopped if (tmp_path / run).exists()] == stopped[-1:]
    assert all((tmp_path / run).exists() for run in trained)
    runs.expire()
    assert not (tmp_path / stopped[-1]).exists()
    os.utime(tmp_path / trained[1] / "run.json", (0, 0))  # as old as that goes whatever there is room for
    runs.stop(runs.create(CONFIG, "me"), "me")
    assert [(tmp_path / run).exists() for run in trained] == [True, False, True]


def test_a_view_reads_on_waits_for_whole_lines_and_begins_again(runs: Runs) -> None:
    run = runs.create(CONFIG, "a")
    file = runs.root / run / "events.jsonl"
    file.write_text('{"event": "Pictures", "step": 0, "seconds": 0}\n{"event": "Pict')
    assert [event["step"] for event in runs.view(run).events] == [0]
    with file.open("a") as more:
        more.write('ures", "step": 1, "seconds": 1}\n')
    view = runs.view(run)
    assert [event["step"] for event in view.events] == [0, 1] and view.generation == 1
    record.forget_after(runs.root / run, 0)  # what going on with a run begins with
    view = runs.view(run)
    assert [event["step"] for event in view.events] == [0] and view.generation == 2


def test_a_run_has_the_name_that_its_owner_gives_it(runs: Runs) -> None:
    run = runs.create(RunConfig("simclr", "digits", seconds=1.0), "me")
    assert runs.name(run) == "" and called(runs, run, "en").startswith("SimCLR")
    runs.rename(run, "me", "  the\0 first\none ")
    assert runs.name(run) == "the first one" and called(runs, run, "zh").startswith("the first one · SimCLR · ")
    runs.rename(run, "me", "第" * 40)
    assert runs.name(run) == "第" * 40
    for owner, name, reason in (("me", "x" * 41, "at most 40"), ("you", "mine", "Only the browser")):
        with pytest.raises(UserError, match=reason):
            runs.rename(run, owner, name)
    (runs.root / run / "name").write_bytes(b"\xff" * 900)  # damaged
    assert len(runs.name(run)) == 40
    runs.rename(run, "me", "")
    assert runs.name(run) == ""


def test_uploads_have_a_bound_that_old_ones_make_room_under(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs", Limits(keep_uploads=0.1))  # MB
    for name, size in (("a", 60_000), ("b", 20_000), ("c", 50_000)):
        (tmp_path / f"{name}.zip").write_bytes(name.encode() * size)
    first = runs.upload(tmp_path / "a.zip")
    runs.create(RunConfig("simclr", f"folder:{first}", seconds=1.0), "me")
    second = runs.upload(tmp_path / "b.zip")
    with pytest.raises(UserError, match="PLAYGROUND_KEEP_UPLOADS"):
        runs.upload(tmp_path / "c.zip")
    assert runs.upload(tmp_path / "b.zip") == second  # which is there
    os.utime(second.parent, (0, 0))  # no run is of it, and it is old
    (tmp_path / "d.zip").write_bytes(b"d" * 25_000)
    assert runs.upload(tmp_path / "d.zip").exists() and first.exists() and not second.exists()


def test_small_uploads_count_as_the_blocks_that_they_take_and_are_walked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, walked = Runs(tmp_path / "runs", Limits(keep_uploads=0.1)), list[Path]()  # MB
    monkeypatch.setattr(store, "occupied", lambda path: (walked.append(path), occupied(path))[1])
    kept = 0
    with pytest.raises(UserError, match="PLAYGROUND_KEEP_UPLOADS"):
        for kept in range(100):
            (tmp_path / f"{kept}.zip").write_bytes(b"%d" % kept)
            runs.upload(tmp_path / f"{kept}.zip")
    assert 10 <= kept <= 25 and occupied(runs.root / UPLOADS) <= 110_000  # a block of 4,096 bytes each, or two
    assert walked.count(runs.root / UPLOADS) == 2  # first and last


def test_an_upload_is_forgotten_with_its_last_run_and_not_while_it_is_chosen_again(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "mine.zip").write_bytes(b"PK")
    used, left = (runs.upload(tmp_path / "mine.zip") for _ in range(2))
    assert used == left
    other = runs.root / UPLOADS / "other" / "mine.zip"
    other.parent.mkdir()
    other.write_bytes(b"PK")
    runs.create(RunConfig("simclr", f"folder:{used}", seconds=1.0), "me")
    for path in (used, other):
        os.utime(path.parent, (0, 0))
    runs.expire()
    assert used.exists() and not other.exists()
    for waiting in runs.queue.iterdir():
        waiting.unlink()
    for run in runs.root.glob("*/run.json"):
        run.unlink()
    assert runs.upload(tmp_path / "mine.zip") == used
    runs.expire()
    assert used.exists()  # it was chosen just now
    os.utime(used.parent, (0, 0))
    runs.expire()
    assert not used.parent.exists()


def test_a_damaged_run_keeps_nobody_from_training(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(keep_runs=1))
    old = runs.create(CONFIG, "me")
    assert claim(runs.root) == old
    (runs.root / old / "events.jsonl").write_text("no JSON\n")
    os.utime(runs.root / old / "run.json", (0, 0))
    assert runs.create(CONFIG, "me") in runs.waiting() and not (runs.root / old).exists()


def test_a_run_that_another_click_has_just_had_forgotten_keeps_nobody_from_training(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = runs.root / UPLOADS / "old"
    upload.mkdir(parents=True)
    os.utime(upload, (0, 0))
    there = runs._folders
    monkeypatch.setattr(runs, "_folders", lambda: [runs.root / "gone", *there()])
    runs.expire()
    assert not upload.exists()
    _, (run,) = runs.sweep([CONFIG], "me", knob="seed")
    with pytest.raises(UserError, match="your last sweep"):
        runs.sweep([CONFIG], "me", knob="seed")
    assert runs.waiting() == [run]


def test_runs_that_cannot_be_told_do_not_end_the_runner(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def full(code: int, since: float) -> None:
        told.append(code)
        raise OSError("no space left on device")

    class Dead:
        stdin = None

        def wait(self) -> int:
            return 1

    runner = LocalRunner(runs)
    monkeypatch.setattr(runs, "worker_died", full)
    monkeypatch.setattr("playground.runs.pool.subprocess.Popen", lambda *args, **options: Dead())
    monkeypatch.setattr("playground.runs.pool.time.sleep", lambda seconds: runner._closing.set() if len(told) > 2 else None)
    runner._keep_alive(0)
    assert told == [1, 1, 1]


def test_a_worker_that_cannot_be_started_is_tried_again(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    runner = LocalRunner(runs)

    class Dead:
        stdin = None

        def wait(self) -> int:
            runner._closing.set()
            return 0

    def start(*args: object, **options: object) -> Dead:
        tried.append(len(tried))
        if len(tried) < 3:
            raise OSError(11, "Resource temporarily unavailable")
        return Dead()

    monkeypatch.setattr("playground.runs.pool.subprocess.Popen", start)
    monkeypatch.setattr("playground.runs.pool.AGAIN", 0.01)
    runner._keep_alive(0)
    assert tried == [0, 1, 2] and isinstance(runner.processes[0], Dead)
