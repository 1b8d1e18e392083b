"""The frames of maps: one a snapshot of a run, in a file of its own.

RUN/maps/KEY/00000123.npz   a frame, of the snapshot at a step: positions (N,d) and their scale; KEY is reducer and parameters
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np

from playground.maps.layout import Layout, read_layout, save_layout, turned
from playground.maps.reducers import PCA, UMAP, from_key, key_of
from playground.maps.sources import GONE, Sources
from playground.once import Once
from playground.runs.brought import remove
from playground.runs.store import Runs
from playground.shares import Share
from playground.turns import turn
from trainers import record
from trainers.errors import NotFound, UserError
from trainers.looks import among

log = logging.getLogger(__name__)
LIVE, FIRST = key_of(PCA()), key_of(UMAP())  # what a training run shows, and a finished one
KEPT = 24  # maps of one run on the disk


class Frames(Sources):
    """The frames that are there, of all runs."""

    def __init__(self, runs: Runs) -> None:
        super().__init__(runs)
        self.share = Share(lambda asked: runs.limits.admit(asked))  # of what is measured, placed, walked through and exported
        self._made_now = Once(self._make, 16)

    def ready(self, run: str, key: str) -> list[int]:
        """The steps whose frame can be had at once."""
        steps = self.steps(run)
        if isinstance(from_key(key), PCA):
            return steps
        return [step for step in steps if self._path(run, key, step).exists()]

    def frame(self, run: str, key: str, step: int) -> Layout:
        """A frame that is ready. PCA always is: it is made when asked for, turned to lie as the frames before it do."""
        path, steps = self._path(run, key, step), self.steps(run)
        if step not in steps:
            raise NotFound(GONE)
        if path.exists():
            try:
                return read_layout(path)
            except UserError as error:
                log.warning("a map of %s is made again: %s", run, error)
                remove(path)
        return self._made_now(run, key, step, self.runs.view(run).generation)

    def _make(self, run: str, key: str, step: int, generation: int) -> Layout:
        path, steps, reducer = self._path(run, key, step), self.steps(run), from_key(key)
        if not isinstance(reducer, PCA):
            raise NotFound(GONE)
        features, at = self.features(run, step), steps.index(step)
        looks = self.runs.view(run).of("Look") if reducer.dimensions == 2 else []
        if looks:  # to lie as the map did that moved
            near = min(range(len(looks)), key=lambda place: abs(looks[place]["step"] - step))
            look = record.read_looks(self.runs.folder(run), looks, near)[0][:, :2].astype(np.float32)
            with turn():
                found = reducer.fit(features)
                found = turned(found, among(len(found.positions), len(look)), look)
        elif at:
            before, old = self.frame(run, key, steps[at - 1]), self.features(run, steps[at - 1])
            with turn():
                found = reducer.refresh(features, old, before)
        else:
            with turn():
                found = reducer.fit(features)
        try:
            save_layout(path, found)
        except OSError as lost:  # a full disk: it is quickly made again
            log.warning("a map of %s is not kept: %s", run, lost)
            return found
        return read_layout(path)

    def keep(self, run: str, key: str, step: int, layout: Layout) -> None:
        """Write a frame; of a run's maps that are neither usual nor this one, the oldest go.

        One that another app has written meanwhile stays: others lie as it does, and browsers keep it.
        """
        if step in self.ready(run, key):
            return
        folders = [path for path in (self.runs.folder(run) / "maps").glob("*/") if path.name not in (key, LIVE, FIRST)]
        for old in sorted(folders, key=lambda path: path.stat().st_mtime)[: max(0, len(folders) - KEPT)]:
            shutil.rmtree(old, ignore_errors=True)
        save_layout(self._path(run, key, step), layout)

    def _path(self, run: str, key: str, step: int) -> Path:
        return self.runs.folder(run) / "maps" / key_of(from_key(key)) / f"{step:08d}.npz"
