"""A prediction judged by the numbers of runs: which answer is right is worked out here, and nowhere written down."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from playground.lessons.answers import Verdict
from playground.lessons.course import DIRECTIONS, OWN, Question, Reading
from playground.lessons.painted import Likeness
from playground.lessons.readings import PAINTED, name, number, style_of
from playground.maps.making import Maps
from playground.runs.numbers import written
from playground.runs.shipped import is_example
from playground.runs.store import ENDED
from playground.texts import classes, sentence, text
from trainers.errors import UserError

UNTOLD = "The run {run} does not tell this number: it is of another version of the app, or ended before it was measured."
NOT_ANSWERED = "This is none of the answers: choose one of them, or a number in the range."
WAITS: Verdict = {"state": "waits", "right": False, "key": "", "text": "", "because": "", "source": "", "run": ""}


def judge(maps: Maps, likeness: Likeness, question: Question, said: str, own: str, language: str) -> Verdict:
    """What the runs say of the answer `said`; own: the run that this browser trained for it, or "".

    UserError where the answer is none, a run is not there, or does not tell its number.
    """
    used, source = own, ""
    if question.train is not None:
        if own and maps.runs.state(own).kind not in ENDED:
            return WAITS
        used, source = _run_of(maps, question, own, language)
    ask = _Asked(maps, likeness, question, used, language)
    found = {"direction": ask.direction, "number": ask.number, "class": ask.group}.get(question.kind, ask.best)(said)
    key = found["key"]
    why = question.because.get(key, question.because.get("any"))
    run = used or (question.readings or [one.of for one in question.choices if one.of])[0].run
    said_by = source or ask.source()
    return Verdict(state="judged", **found, because=why[language] if why else "", source=said_by, run=run)


def _run_of(maps: Maps, question: Question, own: str, language: str) -> tuple[str, str]:
    """The run that is read in place of one's own, and what the page says of that."""
    train = question.train
    assert train is not None
    if not own:
        return train.shipped, text(language, "lessons.by_shipped")
    state, events = maps.runs.state(own), maps.runs.view(own).events
    steps = events[-1]["step"] if events else 0
    if steps < train.enough:
        why = sentence(language, state.sentence, state.values) if state.sentence else ""
        said = text(language, "lessons.too_short", steps=f"{steps:,}", enough=f"{train.enough:,}")
        return train.shipped, " ".join(filter(None, (why, said)))
    return own, text(language, "lessons.by_own", steps=f"{steps:,}")


class _Asked:
    """A question with its runs, in one language."""

    def __init__(self, maps: Maps, likeness: Likeness, question: Question, own: str, language: str) -> None:
        self.maps, self.likeness, self.question, self.own, self.language = maps, likeness, question, own, language

    def t(self, key: str, **values: object) -> str:
        return text(self.language, f"lessons.{key}", **values)

    def value(self, reading: Reading) -> float:
        run = self.own if reading.run == OWN else reading.run
        if reading.measure in PAINTED:
            return self.likeness(run)[PAINTED.index(reading.measure)]
        found = number(self.maps.runs.view(run).events, reading)
        if found is None:
            raise UserError(UNTOLD, run=run)
        return found

    def source(self) -> str:
        """That what is read has come with the app."""
        readings = [*self.question.readings, *(one.of for one in self.question.choices if one.of)]
        shipped = all(is_example(self.maps.runs.folder(one.run)) for one in readings if one.run != OWN)
        return self.t("shipped") if shipped else ""

    def name(self, a: Reading, b: Reading) -> str:
        """What both readings are of: a measure, or a factor that is read in two places."""
        (one, _, factor), (other, _, same) = a.measure.partition("."), b.measure.partition(".")
        if factor and factor == same and one != other:
            return self.t("in_both", factor=text(self.language, f"kept.factor_{factor}"))
        return name(b.measure, self.language)

    def shown(self, value: float, measure: str) -> str:
        return written(value, style_of(measure))

    def direction(self, said: str) -> dict[str, Any]:
        """Whether a number rose, fell or stayed from one reading to the other."""
        question, (a, b) = self.question, self.question.readings
        first, last = self.value(a), self.value(b)
        key = "stayed" if abs(last - first) <= question.same else "rose" if last > first else "fell"
        if said not in DIRECTIONS:
            raise UserError(NOT_ANSWERED)
        values = {"a": self.shown(first, a.measure), "b": self.shown(last, b.measure), "name": self.name(a, b)}
        if question.names:
            one, other = (found[self.language] for found in question.names)
            told = self.t("pair", **values, one=one, other=other)
        else:
            told = self.t(key, **values)
        return {"right": said == key, "key": key, "text": self.answered(said == key, told, self.chosen(said))}

    def number(self, said: str) -> dict[str, Any]:
        """How far a guess is off."""
        (reading,) = self.question.readings
        try:
            guess = float(said)
        except ValueError as error:
            raise UserError(NOT_ANSWERED) from error
        if not math.isfinite(guess):
            raise UserError(NOT_ANSWERED)
        found = self.value(reading)
        right = abs(found - guess) <= self.question.same
        shown, guessed = self.shown(found, reading.measure), self.shown(guess, reading.measure)
        told = self.t("number", name=name(reading.measure, self.language), a=shown)
        near = right and shown != guessed
        return {"right": right, "key": "any", "text": self.answered(right, told, guessed, "near" if near else "right")}

    def best(self, said: str) -> dict[str, Any]:
        """Which of the choices has the most, or the least; those that are equal as far as they show are right together."""
        question = self.question
        readings = {one.key: one.of for one in question.choices if one.of}
        if said not in readings:
            raise UserError(NOT_ANSWERED)
        values = {key: self.value(of) for key, of in readings.items()}
        top = (max if question.kind == "most" else min)(values, key=lambda key: values[key])
        right = abs(values[said] - values[top]) <= question.same
        texts = {one.key: one.text[self.language] for one in question.choices}
        order = sorted(values, key=lambda key: values[key], reverse=question.kind == "most")
        listed = self.t("comma").join(
            self.t("each", what=texts[key], a=self.shown(values[key], readings[key].measure)) for key in order
        )
        measures = {name(of.measure, self.language) for of in readings.values()}
        told = self.t("listed", name=measures.pop(), list=listed) if len(measures) == 1 else self.t("list", list=listed)
        return {"right": right, "key": top, "text": self.answered(right, told, texts[said])}

    def group(self, said: str) -> dict[str, Any]:
        """Which class's images have the most, or the fewest, neighbours of their own class."""
        (reading,) = self.question.readings
        run = self.own if reading.run == OWN else reading.run
        data, step = self.maps.images(run), self.maps.steps(run)[-1]
        labels = data.test.labels
        if labels is None:
            raise UserError(UNTOLD, run=run)
        known = labels.numpy()
        purity = self.maps.measures.purity(run, step)
        shares = {
            one: float(np.mean(purity[known == place])) for place, one in enumerate(data.classes) if (known == place).any()
        }
        if said not in shares:
            raise UserError(NOT_ANSWERED)
        top = (max if self.question.want == "most" else min)(shares, key=lambda one: shares[one])
        called = {one: classes(self.language).get(one, one) for one in shares}
        key = f"class_{self.question.want}" + ("_right" if said == top else "")
        values = {"top": called[top], "a": written(shares[top], ".0%"), "said": called[said], "b": written(shares[said], ".0%")}
        told = self.t(key, **values)
        return {"right": said == top, "key": "any", "text": self.answered(said == top, told, called[said])}

    def chosen(self, said: str) -> str:
        """A direction as it stood among the choices."""
        texts = {one.key: one.text[self.language] for one in self.question.choices}
        return texts.get(said) or self.t(f"say_{said}")

    def answered(self, right: bool, told: str, said: str, so: str = "right") -> str:
        return self.t(so if right else "wrong", said=said, told=told)
