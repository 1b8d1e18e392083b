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


def sigmoid(logits: NDArray[Any]) -> NDArray[Any]:
    """1/(1+exp(-x)): the share of yes of a pair by itself, as a model with a logit bias is trained (Zhai et al. 2023)."""
    return np.where(logits < 0, np.exp(np.minimum(logits, 0)), 1.0) / (1 + np.exp(-np.abs(logits)))


def by_itself(cosines: NDArray[Any], scale: float, bias: float | None) -> Any:
    """The share of yes of each pair, in lists; None where a model has no logit bias, and so was not trained to tell it."""
    return None if bias is None else sigmoid(scale * cosines + bias).tolist()


def match(embeddings: Embeddings, source: Source, body: Mapping[str, Any], language: str, one: Question) -> Matched:
    """How well each of some pictures and each of some texts fit."""
    texts = checks.texts(body.get("texts"), LABELS)
    about = embeddings.about(source, one)
    images = embeddings.of_pictures(source, body.get("pictures"), one)
    prompts = embeddings.of_texts(source, texts, checks.template(body), one, apart=True)
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
        "to_image": softmax(scale * cosines, 0).tolist(), "each": by_itself(cosines, scale, about["bias"]), "scale": scale,
        "neutral": neutral, "read": prompts.read, "unknown": [i for i, known in enumerate(prompts.known) if not known],
        "cut": prompts.cut, "texts": texts,
    }  # fmt: skip
