"""The process that trains: warm, one run after the other, taken from the queue. `python -m playground.runs.worker ROOT SLOT`.

It ends when the process that started it does, but never in the middle of a run: a restarted app finds the run going on.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout

from playground.runs import storage
from playground.runs.store import SLOT, claim, write_images
from trainers import data, record
from trainers.clip_towers import registered
from trainers.errors import UserError
from trainers.evaluate import judged_pixels
from trainers.events import Snapshot
from trainers.train import RunConfig, pick_device, train

log = logging.getLogger("playground.runs.worker")
PAUSE, AGAIN = 0.05, 5.0  # seconds between two looks at the queue; till one that cannot be changed is tried again


def main(root: Path, slot: str) -> None:
    """Train what is queued until the parent is gone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger().addFilter(lambda record: record.name != "root")  # open_clip tells each of its steps there
    orphaned = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), orphaned.set()), daemon=True).start()
    load = lru_cache(2)(data.load)
    first = load(data.DEFAULT, None)
    for event in train(RunConfig("simclr", steps=2), first):  # the first steps of a process are slow
        if isinstance(event, Snapshot) and event.step:  # what follows is the same with every run
            break
    # an earlier app's worker may still be at its last run, or another app's of this machine: it trains, we wait
    own = FileLock(root / f"{SLOT}{storage.slot(slot)}")
    while not orphaned.is_set():
        try:
            own.acquire(timeout=0.5)
            break
        except Timeout:
            continue
    log.info("ready, process %d", os.getpid())
    threading.Thread(target=registered, daemon=True).start()  # takes seconds, which a first click on CLIP should not
    begun = False
    while not orphaned.is_set():
        run = taken(root, slot, orphaned)
        if run is None:
            if not begun:  # so that the first run does not end with seconds of a bar that is the same for all
                judged_pixels(first, pick_device())
            begun = True
            continue
        begun = True
        folder = root / run
        if not (folder / "run.json").exists():  # deleted while it was taken
            continue

        def load_and_show(config: RunConfig, folder: Path = folder) -> data.Dataset:
            found = load(config.dataset, config.size)
            write_images(folder, found)
            return found

        log.info("run %s", run)
        try:
            for _ in record.run(folder, load=load_and_show):
                pass
        except (UserError, OSError) as error:  # another process has it; not even its lock can be written
            log.warning("%s", error)


def taken(root: Path, slot: str, orphaned: threading.Event) -> str | None:
    """The next run of the queue, or None after a while: a short one where there is none."""
    try:
        run = claim(root, slot)
    except OSError as error:  # a folder that is read-only now: it may not stay so
        log.error("nothing can be taken out of the queue: %s", error)
        orphaned.wait(AGAIN)
        return None
    if run is None:
        orphaned.wait(PAUSE)
    return run


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
