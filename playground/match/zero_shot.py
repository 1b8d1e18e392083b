"""Zero-shot classification: each picture gets the class whose words are nearest; beside it what labels would teach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.background import SOON
from playground.match import checks
from playground.match.answers import ClassScore, Cut, Judged, Mistake, Network, Tested
from playground.match.embeddings import Array, Embeddings, mean
from playground.match.pairs import softmax
from playground.match.question import Question
from playground.match.sources import Source
from playground.match.words import class_name, members
from playground.turns import turn
from trainers import evaluate, metrics
from trainers.data import Dataset
from trainers.errors import UserError

JUDGED, BANK, MISTAKES = 2_000, 2_000, 24  # images that a test is of, that a probe learns from; mistakes shown
Labels = NDArray[np.int64]


def test(embeddings: Embeddings, source: Source, body: Mapping[str, Any], language: str, one: Question) -> Tested:
    """How many held-out pictures of a set get their class."""
    name, data = embeddings.sets.set(body.get("set"))
    if data.test.labels is None or data.train.labels is None:
        raise UserError("These images have no labels, so there is nothing to test against: choose a set with classes.")
    if len(data.classes) < 2:
        raise UserError("All of these images are of one class, so no answer can be wrong: choose a set with several classes.")
    about = embeddings.about(source, one)
    prompts, classes, cut = _classes(embeddings, source, body, data, language, about, one)
    one.progress = 0.0
    index, bank = evaluate.subset(data.test, JUDGED).tolist(), evaluate.subset(data.train, BANK).tolist()
    both = embeddings.of_set(source, name, data, [*index, *(len(data.test) + i for i in bank)], one)
    features, known = both[: len(index)], both[len(index) :]
    labels, known_labels = data.test.labels[index].numpy(), data.train.labels[bank].numpy()
    with turn():
        share = softmax(about["scale"] * features @ classes.T, 1)
        said = share.argmax(1)
    names = [class_name(data, label, language) for label in range(len(data.classes))]
    confusion = count_pairs(labels, said, len(names))
    counts = confusion.sum(1)
    beside = one.run(embeddings.background, SOON, "probing", 1.0, judge, features, labels, known, known_labels)
    return {
        "accuracy": float((said == labels).mean()), "chance": float(counts.max() / counts.sum()), "of": len(labels),
        "knn": beside["knn"], "probe": beside["probe"], "classes": _scores(names, confusion),
        "confusion": confusion.tolist(), "prompts": prompts, "cut": cut,
        "mistakes": [_mistake(name, index[i], names[labels[i]], names[said[i]], share[i]) for i in worst(share, labels)],
    }  # fmt: skip


def _classes(
    embeddings: Embeddings, source: Source, body: Mapping[str, Any], data: Dataset, language: str, about: Network, one: Question
) -> tuple[list[str], Array, list[Cut]]:
    """What is read first for each of k classes, the means (k,D) of their words, and which names were cut."""
    template, own = checks.template(body), "zh" if language == "zh" and about["multilingual"] else "en"
    prompts, groups, first = list[str](), list[Array](), list[str]()
    for label in range(len(data.classes)):
        words = [class_name(data, label, own), *members(data, label, own)]
        found = embeddings.of_texts(source, words, template, one)
        first.append(words[0])
        prompts.append(found.read[0][0])
        groups.append(found.values)
    cut = embeddings.of_texts(source, first, template, one, apart=True).cut  # no two classes are one
    return prompts, mean(groups), cut


def count_pairs(true: Labels, said: Labels, k: int) -> Labels:
    """How often each of k classes was taken for each: (k,k), a row a true class."""
    return np.bincount(true * k + said, minlength=k * k).reshape(k, k)


def worst(share: Array, labels: Labels) -> list[int]:
    """Of pictures with shares (n,k) those that got a wrong class, the surest first."""
    said = share.argmax(1)
    return [i for i in np.argsort(-share.max(1)).tolist() if said[i] != labels[i]][:MISTAKES]


def judge(features: Array, labels: Any, bank: Array, bank_labels: Any, watch: Any) -> Judged:
    """kNN and linear probe of the features (N,D), from those of images with labels (M,D)."""
    x, y, b, bl = (torch.from_numpy(np.ascontiguousarray(a)) for a in (features, labels, bank, bank_labels))
    return {"knn": metrics.knn_accuracy(x, y, b, bl), "probe": metrics.linear_probe(x, y, b, bl)}


def _scores(names: list[str], confusion: Labels) -> list[ClassScore]:
    return [
        {"name": name, "accuracy": float(row[i] / row.sum()) if row.sum() else None, "count": int(row.sum())}
        for i, (name, row) in enumerate(zip(names, confusion, strict=True))
    ]


def _mistake(name: str, index: int, true: str, said: str, share: Array) -> Mistake:
    return {"set": name, "index": index, "true": true, "said": said, "share": float(share.max())}
