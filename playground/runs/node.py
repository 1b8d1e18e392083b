"""What trains on a node of a Ray cluster, in a folder of the node's own, and what sends that folder home as it grows."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from playground.runs.store import UPLOADS
from playground.runs.worker import carry_out, warm
from trainers import record
from trainers.checkpoint import CHECKPOINT, write
from trainers.clip_towers import registered
from trainers.data import FOLDER

Part = tuple[str, int, bytes]  # a file's name in the run's folder, the byte that this begins at, and what follows there
EVENTS = "events.jsonl"
GROWS = (record.LOOKS, EVENTS)  # others are written whole
NEEDED = ("run.json", CHECKPOINT, *GROWS)  # to begin, or to go on


class Trainer:
    """One run at a time, warm: a Ray actor, which holds its core or its GPU as long as it lives. `stop` may come meanwhile."""

    at: tuple[int, Path] | None = None  # the number of what is trained now, and its folder

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=os.getcwd()))  # which Ray deletes, also after an actor that was killed
        self.load = warm()
        threading.Thread(target=registered, daemon=True).start()  # takes seconds, which a first run of CLIP should not

    def ready(self) -> None:
        """Answers once the cluster had room and the trainer is warm."""

    def stop(self, number: int) -> None:
        """Ask what has this number to stop. Said late, it does not stop the same run where somebody has gone on with it."""
        at = self.at
        if at is not None and at[0] == number:
            with suppress(FileNotFoundError):  # it has just ended
                (at[1] / "stop").touch()

    def train(
        self, number: int, run: str, parts: Sequence[Part], name: str = "", upload: bytes | None = None
    ) -> Iterator[list[Part]]:
        """Train a run whose folder has these parts; yields what it writes, at every event.

        number: another one each time. upload: the zip that it trains on, whose name HASH/FILE is; without one its data set has
        to be on the node.
        """
        folder = self.folder / run
        try:
            (folder / "snapshots").mkdir(parents=True)
            self.at = number, folder
            take(folder, parts)
            if upload is not None:
                zipped = self.folder / UPLOADS / name
                zipped.parent.mkdir(parents=True, exist_ok=True)
                write(zipped, lambda path: path.write_bytes(upload))
                config = record.read_config(folder)
                record.create(folder, dataclasses.replace(config, dataset=f"{FOLDER}{zipped}"))
            news = News(folder)
            for _ in carry_out(folder, self.load):
                yield news.read()
        finally:
            self.at = None
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(self.folder / UPLOADS, ignore_errors=True)  # the next run of it brings it along


class News:
    """What was written in a run's folder since the last time, the events last: they point at what has come before them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen = {path: path.stat() for path in self._files()}

    def read(self) -> list[Part]:
        """The parts that are new."""
        found: list[Part] = []
        for path in self._files():
            now, before = path.stat(), self.seen.get(path)
            name, start = path.relative_to(self.folder).as_posix(), 0
            if before:
                if name in GROWS and now.st_ino == before.st_ino and now.st_size >= before.st_size:  # else it was begun anew
                    start = before.st_size
                if (now.st_ino, now.st_mtime_ns, now.st_size) == (before.st_ino, before.st_mtime_ns, before.st_size):
                    continue
            self.seen[path] = now
            with path.open("rb") as file:
                file.seek(start)
                found.append((name, start, file.read()))
        return sorted(found, key=lambda part: part[0] == EVENTS)

    def _files(self) -> list[Path]:
        own = {"run.json", "stop"}  # the app's, or of one end alone
        every = (*self.folder.iterdir(), *self.folder.glob("snapshots/*"))
        return [path for path in every if path.is_file() and path.name[0] != "." and path.name not in own]


def needed(folder: Path) -> list[Part]:
    """What a node needs of a run's folder."""
    return [(name, 0, (folder / name).read_bytes()) for name in NEEDED if (folder / name).exists()]


def take(folder: Path, parts: Sequence[Part]) -> None:
    """Write parts into a run's folder: whole files at once, and whole lines. FileNotFoundError where the folder is gone."""
    for name, start, content in parts:
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{name} is outside of the run's folder")
        if path.parent != folder:  # the folder itself is not made anew: somebody may have deleted it
            path.parent.mkdir(exist_ok=True)
        if start:
            record.add(path, content)
        else:
            write(path, lambda temporary, content=content: temporary.write_bytes(content))
