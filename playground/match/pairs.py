"""Pictures with labels: cosines of all pairs, and a softmax over the labels, or over the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.match import checks, words
from playground.match.answers import Matched, Neutral
from playground.match.embeddings import Embeddings
from playground.match.question import Question
from playground.match.sources import Source

LABELS = 40  # at most


def softmax(logits: NDArray[Any], axis: int) -> NDArray[Any]:
    """exp(x) over its sum along an axis: what CLIP's probabilities are."""
    e = np.exp(logits - logits.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def match(embeddings: Embeddings, source: Source, body: Mapping[str, Any], language: str, one: Question) -> Matched:
    """How well each of some pictures and each of some texts fit."""
    texts = checks.texts(body.get("texts"), LABELS)
    about = embeddings.about(source, one)
    images = embeddings.of_pictures(source, body.get("pictures"), one)
    prompts = embeddings.of_texts(source, texts, checks.template(body), one)
    scale = about["scale"] if body.get("scale") is None else checks.number(body["scale"], 0.1, 1_000)
    cosines = images @ prompts.values.T
    neutral: Neutral | None = None
    if body.get("neutral"):
        text = words.neutral(texts, about["multilingual"])
        nothing = images @ embeddings.of_texts(source, [text], "none", one).values.T
        both = softmax(scale * np.concatenate([cosines, nothing], 1), 1)
        neutral = {"text": text, "cosines": nothing[:, 0].tolist(), "to_text": both.tolist()}
    return {
        "cosines": cosines.tolist(), "to_text": softmax(scale * cosines, 1).tolist(),
        "to_image": softmax(scale * cosines, 0).tolist(), "scale": scale, "neutral": neutral, "read": prompts.read,
        "unknown": [i for i, known in enumerate(prompts.known) if not known], "texts": texts,
    }  # fmt: skip
