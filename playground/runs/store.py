"""Runs as a person sees them: made, queued, watched, stopped, gone on with, forgotten. All of it is in folders.

ROOT/ID/            a run (see trainers.record), with the pictures that the page draws from it; maps/ is playground.maps.making'
ROOT/queue/         an empty file a waiting run, named so that sorting them is the queue: single runs first, then those of
                    sweeps, the first of each before the second of any
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import re
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from playground.runs.shipped import is_example
from trainers import evaluate, record
from trainers.checkpoint import DAMAGED, write
from trainers.data import Dataset, Images, load
from trainers.errors import NotFound, UserError
from trainers.events import Failed
from trainers.train import RunConfig

log = logging.getLogger(__name__)
ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
KILLED = "The training process was ended by the system, most often for lack of memory: try a smaller batch or smaller images."
CRASHED = "The training process ended unexpectedly (exit code {code}). What was saved stays; the log has the details."
FULL = "The queue is full ({number} runs): wait until some have finished."
UPLOADS = "uploads"
UNUSED = 3_600.0  # seconds that an upload waits for its first run
ENDED = ("finished", "stopped", "failed", "interrupted")
SWEEP = 8  # runs of one sweep
ABOUT: dict[str, type | tuple[type, ...]] = {  # what images.json holds at least
    "count": int, "columns": int, "rows": int, "width": int, "height": int,
    "classes": list, "labels": (list, type(None)), "captions": dict,
}  # fmt: skip
AT_ONCE = 5  # runs that one click may have forgotten: a clock that jumps ahead makes all of them old


@dataclass(frozen=True)
class Limits:
    """What one machine gives to many people."""

    waiting: int = 50
    waiting_each: int = 3
    keep_runs: int = 300
    keep_days: float = 14.0
    longest: float = 600.0  # seconds of training that one click may ask for
    longest_sweep: float = 960.0  # of all runs of a sweep together


@dataclass(frozen=True)
class State:
    """kind: queued starting running finished stopped failed interrupted. place: 1 is next. sentence: why it failed."""

    kind: str
    place: int = 0
    sentence: str = ""
    values: dict[str, str] = dataclasses.field(default_factory=dict)


class View:
    """What has been read of one run so far; read on, never again from the start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lock = folder, threading.Lock()
        self.events: list[dict[str, Any]] = []
        self.offset = 0
        self.file = 0
        self.generation = 0  # how often the file was begun anew, as when a run is gone on with
        self.building = threading.Lock()
        self.moments: dict[str, tuple[Any, bytes]] = {}  # language -> what the page shows, as last built

    def read(self) -> None:
        """Take in what has been written since; begin again where the file is another one."""
        path = self.folder / "events.jsonl"
        if path.exists() and (file := path.stat().st_ino) != self.file:
            self.events, self.offset, self.file, self.generation = [], 0, file, self.generation + 1
        new, self.offset = record.read_events(self.folder, self.offset)
        self.events += new

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == kind]


class Runs:
    """The runs in one folder. Safe to call from many threads; keeps nothing that the folder does not."""

    def __init__(self, root: Path, limits: Limits | None = None) -> None:
        self.root, self.limits = root, limits or Limits()
        self.queue = root / "queue"
        self.queue.mkdir(parents=True, exist_ok=True)
        self._views: OrderedDict[str, View] = OrderedDict()
        self._lock = threading.Lock()
        self._queueing = threading.Lock()  # from looking whether there is room to taking it

    # -- what a person does -------------------------------------------------------------------------------------

    def create(self, config: RunConfig, owner: str) -> str:
        """Queue a new run and return its id. UserError where there are too many already."""
        if config.seconds is None or config.seconds > self.limits.longest:
            raise UserError("One click may train for at most {seconds} seconds.", seconds=f"{self.limits.longest:g}")
        run = secrets.token_urlsafe(8)
        with self._queueing:
            self._make_room(owner)
            self.expire()
            record.create(self.root / run, config, owner=_hash(owner))
            self._enqueue(run)
        return run

    def sweep(self, configs: Sequence[RunConfig], owner: str, **about: Any) -> tuple[str, list[str]]:
        """Queue runs that belong together, one sweep a person at a time; returns the sweep's id, and those of its runs.

        run.json of each says what it belongs to: "sweep" holds the id and `about`. The runs are ID-0, ID-1, and so on.
        """
        total = sum(config.seconds or self.limits.longest_sweep + 1 for config in configs)
        if len(configs) > SWEEP or not total <= self.limits.longest_sweep:
            raise UserError(
                "A sweep may train for at most {seconds} seconds in all: take fewer values, or less time for each.",
                seconds=f"{self.limits.longest_sweep:g}",
            )
        self.expire()
        with self._queueing:
            mine = [run for run in self._swept(owner) if self.state(run).kind not in ENDED]
            if mine:
                raise UserError(
                    "{number} runs of your last sweep have still to train: wait for them, or stop that sweep.", number=len(mine)
                )
            if len(self.waiting()) + len(configs) > self.limits.waiting:
                raise UserError(FULL, number=len(self.waiting()))
            sweep = secrets.token_urlsafe(8)
            made = [f"{sweep}-{place}" for place in range(len(configs))]
            for run, config in zip(made, configs, strict=True):
                record.create(self.root / run, config, owner=_hash(owner), sweep={"id": sweep, **about})
            for place, run in enumerate(made):
                self._enqueue(run, place)
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
        return bool(owner) and record.read_about(self.folder(run)).get("owner") == _hash(owner)

    def stop(self, run: str, owner: str) -> None:
        """Ask a run to stop, or take it out of the queue. What it learned stays."""
        folder = self._owned(run, owner)
        kind = self.state(run).kind
        if kind == "queued":
            for path in self.queue.glob(f"*-{run}"):
                path.unlink(missing_ok=True)
        if kind in ("queued", "starting", "running"):
            (folder / "stop").touch()

    def go_on(self, run: str, owner: str, seconds: float) -> None:
        """Queue a run again: to the end of its budget if it was cut short, else for so many seconds more."""
        folder = self._owned(run, owner)
        if not 0 < seconds <= self.limits.longest:
            raise UserError("One click may train for at most {seconds} seconds.", seconds=f"{self.limits.longest:g}")
        with self._queueing:
            if self.state(run).kind not in ENDED:
                raise UserError("This run is still training.")
            self._make_room(owner)
            config = record.read_config(folder)
            view = self._view(run)
            done = view.events[-1]["seconds"] if view.events else 0.0
            if (config.seconds or 0) - done < 1:
                record.create(folder, dataclasses.replace(config, seconds=done + seconds))
            (folder / "stop").unlink(missing_ok=True)
            self._enqueue(run)

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
            return State("queued", place=waiting.index(run) + 1)
        with view.lock:
            view.read()
            last: dict[str, Any] = view.events[-1] if view.events else {"event": ""}
            if last["event"] == "Finished":
                return State("stopped" if last["reason"] == "stopped" else "finished")
            if last["event"] == "Failed":
                return State("failed", sentence=last["sentence"], values=last["values"])
            if record.is_training(folder):
                return State("running" if view.events else "starting")
        if (folder / "stop").exists():
            return State("stopped")
        return State("interrupted" if view.offset else "starting")

    def waiting(self) -> list[str]:
        """Ids of the queued runs, the next one first."""
        return [path.name.partition("-")[2] for path in sorted(self.queue.iterdir())]

    def view(self, run: str) -> View:
        """The events of a run, as far as they are written."""
        self.folder(run)
        view = self._view(run)
        with view.lock:
            view.read()
        return view

    # -- what keeps the house -----------------------------------------------------------------------------------

    def worker_died(self, code: int, since: float) -> None:
        """Give every run that was training since then, and is now in nobody's hands, its sentence."""
        for folder in self._folders():
            if max(_changed(folder / ".lock"), _changed(folder / "events.jsonl")) < since:
                continue
            try:
                if self.state(folder.name).kind not in ("interrupted", "starting"):
                    continue
                last = (self.view(folder.name).events or [{"step": 0, "seconds": 0.0}])[-1]
                sentence = KILLED if code in (-9, 137) else CRASHED
                record.append(folder, Failed(last["step"], last["seconds"], sentence, {"code": str(code)}))
            except Exception:  # damaged, or gone just now: the others are told all the same
                log.exception("run %s is not told that its process has ended", folder.name)

    def expire(self) -> None:
        """Forget the oldest runs past the limits, AT_ONCE of them; one that waits or trains stays, and those that came with
        the app.
        """
        own = [folder for folder in self._folders() if not is_example(folder)]
        folders = sorted(own, key=lambda f: _changed(f / "run.json"))
        forgotten = 0
        for newer, folder in zip(reversed(range(len(folders))), folders, strict=True):
            old = time.time() - _changed(folder / "run.json") > self.limits.keep_days * 86_400
            if forgotten == AT_ONCE or (not old and newer < self.limits.keep_runs):
                break
            try:
                if self.state(folder.name).kind not in ENDED:
                    continue
            except (UserError, OSError, ValueError, KeyError) as error:  # damaged, or gone just now
                log.warning("run %s is forgotten: %s", folder.name, error)
            shutil.rmtree(folder, ignore_errors=True)
            self._views.pop(folder.name, None)
            forgotten += 1
        self._expire_uploads()

    def _expire_uploads(self) -> None:
        """Forget images that somebody uploaded and no run is of any more."""
        uploads = [path for path in (self.root / UPLOADS).glob("*/") if time.time() - _changed(path) > UNUSED]
        if not uploads:
            return
        used = " ".join(str(about) for _, about in self._abouts())
        for path in uploads:
            if path.name not in used:
                shutil.rmtree(path, ignore_errors=True)

    def _folders(self) -> list[Path]:
        return [path.parent for path in self.root.glob("*/run.json")]

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

    def _make_room(self, owner: str) -> None:
        waiting = self.waiting()
        if len(waiting) >= self.limits.waiting:
            raise UserError(FULL, number=len(waiting))
        abouts = [record.read_about(self.root / run) for run in waiting]
        mine = [
            about for about in abouts if about.get("owner") == _hash(owner) and "sweep" not in about
        ]  # which has its own rule
        if len(mine) >= self.limits.waiting_each:
            raise UserError("You have {number} runs waiting already: stop one of them or wait.", number=len(mine))

    def _swept(self, owner: str) -> list[str]:
        """The runs of all sweeps of a person."""
        mine = _hash(owner)
        return [run for run, about in self._abouts() if "sweep" in about and about.get("owner") == mine]

    def _enqueue(self, run: str, place: int | None = None) -> None:
        """place: of a run within its sweep; such a run lets every single one pass, and other sweeps take turns with it."""
        turn = "" if place is None else f"s{place}"
        before = [int(found[1]) for path in self.queue.iterdir() if (found := re.fullmatch(rf"{turn}(\d{{20}})-.*", path.name))]
        number = max([time.time_ns(), *(one + 1 for one in before)])  # also where the clock was put back
        (self.queue / f"{turn}{number:020d}-{run}").touch()


def claim(root: Path) -> str | None:
    """Take the next run out of the queue; only one of several processes gets it."""
    for path in sorted((root / "queue").iterdir()):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        return path.name.partition("-")[2]
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
        whole = all(isinstance(found[key], types) for key, types in ABOUT.items())
        whole = whole and all(len(one) == 2 for one in found.get("skipped", []))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(DAMAGED, file="images.json") from error
    if not whole:
        raise UserError(DAMAGED, file="images.json")
    return found


def read_images(folder: Path) -> Dataset:
    """What `write_images` wrote of a run, as a data set whose test part it is; the pictures of a run made elsewhere first."""
    if not (folder / "images.json").exists():  # a run of the command line
        config = record.read_config(folder)
        write_images(folder, load(config.dataset, config.size))
    about = about_images(folder)
    rows, columns, h, w = (about[key] for key in ("rows", "columns", "height", "width"))
    with Image.open(folder / "images.png") as picture:
        sheet = torch.from_numpy(np.array(picture)).reshape(rows, h, columns, w, -1)
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


def _hash(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()
