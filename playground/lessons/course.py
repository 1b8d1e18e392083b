"""The lessons as data: NAME.toml beside this file, in all languages; how a lesson is written is in CONTRIBUTING.md.

A text is a table of languages, {en = "...", zh = "..."}. What a lesson may name, and what it may not leave out, is checked when
it is read: ValueError with the lesson and the step.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from playground.texts import LANGUAGES

FOLDER = Path(__file__).parent
OWN = "own"  # in place of a run: the one that the step lets a person train
Text = Mapping[str, str]
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Reading:
    """A number of a run. when: "first", before it has learned anything, or "last"."""

    run: str
    measure: str
    when: Literal["first", "last"] = "last"


@dataclass(frozen=True)
class Choice:
    """An answer, and the reading that says how it does, where answers are compared."""

    key: str
    text: Text
    of: Reading | None = None


@dataclass(frozen=True)
class Training:
    """A run that a person may begin. enough: steps that it takes; shipped: the run that is read where there are fewer."""

    method: str
    dataset: str
    seconds: float
    knobs: Mapping[str, Any]
    enough: int
    shipped: str


@dataclass(frozen=True)
class Place:
    """A tab, the keys of the address that its view wants, and a CSS selector of the part that is lit."""

    tab: str
    view: Mapping[str, str]
    lit: str


@dataclass(frozen=True)
class Question:
    """What is predicted, and the readings that the right answer is made of; no answer is written down.

    kind: direction (rose, fell or stayed, from one reading to another), number (of one reading), most and least (of the
    choices' readings), class (of a run's map: whose neighbourhood is the most, or the least, its own: `want`).
    same: a change that is none, or how far a number may be off. names: what two readings are of, where these are two runs.
    because: why, by the answer that is right; "any" for all others.
    """

    kind: str
    ask: Text
    choices: tuple[Choice, ...]
    readings: tuple[Reading, ...]
    names: tuple[Text, ...]
    same: float
    low: float
    high: float
    by: float
    want: str
    because: Mapping[str, Text]
    train: Training | None
    seen: Place | None


@dataclass(frozen=True)
class Step:
    """A sentence or two about a part of the page, and a question or none."""

    text: Text
    place: Place
    question: Question | None


@dataclass(frozen=True)
class Lesson:
    """A lesson. after: what one knows then."""

    name: str
    number: int
    minutes: int
    title: Text
    after: Text
    steps: tuple[Step, ...]


DIRECTIONS = ("rose", "stayed", "fell")
KINDS = ("direction", "number", "most", "least", "class")


@cache
def lessons() -> dict[str, Lesson]:
    """All of them by name, in their order."""
    found = [read(path) for path in FOLDER.glob("*.toml")]
    return {lesson.name: lesson for lesson in sorted(found, key=lambda one: one.number)}


def read(path: Path) -> Lesson:
    """A lesson's file; ValueError where it is not as it has to be."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    where = path.stem
    steps: list[Step] = []
    for at, one in enumerate(table.pop("steps", []), 1):
        steps.append(_step(one, f"{where}, step {at}"))
    found = Lesson(
        where, _take(table, "number", where), _take(table, "minutes", where), _text(table, "title", where),
        _text(table, "after", where), tuple(steps),
    )  # fmt: skip
    _done(table, where)
    if not steps:
        raise ValueError(f"{where}: there are no steps.")
    return found


def runs_of(lesson: Lesson) -> Iterator[str]:
    """The runs that a lesson reads or shows, which have to ship."""
    for step in lesson.steps:
        places = [step.place, step.question.seen if step.question else None]
        for place in filter(None, places):
            yield from (run for key in ("run", "runs") for run in place.view.get(key, "").split(",") if run not in ("", OWN))
        if question := step.question:
            every = [*question.readings, *(one.of for one in question.choices if one.of)]
            yield from (reading.run for reading in every if reading.run != OWN)
            if question.train:
                yield question.train.shipped


def _step(table: dict[str, Any], where: str) -> Step:
    question = table.pop("question", None)
    found = Step(_text(table, "text", where), _place(table, where), _question(question, where) if question else None)
    _done(table, where)
    return found


def _place(table: dict[str, Any], where: str) -> Place:
    view = {key: str(value) for key, value in table.pop("view", {}).items()}
    return Place(_take(table, "tab", where), view, _take(table, "lit", where))


def _question(table: dict[str, Any], where: str) -> Question:
    kind = _take(table, "kind", where)
    if kind not in KINDS:
        raise ValueError(f"{where}: there is no kind of question {kind!r}, only {', '.join(KINDS)}.")
    readings = [_reading(table.pop(key), where) for key in ("from", "to", "of") if key in table]
    wanted = {"direction": 2, "number": 1, "class": 1}.get(kind, 0)
    if len(readings) != wanted:
        raise ValueError(f"{where}: a question of kind {kind} has {wanted} readings, not {len(readings)}.")
    names = tuple(_text(one, key, where) for one in [table.pop("names", {})] for key in ("from", "to") if key in one)
    if kind == "direction" and readings[0].measure != readings[1].measure and not names:
        raise ValueError(f"{where}: two measures want names, or nobody knows which is which.")
    choices: list[Choice] = []
    for key, one in table.pop("choices", {}).items():
        of = _reading(one.pop("of"), where) if "of" in one else None
        choices.append(Choice(key, _languages(one, f"{where}, choice {key}"), of))
    if kind == "direction" and choices and {one.key for one in choices} != set(DIRECTIONS):
        raise ValueError(f"{where}: the choices are {', '.join(DIRECTIONS)}.")
    if kind in ("most", "least") and (len(choices) < 2 or not all(one.of for one in choices)):
        raise ValueError(f"{where}: each of two choices or more has a reading.")
    because = {key: _languages(one, f"{where}, because {key}") for key, one in table.pop("because", {}).items()}
    train = _training(table.pop("train"), where) if "train" in table else None
    if (train is None) == any(reading.run == OWN for reading in [*readings, *(one.of for one in choices if one.of)]):
        raise ValueError(f"{where}: a run of one's own is read where one can be trained, and nowhere else.")
    seen = table.pop("seen", None)
    found = Question(
        kind, _text(table, "ask", where), tuple(choices), tuple(readings), names, float(table.pop("same", 0.0)),
        float(table.pop("low", 0.0)), float(table.pop("high", 1.0)), float(table.pop("by", 0.01)),
        table.pop("want", "least"), because, train, _place(seen, where) if seen else None,
    )  # fmt: skip
    _done(table, where)
    return found


def _training(table: dict[str, Any], where: str) -> Training:
    found = Training(
        _take(table, "method", where), _take(table, "data", where), float(_take(table, "seconds", where)),
        table.pop("knobs", {}), int(_take(table, "enough", where)), _take(table, "shipped", where),
    )  # fmt: skip
    _done(table, where)
    return found


def _reading(table: dict[str, Any], where: str) -> Reading:
    found = Reading(_take(table, "run", where), _take(table, "measure", where), table.pop("when", "last"))
    if found.when not in ("first", "last"):
        raise ValueError(f'{where}: a reading is of "first" or of "last".')
    _done(table, where)
    return found


def _take(table: dict[str, Any], key: str, where: str) -> Any:
    if key not in table:
        raise ValueError(f"{where}: there is no {key}.")
    return table.pop(key)


def _text(table: dict[str, Any], key: str, where: str) -> Text:
    return _languages(_take(table, key, where), f"{where}, {key}")


def _languages(found: Any, where: str) -> Text:
    if not isinstance(found, dict) or set(found) != set(LANGUAGES) or not all(one.strip() for one in found.values()):
        raise ValueError(f"{where}: a text has all languages, {', '.join(LANGUAGES)}.")
    return MappingProxyType(found)


def _done(table: Mapping[str, Any], where: str) -> None:
    if table:
        raise ValueError(f"{where}: {', '.join(table)} mean nothing here.")
