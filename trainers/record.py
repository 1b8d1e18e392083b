"""A run is a folder. Whatever wants to know of a run reads it; whatever trains writes it, one whole file or line at a time.

run.json            the config, as asked for, with versions and the time it was made
events.jsonl        one event a line; arrays are in snapshots/
snapshots/*.npz     features and pictures, named by step
looks.bin           the positions of looks, one after the other: (n,2·planes) half floats each
model.safetensors   the networks, checkpoint.safetensors to go on from
stop                exists once somebody has asked the run to stop
.lock               held, by the system, as long as a process trains here: a dead process holds nothing
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import NoneType
from typing import Any, cast, get_args, get_origin, get_type_hints

import numpy as np
import torch
from filelock import FileLock, Timeout

from trainers import together
from trainers.checkpoint import CHECKPOINT, DAMAGED, LARGEST, Checkpoint, read_arrays, write
from trainers.data import Dataset
from trainers.errors import NotFound, UserError, of_disk
from trainers.events import EVENTS, Event, Failed, Finished, Look, Notice, Pictures, Snapshot, Step
from trainers.train import RunConfig, train

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)
LOOKS = "looks.bin"
Fits = Callable[[object], bool]
ASK_EVERY = 0.1  # seconds between two lookups of whether a run shall stop
ENDS = (Finished.__name__, Failed.__name__)
MEMORY = "There was not enough memory: try a smaller batch, a smaller encoder or smaller images."
CRASH = "Training stopped by an error in the program: {error}. What was saved stays; the log has the details."


@cache
def _versions() -> Mapping[str, str]:
    return {package: version(package) for package in ("torch", "numpy")}


def create(folder: Path, config: RunConfig, **extra: Any) -> None:
    """Make the folder of a run that has not begun, or give one that has a new config to go on with; whose it is stays."""
    before = read_about(folder) if (folder / "run.json").exists() else {}
    about = before | {
        "config": dataclasses.asdict(config) | {"knobs": dict(config.knobs)},
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "versions": dict(_versions()),
    }
    there = folder.exists()
    try:
        (folder / "snapshots").mkdir(parents=True, exist_ok=True)
        write(folder / "run.json", lambda path: path.write_text(json.dumps(about | extra, indent=1), encoding="utf-8"))
    except OSError:
        if not there:  # half a run is none
            shutil.rmtree(folder, ignore_errors=True)
        raise


def read_about(folder: Path) -> dict[str, Any]:
    """What run.json says; UserError where there is no run."""
    try:
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotFound("There is no run called {name}.", name=folder.name) from error
    if not isinstance(about, dict):
        raise UserError(DAMAGED, file="run.json")
    return about


def read_config(folder: Path) -> RunConfig:
    """The config of a run; UserError where it is damaged, or of a version that knows other methods and knobs."""
    try:
        config = RunConfig(**read_about(folder)["config"])
        if not isinstance(config.dataset, str):
            raise TypeError(config.dataset)
    except (TypeError, KeyError, AttributeError) as error:
        raise UserError(DAMAGED, file="run.json") from error
    return config


def run(
    folder: Path, stop: Callable[[], bool] = lambda: False, load: Callable[[RunConfig], Dataset] | None = None
) -> Iterator[Event]:
    """Train what run.json asks for, from the last checkpoint where there is one, writing every event before yielding it.

    Stops when `stop()` is true or the folder holds a file `stop`. Whatever goes wrong is the last event, a Failed.
    Raises UserError where another process trains in the folder, or where it is gone.
    """
    if not folder.is_dir():  # forgotten while it waited
        raise NotFound("There is no run called {name}.", name=folder.name)
    try:
        with FileLock(folder / ".lock", timeout=2):
            yield from _run(folder, stop, load)
    except Timeout as error:
        raise UserError("The run {name} is being trained already.", name=folder.name) from error


def _run(folder: Path, stop: Callable[[], bool], load: Callable[[RunConfig], Dataset] | None) -> Iterator[Event]:
    step, seconds = 0, 0.0
    try:
        prepared = prepare(folder)
        if prepared is None:
            return
        config, resume = prepared
        if resume is not None:
            step, seconds = resume.step, resume.seconds
        asked = Asked(folder / "stop")
        before, _ = read_events(folder)
        events = train(
            config,
            data=load(config) if load else None,
            resume=resume,
            save=lambda checkpoint: checkpoint.save(folder),
            stop=lambda: stop() or asked(),
            looked=last_look(folder, before) if resume is not None else None,
        )
        looked = [e["step"] for e in before if e["event"] == Snapshot.__name__]
        for event in events:
            step, seconds = event.step, event.seconds
            if isinstance(event, Snapshot):
                if step in looked[-1:]:
                    continue  # the end of a run that was looked at right before it
                looked.append(step)
            append(folder, event)
            yield event
    except Exception as error:
        error = together.lost(error) or error
        if not isinstance(error, UserError) and not of_disk(error):
            log.exception("run %s failed at step %d", folder.name, step)
        event = failure(error, step, seconds)
        try:
            append(folder, event)
        except OSError as lost:  # not a byte is free: the run is found interrupted, and whoever watches is told all the same
            log.error("run %s is not told that it failed: %s", folder.name, lost)
        yield event


class Asked:
    """Whether a file is there, looked up at most so often: in a folder on a network each step would wait for a lookup."""

    def __init__(self, path: Path) -> None:
        self.path, self.next, self.there = path, 0.0, False

    def __call__(self) -> bool:
        """As of the last lookup."""
        now = time.monotonic()
        if now >= self.next:
            self.there, self.next = self.path.exists(), now + ASK_EVERY
        return self.there


def prepare(folder: Path) -> tuple[RunConfig, Checkpoint | None] | None:
    """A run's config and the moment that it goes on from, if any; what came after that is forgotten.

    None where nothing is left to do. Whoever does it a second time finds the same.
    """
    config = read_config(folder)
    resume = Checkpoint.load(folder) if (folder / CHECKPOINT).exists() else None
    spent = resume is not None and config.progress(resume.step, resume.seconds) >= 1
    before, _ = read_events(folder)
    if spent and before and before[-1]["event"] == Finished.__name__:
        return None
    forget_after(folder, resume.step if resume is not None else -1, look_again=spent)
    return config, resume


def failure(error: Exception, step: int, seconds: float) -> Failed:
    """What a run is told of an error that ended it."""
    error = of_disk(error) or error
    if isinstance(error, UserError):
        return Failed(step, seconds, error.sentence, {key: str(value) for key, value in error.values.items()})
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error):
        return Failed(step, seconds, MEMORY)
    return Failed(
        step, seconds, CRASH, {"error": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}
    )


def append(folder: Path, event: Event) -> None:
    """Write an event: its arrays first, then its line, so that a line never points at nothing."""
    values = {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}
    if isinstance(event, Snapshot):
        arrays = {"features": values.pop("features")}
        write(_arrays(folder, event.step, "features"), lambda path: _savez(path, arrays))
    elif isinstance(event, Pictures):
        rows = values.pop("rows")
        write(_arrays(folder, event.step, "rows"), lambda path: _savez(path, rows))
    elif isinstance(event, Look):
        add(folder / LOOKS, values.pop("positions").astype("<f2").tobytes())
    add(folder / "events.jsonl", (json.dumps({"event": type(event).__name__} | values) + "\n").encode())


def add(path: Path, part: bytes) -> None:
    """Write to the end of a file, all of it or nothing: half a line would spoil the next one."""
    whole = path.stat().st_size if path.exists() else 0
    try:
        with path.open("ab") as file:
            file.write(part)
    except OSError:
        if path.exists():
            os.truncate(path, whole)
        raise


def read_events(folder: Path, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """The events from a byte offset on, as dicts with "event" naming the kind, and the offset to go on from.

    A last line that is not whole yet is left for the next call; one that is no event, as after a damaged disk, is passed over.
    UserError where the file cannot be read at all.
    """
    try:
        with (folder / "events.jsonl").open("rb") as file:
            file.seek(offset)
            text = file.read()
    except FileNotFoundError:
        return [], 0
    except OSError as error:  # no file, or nobody's to read
        raise UserError(DAMAGED, file="events.jsonl") from error
    whole = text[: text.rfind(b"\n") + 1]
    found = [(line, _event(line)) for line in whole.splitlines()]
    for line, event in found:
        if event is None:
            log.warning("run %s: a line of events.jsonl is no event: %.60r", folder.name, line)
    return [event for _, event in found if event is not None], offset + len(whole)


def _event(line: bytes) -> dict[str, Any] | None:
    """What a line says; None where it is no event of a kind that we know, whole and with values of the right types."""
    try:
        found = json.loads(line)
        kind = found.get("event") if isinstance(found, dict) else None
        if not isinstance(kind, str) or kind not in EVENTS:
            return None
        must, may = _types(kind)
        whole = all(name in found and fits(found[name]) for name, fits in must.items())
        return found if whole and all(fits(found[name]) for name, fits in may.items() if name in found) else None
    except (ValueError, RecursionError):
        return None


@cache
def _types(kind: str) -> tuple[dict[str, Fits], dict[str, Fits]]:
    """Of a kind of event what every line holds, and what it may hold: name -> whether a value is one of that.

    Arrays, which are not shown, lie in files.
    """
    hints = get_type_hints(EVENTS[kind])
    shown = [f for f in dataclasses.fields(EVENTS[kind]) if f.repr]
    must = {f.name for f in shown if f.default is f.default_factory is dataclasses.MISSING}
    return ({f.name: _fits(hints[f.name]) for f in shown if f.name in must},
            {f.name: _fits(hints[f.name]) for f in shown if f.name not in must})  # fmt: skip


def _fits(hint: Any) -> Fits:
    """Whether what JSON gave is of a type: numbers are finite, and so are those that lie deeper."""
    if hint is int:
        return lambda value: type(value) is int and abs(value) < 1 << 53
    if hint is float:
        return _is_number
    if hint is str:
        return lambda value: isinstance(value, str)
    if hint is Any:
        return _is_plain
    if get_origin(hint) is Mapping:
        fits = _fits(get_args(hint)[1])
        return lambda value: isinstance(value, dict) and all(map(fits, value.values()))
    several = [_fits(one) for one in get_args(hint) if one is not NoneType]
    return lambda value: value is None or any(fits(value) for fits in several)


def _is_number(value: object) -> bool:
    return type(value) in (float, int) and -sys.float_info.max <= cast(float, value) <= sys.float_info.max  # not of NaN


def _is_plain(value: object) -> bool:
    if isinstance(value, (list, dict)):
        return all(map(_is_plain, value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, (str, bool)) or _is_number(value)


def read_snapshot(folder: Path, step: int) -> np.ndarray[Any, np.dtype[np.float16]]:
    """The features (n,F) of the evaluation images at a step; UserError where the file is damaged."""
    path = _arrays(folder, step, "features")
    found = read_arrays(path)
    try:
        if "codes" in found:
            if found["codes"].shape[0] * found["basis"].shape[1] * 4 > LARGEST:  # of few numbers, many
                raise ValueError("too much")
            return (found["mean"] + found["codes"].astype(np.float32) * found["scale"] @ found["basis"]).astype(np.float16)
        features = found["features"].astype(np.float16, copy=False)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise UserError(DAMAGED, file=path.name) from error
    if features.ndim != 2:
        raise UserError(DAMAGED, file=path.name)
    return features


def read_looks(folder: Path, looks: Sequence[Mapping[str, Any]], after: int = 0) -> list[np.ndarray[Any, np.dtype[np.float16]]]:
    """The positions (n,2·planes) of each look, given the events of all, from the one at place `after` on; UserError where the
    file is shorter than they say.
    """
    sizes = [look_size(look) for look in looks]
    try:
        with (folder / LOOKS).open("rb") as file:
            file.seek(sum(sizes[:after]))
            parts = [file.read(size) for size in sizes[after:]]
    except (OSError, ValueError, OverflowError, MemoryError) as error:  # a line may say any number of images
        raise UserError(DAMAGED, file=LOOKS) from error
    if [len(part) for part in parts] != sizes[after:]:
        raise UserError(DAMAGED, file=LOOKS)
    return [np.frombuffer(part, "<f2").reshape(-1, 2 * planes(look)) for part, look in zip(parts, looks[after:], strict=True)]


def last_look(folder: Path, events: Sequence[Mapping[str, Any]]) -> np.ndarray[Any, np.dtype[np.float16]] | None:
    """The positions of the last of all looks; None where there is none that can be read."""
    looks = [event for event in events if event["event"] == Look.__name__]
    try:
        return read_looks(folder, looks, len(looks) - 1)[0] if looks else None
    except UserError:
        return None


def look_size(look: Mapping[str, Any]) -> int:
    """Bytes of a look's positions, given its event; one of an earlier version has those of features alone."""
    return 4 * look["images"] * planes(look)


def planes(look: Mapping[str, Any]) -> int:
    """How many planes a look has, given its event."""
    return 2 if look.get("planes") == 2 else 1


def shrink_snapshot(folder: Path, step: int, dimensions: int) -> None:
    """Keep a snapshot's features in an eighth of their room: their first principal components, a byte for each number."""
    features = read_snapshot(folder, step).astype(np.float32)
    mean = features.mean(0)
    basis = np.linalg.svd(features - mean, full_matrices=False)[2][:dimensions]  # (D,F)
    codes = (features - mean) @ basis.T
    scale = np.maximum(np.abs(codes).max(0), 1e-9) / 127
    arrays = {"codes": np.rint(codes / scale).astype(np.int8), "scale": scale, "basis": basis.astype(np.float16), "mean": mean}
    write(_arrays(folder, step, "features"), lambda path: _savez(path, arrays, np.savez_compressed))


def read_pictures(folder: Path, step: int) -> dict[str, np.ndarray[Any, np.dtype[np.uint8]]]:
    """The rows of pictures at a step, (n,H,W,C) uint8 each."""
    return read_arrays(_arrays(folder, step, "rows"))


def forget_after(folder: Path, step: int, look_again: bool = False) -> None:
    """Drop what came after a step, and any earlier end: the run goes on from there. -1 drops all but what it was told.

    look_again: drop the step's own looks too, as another one follows at once.
    """
    events, _ = read_events(folder)
    looks = (Look.__name__, Snapshot.__name__, Pictures.__name__)
    kept = [e for e in events if (e["step"] <= step or e["event"] == Notice.__name__) and e["event"] not in ENDS]
    kept = [e for e in kept if not (look_again and e["step"] == step and e["event"] in looks)]
    lines = "".join(json.dumps(e) + "\n" for e in kept)
    write(folder / "events.jsonl", lambda path: path.write_text(lines, encoding="utf-8"))
    if (folder / LOOKS).exists():
        os.truncate(folder / LOOKS, sum(look_size(e) for e in kept if e["event"] == Look.__name__))
    for path in [*(folder / "snapshots").glob("*.npz"), *(folder / "maps").glob("*/*.npz")]:  # maps: made of snapshots
        if int(path.name[:8]) > step:
            path.unlink()


def is_training(folder: Path) -> bool:
    """Whether a living process trains in the folder."""
    return is_held(folder / ".lock")


def is_held(path: Path) -> bool:
    """Whether a living process holds a file's lock. Two who look at once do not take each other for one that does."""
    try:
        if sys.platform == "win32":
            with FileLock(path, timeout=0):
                return False
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # which many may hold, but none beside the one who trains
            except (BlockingIOError, PermissionError):  # the latter by SMB
                return True
            fcntl.flock(file, fcntl.LOCK_UN)  # a process that is forked just now has this file as well
    except FileNotFoundError:
        return False
    except Timeout:
        return True
    return False


def summary(folder: Path) -> dict[str, Any]:
    """One flat record of a run for a table or a line of JSON; the metrics are those of the end, or the last ones there are."""
    config = read_config(folder)
    events, _ = read_events(folder)
    about = {
        "method": config.method,
        "dataset": config.dataset,
        "device": None,
        "steps": 0,
        "images_per_second": None,
        "seconds": 0.0,
    }
    numbers: dict[str, Any] = {"loss": None, "knn": None, "std_sqrt_d": None, "rankme": None}
    for event in events:
        about |= {"steps": event["step"], "seconds": round(event["seconds"], 3)}
        if event["event"] == "Started":
            about["device"] = event["device"]
        elif event["event"] == Step.__name__:
            numbers["loss"], about["images_per_second"] = event["loss"], event["images_per_second"]
        elif event["event"] == Snapshot.__name__:
            numbers |= event["metrics"] | ({"factors": event["factors"]} if event.get("factors") else {})
        elif event["event"] == Finished.__name__:
            numbers |= event["summary"]
            about["images_per_second"] = numbers.pop("images_per_second", about["images_per_second"])
    return about | numbers


def _arrays(folder: Path, step: int, kind: str) -> Path:
    return folder / "snapshots" / f"{step:08d}-{kind}.npz"


def _savez(path: Path, arrays: Mapping[str, Any], save: Callable[..., None] = np.savez) -> None:
    with path.open("wb") as file:  # a name would get .npz added
        save(file, **arrays)  # half floats do not compress, and small pictures need not
