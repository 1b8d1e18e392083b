"""A person's own pictures and sets, kept for two days under names that nobody guesses."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import threading
import time
import zipfile
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePosixPath

from playground import reading
from playground.match.answers import OwnPicture, OwnPictures, OwnSet
from playground.match.sets import Sets, size
from playground.page.uploads import CLOSED
from playground.runs.brought import Brought, remove
from playground.runs.storage import occupied
from playground.runs.store import AT_ONCE
from playground.texts import text, told
from trainers.checkpoint import write
from trainers.data import Dataset
from trainers.data.files import is_junk
from trainers.errors import DataError, UserError

FOLDERS, LETTERS = 12, 120  # of a file's place in a set: how many, and of how many letters each
SIDE, DAYS, BYTES = 512, 2.0, 2 << 30  # pixels a side, days and bytes of all together that are kept
ROOM = 0.9  # of the bytes that stay where they were too many, or each that comes would have all looked at again
PART = 10  # of so many things one may go at once for its age, each hour
File = tuple[str, bytes]  # its name, what it holds


class Own:
    """Files that people brought. Safe to call from many threads.

    is_open: whether they may bring any; share: around what is read of one address at once, playground.shares.Share.
    """

    def __init__(
        self, sets: Sets, is_open: bool = True, share: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self.sets, self.root, self.is_open, self.share = sets, sets.root, is_open, share
        self.brought = Brought(self.root.parent)
        self._used: int | None = None  # bytes that are kept, once they were counted
        self._counting = threading.Lock()

    def keep(self, files: Sequence[File], language: str, owner: str = "") -> OwnPictures:
        """Pictures of a browser, and sentences about how they were read, and about files that are none."""
        self._check_open()
        pictures, notes, skipped = list[OwnPicture](), list[str](), list[str]()
        with self.share(), reading.held(files), reading.upload():
            for name, content in files:
                try:
                    made, note = reading.thumbnail(content, name, SIDE)
                except DataError as error:
                    skipped.append(told(language, error))
                    continue
                own = f"own-{hashlib.sha256(made).hexdigest()[:20]}"
                self.root.mkdir(parents=True, exist_ok=True)
                path = self.root / f"{own}.png"
                write(path, lambda path, made=made: path.write_bytes(made))
                self.brought.note(owner, own)
                self._count(path)
                pictures.append({"own": own, "name": name})
                if note:
                    notes.append(f"{name}: {told(language, note)}")
        return {"pictures": pictures, "notes": notes, "skipped": skipped}

    def keep_set(self, files: Sequence[File], language: str, owner: str = "") -> OwnSet:
        """Images of a browser, or a zip of them, as a data set."""
        self._check_open()
        files = [file for file in files if not any(map(is_junk, re.split(r"[\\/]", file[0])))]
        if not files:
            raise UserError("No file came: choose an image.")
        name = _name(files)
        with self.share(), reading.held(files):  # before anything is written: who is refused has brought nothing
            data = self._read(name, files)
        self.brought.note(owner, name)
        self._count(self.root / name)
        return {
            "set": {
                "id": name,
                "title": text(language, "data.own"),
                "count": size(data),
                "classes": len(data.classes),
                "notes": [told(language, note) for note in data.notes],
            },
            "skipped": [told(language, error) for error in data.skipped],
        }

    def _read(self, name: str, files: Sequence[File]) -> Dataset:
        """What files hold, which are kept; UserError where they hold nothing."""
        new = not (self.root / name).exists()
        self._write(name, files)
        try:
            return self.sets.set(name)[1]
        except UserError as error:
            if new:  # or somebody has it, and too much is read just now
                shutil.rmtree(self.root / name, ignore_errors=True)
            # where this machine keeps it is nobody's business
            shown = ", ".join([file for file, _ in files[:3]] + ["…"] * (len(files) > 3))
            values = {key: shown if str(value).startswith(str(self.root)) else value for key, value in error.values.items()}
            raise UserError(error.sentence, **values) from error

    def _check_open(self) -> None:
        if not self.is_open:
            raise UserError(CLOSED)

    def _write(self, name: str, files: Sequence[File]) -> None:
        zipped = len(files) == 1 and files[0][1].startswith(b"PK")
        self.root.mkdir(parents=True, exist_ok=True)
        desk = Path(tempfile.mkdtemp(prefix=".", dir=self.root))  # nobody finds half a set under its name
        try:
            if zipped:
                (desk / "images.zip").write_bytes(files[0][1])
            else:  # one way to read for all that comes: what was dropped as a folder is a zip of it
                with zipfile.ZipFile(desk / "images.zip", "w") as archive:
                    for place, (_, content) in zip(places([name for name, _ in files]), files, strict=True):
                        archive.writestr(zipfile.ZipInfo(str(place)), content)
            if not (self.root / name).exists():
                desk.rename(self.root / name)
        finally:
            shutil.rmtree(desk, ignore_errors=True)
        (self.root / name).touch()  # two days from now, however often it came

    def _count(self, path: Path) -> None:
        """Add what has just been kept to what there is, and make room where that is too much."""
        with self._counting:
            if self._used is not None:
                self._used += occupied(path)
                if self._used <= BYTES:
                    return
        self.expire()

    def expire(self) -> None:
        """Forget what is too old, and of what is too much the oldest of who has the most till there is room; count what stays.

        Of what is too old AT_ONCE go at once, or a part of all: a clock that jumps ahead makes everything old.
        """
        with self._counting:
            whose = self.brought.owners()
            kept: dict[str, deque[tuple[Path, int]]] = defaultdict(deque)
            found = sorted((_changed(path), path) for path in self.root.glob("*"))
            old = sum(time.time() - changed > DAYS * 86_400 for changed, _ in found)
            going = min(old, max(AT_ONCE, len(found) // PART))
            for _, path in found[:going]:
                remove(path)
            for _, path in found[going:]:
                kept[whose.get(path.stem, "")].append((path, occupied(path)))
            bytes_of = {owner: sum(size for _, size in things) for owner, things in kept.items()}
            most_of_all = BYTES if sum(bytes_of.values()) <= BYTES else ROOM * BYTES
            while sum(bytes_of.values()) > most_of_all:
                most = max(bytes_of, key=lambda owner: bytes_of[owner])
                path, size = kept[most].popleft()
                remove(path)
                bytes_of[most] -= size
            self._used = sum(bytes_of.values())


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # gone just now
        return 0.0


def _name(files: Sequence[File]) -> str:
    whole = hashlib.sha256()
    for name, content in files:
        whole.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return f"set-{whole.hexdigest()[:20]}"


def places(names: Sequence[str]) -> list[PurePosixPath]:
    """Places in a zip for files whose names came from outside, and are no paths: all their folders, and the name itself.

    A number goes before a name that another file or a folder has.
    """
    split = [
        [part.strip()[-LETTERS:] for part in re.split(r"[\\/]", name.replace("\0", "")) if part.strip(". ")][-FOLDERS:]
        for name in names
    ]
    taken = {"/".join(parts[: n + 1]).casefold() for parts in split for n in range(len(parts) - 1)}
    found = list[PurePosixPath]()
    for number, parts in enumerate(split):
        place = PurePosixPath(*[re.sub(r"^(.):", r"\1_", part) for part in parts] or [f"{number}"])
        while str(place).casefold() in taken:
            place = place.with_name(f"{number} {place.name}")
        taken.add(str(place).casefold())
        found.append(place)
    return found
