"""What the routes of Match answer, as the page's scripts get it."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Template = Literal["none", "one", "ensemble"]
Rows = list[list[float]]


class Model(TypedDict):
    """A model in the list to choose from."""

    id: str
    kind: Literal["shipped", "run", "known"]
    title: str
    size: str
    note: str
    licence: str
    speed: str
    multilingual: bool


class DataSet(TypedDict):
    """A data set whose pictures can be looked through."""

    id: str
    title: str


class CountedSet(DataSet):
    """A person's own data set: how many pictures and classes it has, and sentences about how it was understood."""

    count: int
    classes: int
    notes: list[str]


class Models(TypedDict):
    """What there is to choose from; local: whether paths of this machine may be named."""

    models: list[Model]
    sets: list[DataSet]
    local: bool


class OwnPicture(TypedDict):
    """A person's own picture."""

    own: str
    name: str


class OwnPictures(TypedDict):
    """A person's own pictures that are kept, sentences about how they were read, and about the others."""

    pictures: list[OwnPicture]
    notes: list[str]
    skipped: list[str]


class OwnSet(TypedDict):
    """A person's own set that is kept, and sentences about files that are not in it."""

    set: CountedSet
    skipped: list[str]


class Progress(TypedDict):
    """How far a question is that has no answer yet."""

    state: Literal["working", "waiting"]
    progress: float
    words: str


class Network(TypedDict):
    """What a network is: pixels a side, numbers of an embedding, tokens that a text may have, logit scale.

    bias: that of the logits, null where there is none; patches: whether it sees patches that can be compared with a text.
    """

    size: int
    dimensions: int
    parameters: int
    bytes: int
    tokens: int
    scale: float
    bias: float | None
    patches: bool
    licence: str
    multilingual: bool


class About(Network):
    """A model that is loaded."""

    id: str
    title: str


class Loaded(TypedDict):
    """The answer to load."""

    about: About


class Words(TypedDict):
    """What a data set says of one of its pictures."""

    name: str
    caption: str | None
    label: str | None


class Picture(Words):
    """A picture of a data set."""

    set: str
    index: int


class Dealt(TypedDict):
    """The answer to deal."""

    pictures: list[Picture]


class Neutral(TypedDict):
    """A text that fits every picture a little; its shares are the last ones of to_text (n,m+1)."""

    text: str
    cosines: list[float]
    to_text: Rows


class Cut(TypedDict):
    """A text of which only the beginning was read: which one, how it begins, and the last letters that were read."""

    text: int
    start: str
    end: str


class Matched(TypedDict):
    """The answer to match: n pictures with m texts; read: the sentences of each text; unknown: texts of unknown words.

    each: the share of yes for each pair by itself, by a model that has a logit bias; null by others.
    """

    cosines: Rows
    to_text: Rows
    to_image: Rows
    each: Rows | None
    scale: float
    neutral: Neutral | None
    read: list[list[str]]
    unknown: list[int]
    cut: list[Cut]
    texts: list[str]


class Place(TypedDict):
    """The answer to place: where in a picture a text is, in grids of rows from the top.

    drop: how far the cosine falls where a window around each of the points is hidden; patches: cosines of a transformer's own
    patches, as far as it has any that compare with a text; cosine: of the whole picture.
    """

    cosine: float
    drop: Rows
    window: float
    patches: Rows | None
    cut: list[Cut]


class Hit(Words):
    """A picture that was found."""

    index: int
    cosine: float


class Found(TypedDict):
    """The answer to find."""

    hits: list[Hit]
    of: int
    seconds: float
    how: Literal["exact", "usearch"]
    cut: list[Cut]


class TextHit(TypedDict):
    """A text that fits a picture; each: its share of yes by itself, by a model that has a logit bias."""

    text: str
    cosine: float
    share: float
    each: float | None


class Texts(TypedDict):
    """The answer to texts: the best of so many."""

    hits: list[TextHit]
    of: int
    cut: list[Cut]


class ClassScore(TypedDict):
    """How many of a class's pictures were recognised; null where there are none."""

    name: str
    accuracy: float | None
    count: int


class Mistake(TypedDict):
    """A picture that got a wrong class."""

    set: str
    index: int
    true: str
    said: str
    share: float


class Judged(TypedDict):
    """What the same features reach with labels."""

    knn: float
    probe: float


class Tested(Judged):
    """The answer to test; confusion: rows are true classes, columns what was said; cut: names of classes by which one."""

    accuracy: float
    chance: float
    of: int
    classes: list[ClassScore]
    confusion: list[list[int]]
    prompts: list[str]
    cut: list[Cut]
    mistakes: list[Mistake]


class Table(TypedDict):
    """Cosines (n,n) of images, as rows, and captions."""

    columns: list[str]
    values: Rows


class Matches(TypedDict):
    """How often the right caption comes first, or among five, of so many."""

    match_1: float
    match_5: float
    match_of: int


class Lesson(TypedDict):
    """Where a run of CLIP stands and what it has learned."""

    run: str
    state: str
    title: str
    step: int
    seconds: float
    words: str
    progress: float
    symmetric: bool
    table: Table | None
    picture: str | None
    diagonal: float | None
    rest: float | None
    scale: float | None
    losses: dict[str, Any] | None
    scales: dict[str, Any] | None
    match: Matches | None
