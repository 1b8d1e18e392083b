"""Runs on a Ray cluster of three nodes on this machine: a head that trains nothing, and two with a core each."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.maps.making import Maps
from playground.runs.parent import Parent
from playground.runs.pool import RayRunner, choose
from playground.runs.store import Limits, Runs, claim
from playground.settings import Settings
from playground.train.live import live
from trainers import record
from trainers.events import Look
from trainers.train import RunConfig

pytestmark = pytest.mark.slow
pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-ray.txt")
SECONDS = 420.0  # that anything may take on a machine that is busy with other things
# no account of use, no token in the home folder, no dashboard's port; workers that are not last in the queue for the processor
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",
    "RAY_worker_niceness": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
}


@dataclass
class Lab:
    cluster: Any
    nodes: list[Any]
    runs: Runs
    runner: RayRunner

    def of(self, run: str, kind: str) -> list[dict[str, Any]]:
        return self.runs.view(run).of(kind)

    def seconds(self, run: str) -> float:
        """Of training, by its last event."""
        return (self.runs.view(run).events or [{"seconds": 0.0}])[-1]["seconds"]

    def finished(self, *made: str) -> bool:
        return all(self.runs.state(run).kind == "finished" for run in made)

    def process(self) -> int:
        return self.runner.processes[0].pid


def wait(what: Callable[[], object]) -> float:
    """Seconds until it was so."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < SECONDS
        time.sleep(0.02)
    return time.monotonic() - begun


@contextmanager
def app(root: Path, **settings: str) -> Iterator[Runs]:
    """Runs as an app with these settings has them, whose driver has ended afterwards."""
    asked = Settings.from_environment({"PLAYGROUND_RUNNER": "ray"} | settings)
    runs = Runs(root, Limits(workers=asked.workers, waiting_each=10))
    runs.runner = runner = choose(runs, asked)
    assert isinstance(runner, RayRunner)
    runner.start()
    try:
        yield runs
    finally:
        runner.close()
        for process in runner.processes.values():
            try:
                process.wait(30)
            except Exception:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
        patch.setenv("RAY_ADDRESS", cluster.address)
        try:
            with app(tmp_path_factory.mktemp("cluster"), PLAYGROUND_WORKERS="2") as runs:
                assert isinstance(runs.runner, RayRunner)
                yield Lab(cluster, nodes, runs, runs.runner)
        finally:
            cluster.shutdown()


def short(seconds: float) -> RunConfig:
    return RunConfig("simclr", "digits", seconds=seconds)


def test_many_runs_at_once_end_as_they_would_here_one_is_stopped_and_gone_on_with(lab: Lab) -> None:
    made = [lab.runs.create(short(1.0), "me") for _ in range(4)]
    wait(lambda: lab.of(made[0], "Started"))
    assert lab.runs.state(made[-1]).place > 0  # the cluster has room for two
    wait(lambda: lab.finished(*made))
    for run in made:
        folder = lab.runs.folder(run)
        found = {path.name for path in folder.iterdir() if path.name[0] != "."}
        assert found == {"run.json", "events.jsonl", "looks.bin", "images.png", "images.json", "snapshots",
                         "model.safetensors", "checkpoint.safetensors"}  # fmt: skip
        for event in lab.of(run, "Snapshot"):
            assert len(record.read_snapshot(folder, event["step"])) == 360
        looks = lab.of(run, "Look")
        assert len(record.read_looks(folder, looks)) == len(looks) and not lab.of(run, "Notice")
    run = lab.runs.create(short(60.0), "me")
    wait(lambda: lab.runs.view(run).events)
    wait(lambda: len(lab.of(run, "Snapshot")) > 1)
    lab.runs.stop(run, "me")
    wait(lambda: lab.runs.state(run).kind == "stopped")
    stopped = lab.seconds(run)
    lab.runs.go_on(run, "me", 1.0)
    wait(lambda: lab.seconds(run) > stopped + 0.5)
    assert lab.of(run, "Started")[-1]["step"] > 0
    lab.runs.stop(run, "me")
    wait(lambda: lab.runs.state(run).kind == "stopped")


def test_a_run_that_is_lost_without_getting_on_fails_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ray.exceptions import ActorDiedError

    from playground.runs import cluster

    def lose(self: Any, folder: Path, *given: Any) -> None:
        record.append(folder, Look(0, 0.0, 1, np.zeros((1, 2), np.float16)))
        raise ActorDiedError

    monkeypatch.setattr(cluster.ray, "kill", lambda trainer: None)
    monkeypatch.setattr(cluster.Cluster, "follow", lose)
    runs, lost = Runs(tmp_path), 0
    run = runs.create(short(1.0), "me")
    driver = cluster.Cluster(tmp_path, 1.0, 0.0, Parent())
    while claim(tmp_path):
        assert driver.carry_out(run, "trainer") is None
        lost += 1
    assert lost == cluster.TRIES and runs.view(run).of("Notice") and runs.state(run).kind == "failed"


def test_a_node_that_dies_takes_no_run_with_it_and_the_page_says_so(lab: Lab) -> None:
    made = [lab.runs.create(short(120.0), "me") for _ in range(2)]
    wait(lambda: all(len(lab.of(run, "Snapshot")) > 1 for run in made))  # one on each node
    assert lab.runs.waiting() == []
    lab.cluster.remove_node(lab.nodes.pop(), allow_graceful=False)
    wait(lab.runs.waiting)
    (lost,) = lab.runs.waiting()  # there is room for one now
    (other,) = {*made} - {lost}
    lab.runs.stop(other, "me")
    wait(lambda: len(lab.of(lost, "Started")) > 1 and lab.of(lost, "Step")[-1]["step"] > lab.of(lost, "Started")[-1]["step"])
    lab.runs.stop(lost, "me")
    wait(lambda: all(lab.runs.state(run).kind == "stopped" for run in made))
    (notice,) = lab.of(lost, "Notice")
    assert notice["step"] == lab.of(lost, "Started")[-1]["step"] > 0 and not lab.of(other, "Notice")
    maps = Maps(lab.runs)
    said = [live(maps, lost, language) for language in ("en", "zh")]
    assert "was lost after" in (said[0] or {"status": ""})["status"] and "已从第" in (said[1] or {"status": ""})["status"]


def test_what_drives_the_cluster_may_die_too(lab: Lab) -> None:
    run = lab.runs.create(short(4.0), "me")
    wait(lambda: len(lab.of(run, "Snapshot")) > 1)
    before = lab.process()
    os.kill(before, signal.SIGKILL)
    wait(lambda: lab.finished(run))
    assert lab.process() != before and len(lab.of(run, "Notice")) == 1 and lab.seconds(run) >= 4.0


def test_an_app_that_closes_leaves_a_run_to_its_end_and_the_next_one_takes_what_waits(lab: Lab) -> None:
    made = [lab.runs.create(short(2.0), "me") for _ in range(3)]  # more than there are places
    wait(lambda: lab.runs.view(made[0]).events)
    lab.runner.close()
    lab.runner.processes[0].wait(SECONDS)
    waits = lab.runs.waiting()
    assert waits and lab.finished(*({*made} - {*waits}))
    with app(lab.runs.root, PLAYGROUND_WORKERS="2") as restarted:
        wait(lambda: all(restarted.state(run).kind == "finished" for run in made))
        assert not any(restarted.view(run).of("Notice") for run in made)


def test_four_runs_share_a_gpu_and_a_core_and_a_fifth_waits(lab: Lab, tmp_path: Path) -> None:
    # Ray counts what a node says that it has: no GPU is needed, and a trainer that finds none at its number takes the processor
    node = lab.cluster.add_node(num_cpus=4, num_gpus=1)
    share = {"PLAYGROUND_RAY_CPUS": "0.25", "PLAYGROUND_RAY_GPUS": "0.25", "PLAYGROUND_WORKERS": "5"}
    with app(tmp_path, **share) as runs:
        made = [runs.create(short(300.0), "me") for _ in range(5)]
        wait(lambda: sum(bool(runs.view(run).of("Step")) for run in made) == 4)
        free = lab.cluster.global_state.available_resources_per_node()[node.node_id]
        assert free.get("GPU", 0) == 0 and free["CPU"] > 0.25
        (fifth,) = runs.waiting()
        for run in {*made} - {fifth}:
            runs.stop(run, "me")
        wait(lambda: runs.view(fifth).of("Step"))
        runs.stop(fifth, "me")
        wait(lambda: all(runs.state(run).kind == "stopped" for run in made))
        assert not any(runs.view(run).of("Notice") for run in made)
