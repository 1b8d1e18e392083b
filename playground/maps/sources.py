"""What maps are made of: the runs there are, and of each its snapshots, images and network, kept loaded."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.once import Once, Stamped
from playground.runs.shipped import MARK, is_example
from playground.runs.store import ENDED, Runs, about_images, read_images
from playground.turns import turn
from trainers import record
from trainers.checkpoint import DAMAGED, MODEL, load_model
from trainers.data import Dataset
from trainers.errors import NotFound, UserError
from trainers.method import method_class

log = logging.getLogger(__name__)
GONE = "This map is not there any more: ask for it again."


def network(folder: Path) -> Any:
    """The network of a run's folder; UserError where none was saved yet, or it is not of the run's method."""
    model = load_model(folder / MODEL)
    if not isinstance(model, method_class(record.read_config(folder).method)):
        raise UserError(DAMAGED, file=MODEL)
    return model


class Sources:
    """The runs whose images are drawn on maps. Safe to call from many threads."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self.entries: Stamped[Any] = Stamped(1_000)  # of the tabs' lists
        self._listed: Stamped[tuple[bool, bool, bool]] = Stamped(1_000)
        self._left_out: Stamped[None] = Stamped(1_000)  # of which the log has said so
        self.damaged: dict[str, UserError] = {}  # runs that were left out when they were listed last, and why
        self._features = Once(self._read_features, 64)
        self._models = Once(lambda folder, changed: network(folder), 24)
        self._images = Once(lambda folder, changed: read_images(folder), 12)

    def steps(self, run: str) -> list[int]:
        """The steps of a run's snapshots: its time axis."""
        return [event["step"] for event in self.runs.view(run).of("Snapshot")]

    def features(self, run: str, step: int) -> NDArray[np.float16]:
        """(N,F) of the evaluation images at a step; UserError where there is no snapshot."""
        if step not in self.steps(run):
            raise NotFound(GONE)
        return self._features(run, step, self.runs.view(run).generation)

    def _read_features(self, run: str, step: int, generation: int) -> NDArray[np.float16]:
        folder = self.runs.folder(run)
        with turn() if is_example(folder) else nullcontext():  # that one is multiplied out
            found = record.read_snapshot(folder, step)
        if (folder / "images.json").exists() and len(found) != about_images(folder)["count"]:
            raise UserError(DAMAGED, file="snapshots")
        return found

    def images(self, run: str) -> Dataset:
        """The evaluation images of a run, kept loaded: the test part of what this gives."""
        path = self.runs.folder(run) / "images.png"
        return self._images(path.parent, path.stat().st_mtime_ns if path.exists() else 0)

    def image_set(self, run: str) -> str:
        """What two runs share that look at the same images."""
        config = record.read_config(self.runs.folder(run))
        return f"{config.dataset} {config.size or ''}"

    def model(self, run: str) -> Any:
        """The network as it is now, kept loaded; UserError where none was saved yet, or it is not of the run's method."""
        return self._models(self.runs.folder(run), self.model_changed(run))

    def model_changed(self, run: str) -> int:
        """What is another number once the network has learned more."""
        path = self.runs.folder(run) / "model.safetensors"
        return path.stat().st_mtime_ns if path.exists() else 0

    def ended(self, run: str) -> bool:
        """Whether no more frames will come by themselves."""
        return self.runs.state(run).kind in ENDED

    def beside(self, also: Sequence[str] = (), limit: int = 60) -> list[str]:
        """Runs that have a map: the newest first, then those that came with the app.

        Those on a person's own images are shown to who knows their name.
        """
        found: list[tuple[int, str]] = []
        shipped: list[str] = []
        damaged: dict[str, UserError] = {}
        for path in self.runs.root.glob("*/run.json"):
            run = path.parent.name
            try:
                changed = self.stamp(run)
                own, example, mapped = self._listed(run, changed, lambda folder=path.parent: self._kind(folder))
                if (own and run not in also) or not mapped:
                    continue
                if example:
                    shipped.append(run)
                else:
                    found.append((changed[0], run))
            except (OSError, ValueError, TypeError, KeyError) as error:  # of another version, or gone just now
                self._left_out(run, str(error), partial(log.warning, "run %s is left out: %s", run, error))
                damaged[run] = error if isinstance(error, UserError) else UserError(DAMAGED, file="run.json")
        self.damaged = damaged
        return [run for _, run in sorted(found, reverse=True)[:limit]] + sorted(shipped)

    def stamp(self, run: str) -> tuple[int, ...]:
        """What is another one once a file has changed by which a run is listed; OSError where there is no such run."""
        folder = self.runs.root / run
        about = (folder / "run.json").stat()
        others = (number for name in ("events.jsonl", "name", MARK) for number in _stamp(folder / name))
        return about.st_mtime_ns, about.st_ino, *others

    def _kind(self, folder: Path) -> tuple[bool, bool, bool]:
        """Of a run: whether it is of a person's own images, whether it came with the app, whether it has a map."""
        own = record.read_config(folder).dataset.startswith("folder:")
        view = self.runs.view(folder.name)
        if view.offset and not view.events:  # what is there is none
            raise UserError(DAMAGED, file="events.jsonl")
        return own, is_example(folder), bool(self.steps(folder.name))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
