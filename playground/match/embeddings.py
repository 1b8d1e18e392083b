"""Embeddings of pictures and texts by a model, all of length 1. What was embedded once is kept."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playground.background import LATER, NOW, SOON, Background
from playground.match import networks
from playground.match.answers import Cut, Network, Template
from playground.match.checks import LENGTH, plain
from playground.match.question import Question
from playground.match.sets import PICTURES, Sets, pixels, size
from playground.match.sources import Source
from playground.match.words import sentences
from trainers.data import Dataset
from trainers.errors import UserError

Array = NDArray[np.float32]
SETS = 6  # whose embeddings are kept
SHOWN = 24  # letters that are shown of a place where a text was cut
READ = 50_000  # embeddings of texts that are kept
CHUNK_SECONDS, FIRST_CHUNK, LAST_CHUNK = 1.5, 32, 2_000  # of work between two looks at what is more urgent


class Prompts(NamedTuple):
    """M texts as a model reads them."""

    values: Array  # (M,D)
    known: list[bool]  # whether the model knows a word of each
    read: list[list[str]]  # the sentences of each
    cut: list[Cut]  # of those that were not read to their end


class Sentence(NamedTuple):
    """A sentence as a model reads it."""

    value: Array  # (D,)
    known: bool
    end: int  # letters that were read
    mark: bytes  # what was read


class Seen:
    """Embeddings of a data set by one model, as far as they are there."""

    def __init__(self, count: int) -> None:
        self.there = np.zeros(count, bool)
        self.values: Any = np.zeros((count, 0), np.float32)
        self.lock = threading.Lock()

    def keep(self, index: Sequence[int], found: Array) -> None:
        """Embeddings (n,D) of these images."""
        with self.lock:  # two may bring the first ones
            if not self.values.shape[1]:
                self.values = np.zeros((len(self.there), found.shape[1]), np.float32)
            self.values[list(index)] = found
            self.there[list(index)] = True


class Embeddings:
    """What models make of pictures and texts. Safe to call from many threads."""

    def __init__(self, sets: Sets, background: Background) -> None:
        self.sets, self.background = sets, background
        self._lock = threading.RLock()
        self._seen: OrderedDict[tuple[Source, str], Seen] = OrderedDict()
        self._about: OrderedDict[Source, Network] = OrderedDict()
        self._read: OrderedDict[tuple[Source, str], Sentence] = OrderedDict()

    def about(self, source: Source, one: Question) -> Network:
        """What a model is, once it is loaded."""
        if source not in self._about:
            self._about[source] = one.run(self.background, SOON, "loading", 0.0, networks.describe, source)
            one.progress = 0.0
        return self._about[source]

    def of_set(self, source: Source, name: str, data: Dataset, index: Sequence[int], one: Question) -> Array:
        """Embeddings (n,D) of those images of a data set."""
        with self._lock:
            seen = self._seen.setdefault((source, name), Seen(size(data)))
            self._seen.move_to_end((source, name))
            while len(self._seen) > SETS:
                self._seen.popitem(last=False)
        missing = [i for i in dict.fromkeys(index) if not seen.there[i]]
        done, chunk, base = 0, FIRST_CHUNK, one.progress
        while done < len(missing):
            part = missing[done : done + chunk]
            begun = time.monotonic()
            images = [pixels(data, i) for i in part]
            seen.keep(part, one.run(self.background, LATER, "seeing", 0.0, networks.see, source, images))
            done += len(part)
            one.progress = base + (1 - base) * done / len(missing)
            chunk = int(len(part) * CHUNK_SECONDS / max(0.01, time.monotonic() - begun))
            chunk = max(FIRST_CHUNK, min(LAST_CHUNK, chunk))
        return seen.values if isinstance(index, range) else seen.values[list(index)]  # the same array again has a graph

    def of_pictures(self, source: Source, references: Any, one: Question) -> Array:
        """Embeddings (n,D) of pictures that a question is about."""
        pictures = references if isinstance(references, list) else []
        if not 1 <= len(pictures) <= PICTURES:
            raise UserError("Choose from 1 to {most} pictures.", most=PICTURES)
        images = [self.sets.picture(p) for p in pictures]
        return one.run(self.background, NOW, "seeing", 0.2, networks.see, source, images)

    def of_texts(self, source: Source, texts: Sequence[str], template: Template, one: Question, apart: bool = False) -> Prompts:
        """Texts as means of the sentences that are read for each.

        apart: UserError where two texts differ only behind the place where the model cuts them, so that they would be one.
        """
        read = [sentences(plain(words)[:LENGTH], template) for words in texts]
        wanted = list(dict.fromkeys([*(s for several in read for s in several), *(plain(words)[:LENGTH] for words in texts)]))
        with self._lock:
            have = {s: self._read[source, s] for s in wanted if (source, s) in self._read}
        if missing := [s for s in wanted if s not in have]:
            found = one.run(self.background, NOW, "reading", 0.1, networks.read, source, missing)
            rows = zip(found.values, map(bool, found.known), found.ends, found.marks, strict=True)
            have |= {s: Sentence(*row) for s, row in zip(missing, rows, strict=True)}
            with self._lock:
                self._read.update({(source, s): have[s] for s in missing})
                while len(self._read) > READ:
                    self._read.popitem(last=False)
        cut = [found for i, words in enumerate(texts) if (found := _cut(i, plain(words), read[i], have))]
        if apart:
            _check_apart(texts, read, have, [one["text"] for one in cut], source.title)
        values = mean([[have[s].value for s in several] for several in read])
        return Prompts(values, [have[plain(t)[:LENGTH]].known for t in texts], read, cut)


def _cut(index: int, words: str, read: list[str], have: Mapping[str, Sentence]) -> Cut | None:
    """Where a text was cut, by the number of its letters or by the model, in one of its sentences at least."""
    ends = [one[: have[one].end] for one in read if have[one].end < len(one)]
    if len(words) > LENGTH:
        ends.append(words[:LENGTH])
    start = words if len(words) <= SHOWN else words[:SHOWN] + "…"
    return {"text": index, "start": start, "end": ends[0].rstrip()[-SHOWN:]} if ends else None


def _check_apart(
    texts: Sequence[str], read: list[list[str]], have: Mapping[str, Sentence], cut: Sequence[int], name: str
) -> None:
    """UserError where a text that was cut is read as another one is."""
    marks = [tuple(have[sentence].mark for sentence in several) for several in read]
    for i in cut:
        if same := [j for j, mark in enumerate(marks) if j != i and mark == marks[i]]:
            raise UserError(
                "{name} reads “{first}” and “{other}” as the same text, as it cuts both before they differ: shorten them.",
                name=name, first=_short(texts[min(i, same[0])], texts[max(i, same[0])]),
                other=_short(texts[max(i, same[0])], texts[min(i, same[0])]),
            )  # fmt: skip


def _short(words: str, other: str) -> str:
    """What shows of a long text that it is another one than the other: the letters around the first that differs."""
    at = next((i for i, (a, b) in enumerate(zip(words, other, strict=False)) if a != b), min(len(words), len(other)))
    begin, end = max(0, at - SHOWN), at + SHOWN
    return ("…" if begin else "") + words[begin:end] + ("…" if end < len(words) else "")


def mean(groups: Sequence[Sequence[Array] | Array]) -> Array:
    """The mean of each group of vectors (D,), made as long as 1: (m,D)."""
    found = np.stack([np.mean(group, 0) for group in groups])
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
    return found.astype(np.float32)
