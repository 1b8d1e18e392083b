"""What the room's routes answer."""

from __future__ import annotations

from typing import TypedDict


class Small(TypedDict):
    """A run's newest map, some of its points: x y x y … as 16-bit integers in base64, and the class of each, -1 for none."""

    step: int
    points: str
    labels: list[int]
    classes: list[str]


class Tile(TypedDict):
    """A run on the wall."""

    run: str
    person: str
    title: str
    changed: str
    reached: str
    status: str
    tone: str
    progress: float
    map: Small | None


class Wall(TypedDict):
    """A room as it stands; version: what to ask for the next time."""

    version: str
    name: str
    people: list[str]
    pinned: str
    runs: list[Tile]


class Brief(TypedDict):
    """What every page of somebody in a room wants to know: which run is shown to all, and what it is called."""

    name: str
    pinned: str
    title: str
