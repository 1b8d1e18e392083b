"""Search: the pictures of a set that are nearest to a text or a picture, and the texts that are nearest to a picture."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.match import checks
from playground.match.answers import Cut, Found, TextHit, Texts
from playground.match.embeddings import Array, Embeddings
from playground.match.pairs import by_itself, softmax
from playground.match.question import Question
from playground.match.sets import size, words_of
from playground.match.sources import Source
from playground.match.words import vocabulary
from playground.once import Once
from playground.turns import turn

LISTED, HITS, TOLD = 2_000, 60, 50  # texts of a question; pictures and texts of an answer: at most
EXACT = 100_000  # images up to which all are compared
How = Literal["exact", "usearch"]


def find(embeddings: Embeddings, source: Source, body: Mapping[str, Any], language: str, one: Question) -> Found:
    """The pictures of a set that are nearest to "text", or to "picture", which is left out itself."""
    name, data = embeddings.sets.set(body.get("set"))
    embeddings.about(source, one)
    count, cut = int(checks.number(body.get("count", 24), 1, HITS)), list[Cut]()
    if body.get("picture") is not None:
        query = embeddings.of_pictures(source, [body["picture"]], one)[0]
    else:
        prompts = embeddings.of_texts(source, checks.texts([body.get("text")], 1), checks.template(body), one)
        query, cut = prompts.values[0], prompts.cut
    one.progress = 0.0
    gallery = embeddings.of_set(source, name, data, range(size(data)), one)
    begun = time.perf_counter()
    index, cosine, how = nearest(query, gallery, count + 1)
    like = body.get("picture") or {}
    itself = checks.index(like.get("index"), size(data)) if like.get("set") == name and not like.get("own") else None
    hits = [(i, c) for i, c in zip(index.tolist(), cosine.tolist(), strict=True) if i != itself]
    return {
        "hits": [{"index": i, "cosine": c, **words_of(data, i, language)} for i, c in hits[:count]],
        "of": len(gallery), "seconds": time.perf_counter() - begun, "how": how, "cut": cut,
    }  # fmt: skip


def texts(embeddings: Embeddings, source: Source, body: Mapping[str, Any], language: str, one: Question) -> Texts:
    """The texts, of a list or of a set's own words, that are nearest to a picture."""
    about = embeddings.about(source, one)
    if body.get("texts"):
        listed = checks.texts(body["texts"], LISTED)
    else:
        _, data = embeddings.sets.set(body.get("set"))
        listed = vocabulary(data, str(body.get("language") or language), LISTED)
    image = embeddings.of_pictures(source, [body.get("picture")], one)
    one.progress = 0.2
    prompts = embeddings.of_texts(source, listed, checks.template(body), one, apart=bool(body.get("texts")))
    cosines = (image @ prompts.values.T)[0]
    share = softmax(about["scale"] * cosines, 0)
    each = by_itself(cosines, about["scale"], about["bias"])
    order = np.argsort(-cosines)[: int(checks.number(body.get("count", 20), 1, TOLD))]
    hits: list[TextHit] = [
        {"text": listed[i], "cosine": float(cosines[i]), "share": float(share[i]),
         "each": each and each[i]} for i in order
    ]  # fmt: skip
    return {"hits": hits, "of": len(listed), "cut": prompts.cut}


def nearest(query: Array, gallery: Array, count: int) -> tuple[NDArray[np.int64], Array, How]:
    """The nearest of gallery (N,D) to query (D,), all of length 1: indices, cosines, and how they were found.

    Up to EXACT images every one is compared; past that by an HNSW graph (usearch), whose recall is above 0.9, not 1, and
    less where many images are the same.
    """
    count = min(count, len(gallery))
    if len(gallery) <= EXACT:
        with turn():
            cosines, index = (torch.from_numpy(gallery) @ torch.from_numpy(query)).topk(count)
        return index.numpy(), cosines.numpy(), "exact"
    graph = _graph(_Same(gallery))
    with turn():
        index = np.asarray(graph.search(query, count).keys, np.int64)
        return index, gallery[index] @ query, "usearch"


class _Same:
    """An array that is equal to itself alone: a key of a cache."""

    def __init__(self, values: Array) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.values is other.values

    def __hash__(self) -> int:
        return hash((id(self.values), self.values.shape))


def _built(gallery: _Same) -> Any:
    from usearch.index import Index

    index = Index(ndim=gallery.values.shape[1], metric="ip", dtype="f32")
    with turn():
        index.add(np.arange(len(gallery.values)), gallery.values)
    return index


_graph = Once(_built, 2)
