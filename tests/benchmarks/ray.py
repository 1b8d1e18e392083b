"""Many runs queued at once: a Ray cluster of two nodes on this machine, a core each, beside two local workers of a thread each.

Of both: seconds from submit to the first event of a run, what the page is told a second while it trains, and how long the queue
takes beside the training that it asks for, shared by two. Wants Ray: pip install -r requirements-ray.txt.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.maps.making import Maps
from playground.runs.pool import LocalRunner, RayRunner
from playground.runs.runner import Runner
from playground.runs.store import Limits, Runs
from playground.settings import Settings
from playground.train.live import packed
from trainers.train import RunConfig

MANY = Limits(workers=2, waiting=1_000, waiting_each=1_000, seconds_each=1e8)
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_worker_niceness": "0", "OMP_NUM_THREADS": "1"}


def wait(what: Callable[[], object]) -> float:
    """Seconds until it was so."""
    begun = time.monotonic()
    while not what():
        time.sleep(0.02)
    return time.monotonic() - begun


@contextmanager
def started(runs: Runs, kind: str) -> Iterator[Runner]:
    """A runner of a kind, with its cluster."""
    cluster = None
    if kind == "ray":
        from ray.cluster_utils import Cluster

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        for _ in range(2):
            cluster.add_node(num_cpus=1)
        os.environ["RAY_ADDRESS"] = cluster.address
    runner = RayRunner(runs, Settings(workers=2)) if kind == "ray" else LocalRunner(runs, 2)
    runs.runner = runner
    runner.start()
    try:
        yield runner
    finally:
        runner.close()
        for process in runner.processes.values():
            process.wait()
        if cluster:
            cluster.shutdown()


def side(kind: str, count: int, seconds: float) -> dict[str, float]:
    """The figures of one kind."""
    with tempfile.TemporaryDirectory() as root:
        runs = Runs(Path(root), MANY)
        maps = Maps(runs)

        def begin(long: float) -> str:
            return runs.create(RunConfig("simclr", "digits", seconds=long), "me")

        def finished(*made: str) -> bool:
            return all(runs.state(run).kind == "finished" for run in made)

        with started(runs, kind):
            warm = [begin(1.0) for _ in range(4)]
            wait(lambda: finished(*warm))
            run = begin(5.0)
            first = wait(lambda: runs.view(run).events)
            told, version, begun = 0, "", time.monotonic()
            while runs.view(run).events[-1]["seconds"] < 5.0:
                told += packed(maps, run, "en", version) is not None
                version = runs.view(run).moments["en"][0]
                time.sleep(0.05)
            moments = told / (time.monotonic() - begun)
            wait(lambda: finished(run))
            made = [begin(seconds) for _ in range(count)]
            whole = wait(lambda: finished(*made))
            steps = sum(runs.view(run).events[-1]["step"] for run in made)
        return {"first": round(first, 2), "moments": round(moments, 1), "seconds": round(whole, 1), "steps": steps,
                "overhead": round(whole / count * 2 - seconds, 2)}  # fmt: skip


def measure(quick: bool) -> dict[str, object]:
    """`seconds` of `runs` runs, `overhead` in seconds of a place for each run beside its training, `steps` that all made."""
    os.environ.update(QUIET)
    count, seconds = (6, 2.0) if quick else (100, 5.0)
    found: dict[str, object] = {"runs": count, "each": seconds}
    for kind in ("local", "ray"):
        found[kind] = side(kind, count, seconds)
        print(kind, found[kind], flush=True)
    return found
