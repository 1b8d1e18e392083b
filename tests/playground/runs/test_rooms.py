"""Rooms: opened within limits, entered and left, seen by whom they are for, and gone when they are to be."""

from __future__ import annotations

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playground.runs import rooms as module
from playground.runs.clearing import AN_HOUR
from playground.runs.deletion import delete
from playground.runs.rooms import GUESTS, NAME, PERSON, Rooms
from playground.runs.store import AT_ONCE, Limits, Runs
from trainers.errors import NotFound, UserError
from trainers.train import RunConfig

HOST, ANN, BEN, SECRET = "h" * 16, "a" * 16, "b" * 16, "open sesame"


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    return Rooms(Runs(tmp_path, Limits(rooms_address=2, waiting_each=20)))


def begun(rooms: Rooms, owner: str) -> str:
    return rooms.runs.create(RunConfig("simclr", "digits", seconds=1.0), owner)


def test_a_room_has_the_runs_that_its_guests_began_since_they_came(rooms: Rooms) -> None:
    before = begun(rooms, ANN)
    os.utime(rooms.runs.root / before / "run.json", (time.time() - 60,) * 2)
    room, other = rooms.open("Monday", SECRET, HOST), rooms.open("Tuesday", SECRET, HOST)
    assert rooms.join(room, "  Ann \n<b> ", ANN) == "Ann <b>"
    rooms.join(other, "Ben", BEN)
    mine, theirs = begun(rooms, ANN), begun(rooms, BEN)
    assert [(run, guest.name) for run, guest in rooms.members(room)] == [(mine, "Ann <b>")]
    rooms.join(room, "Anna", ANN)  # another name, and the same runs
    assert [(run, guest.name) for run, guest in rooms.members(room)] == [(mine, "Anna")]
    assert [run for run, _ in rooms.members(other)] == [theirs]
    rooms.leave(room, ANN)
    assert rooms.members(room) == [] and rooms.runs.folder(mine)


def test_names_and_secrets_are_checked(rooms: Rooms) -> None:
    for name, secret in (
        (" ", SECRET),
        ("x" * (NAME + 1), SECRET),
        ("\u202e\x00", SECRET),
        ("Room", "short"),
        ("Room", "x" * 101),
    ):
        with pytest.raises(UserError):
            rooms.open(name, secret, HOST)
    room = rooms.open("x" * NAME, SECRET, HOST)
    for person in ("", " \n", "x" * (PERSON + 1)):
        with pytest.raises(UserError, match="what to call you"):
            rooms.join(room, person, ANN)
    assert rooms.guests(room) == []


def test_only_the_hosts_secret_pins_and_closes_and_it_is_written_nowhere(rooms: Rooms) -> None:
    room = rooms.open("Monday", SECRET, HOST)
    rooms.join(room, "Ann", ANN)
    run = begun(rooms, ANN)
    for wrong in ("", SECRET + " ", "é\ud800", ANN):
        for act, more in ((rooms.pin, [run]), (rooms.close, []), (rooms.check, [])):
            with pytest.raises(UserError, match="not the secret"):
                act(room, wrong, *more)
    written = b"".join(path.read_bytes() for path in (rooms.root / room).rglob("*") if path.is_file())
    assert SECRET.encode() not in written and ANN.encode() not in written
    with pytest.raises(UserError, match="not one of this room"):
        rooms.pin(room, SECRET, begun(rooms, BEN))
    rooms.pin(room, SECRET, run)
    assert rooms.pinned(room) == run
    rooms.pin(room, SECRET, "")
    assert rooms.pinned(room) == ""
    rooms.pin(room, SECRET, run)
    rooms.close(room, SECRET)
    assert list(rooms.root.iterdir()) == [] and rooms.runs.folder(run)
    assert rooms.pinned(room) == ""
    for ask in (rooms.members, rooms.guests, rooms.about, lambda one: rooms.join(one, "Ann", ANN)):
        with pytest.raises(NotFound, match="is closed"):
            ask(room)


@pytest.mark.parametrize("room", ["", "..", "../queue", "a/b", "queue", "x" * 41, "%2e"])
def test_an_id_is_never_a_path(rooms: Rooms, room: str) -> None:
    with pytest.raises(NotFound):
        rooms.folder(room)


def test_an_address_opens_so_many_rooms_and_a_room_takes_so_many_people(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rooms.open("1", SECRET, HOST, "10.0.0.1")
    rooms.open("2", SECRET, ANN, "10.0.0.1")
    with pytest.raises(UserError, match="at most 2 rooms.*PLAYGROUND_ROOMS_ADDRESS"):
        rooms.open("3", SECRET, BEN, "10.0.0.1")
    rooms.open("3", SECRET, BEN, "10.0.0.2")
    assert "10.0.0.1" not in (rooms.root / first / "room.json").read_text()
    rooms.close(first, SECRET)
    again = rooms.open("4", SECRET, HOST, "10.0.0.1")
    monkeypatch.setattr(module, "ROOMS", 3)
    with pytest.raises(UserError, match="No more rooms"):
        rooms.open("5", SECRET, BEN, "10.0.0.3")
    monkeypatch.setattr(module, "GUESTS", 2)
    rooms.join(again, "Ann", ANN)
    rooms.join(again, "Ben", BEN)
    with pytest.raises(UserError, match="full: 2 people"):
        rooms.join(again, "Cid", HOST)
    rooms.join(again, "Benny", BEN)
    assert GUESTS >= 100


def test_an_address_fills_no_room(tmp_path: Path) -> None:
    rooms = Rooms(Runs(tmp_path, Limits(guests_address=3)))
    room, other = rooms.open("1", SECRET, HOST), rooms.open("2", SECRET, HOST)
    with ThreadPoolExecutor(12) as many:  # all in one instant
        tried = [many.submit(rooms.join, room, "Nobody", f"a-browser-{number:04d}", "10.0.0.1") for number in range(12)]
    refused = [str(one.exception()) for one in tried if one.exception()]
    assert len(refused) == 9 and all("at most 3 people" in said and "PLAYGROUND_GUESTS_ADDRESS" in said for said in refused)
    inside = next(number for number, one in enumerate(tried) if not one.exception())
    rooms.join(room, "Somebody", f"a-browser-{inside:04d}", "10.0.0.1")  # who is in it may take another name
    rooms.join(room, "Ann", ANN, "10.0.0.2")
    rooms.join(other, "Ben", BEN, "10.0.0.1")
    assert len(rooms.guests(room)) == 4
    assert "10.0.0" not in "".join(path.read_text() for path in rooms.root.rglob("*.json"))


def test_rooms_go_when_runs_would_and_never_all_at_once(rooms: Rooms) -> None:
    made = [Rooms(Runs(rooms.runs.root)).open(str(at), SECRET, HOST) for at in range(AT_ONCE + 2)]
    rooms.expire()
    assert len(list(rooms.root.iterdir())) == len(made)
    for room in made:
        os.utime(rooms.root / room / "room.json", (time.time() - 15 * 86_400,) * 2)
    rooms.expire()
    assert len(list(rooms.root.iterdir())) == 2
    rooms.expire()
    assert list(rooms.root.iterdir()) == []


def test_after_a_jump_of_the_clock_few_rooms_and_halves_go_in_an_hour(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    room, now = rooms.open("Monday", SECRET, HOST), time.time()
    for number in range(30):
        shutil.copytree(rooms.root / room, rooms.root / f"{room}-{number}")
        (rooms.root / f".{number}").mkdir()
    monkeypatch.setattr("playground.runs.rooms.time.time", lambda: now + 15 * 86_400)
    rooms.expire()
    assert len(list(rooms.root.glob(".*"))) == 30 - AT_ONCE
    for _ in range(20):
        rooms.expire()
    assert len(list(rooms.root.glob("*/room.json"))) == 31 - AN_HOUR


def test_delete_my_data_leaves_nothing_of_a_person_in_any_room(rooms: Rooms) -> None:
    room, own = rooms.open("Monday", SECRET, HOST), rooms.open("Mine", SECRET, ANN)
    for person, name in ((ANN, "Ann"), (BEN, "Ben")):
        rooms.join(room, name, person)
    run, other = begun(rooms, ANN), begun(rooms, BEN)
    assert delete(rooms.runs, ANN) == (1, 0)
    assert [guest.name for guest in rooms.guests(room)] == ["Ben"] and [one for one, _ in rooms.members(room)] == [other]
    for gone in (lambda: rooms.folder(own), lambda: rooms.runs.folder(run)):
        with pytest.raises(NotFound):
            gone()
    assert "Ann" not in "".join(path.read_text() for path in rooms.root.rglob("*.json"))


def test_a_damaged_room_or_guest_is_in_nobodys_way(rooms: Rooms) -> None:
    good, bad = rooms.open("Good", SECRET, HOST), rooms.open("Bad", SECRET, HOST)
    rooms.join(good, "Ann", ANN)
    (rooms.root / bad / "room.json").write_text("{")
    for at, text in enumerate(("{", "[]", json.dumps({"name": "x"}), json.dumps({"name": "x", "since": "y"}))):
        (rooms.root / good / "guests" / f"{at}.json").write_text(text)
    assert [guest.name for guest in rooms.guests(good)] == ["Ann"]
    with pytest.raises(NotFound):
        rooms.about(bad)
    rooms.delete(HOST)
    rooms.expire()
    rooms.open("More", SECRET, HOST, "10.0.0.1")
