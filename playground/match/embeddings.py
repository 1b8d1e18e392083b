"""Embeddings of pictures and texts by a model, all of length 1. What was embedded once is kept."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playground.background import LATER, NOW, SOON, Background
from playground.match import networks
from playground.match.answers import Network, Template
from playground.match.checks import plain
from playground.match.question import Question
from playground.match.sets import PICTURES, Sets, pixels, size
from playground.match.sources import Source
from playground.match.words import sentences
from trainers.data import Dataset
from trainers.errors import UserError

Array = NDArray[np.float32]
SETS = 6  # whose embeddings are kept
READ = 50_000  # embeddings of texts that are kept
CHUNK_SECONDS, FIRST_CHUNK, LAST_CHUNK = 1.5, 32, 2_000  # of work between two looks at what is more urgent


class Prompts(NamedTuple):
    """M texts as a model reads them."""

    values: Array  # (M,D)
    known: list[bool]  # whether the model knows a word of each
    read: list[list[str]]  # the sentences of each


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
        self._read: OrderedDict[tuple[Source, str], tuple[Array, bool]] = OrderedDict()

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

    def of_texts(self, source: Source, texts: Sequence[str], template: Template, one: Question) -> Prompts:
        """Texts as means of the sentences that are read for each."""
        read = [sentences(plain(words), template) for words in texts]
        wanted = list(dict.fromkeys([*(s for several in read for s in several), *map(plain, texts)]))
        with self._lock:
            have = {s: self._read[source, s] for s in wanted if (source, s) in self._read}
        if missing := [s for s in wanted if s not in have]:
            values, known = one.run(self.background, NOW, "reading", 0.1, networks.read, source, missing)
            have |= {s: (v, bool(k)) for s, v, k in zip(missing, values, known, strict=True)}
            with self._lock:
                self._read.update({(source, s): have[s] for s in missing})
                while len(self._read) > READ:
                    self._read.popitem(last=False)
        return Prompts(mean([[have[s][0] for s in several] for several in read]), [have[plain(t)][1] for t in texts], read)


def mean(groups: Sequence[Sequence[Array] | Array]) -> Array:
    """The mean of each group of vectors (D,), made as long as 1: (m,D)."""
    found = np.stack([np.mean(group, 0) for group in groups])
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
    return found.astype(np.float32)
