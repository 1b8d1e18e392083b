"""What the panel of a run is told, in one language."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Example(TypedDict):
    """What a run that came with the app says of itself, and what a button beside it does."""

    text: str
    act: str


class Tile(TypedDict):
    """A large number: its name, its value, and what it means."""

    key: str
    name: str
    value: str
    help: str


class Row(TypedDict):
    """A row of pictures."""

    key: str
    name: str


class Pictures(TypedDict):
    """The pictures of a step: their rows, how many images are in one, and the tables beside them as figures."""

    step: int
    rows: list[Row]
    count: int
    tables: dict[str, Any]


class Line(TypedDict):
    """A number of the end."""

    name: str
    value: str


class Result(TypedDict):
    """The numbers of the end: a table of those that features are compared by, and the other ones."""

    table: list[list[str]]
    lines: list[Line]


class Kinds(TypedDict):
    """Steps of which there is a map of each kind."""

    pca: list[int]
    umap: list[int]


class Keys(TypedDict):
    """What both kinds of map are called in addresses."""

    pca: str
    umap: str


class Moment(TypedDict):
    """All that the panel shows of a run at one moment."""

    version: str
    state: str
    method: str
    ended: bool
    example: Example | None
    tone: str
    title: str
    status: str
    progress: float
    tiles: list[Tile]
    figures: dict[str, Any]
    warning: str
    pictures: Pictures | None
    maps: Kinds
    map_keys: Keys
    umap_pending: bool
    result: Result
    labels: dict[str, str]
    map_title: str


class About(TypedDict):
    """The held-out images of a run, as its images.json has them."""

    count: int
    columns: int
    rows: int
    width: int
    height: int
    classes: list[str]
    labels: NotRequired[list[int] | None]
    captions: NotRequired[dict[str, list[str]] | None]
    names: NotRequired[list[str] | None]
    skipped: NotRequired[list[str]]


class Deleted(TypedDict):
    """How many of a browser's runs were deleted, and of the things that it brought."""

    runs: int
    uploads: int
