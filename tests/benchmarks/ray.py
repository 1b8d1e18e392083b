"""Many runs queued at once: a Ray cluster of two nodes on this machine, a core each, beside two local workers of a thread each.

Of both: seconds from submit to the first event of a run, what the page is told a second while it trains, and how long the queue
takes beside the training that it asks for, shared by two; of Ray 100 runs. Then a sweep of 32 runs in steps, on those two nodes
and on one worker of a thread, as one machine of one core has. Wants Ray: pip install -r requirements-ray.txt.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.maps.making import Maps
from playground.runs.pool import LocalRunner, RayRunner
from playground.runs.runner import Runner
from playground.runs.store import Limits, Runs
from playground.settings import Settings
from playground.train.live import packed
from trainers.train import RunConfig

STEPS = 60  # of each run of a sweep
MANY = Limits(workers=2, waiting=1_000, waiting_each=1_000, seconds_each=1e8)
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_worker_niceness": "0", "OMP_NUM_THREADS": "1"}


def wait(what: Callable[[], object]) -> float:
    """Seconds until it was so."""
    begun = time.monotonic()
    while not what():
        time.sleep(0.02)
    return time.monotonic() - begun


@contextmanager
def started(runs: Runs, kind: str, workers: int = 2) -> Iterator[Runner]:
    """A runner of a kind, with its cluster of so many nodes."""
    cluster = None
    if kind == "ray":
        from ray.cluster_utils import Cluster

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        for _ in range(workers):
            cluster.add_node(num_cpus=1)
        os.environ["RAY_ADDRESS"] = cluster.address
    runner = RayRunner(runs, Settings(workers=workers)) if kind == "ray" else LocalRunner(runs, workers)
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


def finished(runs: Runs, made: Iterable[str]) -> bool:
    """Whether all have come to their end; AssertionError where one never will."""
    kinds = {runs.state(run).kind for run in made}
    assert not kinds & {"failed", "interrupted", "stopped"}, kinds
    return kinds == {"finished"}


@contextmanager
def warm(kind: str, workers: int) -> Iterator[Runs]:
    """Runs whose places have each trained one already."""
    with tempfile.TemporaryDirectory() as root:
        runs = Runs(Path(root), MANY)
        with started(runs, kind, workers):
            made = [runs.create(RunConfig("simclr", "digits", seconds=1.0), "me") for _ in range(2 * workers)]
            wait(lambda: finished(runs, made))
            yield runs


def queue(kind: str, count: int, seconds: float) -> dict[str, float]:
    """The figures of runs in seconds, on two places."""
    with warm(kind, 2) as runs:
        maps = Maps(runs)

        def begin(long: float) -> str:
            return runs.create(RunConfig("simclr", "digits", seconds=long), "me")

        run = begin(5.0)
        first = wait(lambda: runs.view(run).events)
        told, version, begun = 0, "", time.monotonic()
        while runs.view(run).events[-1]["seconds"] < 5.0:
            told += packed(maps, run, "en", version) is not None
            version = runs.view(run).moments["en"][0]
            time.sleep(0.05)
        moments = told / (time.monotonic() - begun)
        wait(lambda: finished(runs, [run]))
        made = [begin(seconds) for _ in range(count)]
        whole = wait(lambda: finished(runs, made))
        steps = sum(runs.view(run).events[-1]["step"] for run in made)
    return {"runs": count, "first": round(first, 2), "moments": round(moments, 1), "seconds": round(whole, 1), "steps": steps,
            "overhead": round(whole / count * 2 - seconds, 2)}  # fmt: skip


def sweep(kind: str, places: int, count: int, steps: int) -> float:
    """Seconds until runs of so many steps, each at its own learning rate, have ended."""
    with warm(kind, places) as runs:
        rates = [0.0005 * 1.1**number for number in range(count)]
        configs = [RunConfig("simclr", "digits", steps=steps, knobs={"learning_rate": rate}) for rate in rates]
        made = [runs.create(config, "me") for config in configs]
        return wait(lambda: finished(runs, made))


def measure(quick: bool) -> dict[str, object]:
    """`seconds` of `runs` runs, `overhead` in seconds of a place for each run beside its training, `steps` that all made; and
    what two nodes gain for a sweep."""
    os.environ.update(QUIET)
    seconds = 2.0 if quick else 5.0
    found: dict[str, object] = {"each": seconds}
    for kind, count in (("local", 6 if quick else 20), ("ray", 6 if quick else 100)):
        found[kind] = queue(kind, count, seconds)
        print(kind, found[kind], flush=True)
    count = 4 if quick else 32
    one, two = (round(sweep(kind, places, count, STEPS), 1) for kind, places in (("local", 1), ("ray", 2)))
    found["sweep"] = {"runs": count, "steps": STEPS, "one": one, "cluster": two, "ratio": round(one / two, 2)}
    print("sweep", found["sweep"], flush=True)
    return found
