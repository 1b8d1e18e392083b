"""Who brought what: ROOT/brought/OWNER/NAME, a file a thing, as two people may bring the same, which is kept once.

OWNER is the hash of a browser's secret, NAME that of an upload of Train (uploads/NAME/), or of a picture or a set of Match
(own/own-….png, own/set-…/), or copy-HASH of what was uploaded and not yet trained on, of which there is Gradio's own copy
alone. The file holds the path of that copy where there is one.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

from playground.runs.store import UPLOADS, hashed

OWN, COPY = "own", "copy-"


class Brought:
    """What people brought into one folder of runs. Safe to call from many threads."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "brought"

    def note(self, owner: str, name: str, copy: str = "") -> None:
        """That a browser brought a thing; "" is nobody, for whom it is kept all the same until it is old."""
        mark = self.folder / hashed(owner) / name
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(copy, encoding="utf-8")
        if copy and name != _called(copy):
            (mark.parent / _called(copy)).unlink(missing_ok=True)  # it is that thing's now

    def note_copy(self, owner: str, copy: str) -> None:
        """That a browser uploaded what it has not trained on yet: it lies where Gradio put it."""
        if copy and not any(_copy(mark) == copy for mark in (self.folder / hashed(owner)).glob("*")):
            self.note(owner, _called(copy), copy)

    def delete(self, owner: str, also: set[str], used: Container[str]) -> int:
        """Delete what a browser brought, and the uploads called `also`; returns how many things it had there.

        What somebody else brought too stays theirs, and what is `used`.
        """
        mine = self.folder / hashed(owner)
        names = also | {mark.name for mark in mine.glob("*")}
        there = 0
        for name in names:
            mark, place = mine / name, self._place(name)
            copy = _copy(mark)
            there += place.exists() if place else _is_there(copy)
            mark.unlink(missing_ok=True)
            if name in used or any(self.folder.glob(f"*/{name}")):
                continue
            if place:
                remove(place)
            # Gradio calls a copy by what it holds: two people may have one, under names of two kinds
            if copy and not any(_copy(other) == copy for other in self.folder.glob("*/*")):
                Path(copy).unlink(missing_ok=True)
        with suppress(OSError):  # there is none, or something came just now
            mine.rmdir()
        return there

    def tidy(self) -> None:
        """Forget who brought what is not there any more."""
        for mark in self.folder.glob("*/*"):
            place = self._place(mark.name)
            if not (place.exists() if place else _is_there(_copy(mark))):
                mark.unlink(missing_ok=True)
        for mine in self.folder.glob("*/"):
            with suppress(OSError):  # it holds something
                mine.rmdir()

    def owners(self) -> dict[str, str]:
        """Whose each thing is, as a hash; of what several brought, one of them."""
        return {mark.name: mark.parent.name for mark in self.folder.glob("*/*")}

    def _place(self, name: str) -> Path | None:
        """Where a thing lies in this folder; None of what lies only where Gradio put it."""
        if name.startswith(COPY):
            return None
        if name.startswith("own-"):
            return self.root / OWN / f"{name}.png"
        return self.root / (OWN if name.startswith("set-") else UPLOADS) / name


def _copy(mark: Path) -> str:
    """The path of Gradio's own copy; "" where there is none, or the mark is gone, or a full disk has cut it off."""
    try:
        return mark.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _is_there(copy: str) -> bool:
    return bool(copy) and Path(copy).is_file()


def _called(copy: str) -> str:
    return COPY + hashlib.sha256(copy.encode(errors="replace")).hexdigest()[:20]


def remove(place: Path) -> None:
    """Delete a file, or a folder with all that is in it."""
    shutil.rmtree(place, ignore_errors=True) if place.is_dir() else place.unlink(missing_ok=True)
