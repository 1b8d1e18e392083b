"""The process that trains: warm, one run after the other, taken from the queue. `python -m playground.runs.worker ROOT SLOTS`.

So many of a machine's workers train at once, each in a slot of its own; one that finds none waits, warm, until another has
ended. It ends when the process that started it does, but never in the middle of a run: a restarted app finds the run going on.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout

from playground.priority import WORKER, stand_back
from playground.runs import storage
from playground.runs.parent import Parent
from playground.runs.store import SLOT, Runs, claim, write_images
from trainers import data, record
from trainers.clip_towers import registered
from trainers.errors import UserError
from trainers.evaluate import judged_pixels
from trainers.events import Event, Snapshot
from trainers.train import RunConfig, pick_device, train

log = logging.getLogger("playground.runs.worker")
PAUSE, AGAIN = 0.2, 5.0  # seconds till the queue is looked at unasked; till one that cannot be changed is tried again
TOLD = 5.0  # seconds that a run has to be told that its worker has died
Load = Callable[[str, int | None], data.Dataset]


def main(root: Path, slots: int) -> None:
    """Train what is queued until the parent is gone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger().addFilter(lambda record: record.name != "root")  # open_clip tells each of its steps there
    stand_back(WORKER)
    parent = Parent()
    parent.listen()
    load = warm()
    found = free_slot(root, slots, parent)
    if found is None:
        return
    slot, own = found  # held as long as it is here
    log.info("ready, process %d", os.getpid())
    threading.Thread(target=registered, daemon=True).start()  # takes seconds, which a first click on CLIP should not
    begun = False
    while not parent.gone.is_set():
        run = taken(root, str(slot), parent)
        if run is None:
            if not begun:  # so that the first run does not end with seconds of a bar that is the same for all
                judged_pixels(load(data.DEFAULT, None), pick_device())
            begun = True
            continue
        begun = True
        if not (root / run / "run.json").exists():  # deleted while it was taken
            continue
        log.info("run %s", run)
        try:
            for _ in carry_out(root / run, load):
                pass
        except (UserError, OSError) as error:  # another process has it; not even its lock can be written
            log.warning("%s", error)


def free_slot(root: Path, slots: int, parent: Parent) -> tuple[int, FileLock] | None:
    """A slot of this machine, and its lock, once one is free; None where the parent is gone before.

    An earlier app's worker may still be at its last run. Where one has died, the app tells why to the run that its slot took
    last, which the next one would hide: that is waited for.
    """
    runs, late = Runs(root), False
    while not parent.gone.is_set():
        for number in range(slots):
            lock = FileLock(root / f"{SLOT}{storage.slot(number)}")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            except OSError as error:  # a folder that is read-only or full now: it may not stay so
                log.error("no slot can be taken: %s", error)
                parent.gone.wait(AGAIN)
                break
            until = time.monotonic() + TOLD
            while late and runs.is_untold(number) and time.monotonic() < until and not parent.gone.is_set():
                parent.wait(PAUSE)
            return number, lock
        late = True
        parent.wait(PAUSE)
    return None


def warm() -> Load:
    """What loads data sets, and keeps the last two; the first steps of a process, which are slow, are made."""
    load = lru_cache(2)(data.load)
    for event in train(RunConfig("simclr", steps=2), load(data.DEFAULT, None)):
        if isinstance(event, Snapshot) and event.step:  # what follows is the same with every run
            break
    return load


def carry_out(folder: Path, load: Load, stop: Callable[[], bool] = lambda: False) -> Iterator[Event]:
    """Train a folder's run, with the pictures that the page draws from it, until `stop()` or its end."""

    def load_and_show(config: RunConfig) -> data.Dataset:
        found = load(config.dataset, config.size)
        write_images(folder, found)
        return found

    return record.run(folder, stop, load_and_show)


def taken(root: Path, slot: str, parent: Parent) -> str | None:
    """The next run of the queue, or None after a while: a short one where there is none."""
    try:
        run = claim(root, slot)
    except OSError as error:  # a folder that is read-only now: it may not stay so
        log.error("nothing can be taken out of the queue: %s", error)
        parent.gone.wait(AGAIN)
        return None
    if run is None:
        parent.wait(PAUSE)
    return run


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
