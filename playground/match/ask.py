"""What the Match tab, and the API, ask of a model that compares images with texts.

A question is answered in a thread; what a network has to do for it is done by networks.py in a background process.
Whoever asks is told how far it is and asks the same again; what nobody asks for any more is given up.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from playground.background import LATE, Background, Cancelled
from playground.maps.making import Maps
from playground.match import hub
from playground.match.answers import Loaded, Progress
from playground.match.embeddings import Embeddings
from playground.match.models import SHIPPED, Models
from playground.match.own import Own
from playground.match.pairs import match
from playground.match.place import place
from playground.match.question import WAITS, Person, Question
from playground.match.search import find, texts
from playground.match.sets import Sets
from playground.match.sources import Source
from playground.match.zero_shot import test
from playground.texts import text
from trainers.errors import UserError

PATIENCE, KEPT = 0.3, 128  # seconds till “working”; answers that are kept
OPEN, OPEN_EACH = 40, 8  # questions that are open at once: of all, or more where one address may have half of that; of one page
LONGEST = 120.0  # seconds that a program may wait for its answer
Work = Callable[[Any, Mapping[str, Any], str, Question], Mapping[str, Any]]  # of a source; None where no model is needed


def load(embeddings: Embeddings, source: Source, body: Mapping[str, Any], language: str, one: Question) -> Loaded:
    """What a model is."""
    about = embeddings.about(source, one)
    return {"about": {**about, "id": str(body.get("model") or SHIPPED), "title": source.title}}


class Matching:
    """Models, pictures and questions. Safe to call from many threads. local: whether paths of this machine may name models."""

    def __init__(self, maps: Maps, background: Background, local: bool = True, uploads: bool = True) -> None:
        self.maps, self.background = maps, background
        self.models = Models(maps, local)
        self.sets = Sets(maps.runs.root / "own")
        self.own = Own(self.sets, uploads, maps.share)
        self.embeddings = Embeddings(self.sets, background)
        kinds = {"load": load, "match": match, "find": find, "texts": texts, "test": test, "place": place}
        self.kinds: dict[str, Work] = {name: partial(work, self.embeddings) for name, work in kinds.items()}
        self.kinds["deal"] = lambda source, body, language, one: self.sets.deal(body, language)
        self._questions: OrderedDict[str, Question] = OrderedDict()
        self._lock = threading.RLock()
        self.open = max(OPEN, 2 * maps.runs.limits.questions_address)  # one address never closes it for the others
        self._pool = ThreadPoolExecutor(self.open, "matching")  # or an open question waited for a thread that another one holds

    def close(self) -> None:
        """Forget what nobody can wait for any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def ask(
        self, kind: str, body: Mapping[str, Any], language: str, patience: float = PATIENCE, address: str = ""
    ) -> Mapping[str, Any]:
        """The answer, with "state": "done", or how far it is: "working" or "waiting", "progress" and "words".

        Asked again with the same words it goes on waiting. UserError where there is no answer, or who asks, or the address
        that it comes from, has too many questions open.
        """
        if kind not in self.kinds:
            raise UserError("There is no question “{name}”.", name=kind[:40])
        who, rest = (address, str(body.get("who", ""))[:40]), {name: value for name, value in body.items() if name != "who"}
        source = None if kind == "deal" else self.models.source(body.get("model"))  # a run that has learned more is another one
        key = json.dumps([kind, rest, language, repr(source)], sort_keys=True)
        one = self._question(key, who, kind, source, rest, language)
        assert one.future is not None
        try:
            return {"state": "done"} | one.future.result(patience)
        except TimeoutError:
            if not one.is_open():  # it was the answer's own
                raise
            return _progress(one, language)
        except BaseException as error:
            with self._lock:
                self._questions.pop(key, None)  # another try is another one
            if isinstance(error, Cancelled):  # by those who left, and now somebody asks again
                return _progress(Question(), language)
            raise

    def wait(self, kind: str, body: Mapping[str, Any], language: str = "en", address: str = "") -> Any:
        """The answer, as long as LONGEST; UserError after that."""
        until = time.monotonic() + LONGEST
        while (found := self.ask(kind, body, language, WAITS / 3, address))["state"] != "done":
            if time.monotonic() > until:
                raise UserError(LATE, seconds=f"{LONGEST:g}")
        return found

    def _question(
        self, key: str, who: Person, kind: str, source: Source | None, body: Mapping[str, Any], language: str
    ) -> Question:
        """The open or answered question of that key, else a new one."""
        with self._lock:
            one = self._questions.get(key)
            if one is None:
                self._make_room(who)
                one = self._questions[key] = Question({who: time.monotonic()})
                one.future = self._pool.submit(self._answer, one, kind, source, body, language)
            one.people[who] = time.monotonic()
            self._questions.move_to_end(key)
            for old in [key for key, other in self._questions.items() if not other.is_open()][:-KEPT]:
                del self._questions[old]
        return one

    def _make_room(self, who: Person) -> None:
        """UserError where all, a page or an address has as many questions open as it may: nobody closes it for the others."""
        asking = [person for one in self._questions.values() if one.is_open() for person in one.waiting()]
        if asking.count(who) >= OPEN_EACH:
            raise UserError("Too many of your questions are being answered: wait until some are.")
        self.maps.runs.limits.admit([address for address, _ in asking].count(who[0]))
        if sum(one.is_open() for one in self._questions.values()) >= self.open:
            raise UserError("Too many questions are being answered: try again in a minute.")

    def _answer(self, one: Question, kind: str, source: Source | None, body: Mapping[str, Any], language: str) -> Any:
        if not one.is_wanted():
            raise Cancelled
        one.begun = True
        if source is not None:  # here: in the background, everybody would wait for a download
            one.words = "downloading" if source.kind in ("hub", "name") else one.words
            hub.fetched(source, lambda share: _tell(one, share))
            one.progress = 0.0
        return self.kinds[kind](source, body, language, one)


def _tell(one: Question, share: float) -> None:
    one.progress = share
    if not one.is_wanted():
        raise Cancelled


def _progress(one: Question, language: str) -> Progress:
    words = text(language, f"match.wait_{one.words}")
    return {"state": "working" if one.begun else "waiting", "progress": one.progress, "words": words}
