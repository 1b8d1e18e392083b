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


class Bar(TypedDict):
    """One of the numbers that stand beside each other: as a word, and as a share of the longest bar there can be."""

    name: str
    value: str
    share: float


class Learned(TypedDict):
    """What was learned, in one number, and what it has to be compared with; `bars` begins with the run's own.

    note: why there is no number, where `bars` is empty.
    """

    key: str
    name: str
    help: str
    bars: list[Bar]
    note: str


class Way(TypedDict):
    """Where to look next: a tab, and the page's address of it."""

    tab: str
    text: str
    address: str


class Ending(TypedDict):
    """What a run came to, in sentences."""

    text: str
    tone: str
    ways: list[Way]


class Looks(TypedDict):
    """The frames of the map that moves, of a long run some of them: step, seconds and number of images of each.

    count: how many there are in all; planes: 2 where each holds the embeddings beside the features; newest: the positions of
    the last one while the run trains, float32 in base64, else "".
    """

    count: int
    planes: int
    steps: list[int]
    seconds: list[float]
    images: list[int]
    newest: str


class Line(TypedDict):
    """A number of the end; key: by which the glossary explains it."""

    key: str
    name: str
    value: str


class Result(TypedDict):
    """The numbers of the end: a table of those that features are compared by, a key for each row and column, and the others."""

    table: list[list[str]]
    keys: list[str]
    sides: list[str]
    lines: list[Line]


class Kinds(TypedDict):
    """Steps of which there is a map of each kind; seconds: of those of `pca`, which are all."""

    pca: list[int]
    umap: list[int]
    seconds: list[float]


class Keys(TypedDict):
    """What both kinds of map are called in addresses."""

    pca: str
    umap: str


class Reading(TypedDict):
    """How well a factor is read at each look, as R² or a share. guess: by who sees nothing; without a head no embedding."""

    key: str
    name: str
    help: str
    share: bool
    guess: float
    pixels: float | None
    features: list[float | None]
    embedding: list[float | None]


class Switch(TypedDict):
    """A knob to change in a copy of the run, what to, and what to expect of it."""

    knob: str
    value: float
    text: str
    help: str


class Kept(TypedDict):
    """What is kept and what is forgotten, over seconds; "missing" says why there is nothing."""

    title: str
    intro: str
    missing: str
    labels: dict[str, str]
    seconds: list[float]
    rows: list[Reading]
    sentences: list[str]
    switches: list[Switch]


class Moment(TypedDict):
    """All that the panel shows of a run at one moment."""

    version: str
    state: str
    method: str
    knobs: dict[str, Any]  # those that are not as usual
    line: str
    ended: bool
    example: Example | None
    tone: str
    name: str
    title: str
    status: str
    progress: float
    learned: Learned
    tiles: list[Tile]
    ending: Ending | None
    looks: Looks
    figures: dict[str, Any]
    warning: str
    pictures: Pictures | None
    maps: Kinds
    map_keys: Keys
    umap_pending: bool
    result: Result
    kept: Kept
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
    notes: NotRequired[list[str]]


class Deleted(TypedDict):
    """How many of a browser's runs were deleted, and of the things that it brought."""

    runs: int
    uploads: int


class Health(TypedDict):
    """That the app answers; waiting: runs in the queue; unseen: machines whose apps work in the same folder, without locks."""

    waiting: int
    unseen: list[str]


class Station(TypedDict):
    """A stop of one step in slow motion: which it is, what it is called, and what happens there."""

    key: str
    title: str
    text: str


class WalkVectors(TypedDict):
    """Rows of numbers that a network hands on, as a picture of a pixel each; strip: the pictures that they are of."""

    key: str
    name: str
    strip: str
    rows: int
    columns: int
    low: float
    high: float
    src: str


class WalkTable(TypedDict):
    """What a loss compares, entry by entry. kind: softmax, cosine or square.

    strip and rows: the picture of each row; across and columns: of each column; the names of either, where they have some.
    values: logits, cosines or mean squares, None where there is nothing; rest: logits of columns that are not shown. target:
    shares that a row of a softmax should have, in both. gradient: of the loss, below 0 where it pulls the two together.
    weight: of the table's loss in the whole. shares: parts of the loss, but for a softmax, where the page works them out.
    after: values after the step. grid: rows and columns of the patches that a row is made of.
    """

    kind: str
    key: str
    name: str
    strip: str
    rows: list[int]
    row_names: list[str]
    across: str
    columns: list[int]
    names: list[str]
    values: list[list[float | None]]
    rest: list[list[float]]
    target: list[list[float]]
    gradient: list[list[float]]
    weight: float
    shares: list[list[float]]
    after: list[list[float | None]]
    grid: list[int] | None


class WalkPart(TypedDict):
    """A network: the length of its gradient, None where none reaches it, and how far it moved, as a share of its length."""

    name: str
    label: str
    gradient: float | None
    moved: float


class Closer(TypedDict):
    """Cosines of the two views of each image, and the mean of those of different images, before the step and after it."""

    pairs: list[float]
    pairs_after: list[float]
    others: float
    others_after: float


class Term(TypedDict):
    """A part of a loss that is a loss too."""

    name: str
    value: float


class Walked(TypedDict):
    """One step in slow motion. step: of the run; of: images in one of its batches, of which these are the first `count`.

    strips: rows of pictures, as addresses, sides[NAME] pictures wide; rows: what they are called.
    """

    step: int
    of: int
    count: int
    rate: float
    loss: float
    loss_after: float
    terms: list[Term]
    temperature: float | None
    spread: float
    strips: dict[str, str]
    sides: dict[str, int]
    rows: dict[str, str]
    vectors: list[WalkVectors]
    tables: list[WalkTable]
    closer: Closer | None
    gradients: list[float] | None
    parts: list[WalkPart]
    numbers: dict[str, Any]
    stations: list[Station]
    words: dict[str, str]
