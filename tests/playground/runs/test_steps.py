"""Runs in steps: the same on every machine, with a ceiling in seconds, and waiting times that know how fast steps are."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr
import pytest

from playground.runs import pace
from playground.runs.copies import like
from playground.runs.described import status
from playground.runs.store import Limits, Runs, State, claim
from playground.train.controls import STEPS, Controls
from trainers import record
from trainers.data import BUILT_IN
from trainers.errors import UserError
from trainers.evaluate import judging
from trainers.method import methods
from trainers.train import RunConfig

FAST = RunConfig("simclr", "digits", steps=400)


def ended(runs: Runs, config: RunConfig, step: int, seconds: float, reason: str = "budget") -> str:
    """A run of "me" with an end as it is written."""
    run = runs.create(config, "m" * 20)
    assert claim(runs.root) == run
    event = {"event": "Finished", "step": step, "seconds": seconds, "reason": reason, "summary": {}}
    (runs.root / run / "events.jsonl").write_text(json.dumps(event) + "\n")
    return run


def test_what_is_usual_is_what_the_runs_that_ship_made() -> None:
    last = json.loads((pace.SHIPPED / "simclr/events.jsonl").read_text().splitlines()[-1])
    assert pace.shipped("simclr") == (last["step"], last["step"] / last["seconds"])
    assert all((pace.shipped(method)[0] or 0) > 100 for method in methods())
    assert pace.shipped("nothing") == (None, pace.UNKNOWN)


def test_steps_wait_for_as_long_as_they_took_here_before(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    assert runs.takes(FAST) == pytest.approx(400 / pace.shipped("simclr")[1])
    ended(runs, RunConfig("simclr", "digits", 20.0), step=200, seconds=20.0)
    assert runs.takes(FAST) == pytest.approx(40.0)
    other = RunConfig("simclr", "digits", steps=400, knobs={"batch_size": 16})
    assert runs.takes(other) == pytest.approx(400 / pace.shipped("simclr")[1])  # another batch is another pace
    slow = RunConfig("simclr", "digits", steps=400, knobs={"batch_size": 512, "encoder": "conv-full"})
    assert runs.takes(slow) == pytest.approx(4 * 2.5 * 400 / pace.shipped("simclr")[1])  # or no limit of seconds would hold
    first, second = (runs.create(FAST, "m" * 20) for _ in range(2))
    assert runs.state(first).wait == 0 and runs.state(second).wait == pytest.approx(40.0)


def test_too_many_steps_are_refused_and_others_have_a_ceiling(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(longest=60.0))
    with pytest.raises(
        UserError, match=r"1,000,000 steps would take about \d+ s here, and one click may train for at most 60 s"
    ):
        runs.create(RunConfig("simclr", "digits", steps=1_000_000), "me")
    run = runs.create(FAST, "me")
    config = record.read_config(runs.folder(run))
    assert (config.steps, config.ceiling) == (400, 60.0)


def test_a_run_in_steps_ends_at_its_steps_or_at_its_ceiling(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for steps, ceiling, reason in ((3, 60.0, "budget"), (100_000, 0.3, "ceiling")):
        run = runs.create(RunConfig("simclr", "digits", seconds=1.0), "m" * 20)
        record.create(runs.root / run, RunConfig("simclr", "digits", steps=steps, ceiling=ceiling))
        assert claim(runs.root) == run
        last = list(record.run(runs.root / run))[-1]
        assert getattr(last, "reason", last) == reason and runs.state(run).kind == "finished"
        assert getattr(last, "step", 0) == steps if reason == "budget" else getattr(last, "step", 0) < steps
        at = {"step": last.step, "seconds": last.seconds, "reason": reason}
        said = status(runs.state(run), record.read_config(runs.folder(run)), at, "en")
        assert said.startswith("Finished: 3 steps" if reason == "budget" else "Ended after")


def test_a_sweep_in_steps_has_the_ceiling_of_one_click_and_so_has_a_copy_of_a_run_without_one(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(longest=60.0))
    _, made = runs.sweep([FAST, FAST], "m" * 20)
    assert [record.read_config(runs.folder(run)).ceiling for run in made] == [60.0, 60.0]
    with pytest.raises(UserError, match="steps would take about"):
        runs.sweep([RunConfig("simclr", "digits", steps=round(100 * pace.shipped("simclr")[1]))], "n" * 20)
    record.create(tmp_path / "shipped-once", FAST)
    assert runs.create(like(runs, "shipped-once", {}, None, "o" * 20), "o" * 20)
    assert {record.read_config(runs.folder(run)).ceiling for run in runs.waiting()} == {60.0}


def test_a_copy_of_a_long_run_has_as_many_steps_as_one_click_may_ask_for(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(longest=60.0))
    record.create(tmp_path / "long", RunConfig("simclr", "digits", steps=100_000))
    config = like(runs, "long", {}, None, "o" * 20)
    assert config.steps and runs.takes(config) == pytest.approx(60, abs=1)
    assert runs.create(config, "o" * 20)


def test_who_watches_a_run_in_steps_looks_at_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(tmp_path)
    run = ended(runs, FAST, step=400, seconds=10.0)
    monkeypatch.setattr(Runs, "_folders", lambda runs: pytest.fail("all runs were looked at"))
    assert runs._left(run) == 0


def test_continue_adds_steps_to_steps_and_seconds_to_seconds(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = ended(runs, FAST, step=400, seconds=10.0)
    runs.go_on(run, "m" * 20, steps=1_000)
    assert (record.read_config(runs.folder(run)).steps, runs.waiting()) == (1_400, [run])
    other = ended(runs, FAST, step=400, seconds=10.0) if claim(runs.root) == run else ""
    runs.go_on(other, "m" * 20, 30.0)
    assert record.read_config(runs.folder(other)).steps == 400 + 30 * 40
    timed = ended(runs, RunConfig("simclr", "digits", 20.0), step=500, seconds=20.0) if claim(runs.root) == other else ""
    runs.go_on(timed, "m" * 20, steps=1_000)
    assert record.read_config(runs.folder(timed)).seconds == pytest.approx(60.0)


def test_steps_that_were_cut_short_are_made_to_their_end(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = ended(runs, FAST, step=390, seconds=0.35, reason="stopped")  # what is left takes a hundredth of a second
    runs.go_on(run, "m" * 20, steps=1_000)
    assert record.read_config(runs.folder(run)).steps == 400
    late = ended(runs, FAST, step=390, seconds=599.9) if claim(runs.root) == run else ""  # of a ceiling of 600
    runs.go_on(late, "m" * 20, steps=100)  # a tenth of a second is not what somebody goes on for
    assert record.read_config(runs.folder(late)).steps == 490


def test_a_budget_in_steps_is_in_the_form_and_in_the_address() -> None:
    with gr.Blocks():
        controls = Controls(lambda key: key)
    assert [value for _, value in controls.budget.choices][-len(STEPS) :] == list(STEPS)
    assert controls.asked({"steps": "1000"})[0][controls.budget] == "1000 steps"
    found, wrong = controls.asked({"steps": "77"})
    assert controls.budget not in found and "steps = 77" in str(wrong)
    assert controls.of(RunConfig("simclr", "digits", steps=400))[controls.budget] == "400 steps"
    given = {one: one.value for one in controls.inputs()}
    assert controls.config(given | {controls.budget: "400 steps"}, None).steps == 400
    assert controls.config(given | {controls.budget: 15}, None).seconds == 15
    for wrong in ("400 step", "-4 steps", ["400 steps"], "9" * 99 + " steps"):
        with pytest.raises(UserError):
            controls.config(given | {controls.budget: wrong}, None)


def test_a_copy_and_a_few_seconds_more_do_not_begin_with_minutes_of_compiling(tmp_path: Path) -> None:
    runs, owner = Runs(tmp_path), "o" * 20
    for run, budget in (("seconds", {"seconds": 5.0}), ("steps", {"steps": 400})):
        record.create(runs.root / run, RunConfig("simclr", "digits", compiled=True, **budget))
        assert not like(runs, run, {}, None, owner).compiled and not like(runs, run, {}, 3.0, owner).compiled
        assert not runs._longer(run, 3.0, None).compiled


def test_the_sentences_of_a_run_say_steps() -> None:
    at = {"step": 120, "seconds": 4.0}
    assert status(State("running"), FAST, at, "en") == "Training: step 120 of 400."


def test_what_takes_long_at_the_end_is_known_of_large_sets_alone() -> None:
    assert set(pace.LARGE) <= set(BUILT_IN)
    assert judging(12_000) is None
    notes = [judging(count) for count in sorted(pace.LARGE.values())]
    assert [note and note.values for note in notes] == [
        {"count": "60,000", "seconds": "50"}, {"count": "70,000", "seconds": "60"},
    ]  # fmt: skip
    measured = {(10_000, 64): 33, (100_000, 64): 111, (1_000, 128): 39, (10_000, 128): 96, (100_000, 128): 331}  # docs/scale.md
    for (count, side), seconds in measured.items():
        found = judging(count, side)
        assert found and seconds / 2 < float(found.values["seconds"]) < 2 * seconds
