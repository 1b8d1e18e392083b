"""Rooms of people who train beside each other, as folders: who opened one, who is in it, and which run is pinned.

ROOT/rooms/ID/room.json         name, when it was opened, its host's secret as a hash with a salt, the browser and
                                the network address that opened it as hashes; touched by nobody later
ROOT/rooms/ID/guests/HASH.json  the short name of a person, when they came and, as a hash, from which network address; HASH
                                is that of their browser's secret, by which run.json says whose a run is: a room's runs
                                are those that its guests began since then
ROOT/rooms/ID/pinned            the run that the host shows to everybody
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.once import Stamped
from playground.runs.clearing import HOUR, Sparing
from playground.runs.shipped import is_example
from playground.runs.storage import Turn
from playground.runs.store import AT_ONCE, ID, Runs, hashed
from trainers import record
from trainers.checkpoint import write
from trainers.errors import NotFound, UserError

NAME, PERSON = 60, 24  # letters of a room's name, and of a person's
SECRET = (8, 100)  # letters
ROOMS, GUESTS = 200, 300  # in all, and in one of them
SHOWN = 60  # runs of a room: the newest
GONE = "This room is closed, or was never opened here: ask its host for a new link."
NO_NAME = "Say what to call you, in at most {most} letters."
NO_ROOM_NAME = "Give the room a name of at most {most} letters."
SHORT = "The host's secret must have {least} to {most} letters."
WRONG = "This is not the secret of this room's host."
MANY = "From one network address at most {most} rooms may be open: close one, or have the host raise {variable}."
FULL = "No more rooms can be opened here: wait until one is closed."
FULL_ROOM = "This room is full: {most} people are in it."
FULL_ADDRESS = "From one network address at most {most} people may be in this room: have the host raise {variable}."
NOT_HERE = "This run is not one of this room."


@dataclass(frozen=True)
class Guest:
    """A person in a room. key: the hash of their browser's secret. since: seconds, when they came."""

    key: str
    name: str
    since: float
    address: str = ""  # a hash; "" where it is not known


class Rooms:
    """The rooms of one folder of runs. Safe to call from many threads; keeps nothing that the folders do not."""

    def __init__(self, runs: Runs) -> None:
        self.runs, self.root = runs, runs.root / "rooms"
        self._opening = Turn(runs.root / ".opening")  # from looking whether there is room to taking it, in a room too
        self._sparing = Sparing()
        self._owners: Stamped[str] = Stamped(2 * runs.limits.keep_runs)

    # -- what a host does ---------------------------------------------------------------------------------------

    def open(self, name: str, secret: str, owner: str, address: str = "") -> str:
        """Open a room and return its id. UserError where name or secret will not do, or there are too many already."""
        name, salt = line(name, NAME, NO_ROOM_NAME), secrets.token_hex(16)
        if not SECRET[0] <= len(secret) <= SECRET[1]:
            raise UserError(SHORT, least=SECRET[0], most=SECRET[1])
        place, room = self.runs.place(address), secrets.token_urlsafe(9)
        with self._opening:
            self.expire()
            there = [about for about in map(_about, self._folders()) if about]
            most = self.runs.limits.rooms_address
            if place and sum(about.get("address") == place for about in there) >= most:
                raise UserError(MANY, most=most, variable="PLAYGROUND_ROOMS_ADDRESS")
            if len(there) >= ROOMS:
                raise UserError(FULL)
            about = {"name": name, "opened": time.time(), "salt": salt, "host": _locked(secret, salt), "owner": hashed(owner),
                     "address": place}  # fmt: skip
            new = self.root / f".{room}"
            try:
                (new / "guests").mkdir(parents=True)
                (new / "room.json").write_text(json.dumps(about), encoding="utf-8")
                os.rename(new, self.root / room)
            except OSError:  # half a room is none
                shutil.rmtree(new, ignore_errors=True)
                raise
        return room

    def check(self, room: str, secret: str) -> None:
        """UserError where this is not the secret of the room's host."""
        about = self.about(room)
        if not hmac.compare_digest(_locked(secret, about["salt"]), about["host"]):
            raise UserError(WRONG)

    def close(self, room: str, secret: str) -> None:
        """Close a room; the runs stay with those who began them."""
        self.check(room, secret)
        self._forget(self.root / room)

    def pin(self, room: str, secret: str, run: str) -> None:
        """Show a run of the room to everybody in it; "" none any more."""
        self.check(room, secret)
        pinned = self.folder(room) / "pinned"
        if not run:
            pinned.unlink(missing_ok=True)
            return
        if all(run != one for one, _ in self.members(room)):
            raise UserError(NOT_HERE)
        write(pinned, lambda path: path.write_text(run, encoding="utf-8"))

    # -- what a guest does --------------------------------------------------------------------------------------

    def join(self, room: str, name: str, owner: str, address: str = "") -> str:
        """Enter a room, or take another name in it; returns the name. What one begins from now on is seen there."""
        folder, name = self.folder(room), line(name, PERSON, NO_NAME)
        mine, place = folder / "guests" / f"{hashed(owner)}.json", self.runs.place(address)

        def content(path: Path) -> None:
            path.touch()  # the folder's clock, by which runs are begun too: another machine's may differ
            since = before.since if before else path.stat().st_mtime
            path.write_text(json.dumps({"name": name, "since": since, "address": place}), encoding="utf-8")

        with self._opening:
            guests = self.guests(room)
            before = next((one for one in guests if one.key == mine.stem), None)
            if before is None:
                self._admit(guests, place)
            try:
                write(mine, content)
            except FileNotFoundError as error:  # closed just now
                raise NotFound(GONE) from error
        return name

    def leave(self, room: str, owner: str) -> None:
        """Leave a room: one's runs are not seen there any more."""
        (self.folder(room) / "guests" / f"{hashed(owner)}.json").unlink(missing_ok=True)

    def delete(self, owner: str) -> None:
        """Forget that a browser was in any room, and close those that it opened."""
        for folder in self._folders():
            (folder / "guests" / f"{hashed(owner)}.json").unlink(missing_ok=True)
            if _about(folder).get("owner") == hashed(owner):
                self._forget(folder)

    # -- what a page asks ---------------------------------------------------------------------------------------

    def folder(self, room: str) -> Path:
        """Where a room is; NotFound where there is none. An id is never taken for a path."""
        if not ID.fullmatch(room) or not (self.root / room / "room.json").exists():
            raise NotFound(GONE)
        return self.root / room

    def about(self, room: str) -> dict[str, Any]:
        """What room.json says; NotFound where there is no such room, or none that can be read."""
        found = _about(self.folder(room))
        if not found:
            raise NotFound(GONE)
        return found

    def guests(self, room: str) -> list[Guest]:
        """Who is in a room, in the order in which they came."""
        found = []
        for path in (self.folder(room) / "guests").glob("*.json"):
            with suppress(OSError, ValueError, TypeError, KeyError):  # left just now, or damaged
                said = json.loads(path.read_text(encoding="utf-8"))
                name, since = str(said["name"])[:PERSON], float(said["since"])
                found.append(Guest(path.stem, name, since, str(said.get("address", ""))))
        return sorted(found, key=lambda guest: (guest.since, guest.key))

    def members(self, room: str) -> list[tuple[str, Guest]]:
        """The runs of a room with whose each is: at most SHOWN, the newest first."""
        guests = {guest.key: guest for guest in self.guests(room)}
        found = []
        for path in self.runs.root.glob("*/run.json"):
            with suppress(UserError, OSError):  # gone just now, or damaged
                begun = path.stat().st_mtime
                guest = guests.get(self._owner(path, begun))
                if guest and begun >= guest.since - 1 and not is_example(path.parent):  # file systems round
                    found.append((begun, path.parent.name, guest))
        return [(run, guest) for _, run, guest in sorted(found, key=lambda one: one[:2], reverse=True)[:SHOWN]]

    def pinned(self, room: str) -> str:
        """The run that the host shows to everybody, "" for none or one that is gone."""
        try:
            run = (self.folder(room) / "pinned").read_text(encoding="utf-8")
            self.runs.folder(run)
        except (OSError, UserError, ValueError):
            return ""
        return run

    def expire(self) -> None:
        """Forget rooms as old as a run may become, and what is left of those that were not made whole: AT_ONCE of each, and few
        an hour.
        """
        old = time.time() - 86_400 * self.runs.limits.keep_days
        for folder in [one for one in self._folders() if _opened(one) < old][: min(AT_ONCE, self._sparing.left())]:
            self._forget(folder)
            self._sparing.took()
        halves = [half for half in self.root.glob(".*") if _is_left(half)]
        for half in halves[:AT_ONCE]:
            shutil.rmtree(half, ignore_errors=True)

    def _admit(self, guests: list[Guest], place: str) -> None:
        """UserError where nobody more may enter, or nobody more from this place."""
        most = self.runs.limits.guests_address
        if place and sum(guest.address == place for guest in guests) >= most:
            raise UserError(FULL_ADDRESS, most=most, variable="PLAYGROUND_GUESTS_ADDRESS")
        if len(guests) >= GUESTS:
            raise UserError(FULL_ROOM, most=GUESTS)

    def _owner(self, path: Path, stamp: float) -> str:
        return self._owners(path.parent.name, stamp, lambda: str(record.read_about(path.parent).get("owner")))

    def _folders(self) -> list[Path]:
        return [path.parent for path in self.root.glob("[!.]*/room.json")]

    def _forget(self, folder: Path) -> None:
        """Remove a room: first from its place, as somebody may be entering it."""
        gone = folder.with_name(f".gone-{folder.name}")
        with suppress(OSError):
            folder.rename(gone)
        shutil.rmtree(gone if gone.exists() else folder, ignore_errors=True)


def line(text: str, most: int, sentence: str) -> str:
    """A name in one line of at most so many letters, without what cannot be printed; UserError where it is empty or longer."""
    found = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 10 * most]).split())
    if not 0 < len(found) <= most:
        raise UserError(sentence, most=most)
    return found


def _about(folder: Path) -> dict[str, Any]:
    """What room.json says; {} where it cannot be read."""
    try:
        found = json.loads((folder / "room.json").read_text(encoding="utf-8"))
        return found if all(isinstance(found[key], str) for key in ("name", "salt", "host", "owner")) else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _is_left(half: Path) -> bool:
    """Whether nobody makes it whole any more."""
    try:
        return half.stat().st_mtime < time.time() - HOUR
    except OSError:  # gone just now
        return False


def _opened(folder: Path) -> float:
    try:
        return (folder / "room.json").stat().st_mtime
    except OSError:
        return 0.0


def _locked(secret: str, salt: str) -> str:
    """A host's secret as it is kept: slow to try, as people choose short ones."""
    return hashlib.scrypt(secret.encode(errors="replace"), salt=salt.encode(), n=4096, r=8, p=1).hex()
