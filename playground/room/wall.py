"""The wall of a room: each run as a small map, whose it is, what was changed and what was reached; and all of it to keep."""

from __future__ import annotations

import base64
import csv
import io
import itertools
import json
import logging
import threading
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from playground.maps.making import LIVE, Maps
from playground.once import BUSY, Stamped
from playground.room.answers import Brief, Small, Tile, Wall
from playground.runs.described import changed, data_name, describe, status
from playground.runs.numbers import shown
from playground.runs.rooms import Guest, Rooms
from playground.runs.store import about_images
from playground.texts import method_name, text
from trainers import record
from trainers.data import BUILT_IN, FOLDER
from trainers.errors import UserError
from trainers.method import method_class

log = logging.getLogger(__name__)
POINTS = 300  # of a small map
EVERY = 1.0  # s: more often a wall is not built, however many look at it
TONES = {"finished": "good", "stopped": "good", "failed": "bad", "interrupted": "warn"}
KEPT = ("name", "events.jsonl", "images.json", "images.png", "looks.bin", "model.safetensors", "snapshots/*")
CHUNK = 1 << 18


class Walls:
    """The walls of all rooms, each built at most once in EVERY seconds for all who look."""

    def __init__(self, maps: Maps, rooms: Rooms) -> None:
        self.maps, self.rooms, self.runs = maps, rooms, maps.runs
        self._walls: Stamped[Wall] = Stamped(50)
        self._tiles: Stamped[Tile] = Stamped(1_000)
        self._left_out: Stamped[None] = Stamped(1_000)  # of which the log has said so
        self._maps: Stamped[Small | None] = Stamped(1_000)
        self._packing = set[str]()  # rooms; of each one at a time, as a host may take hours for it, or never end
        self._lock = threading.Lock()

    def wall(self, room: str, language: str, after: str = "") -> Wall | None:
        """The wall, or None where it is still the one called `after`."""
        self.rooms.folder(room)  # closed is closed at once
        found = self._walls((room, language), int(time.monotonic() / EVERY), lambda: self._build(room, language))
        return None if found["version"] == after else found

    def brief(self, room: str, language: str) -> Brief:
        """The room's name and the run that is shown to all."""
        about, pinned = self.rooms.about(room), self.rooms.pinned(room)
        title = ""
        if pinned:
            person = next((guest.name for run, guest in self.rooms.members(room) if run == pinned), "")
            config = record.read_config(self.runs.folder(pinned))
            title = " · ".join(filter(None, (person, method_name(language, config.method), changed(config, language))))
        return {"name": about["name"], "pinned": pinned, "title": title}

    def _build(self, room: str, language: str) -> Wall:
        tiles = []
        for run, guest in self.rooms.members(room):
            try:
                tiles.append(self._tile(run, guest, language))
            except Exception as error:  # gone just now, or damaged in any way: the others are shown
                self._left_out(run, repr(error), partial(log.warning, "run %s is left out of a room: %r", run, error))
        people = [guest.name for guest in self.rooms.guests(room)]
        found: Wall = {"version": "", "name": self.rooms.about(room)["name"], "people": people,
                       "pinned": self.rooms.pinned(room), "runs": tiles}  # fmt: skip
        found["version"] = f"{crc32(json.dumps(found).encode()):08x}"
        return found

    def _tile(self, run: str, guest: Guest, language: str) -> Tile:
        state, view = self.runs.state(run), self.runs.view(run)
        stamp = (view.generation, len(view.events), state, guest.name, self.runs.name(run))
        return self._tiles((run, language), stamp, lambda: self._tell(run, guest, language))

    def _tell(self, run: str, guest: Guest, language: str) -> Tile:
        state, view = self.runs.state(run), self.runs.view(run)
        config, events = record.read_config(view.folder), list(view.events)
        at: dict[str, Any] = events[-1] if events else {"step": 0, "seconds": 0.0}
        finished = state.kind == "finished"
        return {
            "run": run, "person": guest.name,
            "title": " · ".join(
                filter(None, (self.runs.name(run), method_name(language, config.method), data_name(config.dataset, language)))
            ),
            "changed": changed(config, language), "reached": _reached(config.method, events, language),
            "status": status(state, config, at, language),
            "tone": TONES.get(state.kind, "busy"),
            "progress": 1.0 if finished else config.progress(at["step"], at["seconds"]),
            "map": self._small(run),
        }  # fmt: skip

    def _small(self, run: str) -> Small | None:
        """The newest map of a run; None before its first."""
        steps = self.maps.ready(run, LIVE)
        return self._maps(run, steps[-1], lambda: self._shrunk(run, steps[-1])) if steps else None

    def _shrunk(self, run: str, step: int) -> Small | None:
        try:
            about = about_images(self.runs.folder(run))
        except FileNotFoundError:  # a run of the command line has none yet
            return None
        positions = self.maps.frame(run, LIVE, step).positions
        some = np.unique(np.linspace(0, len(positions) - 1, min(POINTS, len(positions))).round().astype(int))
        labels = [about["labels"][i] if about["labels"] else -1 for i in some.tolist()]
        far = max(float(np.abs(positions[some, :2]).max()), 1e-9)
        points = base64.b64encode((positions[some, :2] / far * 32_767).astype("<i2").tobytes()).decode()
        return {"step": step, "points": points, "labels": labels, "classes": about["classes"]}

    # -- all of it, to keep -------------------------------------------------------------------------------------

    def packed(self, room: str, language: str) -> Iterator[bytes]:
        """A zip of the room's runs and runs.csv, piece by piece; UserError where it is just being packed already."""
        members = self.rooms.members(room)
        with self._lock:
            if room in self._packing:
                raise UserError(BUSY)
            self._packing.add(room)
        pieces = self._pieces(room, members, language)
        return itertools.chain([next(pieces)], pieces)  # begun, so that it ends even where nobody takes the rest

    def _pieces(self, room: str, members: list[tuple[str, Guest]], language: str) -> Iterator[bytes]:
        pipe = _Pipe()
        try:
            with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr("runs.csv", self.table(members, language))
                yield pipe.taken()
                for run, _ in members:
                    for name, path in self._files(run):
                        yield from _added(archive, pipe, name, path)
            yield pipe.taken()
        finally:
            self._packing.discard(room)  # without the lock: this may be the end of a generator that nobody takes

    def _files(self, run: str) -> Iterator[tuple[str, Path | bytes]]:
        """A run's files by their names in the zip: without whose it is, and where this machine keeps images."""
        folder = self.runs.root / run
        try:
            about = record.read_about(folder)
        except UserError:  # gone just now
            return
        about = {key: value for key, value in about.items() if key != "owner"}
        config = about.get("config")
        if isinstance(config, dict) and str(config.get("dataset")) not in BUILT_IN:
            about["config"] = config | {"dataset": FOLDER + Path(str(config.get("dataset"))).name}
        yield f"{run}/run.json", json.dumps(about, indent=1).encode()
        for pattern in KEPT:
            for path in sorted(folder.glob(pattern)):
                yield f"{run}/{path.relative_to(folder).as_posix()}", path

    def table(self, members: list[tuple[str, Guest]], language: str) -> str:
        """All runs as a CSV file: whose, what, and what each reached."""
        rows: list[dict[str, Any]] = []
        for run, guest in members:
            try:
                config, state = record.read_config(self.runs.folder(run)), self.runs.state(run)
                events = list(self.runs.view(run).events)
            except (UserError, OSError, ValueError, KeyError):
                continue
            at: dict[str, Any] = events[-1] if events else {"step": 0, "seconds": 0.0}
            end = at.get("summary") or next((one["metrics"] for one in reversed(events) if one["event"] == "Snapshot"), {})
            rows.append(
                {
                    "person": guest.name, "run": run, "name": self.runs.name(run), "method": config.method,
                    "data": data_name(config.dataset, language), "changed": changed(config, language), "seed": config.seed,
                    "description": describe(config, language), "state": state.kind, "step": at["step"],
                    "seconds": at["seconds"],
                } | {key: value for key, value in end.items() if isinstance(value, (int, float))}
            )  # fmt: skip
        names = dict.fromkeys(key for row in rows for key in row)
        out = io.StringIO()
        writer = csv.DictWriter(out, list(names) or ["person"])
        writer.writeheader()
        writer.writerows({key: _safe(value) for key, value in row.items()} for row in rows)
        return "\ufeff" + out.getvalue()  # by which a spreadsheet knows its letters


def _reached(method: str, events: list[Any], language: str) -> str:
    """What a run is judged by, as it was last measured; "" where it is not yet."""
    cls = method_class(method)
    kind, key = ("error", "mse") if cls.card.family == "autoencoder" else ("match", "match_1") if cls.reads else ("knn", "knn")
    last = next((one for one in reversed(events) if one["event"] in ("Snapshot", "Finished")), {})
    value = (last.get("summary") or last.get("metrics") or {}).get(key)
    return "" if value is None else text(language, f"room.reached_{kind}", value=shown(key, value))


def _safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: names are people's own."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


class _Pipe(io.RawIOBase):
    """What a zip is written into and taken from, piece by piece."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, part: Any, /) -> int:
        """Keep a piece until it is taken."""
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        """What was written since."""
        found, self._parts = b"".join(self._parts), []
        return found


def _added(archive: zipfile.ZipFile, pipe: _Pipe, name: str, content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        archive.writestr(name, content)
        yield pipe.taken()
        return
    try:
        source = content.open("rb")
    except OSError:  # gone just now
        return
    with source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
        while part := source.read(CHUNK):
            entry.write(part)
            yield pipe.taken()
    yield pipe.taken()
