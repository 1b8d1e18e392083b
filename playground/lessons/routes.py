"""The lessons' routes: the list of them, one of them, and what runs say of an answer, in one language."""

from __future__ import annotations

from typing import Any

from starlette.routing import BaseRoute, Route

from playground.lessons import course
from playground.lessons.answers import Catalogue, Choice, Lesson, Place, Question, Step, Summary, Training
from playground.lessons.judge import judge
from playground.lessons.painted import Likeness
from playground.lessons.readings import style_of
from playground.maps.making import Maps
from playground.page.http import answer, language
from playground.texts import classes, knobs_said, table, text
from trainers.errors import NotFound

PREFIX = "lessons."
SEED = 0
NO_LESSON = "There is no lesson called {name}: the Learn tab has them all."


def routes(maps: Maps) -> list[BaseRoute]:
    """/lessons, /lessons/NAME, /lessons/NAME/STEP/verdict."""
    likeness = Likeness(maps)

    def catalogue(p: Any, q: Any) -> Catalogue:
        found = [summary(one, language(q)) for one in course.lessons().values()]
        return {"lessons": found, "words": words(language(q))}

    def lesson(p: Any, q: Any) -> Lesson:
        return told(maps, named(p["name"]), language(q))

    def verdict(p: Any, q: Any) -> Any:
        steps = named(p["name"]).steps
        question = steps[p["step"] - 1].question if 1 <= p["step"] <= len(steps) else None
        if question is None:
            raise NotFound(NO_LESSON, name=f"{p['name'][:40]}, {p['step']}")
        return judge(maps, likeness, question, q.get("said", ""), q.get("own", ""), language(q))

    return [
        Route("/lessons", answer(catalogue)),
        Route("/lessons/{name}", answer(lesson)),
        Route("/lessons/{name}/{step:number}/verdict", answer(verdict)),
    ]


def named(name: str) -> course.Lesson:
    """A lesson by its name; NotFound where there is none."""
    if name not in course.lessons():
        raise NotFound(NO_LESSON, name=name[:40])
    return course.lessons()[name]


def words(language: str) -> dict[str, str]:
    """What stands around every lesson."""
    return {key.removeprefix(PREFIX): found for key, found in table(language).items() if key.startswith(PREFIX)}


def summary(one: course.Lesson, language: str) -> Summary:
    """A lesson in the list of all."""
    return {
        "name": one.name, "number": one.number, "title": one.title[language], "after": one.after[language],
        "minutes": one.minutes, "steps": len(one.steps),
    }  # fmt: skip


def told(maps: Maps, one: course.Lesson, language: str) -> Lesson:
    """A lesson, whole; without anything that gives an answer away."""
    every = list(course.lessons().values())
    after = next((other.name for other in every if other.number > one.number), "")
    parts: list[Step] = [
        {
            "text": step.text[language], "place": place(step.place),
            "question": asked(maps, step.question, language) if step.question else None,
        } for step in one.steps
    ]  # fmt: skip
    return {**summary(one, language), "parts": parts, "words": words(language), "after_this": after}


def place(found: course.Place) -> Place:
    """Where a step is."""
    return {"tab": found.tab, "view": dict(found.view), "lit": found.lit}


def asked(maps: Maps, question: course.Question, language: str) -> Question:
    """A question as the page asks it."""
    style = style_of(question.readings[0].measure) if question.kind == "number" else ""
    seen = question.seen
    return {
        "kind": "number" if question.kind == "number" else "map" if question.kind == "class" else "choice",
        "ask": question.ask[language], "choices": choices(maps, question, language), "low": question.low,
        "high": question.high, "by": question.by, "style": style, "train": training(question.train, language),
        "seen": place(seen) if seen else None,
    }  # fmt: skip


def choices(maps: Maps, question: course.Question, language: str) -> list[Choice]:
    """The answers: those of the lesson, else the three directions, or the classes of the map."""
    if question.choices:
        return [{"key": one.key, "text": one.text[language]} for one in question.choices]
    if question.kind == "direction":
        return [{"key": key, "text": text(language, f"{PREFIX}say_{key}")} for key in course.DIRECTIONS]
    if question.kind == "class":
        known = maps.images(question.readings[0].run).classes
        return [{"key": one, "text": classes(language).get(one, one)} for one in known]
    return []


def training(found: course.Training | None, language: str) -> Training | None:
    """What can be trained to see it."""
    if found is None:
        return None
    said = text(language, "live.comma").join(knobs_said(language, found.method, found.knobs))
    return {
        "method": found.method, "dataset": found.dataset, "seconds": found.seconds, "seed": SEED,
        "knobs": dict(found.knobs), "named": said, "shipped": found.shipped,
    }  # fmt: skip
