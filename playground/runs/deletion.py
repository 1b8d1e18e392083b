"""Delete my data: all that one browser began and brought, at once."""

from __future__ import annotations

from pathlib import Path

from playground.runs.brought import Brought
from playground.runs.rooms import Rooms
from playground.runs.store import UPLOADS, Runs
from trainers.data import FOLDER


def delete(runs: Runs, owner: str) -> tuple[int, int]:
    """Delete a browser's runs, with their maps, and what it brought; returns how many of each there were.

    It is in no room any more, and the rooms that it opened are closed.
    """
    Rooms(runs).delete(owner)
    datasets = runs.delete(owner)
    folder = runs.root / UPLOADS
    also = {Path(one.removeprefix(FOLDER)).parent.name for one in datasets if str(folder) in one}
    used = " ".join(runs.datasets())
    return len(datasets), Brought(runs.root).delete(owner, also, used)
