"""Runs as a person sees them: made, queued, watched, stopped, gone on with, forgotten. All of it is in folders.

ROOT/ID/            a run (see trainers.record), with the pictures that the page draws from it; maps/ is playground.maps.making'
ROOT/gone/          runs that are being deleted
ROOT/queue/         an empty file a waiting run, named so that sorting them is the queue: single runs first, then those of
                    sweeps, the first of each person before the second of any; see Waiting
ROOT/.training-SLOT the id of the run that a worker took last; a SLOT is a machine and a number (playground.runs.storage)
ROOT/.slot-SLOT     locked by the worker that has it
"""

from __future__ import annotations

import dataclasses
import hashlib
import heapq
import hmac
import json
import logging
import math
import os
import re
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from playground.loading import load
from playground.runs import pace
from playground.runs.clearing import Sparing
from playground.runs.runner import Runner
from playground.runs.shipped import is_example
from playground.runs.storage import MACHINE, MINUTE, Apps, Turn, occupied, slot
from trainers import evaluate, record
from trainers.checkpoint import DAMAGED, write
from trainers.data import Dataset, Images
from trainers.errors import NotFound, UserError
from trainers.events import Failed
from trainers.train import SETTLED, RunConfig

log = logging.getLogger(__name__)
ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
KILLED = "The training process was ended by the system, most often for lack of memory: try a smaller batch or smaller images."
CRASHED = "The training process ended unexpectedly (exit code {code}). What was saved stays; the log has the details."
FULL = "The queue is full ({number} runs): wait until some have finished, or have the host raise {variable}."
SLOW = "{steps} steps would take about {seconds} s here, and one click may train for at most {most} s: ask for fewer."
LONG_CLICK = "One click may train for at most {seconds} seconds: ask for less, or have the host raise {variable}."
MANY_EACH = "You have {number} runs waiting already: stop one of them, wait, or have the host raise {variable}."
MANY = "Of the runs from one network address at most {most} may wait: wait until one begins, or have the host raise {variable}."
LONG = (
    "With this the runs that wait from your network address would train for {seconds} s, and {most} s is the most: wait, ask"
    " for less, or have the host raise {variable}."
)
LONG_EACH = (
    "With this your own runs that wait would train for {seconds} s, and {most} s is the most: wait, ask for less, or have the"
    " host raise {variable}."
)
FULL_UPLOADS = (
    "There is no room for more images to train on ({most} MB are kept): choose a data set of the list, come back when old runs"
    " are gone, or have the host raise {variable}."
)
UPLOADS = "uploads"
TRAINING, SLOT = ".training-", ".slot-"  # and a worker's slot: the run that it took last; its lock
UNUSED = 3_600.0  # seconds that an upload waits for its first run
ENDED = ("finished", "stopped", "failed", "interrupted")
SWEEP = 8  # runs of one sweep
NAME = 40  # letters of a run's name
TAIL = 100  # bytes by which a file is known again
HASH = 16  # letters of a hash in the queue
MEASURED = 50  # runs that are looked at for how fast steps are
STOPS = 10.0  # seconds that deleting waits for a run to stop by itself
ABOUT: dict[str, type | tuple[type, ...]] = {  # what images.json holds at least
    "count": int, "columns": int, "rows": int, "width": int, "height": int,
    "classes": list, "labels": (list, type(None)), "captions": dict,
}  # fmt: skip
LARGEST = 1 << 26  # pixels of a run's picture of its images: twice what 2,000 of 128 pixels a side have
ASKED = (
    "From one network address at most {most} questions are worked on at once: wait until some are answered,"
    " or have the host raise {variable}."
)
AT_ONCE = 5  # runs that one click may have forgotten; for their age, few an hour too, see Sparing


@dataclass(frozen=True)
class Limits:
    """What one machine gives to many people."""

    workers: int = 1  # runs that train at once
    waiting: int = 50
    waiting_each: int = 3  # single runs of a browser
    seconds_each: float = 3_600.0  # of training that a browser's waiting runs ask for, those of a sweep too
    waiting_address: int = 20  # runs, single or of sweeps, from one network address
    seconds_address: float = 3_600.0
    rooms_address: int = 5  # rooms that one network address may have open
    guests_address: int = 100  # people from one network address in a room
    questions_address: int = 30  # of one network address that are worked on at once, of models; maps; and in the API's queue
    keep_runs: int = 300
    keep_days: float = 14.0
    keep_uploads: float = 20_000.0  # MB of zips to train on
    longest: float = 600.0  # seconds of training that one click may ask for
    longest_sweep: float = 960.0  # of all runs of a sweep together

    def admit(self, asked: int) -> None:
        """UserError where so many questions of a network address are worked on that it has to wait with another one."""
        if asked >= self.questions_address:
            raise UserError(ASKED, most=self.questions_address, variable="PLAYGROUND_QUESTIONS_ADDRESS")


@dataclass(frozen=True)
class State:
    """kind: queued starting running finished stopped failed interrupted. place: 1 is next. sentence: why it failed.

    wait: seconds, about, till a queued run begins.
    """

    kind: str
    place: int = 0
    sentence: str = ""
    values: dict[str, str] = dataclasses.field(default_factory=dict)
    wait: float = 0.0


@dataclass(frozen=True)
class Waiting:
    """A run in the queue, as its file's name says: all of it but the run in an order in which names sort.

    swept: whether it is of a sweep. round: the first of each person is in one, the second in the next. number: nanoseconds,
    later than all before. seconds: of training that it asks for. owner and address: whose it is and where from, as hashes;
    the address's salt is forgotten with the app, or known to its host, so that who has the folder cannot try all addresses;
    "": not known.
    """

    run: str
    swept: bool = False
    round: int = 0
    number: int = 0
    seconds: int = 0
    owner: str = ""
    address: str = ""

    def name(self) -> str:
        """The name of its file."""
        kind = "s" if self.swept else ""
        return f"{kind}{self.round:06d}.{self.number:020d}.{self.seconds}.{self.owner}.{self.address}-{self.run}"

    @classmethod
    def of(cls, name: str) -> Waiting:
        """What a file's name says; of one that an earlier version of the app wrote, the run alone."""
        found = re.fullmatch(r"(s?)(\d{6,})\.(\d{20})\.(\d+)\.([0-9a-f]*)\.([0-9a-f]*)-(.+)", name)
        if not found:
            return cls(name.partition("-")[2], name.startswith("s"))
        kind, round, number, seconds, owner, address, run = found.groups()
        return cls(run, kind == "s", int(round), int(number), int(seconds), owner, address)


class View:
    """What has been read of one run so far; read on, never again from the start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lock = folder, threading.Lock()
        self.events: list[dict[str, Any]] = []
        self.offset = 0
        self.tail = b"-"  # of what has been read: numbers of files (st_ino) may change on a network, or come again
        self.generation = 0  # how often the file was begun anew, as when a run is gone on with
        self.building = threading.Lock()
        self.moments: dict[str, tuple[str, bytes]] = {}  # language -> version and compressed JSON of what the page shows

    def read(self) -> None:
        """Take in what has been written since; begin again where the file is another one."""
        found = self._before(self.offset)
        if found is not None and found != self.tail:
            self.events, self.offset, self.tail, self.generation = [], 0, b"", self.generation + 1
        before = self.offset
        new, self.offset = record.read_events(self.folder, before)
        if self.offset:
            self.events += new
        else:  # it is gone
            self.events = []
        if self.offset != before:
            self.tail = self._before(self.offset) or b""

    def _before(self, offset: int) -> bytes | None:
        """The last bytes before a place in the file; None where there is none, or none that can be read."""
        try:
            with (self.folder / "events.jsonl").open("rb") as file:
                file.seek(max(0, offset - TAIL))
                return file.read(min(offset, TAIL))
        except OSError:
            return None

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == kind]


class Runs:
    """The runs in one folder. Safe to call from many threads and apps; keeps nothing that the folder does not.

    secret: by which addresses are counted together with other apps of the folder; "": one that is made now.
    """

    def __init__(self, root: Path, limits: Limits | None = None, secret: str = "") -> None:
        self.root, self.limits = root, limits or Limits()
        self.queue = root / "queue"
        self.queue.mkdir(parents=True, exist_ok=True)
        self._views: OrderedDict[str, View] = OrderedDict()
        self._lock = threading.Lock()
        self._sparing, self._sparing_uploads = Sparing(), Sparing()
        self._looked = -MINUTE  # when a click last had old runs looked for
        self.runner: Runner | None = None  # what takes the runs out of the queue, where that is of this process
        self.taken = ""  # the run that it has taken, and has nobody yet to train
        self._queueing = Turn(root / ".queueing")  # from looking whether there is room to taking it
        self._counted, self._kept = -MINUTE, 0  # when uploads were counted last; the bytes of the disk that they take
        self._uploading = Turn(root / ".uploading")  # from looking whether there is room for a zip to its copy
        self._salt = hashlib.sha256(secret.encode()).digest() if secret else secrets.token_bytes(16)
        self.apps = Apps(root)
        self._rounds: dict[tuple[bool, str], int] = {}  # the last one that each person was given, not below the present one

    # -- what a person does -------------------------------------------------------------------------------------

    def create(self, config: RunConfig, owner: str, address: str = "", person: str = "") -> str:
        """Queue a new run and return its id. UserError where there are too many already.

        address: the visitor's, as playground.page.visitor has it; without one its limits do not apply. person: whose turn it
        takes and whose limits count, where that is not the owner.
        """
        if config.seconds is not None and config.seconds > self.limits.longest:
            raise UserError(LONG_CLICK, seconds=f"{self.limits.longest:g}", variable="PLAYGROUND_LONGEST")
        run, seconds = secrets.token_urlsafe(8), self.takes(config)
        config = self._bounded(config, seconds)
        with self._queueing:
            self._make_room([seconds], person or owner, address)
            with self._whole([run]):
                record.create(self.root / run, config, owner=hashed(owner))
                self._enqueue(run, seconds, person or owner, address)
        try:
            if self._is_due():
                self.expire()  # who waits for a place in the queue does not wait for this as well
        except OSError:  # the run is queued all the same
            log.exception("nothing old was cleared away")
        return run

    def sweep(self, configs: Sequence[RunConfig], owner: str, address: str = "", **about: Any) -> tuple[str, list[str]]:
        """Queue runs that belong together, one sweep a person at a time; returns the sweep's id, and those of its runs.

        run.json of each says what it belongs to: "sweep" holds the id and `about`. The runs are ID-0, ID-1, and so on.
        """
        seconds = [self.takes(config) for config in configs]
        if len(configs) > SWEEP or not sum(seconds) <= self.limits.longest_sweep:
            raise UserError(
                "A sweep may train for at most {seconds} seconds in all: take fewer values, or less time for each.",
                seconds=f"{self.limits.longest_sweep:g}",
            )
        configs = [self._bounded(config, long) for config, long in zip(configs, seconds, strict=True)]
        self.expire()
        with self._queueing:
            mine = [run for run in self._swept(owner) if self.state(run).kind not in ENDED]
            if mine:
                raise UserError(
                    "{number} runs of your last sweep have still to train: wait for them, or stop that sweep.", number=len(mine)
                )
            self._make_room(seconds, owner, address, swept=True)
            sweep = secrets.token_urlsafe(8)
            made = [f"{sweep}-{place}" for place in range(len(configs))]
            with self._whole(made):
                for run, config in zip(made, configs, strict=True):
                    record.create(self.root / run, config, owner=hashed(owner), sweep={"id": sweep, **about})
                for run, long in zip(made, seconds, strict=True):
                    self._enqueue(run, long, owner, address, swept=True)
        return sweep, made

    def sweep_runs(self, sweep: str) -> list[str]:
        """The runs of a sweep that are still there, in the order of their values."""
        if not ID.fullmatch(sweep):
            return []
        made = [f"{sweep}-{place}" for place in range(SWEEP)]
        return [run for run in made if ID.fullmatch(run) and (self.root / run / "run.json").exists()]

    def stop_sweep(self, sweep: str, owner: str) -> None:
        """Stop what has not ended of a sweep; what its runs learned stays."""
        for run in self.sweep_runs(sweep)[::-1]:  # the waiting ones first, or the next one would begin meanwhile
            self.stop(run, owner)

    def owns(self, run: str, owner: str) -> bool:
        """Whether it was this browser that started a run."""
        return bool(owner) and record.read_about(self.folder(run)).get("owner") == hashed(owner)

    def stop(self, run: str, owner: str) -> None:
        """Ask a run to stop, or take it out of the queue. What it learned stays."""
        folder = self._owned(run, owner)
        kind = self.state(run).kind
        if kind in ("queued", "starting", "running"):
            (folder / "stop").touch()  # first: where it cannot be made, the run keeps its place
        if kind == "queued":
            for entry in self.queue.glob(f"*-{run}"):
                entry.unlink(missing_ok=True)
        if self.runner:
            self.runner.stop(run)

    def rename(self, run: str, owner: str, name: str) -> None:
        """Give a run of this browser's own a name, at most NAME letters in one line; "" takes it away."""
        folder = self._owned(run, owner)
        name = " ".join("".join(letter if letter.isprintable() else " " for letter in name[: 10 * NAME]).split())
        if len(name) > NAME:
            raise UserError("A run's name has at most {most} letters.", most=NAME)
        if name:
            write(folder / "name", lambda path: path.write_text(name, encoding="utf-8"))
        else:
            (folder / "name").unlink(missing_ok=True)

    def name(self, run: str) -> str:
        """The name that a person gave a run; "" where nobody did."""
        try:
            return (self.root / run / "name").read_bytes()[: 8 * NAME].decode(errors="replace")[:NAME]
        except OSError:
            return ""

    def go_on(self, run: str, owner: str, seconds: float = 0.0, address: str = "", steps: int | None = None) -> None:
        """Queue a run again: to the end of its budget if it was cut short, else for so many seconds, or steps, more."""
        folder = self._owned(run, owner)
        if steps is not None:
            seconds = steps / self._rate(record.read_config(folder), run)
        if not 0 < seconds <= self.limits.longest:
            raise UserError(LONG_CLICK, seconds=f"{self.limits.longest:g}", variable="PLAYGROUND_LONGEST")
        with self._queueing:
            if self.state(run).kind not in ENDED:
                raise UserError("This run is still training.")
            left = self._left(run)
            done = self._is_spent(run)
            more = seconds if done else left
            self._make_room([more], owner, address)
            if done:
                record.create(folder, self._longer(run, seconds, steps))
            (folder / "stop").unlink(missing_ok=True)
            os.utime(folder / "run.json")  # it is as new as one that is begun now, also for who remembers it as ended
            self._enqueue(run, more, owner, address)

    def _longer(self, run: str, seconds: float, steps: int | None) -> RunConfig:
        """A run's config with so many seconds more, or in a run in steps so many, or as many as it makes in them."""
        config, last = record.read_config(self.root / run), (self.view(run).events or [{"step": 0, "seconds": 0.0}])[-1]
        if config.steps is None:
            return dataclasses.replace(config, seconds=last["seconds"] + seconds, compiled=False)
        more = steps or max(1, round(seconds * self._rate(config, run)))
        return dataclasses.replace(
            config, compiled=False, steps=last["step"] + more, ceiling=last["seconds"] + self.limits.longest
        )

    def _bounded(self, config: RunConfig, seconds: float) -> RunConfig:
        """A config in steps, which take so many seconds, with the ceiling of one click; UserError where it would hit that."""
        if config.steps is None:
            return config
        if seconds > self.limits.longest:
            most = f"{self.limits.longest:g}"
            raise UserError(SLOW, steps=f"{config.steps:,}", seconds=f"{seconds:.0f}", most=most)
        return dataclasses.replace(config, ceiling=self.limits.longest)

    def takes(self, config: RunConfig) -> float:
        """Seconds, about, that a run trains: its budget, or its steps at the pace of earlier runs."""
        return float(config.seconds or 0.0) if config.steps is None else config.steps / self._rate(config)

    def _rate(self, config: RunConfig, run: str = "") -> float:
        """Steps a second: of a run itself, else of the last one here of the same method and data, else what is usual."""
        if run and (own := self._measured(run)):  # whoever watches a queue asks for it twice a second
            return own
        made = sorted(self._folders(), key=lambda folder: _changed(folder / "events.jsonl"), reverse=True)
        for folder in made[:MEASURED]:
            try:
                other = record.read_config(folder)
                same = (other.method, other.dataset, dict(other.knobs)) == (config.method, config.dataset, dict(config.knobs))
                if same and not is_example(folder) and (found := self._measured(folder.name)):
                    return found
            except (UserError, OSError, ValueError, KeyError):  # damaged, or gone just now
                continue
        return pace.usual(config.method, config.knobs)

    def _measured(self, run: str) -> float:
        """Steps a second that a run made; 0 where it has made too few to tell."""
        last = (self.view(run).events or [{"step": 0, "seconds": 0.0}])[-1]
        return last["step"] / last["seconds"] if last["step"] > SETTLED and last["seconds"] else 0.0

    def delete(self, owner: str) -> list[str]:
        """Forget all runs of a browser at once, those that wait or train too; returns the data set of each.

        One that trains is asked to stop first; where it does not in some seconds, its process finds the folder gone.
        """
        mine = hashed(owner)
        found = {run: _dataset(about) for run, about in self._abouts()
                 if about.get("owner") == mine and not is_example(self.root / run)}  # fmt: skip
        for path in self.queue.iterdir():  # before the first of them makes room for the next
            if path.name.partition("-")[2] in found:
                path.unlink(missing_ok=True)
        for run in found:
            with suppress(OSError):  # forgotten just now
                (self.root / run / "stop").touch()
        until = time.monotonic() + STOPS
        for run in found:
            while record.is_training(self.root / run) and time.monotonic() < until:
                time.sleep(0.05)
            self._forget(self.root / run)
        return list(found.values())

    def datasets(self) -> list[str]:
        """The data set of every run that is still there."""
        return [_dataset(about) for _, about in self._abouts()]

    def upload(self, file: Path) -> Path:
        """Copy a zip to where a run finds it later, in a folder named by its content; returns its path there.

        UserError where it is gone, or where what is kept already leaves no room.
        """
        try:
            with file.open("rb") as content:
                target = self.root / UPLOADS / hashlib.file_digest(content, "sha256").hexdigest()[:20] / file.name
            size = occupied(file)
        except FileNotFoundError as error:  # Gradio's copy is old, or was deleted with the rest of a browser's data
            raise UserError("The images of this run are not kept any more: upload them again.") from error
        with self._uploading:
            if not target.exists():
                self._make_upload_room(size)
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    write(target, lambda path: shutil.copyfile(file, path))
                except OSError:
                    with suppress(OSError):  # one of another name may be there
                        target.parent.rmdir()
                    raise
                self._kept += occupied(target.parent)
            target.parent.touch()  # chosen again it is new, or the run that it is for would clear it away
        return target

    def _make_upload_room(self, size: int) -> None:
        most, now = self.limits.keep_uploads, time.monotonic()
        if now - self._counted > MINUTE:  # another app on this folder may have kept some
            self._count_uploads()
        for tried in (False, True):
            if size + self._kept <= most * 1e6:
                return
            if not tried:
                self._expire_uploads()
                self._count_uploads()
        raise UserError(FULL_UPLOADS, most=f"{most:g}", variable="PLAYGROUND_KEEP_UPLOADS")

    def _count_uploads(self) -> None:
        self._counted, self._kept = time.monotonic(), occupied(self.root / UPLOADS)

    # -- what a page asks ---------------------------------------------------------------------------------------

    def folder(self, run: str) -> Path:
        """Where a run is; UserError where there is none. An id is never taken for a path."""
        if not ID.fullmatch(run) or not (self.root / run / "run.json").exists():
            raise NotFound("There is no run called {name}.", name=run[:40])
        return self.root / run

    def state(self, run: str) -> State:
        """Where a run stands, from its folder alone."""
        folder, view = self.folder(run), self._view(run)
        waiting = self.waiting()
        if run in waiting:
            return State("queued", waiting.index(run) + 1, wait=self._wait(run))
        with view.lock:
            view.read()
            last: dict[str, Any] = view.events[-1] if view.events else {"event": ""}
            going = last["event"] not in ("Finished", "Failed")  # or asked to go on since it ended:
            going = going or _changed(folder / "run.json") > _changed(folder / "events.jsonl")
            training = going and record.is_training(folder)
            if last["event"] == "Finished" and not training:
                return State("stopped" if last["reason"] == "stopped" else "finished")
            if last["event"] == "Failed" and not training:
                return State("failed", sentence=last["sentence"], values=last["values"])
            if training:
                return State("running" if view.events else "starting")
        if run == self.taken:
            return State("running" if view.offset else "starting")
        if (folder / "stop").exists():
            return State("stopped")
        return State("interrupted" if view.offset else "starting")

    def waiting(self) -> list[str]:
        """Ids of the queued runs, the next one first."""
        return [name.partition("-")[2] for name in sorted(os.listdir(self.queue))]

    def view(self, run: str) -> View:
        """The events of a run, as far as they are written."""
        self.folder(run)
        view = self._view(run)
        with view.lock:
            view.read()
        return view

    # -- what keeps the house -----------------------------------------------------------------------------------

    def worker_died(self, code: int, since: float) -> None:
        """Give every run that a worker of this machine was at since then, and is now in nobody's hands, its sentence."""
        since -= self._ahead()
        for path in self.root.glob(f"{TRAINING}{MACHINE}-*"):
            try:
                folder = self.folder(path.read_text(encoding="utf-8"))
                if max(map(_changed, (path, folder / ".lock", folder / "events.jsonl"))) < since:
                    continue
                if self.state(folder.name).kind not in ("interrupted", "starting"):
                    continue
                last = (self.view(folder.name).events or [{"step": 0, "seconds": 0.0}])[-1]
                sentence = KILLED if code in (-9, 137) else CRASHED
                record.append(folder, Failed(last["step"], last["seconds"], sentence, {"code": str(code)}))
            except NotFound:  # deleted meanwhile
                continue
            except Exception:  # damaged, or gone just now: the others are told all the same
                log.exception("the run of %s is not told that its process has ended", path.name)

    def _ahead(self) -> float:
        """Seconds that this machine's clock is ahead of the folder's, which may be another machine's."""
        clock = self.root / ".clock"
        try:
            clock.touch()
            return time.time() - clock.stat().st_mtime
        except OSError:  # full
            return 0.0

    def left(self, number: int | str) -> None:
        """Have the run that a slot of this machine took last wait again, where nobody trains it and it has not ended."""
        if run := self._cut_short(number):
            with suppress(UserError, OSError):  # gone just now; no room
                self.again(run)

    def is_untold(self, number: int | str) -> bool:
        """Whether the run that a slot of this machine took last was cut short, and says nothing of it."""
        return bool(self._cut_short(number))

    def _cut_short(self, number: int | str) -> str:
        with suppress(UserError, OSError, ValueError):  # none was taken; it is damaged, or gone
            run = (self.root / f"{TRAINING}{slot(number)}").read_text(encoding="utf-8")
            return run if self.state(run).kind in ("starting", "interrupted") else ""
        return ""

    def again(self, run: str) -> None:
        """Have a run that was taken out of the queue, and has still to train, wait again: before all others."""
        owner = str(record.read_about(self.folder(run)).get("owner", ""))[:HASH]
        (self.queue / Waiting(run, seconds=math.ceil(max(0.0, self._left(run))), owner=owner).name()).touch()

    def expire(self) -> None:
        """Forget the oldest runs past the limits, AT_ONCE of them, and for their age alone as few an hour as Sparing says; one
        that waits or trains stays, and those that came with the app. Those that never began go first: who queues and stops
        without end pushes out nothing that was trained.
        """
        begun = {folder: _changed(folder / "run.json") for folder in self._folders() if not is_example(folder)}
        folders = sorted(begun, key=lambda folder: (os.path.exists(f"{folder}/events.jsonl"), begun[folder]))
        waiting, forgotten = set(self.waiting()), 0
        for newer, folder in zip(reversed(range(len(folders))), folders, strict=True):
            old = time.time() - begun[folder] > self.limits.keep_days * 86_400
            if forgotten == AT_ONCE:
                break
            crowded = newer >= self.limits.keep_runs
            if folder.name in waiting or not (crowded or (old and self._sparing.left())):
                continue
            try:
                if self.state(folder.name).kind not in ENDED:
                    continue
            except (UserError, OSError, ValueError, KeyError) as error:  # damaged, or gone just now
                log.warning("run %s is forgotten: %s", folder.name, error)
            self._forget(folder)
            forgotten += 1
            if not crowded:
                self._sparing.took()
        for folder in {path.parent for path in self.root.glob("*/snapshots")} - begun.keys():
            if not (folder / "run.json").exists() and time.time() - _changed(folder) > UNUSED:
                self._forget(folder)  # whose process was ended before it was a run
        self._expire_uploads(min(AT_ONCE, self._sparing_uploads.left()))
        shutil.rmtree(self.root / "gone", ignore_errors=True)  # of which a process that was ended has left some

    def _is_due(self) -> bool:
        """Whether there may be something to forget: every run is looked at, which costs who begins one up to 10 ms."""
        crowded, now = len(os.listdir(self.root)) > self.limits.keep_runs, time.monotonic()
        if not crowded and now - self._looked < MINUTE:
            return False
        self._looked = now
        return True

    def _forget(self, folder: Path) -> None:
        """Remove a run: first from its place, as a process may be writing there."""
        gone = self.root / "gone" / folder.name
        try:
            gone.parent.mkdir(exist_ok=True)
            folder.rename(gone)
        except OSError:  # some systems move no open files; a full disk has no room for another folder
            gone = folder
        shutil.rmtree(gone, ignore_errors=True)
        self._views.pop(folder.name, None)

    def _expire_uploads(self, most: int | None = None) -> None:
        """Forget images that somebody uploaded and no run is of any more; so many of them, the oldest."""
        uploads = [path for path in (self.root / UPLOADS).glob("*/") if time.time() - _changed(path) > UNUSED]
        if not uploads:
            return
        used = " ".join(self.datasets())
        going = sorted((path for path in uploads if path.name not in used), key=_changed)[:most]
        for path in going:
            shutil.rmtree(path, ignore_errors=True)
        self._sparing_uploads.took(len(going))

    def _folders(self) -> list[Path]:
        with os.scandir(self.root) as entries:  # Path.glob takes five times as long, and whoever begins a run waits for it
            return [Path(entry.path) for entry in entries if os.path.exists(f"{entry.path}/run.json")]

    def _abouts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every run that is still there, and what its run.json says."""
        for folder in self._folders():
            with suppress(UserError):  # another person's click may have had it forgotten just now
                yield folder.name, record.read_about(folder)

    def _view(self, run: str) -> View:
        with self._lock:
            view = self._views.pop(run, None) or View(self.root / run)
            self._views[run] = view
            while len(self._views) > self.limits.keep_runs + 50:  # a list of runs looks at every one
                self._views.popitem(last=False)
            return view

    def _owned(self, run: str, owner: str) -> Path:
        folder = self.folder(run)
        if is_example(folder):
            raise UserError("This run came with the app and stays as it is: press “Train it yourself” to make your own.")
        if not self.owns(run, owner):
            raise UserError("Only the browser that started this run may stop it or go on with it.")
        return folder

    def _make_room(self, seconds: Sequence[float], owner: str, address: str, swept: bool = False) -> None:
        """UserError where runs of so many seconds each are too many, for the queue, for a browser or for a network address."""
        limits, waiting = self.limits, self._waiting()
        if len(waiting) + len(seconds) > limits.waiting:
            raise UserError(FULL, number=len(waiting), variable="PLAYGROUND_WAITING")
        mine = [one for one in waiting if one.owner == hashed(owner)[:HASH]]
        singles = [one for one in mine if not one.swept]  # a sweep has its own rule
        if not swept and len(singles) >= limits.waiting_each:
            raise UserError(MANY_EACH, number=len(singles), variable="PLAYGROUND_WAITING_EACH")
        if (total := sum(one.seconds for one in mine) + sum(seconds)) > limits.seconds_each:
            most = f"{limits.seconds_each:g}"
            raise UserError(LONG_EACH, seconds=f"{total:.0f}", most=most, variable="PLAYGROUND_SECONDS_EACH")
        if not address:
            return
        near = [one for one in waiting if one.address == self.place(address)]
        if len(near) + len(seconds) > limits.waiting_address:
            raise UserError(MANY, most=limits.waiting_address, variable="PLAYGROUND_WAITING_ADDRESS")
        if (total := sum(one.seconds for one in near) + sum(seconds)) > limits.seconds_address:
            most = f"{limits.seconds_address:g}"
            raise UserError(LONG, seconds=f"{total:.0f}", most=most, variable="PLAYGROUND_SECONDS_ADDRESS")

    def place(self, address: str) -> str:
        """A network address as it is kept: a hash, by a salt that is not in the folder; "" for none."""
        return hmac.new(self._salt, address.encode(), hashlib.sha256).hexdigest()[:HASH] if address else ""

    def _waiting(self) -> list[Waiting]:
        """The queue, the next one first."""
        return [Waiting.of(name) for name in sorted(os.listdir(self.queue))]

    def _wait(self, run: str) -> float:
        """Seconds, about, till a waiting run begins: the worker that is free first takes the next one."""
        waiting, slots = {one.run: one.seconds for one in self._waiting()}, self._slots()
        free = [0.0] * len(slots)
        for place, one in enumerate(slots):
            with suppress(UserError, OSError, ValueError):  # gone, damaged, or written just now
                other = (self.root / f"{TRAINING}{one}").read_text(encoding="utf-8")
                if other not in waiting and self.state(other).kind in ("starting", "running"):
                    free[place] = max(0.0, self._left(other))
        heapq.heapify(free)
        for other, seconds in waiting.items():
            if other == run:
                break
            heapq.heapreplace(free, free[0] + seconds)
        return free[0]

    def _slots(self) -> list[str]:
        """Those of this app's workers, and of others' that live."""
        own = [slot(number) for number in range(self.limits.workers)]
        others = sorted(path.name.removeprefix(SLOT) for path in self.root.glob(f"{SLOT}*"))
        return own + [other for other in others if other not in own and record.is_held(self.root / f"{SLOT}{other}")]

    def _left(self, run: str) -> float:
        """Seconds of its budget that a run has not trained yet."""
        view = self.view(run)
        config, last = record.read_config(view.folder), (view.events or [{"step": 0, "seconds": 0.0}])[-1]
        if config.steps is None:
            return (config.seconds or 0.0) - last["seconds"]
        return min((config.steps - last["step"]) / self._rate(config, run), (config.ceiling or math.inf) - last["seconds"])

    def _is_spent(self, run: str) -> bool:
        """Whether all of its budget is trained; of a clock, which never stops at the second, but for the last one."""
        view = self.view(run)
        config, last = record.read_config(view.folder), (view.events or [{"step": 0, "seconds": 0.0}])[-1]
        longest = config.seconds if config.steps is None else config.ceiling
        return (longest or math.inf) - last["seconds"] < 1 or (config.steps or math.inf) <= last["step"]

    def _swept(self, owner: str) -> list[str]:
        """The runs of all sweeps of a person."""
        mine = hashed(owner)
        return [run for run, about in self._abouts() if "sweep" in about and about.get("owner") == mine]

    @contextmanager
    def _whole(self, made: Sequence[str]) -> Iterator[None]:
        """All of these runs, written and in the queue, or none of them."""
        try:
            yield
        except OSError:
            for run in made:
                for place in self.queue.glob(f"*-{run}"):
                    place.unlink(missing_ok=True)
                shutil.rmtree(self.root / run, ignore_errors=True)
            raise

    def _enqueue(self, run: str, seconds: float, owner: str, address: str, swept: bool = False) -> None:
        """Give a run its turn: in the round after its owner's last one, and not before the one that the queue is at."""
        waiting, whose = self._waiting(), hashed(owner)[:HASH]
        turns = [one for one in waiting if one.number]  # not those that wait again, before all others
        rounds = [one.round for one in turns if one.swept == swept]
        present = min(rounds, default=0)
        # who had no more turns than others is forgotten, and everybody once nobody waits
        self._rounds = {key: n for key, n in self._rounds.items() if key[0] != swept or (rounds and n >= present)}
        self._rounds |= {(one.swept, one.owner): one.round for one in turns}  # also of before the app was started again
        found = max(present, self._rounds.get((swept, whose), -1) + 1)
        self._rounds[swept, whose] = found
        number = max([time.time_ns(), *(one.number + 1 for one in waiting)])  # also where the clock was put back
        entry = Waiting(run, swept, found, number, math.ceil(seconds), whose, self.place(address))
        (self.queue / entry.name()).touch()
        if self.runner:
            self.runner.submit(run)


def claim(root: Path, number: str = "0") -> str | None:
    """Take the next run out of the queue; only one of several processes gets it. number: of this machine's worker that does."""
    for path in sorted((root / "queue").iterdir()):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        run = path.name.partition("-")[2]
        with suppress(OSError):  # a full disk: how long the others wait is then not known as well
            (root / f"{TRAINING}{slot(number)}").write_text(run, encoding="utf-8")
        return run
    return None


def write_images(folder: Path, data: Dataset) -> None:
    """The evaluation images as one picture, images.png, row by row, and what is known of each, images.json."""
    index = evaluate.subset(data.test)
    images = data.test.images[index]
    n, c, h, w = images.shape
    columns = int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    sheet = np.zeros((rows * columns, h, w, c), np.uint8)
    sheet[:n] = images.permute(0, 2, 3, 1).numpy()
    sheet = sheet.reshape(rows, columns, h, w, c).swapaxes(1, 2).reshape(rows * h, columns * w, c)
    picture = Image.fromarray(sheet if c == 3 else sheet[..., 0])
    write(folder / "images.png", lambda path: picture.save(path, "PNG", compress_level=4))
    captions = {lang: [texts[i] for i in index.tolist()] for lang, texts in data.test.captions.items()}
    about = {
        "count": n, "columns": columns, "rows": rows, "width": w, "height": h, "classes": list(data.classes),
        "labels": None if data.test.labels is None else data.test.labels[index].tolist(),
        "captions": captions, "names": [data.test.names[i] for i in index.tolist()] if data.test.names else [],
        "skipped": [[error.sentence, error.values] for error in data.skipped],
        "notes": [[note.sentence, note.values] for note in data.notes],
    }  # fmt: skip
    write(folder / "images.json", lambda path: path.write_text(json.dumps(about), encoding="utf-8"))


def content(folder: Path, name: str) -> bytes:
    """All of a run's file; UserError where it cannot be read, and FileNotFoundError where it is not there."""
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UserError(DAMAGED, file=name) from error


def about_images(folder: Path) -> dict[str, Any]:
    """What images.json says; UserError where it is damaged."""
    try:
        found = json.loads(content(folder, "images.json"))
        whole = all(isinstance(found[key], types) for key, types in ABOUT.items()) and _is_of_images(found)
        whole = whole and all(len(one) == 2 for key in ("skipped", "notes") for one in found.get(key, []))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(DAMAGED, file="images.json") from error
    if not whole:
        raise UserError(DAMAGED, file="images.json")
    return found


def _is_of_images(about: dict[str, Any]) -> bool:
    """Whether what is said of each image is said of as many as there are, and in the right words."""
    count, classes, names = about["count"], about["classes"], about.get("names", [])
    sides = [about[key] for key in ("rows", "columns", "height", "width")]
    room = 0 < count <= sides[0] * sides[1] and min(sides) > 0 and math.prod(sides) <= LARGEST
    lists = [*about["captions"].values(), *([names] if names else [])]
    words = all(isinstance(one, list) and len(one) == count for one in lists)
    words = words and all(isinstance(text, str) for one in [classes, *lists] for text in one)
    labels = range(count) if about["labels"] is None else about["labels"]
    of_classes = about["labels"] is None or all(type(one) is int and 0 <= one < max(len(classes), 1) for one in labels)
    return room and words and len(labels) == count and of_classes


def read_images(folder: Path) -> Dataset:
    """What `write_images` wrote of a run, as a data set whose test part it is; the pictures of a run made elsewhere first."""
    if not (folder / "images.json").exists():  # a run of the command line
        config = record.read_config(folder)
        write_images(folder, load(config.dataset, config.size))
    about = about_images(folder)
    rows, columns, h, w = (about[key] for key in ("rows", "columns", "height", "width"))
    try:
        with Image.open(folder / "images.png", formats=["PNG"]) as picture:
            if picture.size != (columns * w, rows * h) or picture.mode not in ("L", "RGB"):  # before it is decoded
                raise ValueError("not of these images")
            sheet = torch.from_numpy(np.array(picture)).reshape(rows, h, columns, w, -1)
    except FileNotFoundError:
        raise
    except Exception as error:  # Pillow raises many kinds for damaged contents
        raise UserError(DAMAGED, file="images.png") from error
    images = sheet.permute(0, 2, 4, 1, 3).flatten(0, 1)[: about["count"]].contiguous()
    labels = None if about["labels"] is None else torch.tensor(about["labels"])
    captions = {language: tuple(texts) for language, texts in about["captions"].items()}
    part = Images(images, labels, captions, tuple(about.get("names", ())))
    return Dataset(folder.name, part, part, tuple(about["classes"]))


def _changed(path: Path) -> float:
    """When a file was changed; 0 where it is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _dataset(about: dict[str, Any]) -> str:
    """What a run learned, as its run.json says, which may be anybody's."""
    config = about.get("config")
    return str(config.get("dataset")) if isinstance(config, dict) else ""


def hashed(owner: str) -> str:
    """What a browser's secret is kept as."""
    return hashlib.sha256(owner.encode()).hexdigest()
