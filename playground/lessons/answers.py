"""What the lessons' routes answer, in one language."""

from __future__ import annotations

from typing import Literal, TypedDict


class Summary(TypedDict):
    """A lesson in the list of all: what one knows afterwards, minutes, and how many steps it has."""

    name: str
    number: int
    title: str
    after: str
    minutes: int
    steps: int


class Place(TypedDict):
    """A tab of the page, the keys of the address that its view wants, and a CSS selector of the part that is lit."""

    tab: str
    view: dict[str, str]
    lit: str


class Choice(TypedDict):
    """An answer that can be chosen."""

    key: str
    text: str


class Training(TypedDict):
    """A run that an answer can be seen by: what it begins with; shipped: the run that is used where none is trained."""

    method: str
    dataset: str
    seconds: float
    seed: int
    knobs: dict[str, str | float | bool]
    named: str
    shipped: str


class Question(TypedDict):
    """What is predicted. kind map: by a click on a point, or by one of the choices; low, high, by: of a number."""

    kind: Literal["choice", "number", "map"]
    ask: str
    choices: list[Choice]
    low: float
    high: float
    by: float
    style: str
    train: Training | None
    seen: Place | None


class Step(TypedDict):
    """A step of a lesson."""

    text: str
    place: Place
    question: Question | None


class Lesson(Summary):
    """A lesson, whole; words: what the panel says around it."""

    parts: list[Step]
    words: dict[str, str]
    after_this: str


class Catalogue(TypedDict):
    """All lessons, and what the list of them says around."""

    lessons: list[Summary]
    words: dict[str, str]


class Verdict(TypedDict):
    """What a run's numbers say of a prediction. state waits: the run has not ended; run: the one that was read."""

    state: Literal["judged", "waits"]
    right: bool
    key: str
    text: str
    because: str
    source: str
    run: str
