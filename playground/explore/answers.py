"""What Explore's own routes answer."""

from __future__ import annotations

from typing import TypedDict

from playground.maps.answers import Entry


class Metric(TypedDict):
    """A metric of a run at each of its snapshots."""

    key: str
    name: str
    values: list[float | None]


class MapKeys(TypedDict):
    """The names of the usual maps."""

    pca: str
    umap: str


class Damaged(TypedDict):
    """A run that is in no list, and what is wrong with it."""

    run: str
    sentence: str


class Timeline(Entry):
    """A run's time axis: its snapshots with their metrics, and what its points can be coloured by."""

    generation: int
    state: str
    steps: list[int]
    seconds: list[float]
    metrics: list[Metric]
    colours: list[str]
    error: str
    reads: bool
    rebuilds: bool
    keys: MapKeys
