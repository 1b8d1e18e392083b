"""The process that has runs trained on a Ray cluster: `python -m playground.runs.cluster ROOT WORKERS CPUS GPUS`.

As many slots as WORKERS, each with a trainer of its own on the cluster (playground.runs.node). A slot takes a run from the
queue once its trainer has a place there, holds the run's lock, and writes into its folder what comes back. The cluster is the
one of RAY_ADDRESS, or of this machine; where there is none, one begins here. What an earlier process left is gone on with.
"""

from __future__ import annotations

import itertools
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import ray
from filelock import FileLock, Timeout
from ray.exceptions import RayError, RayTaskError

from playground.priority import WORKER
from playground.runs import storage
from playground.runs.node import Trainer, needed, take
from playground.runs.parent import Parent
from playground.runs.store import KILLED, SLOT, TRAINING, Runs
from playground.runs.worker import AGAIN, PAUSE, taken
from trainers import record
from trainers.data import FOLDER
from trainers.errors import UserError
from trainers.events import Failed, Notice

log = logging.getLogger("playground.runs.cluster")
CODE = Path(__file__).parents[2]
SHIPPED = ("trainers", "playground", "assets")  # what a node needs of it: data by name is there too
IDLE = 600.0  # seconds till a trainer without a run gives back its place; the first one keeps it
TRIES = 3  # times that a run is lost without getting on, after which it has failed
LOST = "The machine or process that trained it was lost after {lost} s: it went on elsewhere from its snapshot at {kept} s."


class Cluster:
    """The slots of one folder of runs."""

    def __init__(self, root: Path, cpus: float, gpus: float, parent: Parent) -> None:
        self.root, self.runs, self.parent = root, Runs(root), parent
        self.numbers = itertools.count()  # of what was given to a trainer
        self.lost = dict[str, tuple[int, int]]()  # of a run that was lost and waits: the step it goes on from, how often there
        # as far from each other as there are nodes; a second thread hears that a run shall stop
        share = {"num_cpus": cpus, "num_gpus": gpus, "max_concurrency": 2, "scheduling_strategy": "SPREAD"}
        self.trainer = ray.remote(Trainer).options(**share)
        self.shipped = lru_cache(4)(lambda path: ray.put(path.read_bytes()))  # by path, which holds the content's hash

    def left(self, workers: int) -> None:
        """Have what an earlier process left in slots beyond so many wait again: nobody serves those now."""
        for path in self.root.glob(f"{TRAINING}{storage.slot('*')}"):
            number = path.name.rpartition("-")[2]
            if not number.isdigit() or int(number) < workers:
                continue
            with suppress(Timeout, OSError), FileLock(self.root / f"{SLOT}{storage.slot(number)}", timeout=0):
                self.runs.left(number)  # unless another app on this folder has it

    def serve(self, slot: int) -> None:
        """Have runs trained until the parent is gone."""
        own = storage.held(
            self.root / f"{SLOT}{storage.slot(slot)}", self.parent.gone
        )  # another app on this folder may have it
        if own is None:
            return
        used, trainer = time.monotonic(), None
        self.runs.left(slot)

        def wanted() -> bool:
            idle = slot and time.monotonic() - used > IDLE
            return not self.parent.gone.is_set() and (not idle or any(self.runs.queue.iterdir()))

        while not self.parent.gone.is_set():
            if not wanted():
                if trainer:
                    ray.kill(trainer)
                trainer = None
                self.parent.wait(PAUSE)
            elif trainer is None:
                trainer = self.place(wanted)
            elif any(self.runs.queue.iterdir()) and not self.lives(trainer):
                trainer = None  # before it takes a run, which would count as lost
            elif run := taken(self.root, str(slot), self.parent):
                try:
                    trainer = self.carry_out(run, trainer)
                except (UserError, OSError, Timeout) as error:  # another process has it; it was deleted while it was taken
                    log.warning("run %s: %s", run, error)
                used = time.monotonic()
            else:
                self.shipped.cache_clear()  # nobody waits who may want a zip again

    def place(self, wanted: Callable[[], bool]) -> Any:
        """A trainer that is warm; None where it is not wanted any more before there is room for it."""
        trainer: Any = self.trainer.remote()
        ready = trainer.ready.remote()
        while wanted():
            if ray.wait([ready], timeout=PAUSE)[0]:
                try:
                    ray.get(ready)
                    log.info("ready, process %d", os.getpid())
                    return trainer
                except RayError as error:  # its node is gone, or has not what it needs
                    log.error("no trainer could begin: %s", error)
                    self.parent.gone.wait(AGAIN)
                    return None
        ray.kill(trainer)
        return None

    def lives(self, trainer: Any) -> bool:
        """Whether a trainer answers: one that is idle may be gone with its node."""
        try:
            ray.get(trainer.ready.remote())
        except RayError as error:
            log.error("an idle trainer is lost: %s", error)
            return False
        return True

    def carry_out(self, run: str, trainer: Any) -> Any:
        """Have a run trained to its end; returns the trainer, or None where it is lost: then the run waits for another one."""
        folder, last, (at, times) = self.root / run, {"step": 0, "seconds": 0.0}, self.lost.pop(run, (0, 0))
        record.read_about(folder)
        log.info("run %s", run)
        with FileLock(folder / ".lock", timeout=2):
            try:
                before, _ = record.read_events(folder)
                prepared = record.prepare(folder)
                if prepared is None:
                    return trainer
                config, resume = prepared
                if resume is not None:
                    last = {"step": resume.step, "seconds": resume.seconds}
                if before and before[-1]["event"] not in record.ENDS:
                    values = {"lost": f"{before[-1]['seconds']:.1f}", "kept": f"{last['seconds']:.1f}"}
                    record.append(folder, Notice(**last, sentence=LOST, values=values))
                self.follow(folder, trainer, config.dataset)
                return trainer
            except RayTaskError as error:  # of the program, which another place has too
                record.append(folder, record.failure(error.cause, **last))
                return trainer
            except RayError as error:
                log.error("run %s: %s", run, error)
                times = times + 1 if at == last["step"] else 1
                if times == TRIES:
                    record.append(folder, Failed(**last, sentence=KILLED))
                elif not (folder / "stop").exists():
                    self.lost[run] = last["step"], times
                    self.runs.again(run)
            except Exception as error:  # what came cannot be kept, or what is here be read
                log.exception("run %s", run)
                with suppress(OSError):
                    record.append(folder, record.failure(error, **last))
        ray.kill(trainer)
        return None

    def follow(self, folder: Path, trainer: Any, dataset: str) -> None:
        """Write into a run's folder what its trainer writes, until the run ends. RayError where the trainer is lost.

        Where the folder is gone the run is stopped there, and nothing is written here.
        """
        number, zipped = next(self.numbers), Path(dataset.removeprefix(FOLDER))
        given: list[Any] = [number, folder.name, needed(folder)]
        if dataset.startswith(FOLDER) and zipped.is_file():
            given += [f"{zipped.parent.name}/{zipped.name}", self.shipped(zipped)]
        news = trainer.train.options(num_returns="streaming").remote(*given)
        while True:
            if ray.wait([news], timeout=PAUSE)[0]:
                try:
                    found = next(news)
                except StopIteration:
                    return
                parts = ray.get(found)
                with suppress(FileNotFoundError):  # deleted meanwhile: nothing more is written of it
                    take(folder, parts)
            if (folder / "stop").exists() or not folder.exists():
                trainer.stop.remote(number)


def environment(gpus: float) -> dict[str, str]:
    """What a trainer that takes so many GPUs has set."""
    found = {"OMP_WAIT_POLICY": "passive"}  # as the workers of this machine have it
    if gpus == 0:
        found["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "1"  # it sees none: else all would train on a node's first, uncounted
    return found


def main(root: Path, workers: int, cpus: float, gpus: float) -> None:
    """Have runs trained until the parent is gone, and those that train then to their end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    parent = Parent()
    parent.listen()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told that it runs
    others = [f"/{path.name}" for path in CODE.iterdir() if path.name not in SHIPPED]
    shipped = {"working_dir": str(CODE), "excludes": [*others, "/assets/runs", "__pycache__"]}
    given = {"env_vars": environment(gpus)}
    os.environ.setdefault("RAY_worker_niceness", str(WORKER))  # as this machine's workers; a cluster has its own
    ray.init(include_dashboard=False, runtime_env=shipped | given, logging_level=logging.WARNING)
    cluster = Cluster(root, cpus, gpus, parent)
    cluster.left(workers)

    def serve(slot: int) -> None:
        try:
            cluster.serve(slot)
        except BaseException:  # the cluster cannot be reached any more, say: the next process finds the runs of this one
            log.exception("slot %d", slot)
            os._exit(1)

    slots = [threading.Thread(target=serve, args=(slot,)) for slot in range(workers)]
    for thread in slots:
        thread.start()
    for thread in slots:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
