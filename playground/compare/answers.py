"""What Compare's routes answer."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class Stand(TypedDict):
    """Where a run stands."""

    run: str
    state: str
    ended: bool
    status: str
    progress: float


class Run(Stand):
    """What the tab must know of a run beside its row of the table; set: a name of its images, last: its newest snapshot."""

    label: str
    title: str
    collapsed: str
    set: str
    rebuilds: bool
    last: int | None
    sweep: str | None


class Column(TypedDict):
    """A column of the table; measured: of a number of the end or the newest snapshot."""

    key: str
    name: str
    means: str
    better: Literal["high", "low", ""]
    measured: bool


class Cell(TypedDict):
    """A value of the table, and whether it is the best of those that can be compared."""

    text: str
    best: bool


class Untrained(TypedDict):
    """A row of what is reached without training."""

    name: str
    key: str
    texts: list[str]


class Table(TypedDict):
    """The table: columns, a row of cells for each run, and rows of what is reached without training."""

    columns: list[Column]
    cells: list[list[Cell]]
    beaten: list[Untrained]


class Example(TypedDict):
    """A comparison of shipped runs."""

    key: str
    name: str
    runs: list[str]


class Named(TypedDict):
    """A quantity and its name."""

    key: str
    name: str


class Figure(TypedDict):
    """A figure, as plotly takes it."""

    data: list[Any]
    layout: dict[str, Any]


class MapKeys(TypedDict):
    """The addresses of a run's maps."""

    pca: str
    umap: str


class FactorColumn(TypedDict):
    """Something in which images were made to differ, and what it is."""

    key: str
    name: str
    means: str


class FactorRow(TypedDict):
    """How well each factor is read from a run's features and, where there is a head, its embedding; place: among the runs."""

    place: int | None
    name: str
    features: list[str]
    embedding: list[str]


class Factors(TypedDict):
    """What runs keep of how their images were made."""

    title: str
    help: str
    columns: list[FactorColumn]
    rows: list[FactorRow]


class Comparison(Table):
    """All that the tab shows of some runs; gone: how many of those that were asked for are not there."""

    version: str
    runs: list[Run]
    gone: int
    examples: list[Example]
    most: int
    seen: str
    notes: list[str]
    offered: list[Named]
    curves: dict[str, Figure]
    keys: MapKeys
    factors: Factors | None


class Choice(TypedDict):
    """A knob of a form that takes one of some options, each a value and its name."""

    name: str
    label: str
    value: str | bool
    help: str
    options: list[tuple[str | bool, str]]


class Range(TypedDict):
    """A knob of a form that takes a number; suggested: values of a sweep."""

    name: str
    label: str
    value: float
    help: str
    low: float
    high: float
    step: Literal[1, "any"]
    suggested: list[float]


class Form(TypedDict):
    """A form for a copy of a run; seconds: for how long it trains where nobody says."""

    run: str
    title: str
    seconds: float
    fields: list[Choice | Range]


class Begun(TypedDict):
    """A sweep that was begun, and its runs."""

    sweep: str
    runs: list[str]


class Value(Stand):
    """A run of a sweep, by its value of the knob; number: as it is measured, once it has ended."""

    value: str
    number: str | None


class Sweep(TypedDict):
    """A sweep as it stands: its runs by their value, and a curve of those that have ended."""

    sweep: str
    knob: str
    label: str
    title: str
    runs: list[Value]
    done: int
    of: int
    ended: bool
    measure: str
    measures: list[Named]
    seen: str
    figure: Figure | None
